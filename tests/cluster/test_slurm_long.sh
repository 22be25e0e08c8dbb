#!/usr/bin/env bash
# tier: long
# A real Slurm: an array with a failing task, an MPI job over two nodes, a limit of time with requeue, two attempts at
# one task at once, and the loss of a node.
set -euo pipefail
. "$(dirname "$0")/common.sh"
. "$here/slurm_jobs.sh"
mpi=$(dirname "$program")/twinpath-mpi
[ -x "$mpi" ] || fail "$mpi is not built"
export TWP_MPI_PROGRAM=$mpi

cat > mpi.sh << 'JOB'
#!/usr/bin/env bash
#SBATCH -N2 -n3 --cpus-per-task=1
exec srun --mpi=pmix "$TWP_MPI_PROGRAM" sweep "$STUDY" $OPTIONS -o "$RUN"
JOB
# Ends by itself before its time is up, and asks to be run again while something is missing.
cat > limited.sh << 'JOB'
#!/usr/bin/env bash
#SBATCH --cpus-per-task=1 --requeue --open-mode=append
code=0
"$TWP_PROGRAM" sweep "$STUDY" $OPTIONS -o "$RUN" --max-time "$LIMIT" || code=$?
echo "start ${SLURM_RESTART_COUNT:-0} ended with $code"
[ $code -ne 75 ] || exec scontrol requeue "$SLURM_JOB_ID"
exit $code
JOB
# SIGUSR1 comes to the program as batch systems send it before the end; then as above.
cat > signalled.sh << 'JOB'
#!/usr/bin/env bash
#SBATCH --cpus-per-task=1 --requeue --open-mode=append
"$TWP_PROGRAM" sweep "$STUDY" $OPTIONS -o "$RUN" &
child=$!
trap 'kill -USR1 $child' USR1
code=0
wait $child || code=$?
wait $child 2> /dev/null || code=$?
echo "start ${SLURM_RESTART_COUNT:-0} ended with $code"
[ $code -ne 75 ] || exec scontrol requeue "$SLURM_JOB_ID"
exit $code
JOB
slurm_up 2

emit array 20 > array.sbatch
submit array.sbatch
wait_for_jobs 300
holds_results array
[ "$(states)" = "20 COMPLETED" ] || fail "the tasks ended as: $(states): $(grep -h '^twinpath:' job-*.out)"
echo "ok: an array with more tasks than shards"

export RUN=mpi
submit mpi.sh
wait_for_jobs 300
holds_results mpi
[ "$(grep -oE '"rank":[0-9]+' mpi/progress.jsonl | sort -u | wc -l)" -gt 1 ] ||
    fail "one rank did it all: $(cat mpi/progress.jsonl)"
echo "ok: an MPI job of three ranks on two nodes"

# Two fifths of the time that it takes here: some shards' and more than the merge's.
small=$whole
whole=$("$program" run "$study" "${run_options[@]}" -n 30000 --digest -o thirty.h5)
began=$(date +%s%N)
"$program" sweep "$study" "${sweep_options[@]}" -n 30000 -t 1 -o timed
export RUN=limited
LIMIT=$(awk -v ns=$(($(date +%s%N) - began)) 'BEGIN {printf "%.2f", 0.4e-9 * ns}')
export LIMIT
OPTIONS="${sweep_options[*]} -n 30000" submit limited.sh
wait_for_jobs 600
holds_results limited
whole=$small
grep -q "ended with 75" job-*.out || fail "no limit was met: $(tail -n 3 job-*.out)"
grep -q "start [1-9][0-9]* ended with 0" job-*.out || fail "it was not run again: $(tail -n 3 job-*.out)"
echo "ok: a limit of time, and requeued until all is there"

export RUN=signalled
OPTIONS="-n 200000 ${run_options[*]:2} --shard-twins 1024" submit signalled.sh
job=$(grep -oE '[0-9]+' submitted)
for ((i = 0; i < 300; i++)); do
    [ "$(grep -c '"done"' signalled/progress.jsonl 2> /dev/null)" -lt 3 ] || break
    sleep 0.1
done
timeout 20 scancel --signal=USR1 --batch "$job"
wait_for_jobs 900
grep -q "start 0 ended with 75" job-"$job"_*.out || fail "SIGUSR1 was not heard: $(cat job-"$job"_*.out)"
"$program" sweep --status signalled > status.out || fail "it did not go on: $(cat status.out)"
digest=$("$program" run "$study" -n 200000 "${run_options[@]:2}" --digest -o large.h5)
grep -qF "$digest" status.out || fail "other results after SIGUSR1: $(cat status.out)"
echo "ok: SIGUSR1 ends a job in time, and it goes on when it is requeued"

# Two attempts at one task at the same time.
emit twice 1 > twice.sbatch
submit twice.sbatch
submit twice.sbatch
wait_for_jobs 300
holds_results twice
! grep -q FAILED job-*.out
echo "ok: two attempts at one task publish one file"

write_faulty
: > "$TWP_SLURM_DIR/jobcomp.log"
STUDY=faulty.yaml OPTIONS="-q --shard-twins 1024" emit faulty 6 > faulty.sbatch
submit faulty.sbatch
wait_for_jobs 300
[ "$(states)" = "5 COMPLETED 1 FAILED" ] || fail "the tasks of a faulty study ended as: $(states)"
[ "$(find faulty/shards -name '*.h5' | wc -l)" = 5 ] || fail "a failed task stopped the others"
code=0
"$program" sweep --status faulty > status.out || code=$?
[ $code = 1 ] && grep -q "shard 4 failed: task 4" status.out || fail "status: $(cat status.out)"
echo "ok: a failing task leaves the others whole and is named"
bash "$slurm" down

# The network of a node is cut: Slurm starts its job on another one while the first copy goes on.
if ip netns add tpprobe 2> /dev/null && ip netns del tpprobe; then
    export TWP_SLURM_NET=netns
    slurm_up 2
    OPTIONS="-n 1000000 ${run_options[*]:2} --shard-twins 10240" emit lost 1 > lost.sbatch
    submit -w tp1 lost.sbatch
    timeout 20 scontrol update JobId="$(grep -oE '[0-9]+' submitted)" ReqNodeList= > /dev/null 2>&1 || true
    for ((i = 0; i < 300; i++)); do
        [ "$(grep -c '"done"' lost/progress.jsonl 2> /dev/null)" -lt 2 ] || break
        sleep 0.1
    done
    ip link set tpv1 down
    for ((i = 0; i < 1800; i++)); do
        ! "$program" sweep --status lost > status.out 2>&1 || break
        sleep 0.5
    done
    digest=$("$program" run "$study" -n 1000000 "${run_options[@]:2}" --digest -o huge.h5)
    grep -qF "$digest" status.out || fail "after the loss of a node: $(cat status.out)"
    echo "ok: a lost node's job, run twice at once, comes to one digest"
else
    echo "the loss of a node was not tried: no network namespaces here"
fi
