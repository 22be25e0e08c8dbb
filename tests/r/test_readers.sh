#!/usr/bin/env bash
# R reads the results of real runs: test_readers.R and test_draws.R have what is checked.
set -euo pipefail
. "$(dirname "$0")/common.sh"
needs_r rhdf5
"$program" run "$here/../python/study.yaml" --quiet -o "$folder/results.h5"
Rscript --vanilla "$here/test_readers.R" "$folder/results.h5"
"$program" run "$here/../python/draws_study.yaml" --quiet -o "$folder/draws.h5"
Rscript --vanilla "$here/test_draws.R" "$folder/draws.h5"
