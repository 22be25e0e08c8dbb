#!/usr/bin/env bash
# Lines of src/ that the quick tests reach.
#
#   scripts/coverage.sh [MIN_PERCENT]                     builds, runs the quick tests, reports
#   scripts/coverage.sh --report BUILD_DIR [MIN_PERCENT]  reports on a build whose tests have run
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

if [ "${1:-}" = --report ]; then
    folder=${2:?BUILD_DIR}
    min_percent=${3:-0}
else
    folder=build/coverage
    min_percent=${1:-0}
    cmake --preset coverage > /dev/null
    cmake --build --preset coverage -j "$n_jobs"
    find "$folder" -name '*.gcda' -delete
    ctest --preset coverage -j "$n_jobs" -L '^quick$'
fi
gcovr --root . --filter 'src/' --gcov-ignore-parse-errors -j "$n_jobs" --print-summary \
    --fail-under-line "$min_percent" "$folder/src"
