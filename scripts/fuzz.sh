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
        *yaml* | *study*) find scenarios tests -name '*.yaml' -size -64k ;;
        *csv* | *dispensings*) find scenarios tests -name '*.csv' -size -64k ;;
        *expression*) expressions "$2" ;;
        *results*) # changes of the file that the target makes itself: see there
            printf '\002\020\040\001\177' > "$2/damage"
            printf '\001\006\041\001\201\005\002\303\101\003\005\004\102' > "$2/changes"
            ;;
    esac | while read -r file; do
        cp "$file" "$2/$(sha256sum "$file" | cut -c 1-16)"
    done
}

# What follows a colon in studies: the first byte asks for any number, or any condition, of an instant.
expressions() { # expressions CORPUS
    grep -rhoE ': [^][{}#"]+' scenarios --include='*.yaml' | sed 's/^: //' | sort -u |
        awk -v folder="$1" '{
            for (i = 0; i < 2; i++) {
                file = folder "/" i "_" NR
                printf "%c%s", i == 0 ? 43 : 47, $0 > file
                close(file)
            }
        }'
}

# HDF5 keeps what it frees for itself, which looks like a leak between two inputs.
export LSAN_OPTIONS=suppressions=$PWD/tests/fuzz/leaks_of_others.txt
options() { # options TARGET
    case "$1" in
        *results*) echo "-detect_leaks=0 -max_len=33 -timeout=30" ;;
        *) echo "-max_len=65536 -timeout=10" ;;
    esac
}

# Of libhdf5's many small allocations ASan's quarantine and stacks take most of the time.
export ASAN_OPTIONS=${ASAN_OPTIONS:-quarantine_size_mb=16:malloc_context_size=8}

feed() { # feed TARGET: 1 when a fault was found
    local target=$1 began=$SECONDS corpus=$folder/corpus/$1
    mkdir -p "$corpus"
    seed "$target" "$corpus"
    # shellcheck disable=SC2046
    if "$folder/tests/t_fuzz_$target" -max_total_time="$seconds" -rss_limit_mb=2048 \
        $(options "$target") -artifact_prefix="$folder/found/$target-" -print_final_stats=1 "$corpus" \
        > "$folder/$target.log" 2>&1 < /dev/null; then
        say "$target: no fault in $(awk '/number_of_executed_units/ { print $2 }' \
            "$folder/$target.log") inputs, $((SECONDS - began)) s"
    else
        tail -n 40 "$folder/$target.log"
        say "$target: FAULT, see $folder/$target.log and $folder/found/"
        return 1
    fi
}

# As many at a time as there are cores.
n_bad=0
mkdir -p "$folder/found"
for target in "${targets[@]}"; do
    if [ "$(jobs -pr | wc -l)" -ge "$n_jobs" ]; then
        wait -n || n_bad=$((n_bad + 1))
    fi
    feed "$target" &
done
while [ "$(jobs -p | wc -l)" -gt 0 ]; do
    wait -n || n_bad=$((n_bad + 1))
done
[ "$n_bad" -eq 0 ]
