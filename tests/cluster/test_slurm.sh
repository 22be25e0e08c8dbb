#!/usr/bin/env bash
# A real Slurm on this machine runs the array whose script `--emit slurm` prints, as it is printed.
set -euo pipefail
. "$(dirname "$0")/common.sh"
. "$here/slurm_jobs.sh"

slurm_up 2
emit RUN 7 > array.sbatch
submit array.sbatch # seven tasks for five shards
wait_for_jobs 120
holds_results RUN
[ "$(states)" = "7 COMPLETED" ] || fail "the tasks ended as: $(states)"
echo "ok: an array of seven tasks comes to the results of a run without parts"
