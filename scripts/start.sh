#!/usr/bin/env bash
# From a bare machine to a result: installs what is missing, builds, runs a shipped study.
#
#   scripts/start.sh [option of twinpath run ...]
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

study=scenarios/studies/ra_biologic_support.yaml
results=build/ra_biologic_support.h5
if [ $# -gt 0 ]; then # the plain results stay
    results=build/ra_biologic_support_changed.h5
fi
program=build/release/twinpath

scripts/setup.sh
use_ninja
say "start: building into build/release"
log=build/start.log
mkdir -p build
# a second try from scratch: the folder may hold the remains of another tool or a failed attempt
if ! { { cmake --preset release || cmake --fresh --preset release; } && cmake --build --preset release -j "$n_jobs"; } > "$log" 2>&1; then
    tail -n 40 "$log" >&2
    die "the build failed; all of its output is in $log"
fi
say "start: running $study"
"$program" run "$study" -o "$results" --overwrite "$@"

cat << NEXT

Results: $results (HDF5; xarray, pandas, R and ncdump read it)

Next:
  $program summary $results --by
                                       the comparison again, by segment
  $program params $study
                                       every number with its source
  $program map $study -o build/ra_biologic_support.svg
                                       the study drawn on one page, for a browser
  $program check $study --explain
                                       what the study says, in words
  $program run $study --set a.b=value
                                       the same question with another number
  $program new my_study
                                       a study of your own to begin with; scenarios/tutorial.md
                                       builds one in ten steps
NEXT
