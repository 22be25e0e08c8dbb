#!/usr/bin/env bash
# The test command. Ends with a line "N passed, N failed"; exit code 0 only when nothing failed.
#
#   scripts/check.sh [quick]   format, build, tests, coverage, symbols, tests under sanitizers
#   scripts/check.sh long      also clang-tidy, large samples, the long tests under sanitizers, thread
#                              sanitizer, fuzzing, compilers
#   scripts/check.sh long PART...   of long only these parts: tidy tests sanitized tsan fuzz compilers
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
. scripts/common.sh

tier=${1:-quick}
shift || true
case "$tier" in
    quick) [ $# -eq 0 ] || die "the quick tier has no parts" ;;
    long) ;;
    *) die "unknown tier $tier; quick or long" ;;
esac
all_parts="tidy tests sanitized tsan fuzz compilers"
parts=" ${*:-$all_parts} "
for part in $parts; do
    case " $all_parts " in *" $part "*) ;; *) die "unknown part $part; one of: $all_parts" ;; esac
done
min_line_coverage=90
slow_sanitized='^(second|python|r|cluster|validation|exact|golden)/|^property/test_(keys|rebind|memory|same_bits|parameter_sets|precision|points)|^unit/test_portable_math'
slow_sanitized+='|^cli/test_(sweep|sweep_scripts|documents|schema)$'
# Tests want the lines of what went wrong, not every variable: half the bytes, and a faster linker for them. In
# the quick tier their own code is little of the work, so it is compiled quickly (TWP_TEST_FLAGS).
lines_only=("-DCMAKE_C_FLAGS_RELWITHDEBINFO=-O2 -g1" "-DCMAKE_C_FLAGS_DEBUG=-O1 -g1"
    -DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=gold)
n_passed=0
n_failed=0
failed=()
logs=build/check
mkdir -p "$logs"

count() { # count PASSED FAILED NAME SECONDS
    n_passed=$((n_passed + $1))
    n_failed=$((n_failed + $2))
    if [ "$2" -gt 0 ]; then
        failed+=("$3")
    fi
    printf '%-28s %5d passed, %d failed, %d s\n' "$3" "$1" "$2" "$4"
}

# Runs one check: step NAME COMMAND... Its output is shown only when it fails.
step() {
    local name=$1 log="$logs/$1.log" began=$SECONDS
    shift
    if "$@" > "$log" 2>&1 < /dev/null; then
        count 1 0 "$name" $((SECONDS - began))
        return 0
    fi
    tail -n 60 "$log"
    count 0 1 "$name" $((SECONDS - began))
    return 1
}

attribute() { # attribute NAME FILE: number in the first line that has it
    grep -o -m 1 "$1=\"[0-9]*\"" "$2" | head -n 1 | tr -dc '0-9'
}

# Runs CTest and counts its tests one by one; a skipped test counts as failed, because setup.sh
# installed all that a test may ask for: tests NAME BUILD_DIR CTEST_OPTION...
tests() {
    local name=$1 folder=$2 log="$PWD/$logs/$1.log" junit="$PWD/$logs/$1.xml" began=$SECONDS
    local total bad skipped
    shift 2
    rm -f "$junit"
    # One more than there are cores: some tests wait for disks, daemons and each other.
    ctest --test-dir "$folder" -j "$((n_jobs + 1))" --output-on-failure --no-tests=error \
        --output-junit "$junit" "$@" > "$log" 2>&1 < /dev/null
    local code=$?
    total=$(attribute tests "$junit" 2> /dev/null)
    bad=$(attribute failures "$junit" 2> /dev/null)
    skipped=$(attribute skipped "$junit" 2> /dev/null)
    if [ -z "$total" ] || [ "$total" -eq 0 ]; then
        tail -n 20 "$log"
        count 0 1 "$name" $((SECONDS - began))
        return 1
    fi
    bad=$((bad + skipped))
    if [ "$bad" -eq 0 ] && [ "$code" -ne 0 ]; then
        bad=1
    fi
    [ "$bad" -eq 0 ] || grep -v ' Passed \|^ *Start ' "$log" | tail -n 150
    count $((total - bad)) "$bad" "$name" $((SECONDS - began))
    [ "$bad" -eq 0 ]
}

sources() {
    find "$@" \( -name '*.c' -o -name '*.h' \) -print0
}

format() { # prints the lines that clang-format would change
    sources include src tests benchmarks |
        xargs -0 -n 20 -P "$n_jobs" clang-format --dry-run -Werror 2>&1 |
        awk -F: '/error:/ { print $1 ":" $2 }' | sort -u
}

build() { # build PRESET FOLDER CMAKE_OPTION...
    local preset=$1 folder=$2
    shift 2
    { cmake --preset "$preset" -B "$folder" "$@" ||
        cmake --fresh --preset "$preset" -B "$folder" "$@"; } && cmake --build "$folder" -j "$n_jobs"
}

tidy() { # one file a call: see .clang-tidy
    { cmake --preset dev -B build/tidy -DCMAKE_C_COMPILER=clang ||
        cmake --fresh --preset dev -B build/tidy -DCMAKE_C_COMPILER=clang; } &&
        cmake --build build/tidy --target twinpath_facts twinpath_templates || return 1
    find src -name '*.c' -print0 | xargs -0 -n 1 -P "$n_jobs" clang-tidy -p build/tidy --quiet
}

all_quick() {
    # The first build counts lines too: that hardly slows it, while it would double the sanitizers' time.
    local covered=build/covered asan=build/asan
    find $covered -name '*.gcda' -delete 2> /dev/null
    step format format
    if step build build dev $covered -DTWP_COVERAGE=ON -DTWP_REQUIRE_ORACLES=ON "${lines_only[@]}" \
        -DTWP_TEST_FLAGS=-O1; then
        tests tests $covered -L '^quick$' --timeout 120
        step coverage scripts/coverage.sh --report $covered $min_line_coverage
        grep '^lines' "$logs/coverage.log"
        step symbols scripts/check_symbols.sh $covered
    fi
    if step build-sanitized build asan-ubsan $asan -DTWP_REQUIRE_ORACLES=ON "${lines_only[@]}" \
        -DTWP_TEST_FLAGS=-O0; then
        # Readers, clusters and the second implementation are no C; many runs for their numbers, cases of others,
        # runs in parts and the documents take their time: the long tier sanitizes them.
        tests tests-sanitized $asan -L '^quick$' -E "$slow_sanitized" --timeout 300
    fi
}

asked_for() { # asked_for PART
    case "$parts" in *" $1 "*) ;; *) return 1 ;; esac
}

# Builds that all_quick has made are there already; a part alone makes its own.
all_long() {
    export TWP_TIER=long
    if asked_for tidy; then
        step tidy tidy
    fi
    if asked_for tests && step build-long build dev build/dev -DTWP_REQUIRE_ORACLES=ON; then
        tests tests-long build/dev --schedule-random --timeout 3600
    fi
    if asked_for sanitized &&
        step build-long-sanitized build asan-ubsan build/asan -DTWP_REQUIRE_ORACLES=ON "${lines_only[@]}" \
            -DTWP_TEST_FLAGS=; then
        tests tests-long-sanitized build/asan -L '^long$' --schedule-random --timeout 7200
        tests tests-slow-sanitized build/asan -L '^quick$' -R "$slow_sanitized" --timeout 3600
    fi
    if asked_for tsan && step build-tsan build tsan build/tsan -DTWP_REQUIRE_ORACLES=ON; then
        # Where threads meet is seen by tests of the program and the library; readers in other languages see no more.
        TWP_TIER=quick tests tests-tsan build/tsan -L '^quick$' -E '^(must_fail|fuzz|python|r|second)/' --timeout 900
    fi
    if asked_for fuzz; then
        step fuzz scripts/fuzz.sh 60
        grep ' inputs, ' "$logs/fuzz.log"
    fi
    if asked_for compilers; then
        step compilers scripts/bit_digest.sh
        tail -n 1 "$logs/compilers.log"
    fi
}

needs=--tests
[ "$tier" != long ] || needs=--long
if ! scripts/setup.sh $needs; then
    say "0 passed, 1 failed"
    exit 1
fi
use_ninja
SECONDS=0
if [ "$parts" = " $all_parts " ]; then
    all_quick
fi
[ "$tier" = quick ] || all_long
say "check $tier: $SECONDS s after set-up"
if [ "$n_failed" -gt 0 ]; then
    say "failed: ${failed[*]} (output in $logs/)"
fi
say "$n_passed passed, $n_failed failed"
[ "$n_failed" -eq 0 ]
