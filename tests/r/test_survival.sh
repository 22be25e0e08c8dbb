#!/usr/bin/env bash
# Survival figures of a results file are those that R's package survival finds in its exported lives.
set -euo pipefail
. "$(dirname "$0")/common.sh"
needs_r rhdf5 jsonlite survival
"$program" run "$here/survival.yaml" --quiet -o "$folder/results.h5" 2> /dev/null
Rscript --vanilla "$here/test_survival.R" "$scripts/twinpath.R" "$folder/results.h5"
