#!/usr/bin/env bash
# Ranks take shards as they come, and 1, 2 and 3 of them make the results of a run without parts. What a rank that
# failed or was killed had in hand is named, and the same command goes on.
# tier: long
set -euo pipefail
. "$(dirname "$0")/common.sh"
trap 'rm -rf "$folder"' EXIT
needs mpirun
mpi=$(dirname "$program")/twinpath-mpi
[ -x "$mpi" ] || fail "$mpi is not built"
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
! ldd "$program" | grep -q libmpi || fail "twinpath itself is linked with MPI"

# ranks N RUN OPTION ...
ranks() {
    local n=$1 run=$2
    shift 2
    timeout 300 mpirun --oversubscribe --bind-to none -n "$n" "$mpi" sweep "$study" \
        "${sweep_options[@]}" -o "$run" "$@" 2> err
}

for n in 1 2 3; do
    digest=$(ranks $n "r$n" --digest) || fail "$n ranks ended with $? ($(cat err))"
    [ "$digest" = "$whole" ] || fail "$n ranks: another digest: $digest"
    holds_results "r$n"
done
[ "$(grep -c '"rank":[12].*"state":"done"' r3/progress.jsonl)" -gt 0 ] || fail "rank 0 did it all"
[ "$(grep -c '"state":"done"' r3/progress.jsonl)" = 5 ] || fail "a shard was lived twice"
echo "ok: 1, 2 and 3 ranks come to one digest"

# A rank is killed while it has a shard in hand, which takes a second or more. (Open MPI then ends the job.)
large=(-n 120000 --shard-twins 40960)
ranks 2 killed --threads 1 "${large[@]}" & job=$!
for ((i = 0; i < 3000; i++)); do
    line=$(grep -m 1 '"rank":1.*"begun"' killed/progress.jsonl 2> /dev/null || true)
    [ -z "$line" ] || break
    kill -0 $job 2> /dev/null || break
    sleep 0.01
done
pid=$(sed -E 's/.*"pid":([0-9]+).*/\1/' <<< "$line")
shard=$(sed -E 's/.*"shard":([0-9]+).*/\1/' <<< "$line")
if kill -KILL "$pid" 2> /dev/null; then
    ! wait $job || fail "the job of a killed rank ended well"
    code=0
    "$program" sweep --status killed > status.out || code=$?
    [ $code = 75 ] || fail "status of the killed job ends with $code: $(cat status.out)"
    grep -q "shard $shard was begun and not finished: rank 1 .*, which is no more" status.out ||
        fail "the shard of the dead rank ($shard) is not named: $(cat status.out)"
else
    fail "rank 1 was quicker than the test: $(cat killed/progress.jsonl)"
fi
ranks 2 killed "${large[@]}" || fail "the killed job does not go on ($(cat err))"
small=$whole
whole=$("$program" run "$study" "${run_options[@]}" -n 120000 --digest -o large.h5)
holds_results killed
whole=$small
echo "ok: a dead rank's shard is named, and lived by the next job"

# One shard fails: the others are lived, the rank and the shard are named, all ranks end with 1.
write_faulty
code=0
timeout 300 mpirun --oversubscribe --bind-to none -n 2 "$mpi" sweep faulty.yaml -q \
    --shard-twins 1024 -o faulty 2> err || code=$?
[ $code = 1 ] || fail "a failed shard: exit code $code ($(cat err))"
grep -q "rank [01]: shard 4: twin 4149" err || fail "the failed shard is not named: $(cat err)"
[ "$(find faulty/shards -name '*.h5' | wc -l)" = 5 ] || fail "a failed shard stopped the others"
echo "ok: a failed shard is named by rank and does not stop the others"

code=0
timeout 300 mpirun --oversubscribe --bind-to none -n 2 "$mpi" sweep nowhere.yaml -o none 2> err || code=$?
[ $code = 2 ] || fail "a study that is not there: exit code $code"
