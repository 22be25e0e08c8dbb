#!/usr/bin/env bash
# Known laws, exported in the multi-state format and fitted by R's survival and msm, are found again.
# tier: long
set -euo pipefail
. "$(dirname "$0")/common.sh"
needs_r rhdf5 jsonlite survival msm
for study in known markov; do
    "$program" run "$here/$study.yaml" --quiet -o "$folder/$study.h5"
done
# both exports: that of Python is read as a file
twinpath_py "$folder" << 'PYTHON'
import sys
import twinpath
results = twinpath.open(sys.argv[1] + "/markov.h5")
rows = results.multistate("course").merge(results.twins(), left_on="id", right_on="twin")
rows.to_csv(sys.argv[1] + "/markov.csv", index=False)
PYTHON
Rscript --vanilla "$here/test_laws.R" "$scripts/twinpath.R" "$folder"
