#!/usr/bin/env bash
# tier: long
# Every system call that writes, syncs, links or removes while a results file is made fails once, fails
# from then on, or is the process's last. Afterwards the file must be absent or whole, a success must
# be true, and a second attempt must succeed and leave nothing else behind.
set -euo pipefail

program=$(find "${TWP_BUILD_DIR:?}" -name t_unit_test_writer -type f | head -n 1)
[ -n "$program" ] || { echo "t_unit_test_writer is not built" >&2; exit 1; }
command -v strace > /dev/null || { echo "strace is not installed"; exit 77; }
strace -o /dev/null true 2> /dev/null || { echo "strace may not trace here"; exit 77; }
export OMP_NUM_THREADS=1

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
n_cases=0 n_absent=0 n_whole=0

# judge WHAT EXIT_CODE: the rules above for folder/a.h5.
judge() {
    n_cases=$((n_cases + 1))
    if [ -e "$folder/a.h5" ]; then
        "$program" check "$folder/a.h5" || { echo "$1: a wrong file was published" >&2; exit 1; }
        n_whole=$((n_whole + 1))
    else
        [ "$2" -ne 0 ] || { echo "$1: success without a file" >&2; exit 1; }
        n_absent=$((n_absent + 1))
    fi
    "$program" write "$folder/a.h5" || { echo "$1: the second attempt failed" >&2; exit 1; }
    "$program" check "$folder/a.h5"
    (cd "$folder" && sha256sum --quiet --strict -c a.h5.sha256)
    local left
    left=$(find "$folder" -type f ! -name a.h5 ! -name a.h5.sha256 ! -name trace)
    [ -z "$left" ] || { echo "$1: left behind: $left" >&2; exit 1; }
}

# inject CALLS HOW N: the N-th of CALLS fails or kills as HOW says.
inject() {
    local code=0
    rm -f "$folder"/a.h5*
    { # the braces also silence the shell's own word on a killed process
        strace -f -o /dev/null -e "trace=$1" -e "inject=$1:$2:when=$3" \
            "$program" write "$folder/a.h5"
    } 2> /dev/null || code=$?
    judge "$1 $2 when=$3" "$code"
}

# count CALLS: how many of them a whole run makes.
count() {
    rm -f "$folder"/a.h5*
    strace -f -o "$folder/trace" -e "trace=$1" "$program" write "$folder/a.h5"
    grep -cE "^[0-9]+ +($(echo "$1" | tr ',' '|'))\(" "$folder/trace" || true
}

for calls in pwrite64 write fsync ftruncate link rename unlink pread64; do
    n=$(count "$calls")
    step=$((n / 60 + 1)) # long lists are sampled evenly; the first and last few are always among them
    for ((i = 1; i <= n; i++)); do
        if [ $((i % step)) -ne 0 ] && [ "$i" -gt 5 ] && [ "$i" -lt $((n - 10)) ]; then
            continue
        fi
        if [ "$calls" != unlink ]; then
            inject "$calls" error=ENOSPC "$i"
            inject "$calls" error=EIO "$i+"
        fi
        inject "$calls" signal=KILL "$i"
    done
    echo "$calls: $n calls"
done
echo "$n_cases cases: $n_absent times absent, $n_whole times whole"
[ "$n_cases" -gt 200 ] && [ "$n_absent" -gt 100 ]
