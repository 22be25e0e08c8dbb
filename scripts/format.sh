#!/usr/bin/env bash
# Formats every C file in place; scripts/check.sh fails where this would change something.
set -euo pipefail
cd "$(dirname "$0")/.."

find include src tests benchmarks \( -name '*.c' -o -name '*.h' \) -print0 |
    xargs -0 clang-format -i
