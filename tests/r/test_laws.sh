#!/usr/bin/env bash
# Known laws, exported in the multi-state format and fitted by R's survival and msm, are found again.
# tier: long
set -euo pipefail
Rscript -e 'quit(status = !all(sapply(c("rhdf5", "jsonlite", "survival", "msm"), requireNamespace, quietly = TRUE)))' \
    > /dev/null 2>&1 || {
    echo "skipped: R or a package is missing (Debian: r-bioc-rhdf5 r-cran-jsonlite r-cran-survival r-cran-msm)"
    exit 77
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
here=$(cd "$(dirname "$0")" && pwd)
scripts=$here/../../scripts
for study in known markov; do
    "${TWP_PROGRAM:?}" run "$here/$study.yaml" --quiet -o "$folder/$study.h5"
done
# both exports: that of Python is read as a file
PYTHONPATH=$scripts "${TWP_PYTHON:-/usr/bin/python3}" - "$folder" << 'PYTHON'
import sys
import twinpath
results = twinpath.open(sys.argv[1] + "/markov.h5")
rows = results.multistate("course").merge(results.twins(), left_on="id", right_on="twin")
rows.to_csv(sys.argv[1] + "/markov.csv", index=False)
PYTHON
Rscript --vanilla "$here/test_laws.R" "$scripts/twinpath.R" "$folder"
