#!/usr/bin/env bash
# Survival figures of a results file are those that R's package survival finds in its exported lives.
set -euo pipefail
Rscript -e 'quit(status = !all(sapply(c("rhdf5", "jsonlite", "survival"), requireNamespace, quietly = TRUE)))' \
    > /dev/null 2>&1 || {
    echo "skipped: R or a package is missing (Debian: r-bioc-rhdf5 r-cran-jsonlite r-cran-survival)"
    exit 77
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
here=$(cd "$(dirname "$0")" && pwd)
"${TWP_PROGRAM:?}" run "$here/survival.yaml" --quiet -o "$folder/results.h5" 2> /dev/null
Rscript --vanilla "$here/test_survival.R" "$here/../../scripts/twinpath.R" "$folder/results.h5"
