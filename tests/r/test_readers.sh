#!/usr/bin/env bash
# R reads the results of real runs: test_readers.R and test_draws.R have what is checked.
set -euo pipefail
Rscript -e 'quit(status = !requireNamespace("rhdf5", quietly = TRUE))' > /dev/null 2>&1 || {
    echo "skipped: R or its package rhdf5 is missing (Debian: r-base-core r-bioc-rhdf5)"
    exit 77
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
here=$(cd "$(dirname "$0")" && pwd)
"${TWP_PROGRAM:?}" run "$here/../python/study.yaml" --quiet -o "$folder/results.h5"
Rscript --vanilla "$here/test_readers.R" "$folder/results.h5"
"$TWP_PROGRAM" run "$here/../python/draws_study.yaml" --quiet -o "$folder/draws.h5"
Rscript --vanilla "$here/test_draws.R" "$folder/draws.h5"
