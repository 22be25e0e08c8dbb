# Tools of the tests of this folder; not a test, sourced by them.
# shellcheck shell=bash
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
scripts=$here/../../scripts
program=${TWP_PROGRAM:?}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# needs_r PACKAGE ...: skips the test where R or one of them is missing.
needs_r() {
    Rscript -e 'quit(status = !all(sapply(commandArgs(TRUE), requireNamespace, quietly = TRUE)))' "$@" > /dev/null 2>&1 || {
        echo "skipped: R or one of its packages $* is missing (scripts/setup.sh --tests)"
        exit 77
    }
}

# twinpath_py FOLDER: Python with scripts/twinpath.py, the text on standard input, the folder its argument.
twinpath_py() {
    PYTHONPATH=$scripts "${TWP_PYTHON:-/usr/bin/python3}" - "$1"
}
