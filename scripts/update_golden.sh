#!/usr/bin/env bash
# Shows which figures of the cases in tests/golden the program has moved: old, new, and by how many standard
# errors. Writes nothing unless asked to; a case in which nothing moved is left as it is. A new case is a folder
# whose expected.csv has its first lines only (see tests/README.md).
#
#   scripts/update_golden.sh [CASE...]              shows all cases, or these
#   scripts/update_golden.sh --write [CASE...]      also writes their expected.csv anew; say why in the commit
#
# The program is that of build/dev, or $TWP_PROGRAM.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

export TWP_PROGRAM=${TWP_PROGRAM:-$PWD/build/dev/twinpath} PYTHONDONTWRITEBYTECODE=1
[ -x "$TWP_PROGRAM" ] || die "there is no program $TWP_PROGRAM; cmake --build --preset dev"
exec python3 tests/golden/golden.py "$@"
