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

# lived RUN: the shards that were lived, in order, one as often as it was: "0 1 2".
lived() { grep '"state":"done"' "$1/progress.jsonl" | grep -o '"shard":[0-9]*' | cut -d: -f2 | sort -n | xargs; }

# snake FILE OPTION ...: by two tasks at a time.
snake() {
    local file=$1
    shift
    HOME=$folder timeout 300 snakemake -s "$file" --cores 2 --nocolor "$@" > snake.out 2>&1
}

"${sweep[@]}" -o "it's one" --tasks 3 --threads 1 --emit snakemake > one.smk
snake one.smk || fail "the workflow ends with $? ($(cat snake.out))"
holds_results "it's one"
# Four points, each cut into five shards of a block.
all=$(seq -s ' ' 0 19)
[ "$(lived "it's one")" = "$all" ] || fail "not each shard was lived once, but $(lived "it's one"): $(cat snake.out)"
snake one.smk || fail "a second time: $? ($(cat snake.out))"
grep -q "Nothing to be done" snake.out || fail "what is there is made again: $(cat snake.out)"
echo "ok: the workflow comes to the results of the sweep without tasks"

"${sweep[@]}" -o two --tasks 4 --threads 1 --emit snakemake > two.smk
snake two.smk two/tasks/1.done || fail "one task: $? ($(cat snake.out))"
[ "$(lived two)" = "1 5 9 13 17" ] && [ "$(find two/shards -name '*.h5' | wc -l)" = 5 ] || fail "one task lived $(ls two/shards)"
snake two.smk || fail "the rest: $? ($(cat snake.out))"
holds_results two
[ "$(lived two)" = "$all" ] || fail "not each shard was lived once, but $(lived two)"
echo "ok: it goes on where it stopped"

write_faulty
twinpath sweep faulty.yaml --shard-twins 1024 -o faulty --tasks 6 --threads 1 --emit snakemake > faulty.smk
! snake faulty.smk --keep-going || fail "a workflow with a failing task ended well"
grep -q "shard 4: twin 4149" snake.out || fail "the failed shard is not named: $(cat snake.out)"
[ "$(find faulty/shards -name '*.h5' | wc -l)" = 5 ] || fail "a failed task stopped the others: $(cat snake.out)"
[ ! -e faulty/results.h5 ] || fail "there are results of a run with a failed shard"
echo "ok: a failing task leaves the others whole and is named"
