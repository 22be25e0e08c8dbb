#!/usr/bin/env bash
# A real Slurm on this machine runs the tasks of an array; each needs its number and nothing else.
set -euo pipefail
. "$(dirname "$0")/common.sh"
. "$here/slurm_jobs.sh"

cat > array.sh << 'JOB'
#!/usr/bin/env bash
#SBATCH --array=0-6
#SBATCH --cpus-per-task=1
exec "$TWP_PROGRAM" sweep "$STUDY" $OPTIONS -o RUN --task "$SLURM_ARRAY_TASK_ID" --tasks 7
JOB
slurm_up 2
submit array.sh # seven tasks for five shards
wait_for_jobs 120
holds_results RUN
[ "$(states)" = "7 COMPLETED" ] || fail "the tasks ended as: $(states)"
echo "ok: an array of seven tasks comes to the results of a run without parts"
