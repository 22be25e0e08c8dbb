#!/usr/bin/env bash
# What needs a shell: the manual page, the completion, terminals and colour.
set -euo pipefail

program=${TWP_PROGRAM:?}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
n_bad=0

good() { # good NAME COMMAND...
    local name=$1
    shift
    if "$@"; then
        printf 'good: %s\n' "$name"
    else
        printf 'BAD:  %s\n' "$name"
        n_bad=$((n_bad + 1))
    fi
}

not() {
    ! "$@"
}

# The manual page has no warnings of roff, where roff is installed.
"$program" --man > twinpath.1
if command -v groff > /dev/null; then
    groff -man -Tascii -ww twinpath.1 > page.txt 2> warnings.txt
    good "the manual has no roff warnings" not test -s warnings.txt
    good "the manual shows an option" grep -q -e '--overwrite' page.txt
fi
good "the manual has no line that is an unknown request" \
    not grep -qvE '^(\.(TH|SH|SS|PP|TP|B|br)( |$)|[^.])' twinpath.1

# The completion, asked as bash asks it.
"$program" --completion > completion.bash
# shellcheck disable=SC1091
. ./completion.bash
complete_line() { # complete_line WORD... : the last word is being typed
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    COMPREPLY=()
    _twinpath
    printf '%s\n' "${COMPREPLY[*]}"
}
touch study.yaml
good "completes commands" test "$(complete_line twinpath su)" = summary
good "completes options" test "$(complete_line twinpath run --over)" = --overwrite
good "completes choices" test "$(complete_line twinpath run --format ma)" = markdown
good "completes choices of short options" test "$(complete_line twinpath summary -f c)" = csv
good "completes files" test "$(complete_line twinpath check stu)" = study.yaml
good "completes nothing for a number" test -z "$(complete_line twinpath run --seed '')"
good "completes no option of another command" test -z "$(complete_line twinpath params --over)"

# Colour and bar only on a terminal, and no colour where NO_COLOR is set.
printf 'twinpath: 1\nstudy: x\nunknown_key: 3\n' > bad.yaml
colour=$(printf '\033[1;31m')
on_terminal() { # on_terminal COMMAND: its output on a pseudo-terminal
    TERM=xterm script -qec "$1" /dev/null < /dev/null
}
# some containers have no pseudo-terminals
if command -v script > /dev/null && on_terminal true > /dev/null 2>&1; then
    on_terminal "'$program' check bad.yaml" > seen.txt || true
    good "errors are coloured on a terminal" grep -qF "$colour" seen.txt
    NO_COLOR=1 on_terminal "'$program' check bad.yaml" > seen.txt || true
    good "NO_COLOR is honoured" not grep -qF "$(printf '\033')" seen.txt
    good "the finding is there without colour" grep -q 'error: ' seen.txt
fi
"$program" check bad.yaml > seen.txt || true
good "no colour in a file" not grep -qF "$(printf '\033')" seen.txt

[ "$n_bad" -eq 0 ]
