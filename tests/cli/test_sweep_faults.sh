#!/usr/bin/env bash
# Every system call that writes, syncs, links, reads back or removes while a shard is lived, or shards are merged, fails
# once, fails from then on, or is the process's last. Afterwards there is no wrong file, a success is true,
# a failure says which file and why, and the next attempt comes to the results of a run without parts.
# A sample of them unless TWP_TIER=long. tier: long
set -euo pipefail

program=${TWP_PROGRAM:?}
study=$(cd "$(dirname "$0")/../python" && pwd)/study.yaml
command -v strace > /dev/null || { echo "strace is not installed"; exit 77; }
strace -o /dev/null true 2> /dev/null || { echo "strace may not trace here"; exit 77; }
export OMP_NUM_THREADS=1 SOURCE_DATE_EPOCH=0 ASAN_OPTIONS=detect_leaks=0 # leaks cannot be looked for under ptrace

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
options=(-n 2000 --strategy nurse --set record.events=none --set record.trajectories=false)
sweep=("$program" sweep "$study" "${options[@]}" --shard-twins 1024 -q)
whole=$("$program" run "$study" "${options[@]}" -q --digest -o whole.h5)
"${sweep[@]}" -o made --no-merge
n_cases=0 n_absent=0 n_there=0

fail() {
    echo "FAILED: $* ($(cat err))" >&2
    exit 1
}

# One shard of two into RUN, and two shards into one file.
shard() { "$@" "${sweep[@]}" -o RUN --task 1 --tasks 2; }
merge() { "$@" "$program" merge made/shards/*.h5 -q -o RUN/results.h5; }
file_of() { # file_of WORK
    if [ "$1" = shard ]; then echo RUN/shards/shard-000001-of-000002.h5; else echo RUN/results.h5; fi
}

begin() { # begin WORK
    rm -rf RUN
    if [ "$1" = merge ]; then mkdir RUN; fi
}

# judge WORK WHAT EXIT_CODE: the rules above.
judge() {
    local work=$1 what=$2 code=$3 file digest left
    file=$(file_of "$work")
    n_cases=$((n_cases + 1))
    if [ -e "$file" ]; then
        n_there=$((n_there + 1))
        [ ! -e "$file.sha256" ] || (cd "$(dirname "$file")" && sha256sum --quiet --strict -c "$(basename "$file").sha256") ||
            fail "$work, $what: the checksum is wrong"
    else
        n_absent=$((n_absent + 1))
        [ "$code" -ne 0 ] || fail "$work, $what: success without a file"
    fi
    if [ "$work" = shard ]; then
        digest=$("${sweep[@]}" -o RUN --retry --digest 2> err) || fail "$work, $what: the next attempt failed"
    else
        digest=$("$program" merge made/shards/*.h5 -q -o RUN/results.h5 --digest 2> err) ||
            fail "$work, $what: the next attempt failed"
    fi
    [ "$digest" = "$whole" ] || fail "$work, $what: other results"
    (cd RUN && sha256sum --quiet --strict -c results.h5.sha256) || fail "$work, $what: no checksum"
    left=$(find RUN -name '.*.tmp')
    [ -z "$left" ] || fail "$work, $what: left behind: $left"
}

# inject WORK CALLS HOW WHEN: a call fails or kills as HOW says.
inject() {
    local code=0
    begin "$1"
    { # the braces also silence the shell's own word on a killed process
        "$1" strace -f -qq -o trace -e "trace=$2" -e "inject=$2:$3:when=$4" > /dev/null 2> err || code=$?
    } 2> /dev/null
    if [ "$code" -ne 0 ] && [[ $3 == error=* ]] && [[ $4 != *+ ]]; then
        grep -qE 'No space left on device|Input/output error|errno = (5|28)' err ||
            fail "$1, $2 $3 when=$4: no reason is given"
        grep -qE 'RUN|made/' err || fail "$1, $2 $3 when=$4: no file is named"
    fi
    judge "$1" "$2 $3 when=$4" "$code"
}

count() { # count WORK CALLS: how many of them a whole run makes
    begin "$1"
    "$1" strace -f -qq -o trace -e "trace=$2" > /dev/null
    grep -cE "^[0-9]+ +($2)\(" trace || true
}

for work in shard merge; do
    for calls in pwrite64 write fsync ftruncate link rename unlink mkdir; do
        n=$(count "$work" "$calls")
        step=$((n / 2 + 1))
        [ "${TWP_TIER:-}" != long ] || step=$((n / 60 + 1))
        for ((i = 1; i <= n; i += step)); do
            if [ "$calls" != unlink ]; then
                inject "$work" "$calls" error=ENOSPC "$i"
                [ "${TWP_TIER:-}" != long ] || inject "$work" "$calls" error=EIO "$i+"
            fi
            inject "$work" "$calls" signal=KILL "$i"
        done
        echo "$work, $calls: $n calls"
    done
done
echo "$n_cases cases: $n_absent times absent, $n_there times there"
[ "$n_cases" -gt 15 ] && [ "$n_absent" -gt 8 ]

# A task begins while another one merges and removes the folder of shards, which is there at its mkdir and gone after it.
"${sweep[@]}" -o race --no-merge
strace -f -qq -o trace -e trace=mkdir -e inject=mkdir:delay_exit=1000000:when=2 \
    "${sweep[@]}" -o race --task 5 --tasks 6 2> err & task=$!
for ((i = 0; i < 500; i++)); do
    ! grep -q '"race/shards"' trace 2> /dev/null || break
    sleep 0.01
done
"$program" merge race -q
wait $task || fail "a task that begins while another merges ends with $?"
[ ! -e race/shards ] || fail "shards are left after a merge"
echo "ok: a task may begin while another one merges"
