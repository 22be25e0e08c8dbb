#!/usr/bin/env bash
# tier: long
# A real Snakemake runs the workflow that `--emit snakemake` prints, as it is printed: in one go, in two, and past a
# task that fails.
set -euo pipefail
. "$(dirname "$0")/common.sh"
trap 'rm -rf "$folder"' EXIT
needs snakemake
use_program
cp "$study" "it's a study.yaml"
sweep=(twinpath sweep "it's a study.yaml" "${sweep_options[@]}" --set "supports.reminder.cost={manufacturer: {start: 6 USD}}"
    --over "gap=6 days, 12 days" --over "supports.reminder.uptake=0.2,0.5")
whole=$("${sweep[@]}" -o whole --digest)

# snake FILE OPTION ...: by two tasks at a time.
snake() {
    local file=$1
    shift
    HOME=$folder timeout 300 snakemake -s "$file" --cores 2 --nocolor "$@" > snake.out 2>&1
}

"${sweep[@]}" -o "it's one" --tasks 3 --threads 1 --emit snakemake > one.smk
snake one.smk || fail "the workflow ends with $? ($(cat snake.out))"
holds_results "it's one"
[ "$(grep -c '"state":"done"' "it's one/progress.jsonl")" = 4 ] || fail "not each point was lived once: $(cat snake.out)"
snake one.smk || fail "a second time: $? ($(cat snake.out))"
grep -q "Nothing to be done" snake.out || fail "what is there is made again: $(cat snake.out)"
echo "ok: the workflow comes to the results of the sweep without tasks"

"${sweep[@]}" -o two --tasks 4 --threads 1 --emit snakemake > two.smk
snake two.smk two/tasks/1.done || fail "one task: $? ($(cat snake.out))"
[ "$(ls two/shards/*.h5)" = two/shards/shard-000001-of-000004.h5 ] || fail "one task lived $(ls two/shards)"
snake two.smk || fail "the rest: $? ($(cat snake.out))"
holds_results two
[ "$(grep -c '"state":"done"' two/progress.jsonl)" = 4 ] || fail "a task was lived again"
echo "ok: it goes on where it stopped"

write_faulty
twinpath sweep faulty.yaml --shard-twins 1024 -o faulty --tasks 6 --threads 1 --emit snakemake > faulty.smk
! snake faulty.smk --keep-going || fail "a workflow with a failing task ended well"
grep -q "shard 4: twin 4149" snake.out || fail "the failed shard is not named: $(cat snake.out)"
[ "$(find faulty/shards -name '*.h5' | wc -l)" = 5 ] || fail "a failed task stopped the others: $(cat snake.out)"
[ ! -e faulty/results.h5 ] || fail "there are results of a run with a failed shard"
echo "ok: a failing task leaves the others whole and is named"
