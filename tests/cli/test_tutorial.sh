#!/usr/bin/env bash
# Each step of scenarios/tutorial.md: what it has a reader type makes a file that does and prints what it says.
set -euo pipefail

page=${TWP_SOURCE_DIR:?}/scenarios/tutorial.md
[ "$(grep -c '^## [0-9]' "$page")" -eq 10 ] || { echo "the tutorial has other than ten steps"; exit 1; }
"$TWP_SOURCE_DIR/scripts/check_docs.sh" --only scenarios/tutorial.md "${TWP_BUILD_DIR:?}"
