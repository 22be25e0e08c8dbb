#!/usr/bin/env bash
# tier: long
# Three tasks of one run at the same time, one of which meets a point that fails while the others are in the midst of
# theirs: what --on-error says about them, their exit codes, --status, and --retry.
set -euo pipefail
program=${TWP_PROGRAM:?}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export OMP_NUM_THREADS=1

fail() {
    echo "FAILED: $* ($(cat err.* progress 2> /dev/null))" >&2
    exit 1
}

# Six points, a shard each; the first fails at its first twin, the others take some ten million events.
cat > study.yaml << 'STUDY'
twinpath: 1
study: points
source: assumption
time: {starts: 2027-01-01, horizon: 40 years}
parameters: {wait: 30 days}
patient:
  count: 16384
  attributes: {span: {normal: [0 days, 1 day]}}
  tracks:
    health:
      start: well
      states:
        well: {wait: {after: wait + span, to: ill}}
        ill:  {wait: {after: 20 days, to: well}}
sweep: {over: {parameters.wait: [1 day, 20 days, 21 days, 22 days, 23 days, 24 days]}}
strategies: {usual: {baseline: true}}
report: {measures: [{measure: entries, of: health.ill}]}
STUDY
sweep=("$program" sweep study.yaml -q --shard-twins 16384 --tasks 3)

# together RUN OPTION ...: tasks 1 and 2 begin, then task 0, which fails; leaves exit codes in codes.
together() {
    local run=$1 one two i
    shift
    "${sweep[@]}" -o "$run" --task 1 "$@" 2> err.1 & one=$!
    "${sweep[@]}" -o "$run" --task 2 "$@" 2> err.2 & two=$!
    for ((i = 0; i < 1000; i++)); do
        [ "$(grep -c '"begun"' "$run/progress.jsonl" 2> /dev/null || true)" != 2 ] || break
        sleep 0.01
    done
    codes=0
    "${sweep[@]}" -o "$run" --task 0 "$@" 2> err.0 || codes=$?
    for i in $one $two; do
        local code=0
        wait "$i" || code=$?
        codes="$codes $code"
    done
    cp "$run/progress.jsonl" progress
}
lines() { grep -c "\"state\":\"$1\"" progress || true; }
status() { # status RUN: its exit code; what it says in status.out
    local code=0
    "$program" sweep --status "$1" > status.out || code=$?
    echo $code
}

together stop --on-error stop
[ "$codes" = "1 1 1" ] || fail "stop: exit codes $codes"
[ "$(lines begun)" = 3 ] || fail "stop: other shards were begun"
[ "$(lines dropped)" = 2 ] || fail "stop: the shards of the others were not dropped"
grep -q "point 1 (parameters.wait = 1 day)" err.0 || fail "stop: the point is not named"
for i in 1 2; do
    grep -q "a failure ended the run (--retry goes on): shard 0, 1 point failed: point 1 (" err.$i ||
        fail "stop: task $i does not say why"
done
[ ! -e stop/results.h5 ] || fail "stop: there are results"
[ "$(status stop)" = 75 ] || fail "stop: status $(status stop) $(cat status.out)"
[ ! -e stop/shards/shard-000001-of-000006.h5 ] || fail "stop: a dropped shard is there"
echo "ok: stop drops what the other tasks have in hand"

together end --on-error end
[ "$codes" = "1 1 1" ] || fail "end: exit codes $codes"
[ "$(lines begun)" = 3 ] && [ "$(lines dropped)" = 0 ] || fail "end: other shards were begun, or some dropped"
[ -e end/shards/shard-000001-of-000006.h5 ] && [ -e end/shards/shard-000002-of-000006.h5 ] ||
    fail "end: the shards under way were not finished"
code=0
"${sweep[@]}" -o end --task 1 --on-error end 2> err.1 || code=$?
[ $code = 1 ] || fail "end: a later task ends with $code"
grep -q "a failure ended the run" err.1 || fail "end: a later task does not say why"
[ ! -e end/shards/shard-000004-of-000006.h5 ] || fail "end: a later task began a shard"
echo "ok: end lets them finish it and begins no other"

together on --on-error continue
[ "$(lines done)" -ge 5 ] && [ "$(lines dropped)" = 0 ] || fail "continue: not all others were lived"
[ "${codes%% *}" = 1 ] || fail "continue: the task whose point failed ends with $codes"
[ -e on/results.h5 ] || "$program" merge on -q --allow-gaps || fail "continue: nothing can be merged"
echo "ok: continue goes on with the others (exit codes $codes)"

# Gone on with after stop and end: all points but the first are there, and they say the same.
for run in stop end; do
    code=0
    "${sweep[@]}" -o $run --tasks 1 --retry 2> err.0 || code=$?
    [ $code = 1 ] || fail "$run: --retry ends with $code"
    [ -e $run/results.h5 ] || "$program" merge $run -q --allow-gaps
    "$program" summary $run/results.h5 -f csv > $run.csv
done
"$program" summary on/results.h5 -f csv > on.csv
cmp on.csv stop.csv && cmp on.csv end.csv || fail "other figures after --retry"
[ "$(grep -c . on.csv)" -gt 5 ] || fail "there are no figures"
echo "ok: --retry goes on, and comes to the same figures"
