#!/usr/bin/env bash
# The documents say what the program does: tables, outputs, commands, links, and each step of the tutorial.
set -euo pipefail

page=${TWP_SOURCE_DIR:?}/scenarios/tutorial.md
[ "$(grep -c '^## [0-9]' "$page")" -eq 10 ] || { echo "the tutorial has other than ten steps"; exit 1; }
# The figures of long runs are held in the long tier; golden/ sees in the quick one when they move.
options=(--quick)
[ "${TWP_TIER:-quick}" != long ] || options=()
"$TWP_SOURCE_DIR/scripts/check_docs.sh" "${options[@]}" "${TWP_BUILD_DIR:?}"
