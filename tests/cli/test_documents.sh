#!/usr/bin/env bash
# The documents say what the program does: tables, outputs, commands, links, and each step of the tutorial.
set -euo pipefail

page=${TWP_SOURCE_DIR:?}/scenarios/tutorial.md
[ "$(grep -c '^## [0-9]' "$page")" -eq 10 ] || { echo "the tutorial has other than ten steps"; exit 1; }
"$TWP_SOURCE_DIR/scripts/check_docs.sh" "${TWP_BUILD_DIR:?}"
