#!/usr/bin/env bash
# Feeds the readers nonsense with libFuzzer under the address and undefined behaviour sanitizers.
#
#   scripts/fuzz.sh [SECONDS_EACH] [TARGET...]    default 60 seconds, all of tests/fuzz/fuzz_*.c
#
# What is found stays in build/fuzz/found/; run the program of the target with such a file to see it
# again. The corpus in build/fuzz/corpus/ grows from run to run.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

seconds=${1:-60}
shift || true
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
    for file in tests/fuzz/fuzz_*.c; do
        targets+=("$(basename "$file" .c)")
    done
fi
folder=build/fuzz
cmake -S . -B "$folder" -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Debug \
    -DCMAKE_C_FLAGS_DEBUG="-O1 -g" -DTWP_SANITIZE=address,undefined -DTWP_FUZZ=ON \
    -DTWP_DOCS=OFF > /dev/null
cmake --build "$folder" -j "$n_jobs" --target twinpath_program \
    "${targets[@]/#/t_fuzz_}" > "$folder/build.log" ||
    { tail -n 40 "$folder/build.log" >&2; die "the build failed"; }

# Seeds: what the repository has of the kind that the target reads.
seed() { # seed TARGET CORPUS
    case "$1" in
        *yaml*) find scenarios tests -name '*.yaml' -size -64k ;;
        *csv*) find scenarios tests -name '*.csv' -size -64k ;;
        *results*)
            local small
            small=$(find scenarios/exact -name '*.yaml' | sort | head -n 1)
            [ -z "$small" ] || "$folder/twinpath" run "$small" --patients 64 --overwrite \
                -o "$folder/seed.h5" > /dev/null 2>&1 || true
            find "$folder" -maxdepth 1 -name 'seed.h5'
            ;;
    esac | while read -r file; do
        cp "$file" "$2/$(sha256sum "$file" | cut -c 1-16)"
    done
}

n_bad=0
mkdir -p "$folder/found"
for target in "${targets[@]}"; do
    corpus=$folder/corpus/$target
    mkdir -p "$corpus"
    seed "$target" "$corpus"
    began=$SECONDS
    if "$folder/tests/t_fuzz_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
        -max_len=65536 -artifact_prefix="$folder/found/$target-" -print_final_stats=1 "$corpus" \
        > "$folder/$target.log" 2>&1 < /dev/null; then
        say "$target: no fault in $(awk '/number_of_executed_units/ { print $2 }' \
            "$folder/$target.log") inputs, $((SECONDS - began)) s"
    else
        n_bad=$((n_bad + 1))
        tail -n 40 "$folder/$target.log"
        say "$target: FAULT, see $folder/$target.log and $folder/found/"
    fi
done
[ "$n_bad" -eq 0 ]
