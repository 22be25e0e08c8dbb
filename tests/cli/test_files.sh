#!/usr/bin/env bash
# What a run leaves on the disk: whole files with their checksum, the same bytes every time, nothing
# after a failure or a kill, and never somebody else's file overwritten.
set -euo pipefail

program=${TWP_PROGRAM:?}
study=$(cd "$(dirname "$0")/../python" && pwd)/study.yaml
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
unset SOURCE_DATE_EPOCH

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# expect CODE COMMAND ...: runs it, keeps its streams in out and err.
expect() {
    local wanted=$1 code=0
    shift
    "$@" > out 2> err || code=$?
    [ "$code" -eq "$wanted" ] || fail "exit code $code, not $wanted, of: $* ($(cat err))"
}

says() {
    grep -qF -- "$1" err || fail "\"$1\" is not in: $(cat err)"
}

run() {
    "$program" run "$study" --quiet "$@"
}

# The same without rows of twins: quick, and most of the file is read for a summary.
run_bare() {
    run --set record.events=none --set record.trajectories=false --set record.outcomes=false \
        --set record.twins=false "$@"
}

# holds FOLDER NAME ...: these files in order of name and no others, hidden ones included.
holds() {
    local where=$1 found
    shift
    found=$(cd "$where" && LC_ALL=C ls -A | tr '\n' ' ')
    [ "${found% }" = "$*" ] || fail "$where holds: $found; it should hold: $*"
}

# ---- the same bytes -----------------------------------------------------------------------------
mkdir same one two
SOURCE_DATE_EPOCH=0 expect 0 run -o same/results.h5
MALLOC_PERTURB_=170 SOURCE_DATE_EPOCH=1700000000 expect 0 run --threads 1 -o one/results.h5
SOURCE_DATE_EPOCH=0 expect 0 run --threads 2 -o two/results.h5
for other in one two; do
    cmp same/results.h5 $other/results.h5 || fail "two equal runs differ (same, $other)"
    cmp same/results.h5.sha256 $other/results.h5.sha256
done
holds same results.h5 results.h5.sha256
SOURCE_DATE_EPOCH=0 expect 0 run --seed 2 -o two/seed.h5
! cmp -s same/results.h5 two/seed.h5 || fail "another seed gives the same bytes"
(cd same && sha256sum --quiet --strict -c results.h5.sha256) || fail "the checksum is wrong"
echo "ok: the same bytes whatever the threads, and their checksum"

# ---- a file that is there -----------------------------------------------------------------------
rm same/* two/*
expect 0 run_bare -o same/results.h5
cp same/results.h5 kept.h5
expect 0 run_bare --threads 1 -o same/results.h5 # equal content: a success (the session differs)
cmp same/results.h5 kept.h5 || fail "a file with the same content was replaced"
expect 1 run_bare --seed 2 -o same/results.h5
says "same/results.h5"
says "--overwrite"
cmp same/results.h5 kept.h5 || fail "a file was replaced without --overwrite"
holds same results.h5 results.h5.sha256
expect 0 run_bare --seed 2 --overwrite -o same/results.h5
! cmp -s same/results.h5 kept.h5 || fail "--overwrite left the old file"
(cd same && sha256sum --quiet --strict -c results.h5.sha256) || fail "the checksum is of the old file"
echo "not a results file" > same/text.h5
expect 1 run_bare -o same/text.h5
[ "$(cat same/text.h5)" = "not a results file" ] || fail "a file of another kind was replaced"
echo "ok: a file that is there stays unless --overwrite is given"

# ---- damage -------------------------------------------------------------------------------------
# flip FILE OFFSET: turns one bit of one byte round.
flip() {
    local byte
    byte=$(od -An -tu1 -j "$2" -N 1 "$1")
    # shellcheck disable=SC2059
    printf "\\x$(printf %02x $((byte ^ 16)))" |
        dd of="$1" bs=1 seek="$2" count=1 conv=notrunc status=none
}
numbers() {
    grep -oE '[0-9]+([.][0-9]+)?(e[-+][0-9]+)?' "$1" || true
}
rm one/*
expect 0 run_bare -o one/results.h5
size=$(stat -c %s one/results.h5)
expect 0 "$program" summary one/results.h5 --format csv
numbers out > numbers.wanted
[ "$(wc -l < numbers.wanted)" -gt 200 ] || fail "the summary prints few numbers"
for i in $(seq 0 9); do
    cp one/results.h5 one/results.h5.sha256 two/
    flip two/results.h5 $((i * (size - 1) / 9))
    expect 2 "$program" summary two/results.h5
    [ ! -s out ] || fail "numbers of a damaged file are shown"
    says "two/results.h5"
done
head -c $((size - 100)) one/results.h5 > two/results.h5
expect 2 "$program" summary two/results.h5
# Without the .sha256 the text is not guarded, but the numbers are: refused, or all the same.
rm two/results.h5.sha256
n_refused=0
n_flips=8
[ "${TWP_TIER:-quick}" != long ] || n_flips=40
for i in $(seq 1 $n_flips); do
    cp one/results.h5 two/results.h5
    flip two/results.h5 $((i * (size - 1) / (n_flips + 1)))
    code=0
    "$program" summary two/results.h5 --format csv > out 2> err || code=$?
    case $code in
        0) numbers out | cmp -s - numbers.wanted || fail "bit flip $i changed a number unnoticed" ;;
        2) n_refused=$((n_refused + 1)) ;;
        *) fail "bit flip $i ended with $code" ;;
    esac
done
cp one/results.h5 two/results.h5
flip two/results.h5 20 # within the superblock
expect 2 "$program" summary two/results.h5
echo "ok: damage is found before a number is shown ($n_refused of $n_flips without a checksum file)"

# ---- where nothing can be written ---------------------------------------------------------------
mkdir closed
chmod 555 closed
unable=()
[ "$(id -u)" -ne 0 ] || unable=(setpriv "--bounding-set=-dac_override,-dac_read_search")
expect 1 "${unable[@]}" "$program" run "$study" --quiet -o closed/results.h5
says "closed/results.h5"
says "Permission denied"
holds closed
expect 1 run -o nowhere/results.h5
says "nowhere/results.h5"
says "No such file or directory"
mkdir full
limited() { # the write that goes beyond 512 KiB fails, as on a full disk
    (
        ulimit -f 512
        run -o full/results.h5
    )
}
expect 1 limited
says "full/"
says "File too large"
holds full
echo "ok: what cannot be written is said with its path and reason, and leaves nothing"

# ---- killed -------------------------------------------------------------------------------------
# kill_when CONDITION OPTION ...: kills a run while the condition holds. A run that was quicker is taken
# back and a longer one started: other processes may have had the processor.
kill_when() {
    local condition=$1 n pid code
    shift
    for n in 8000 20000 50000 120000; do
        code=0
        "$program" run "$study" --quiet -n $n --seed 3 -o killed/results.h5 "$@" 2> err &
        pid=$!
        while kill -0 $pid 2> /dev/null && ! eval "$condition"; do
            sleep 0.01
        done
        kill -KILL $pid 2> /dev/null || true
        { wait $pid || code=$?; } 2> /dev/null
        if [ $code -eq 137 ] && eval "$condition"; then
            return 0
        fi
        [ $code -eq 0 ] || [ $code -eq 137 ] || fail "exit code $code of a run that was to be killed ($(cat err))"
        rm -f killed/* killed/.results*
        [ ! -d kept ] || cp kept/* killed/
    done
    fail "no run lasted until it could be killed ($condition)"
}
is_being_made='[ -n "$(find killed -name ".results.h5.*.tmp" ! -name "*.sha256.*")" ]'
mkdir killed
kill_when 'sleep 0.1'
holds killed
kill_when "$is_being_made"
[ ! -e killed/results.h5 ] || fail "a killed run left a results file"
[ ! -e killed/results.h5.sha256 ] || fail "a killed run left a checksum"
expect 0 run_bare -o killed/results.h5
holds killed results.h5 results.h5.sha256 # what the killed run left is gone
mkdir kept
cp killed/* kept/
kill_when "$is_being_made" --overwrite
cmp killed/results.h5 kept/results.h5 || fail "a killed run changed the file that was there"
(cd killed && sha256sum --quiet --strict -c results.h5.sha256) || fail "its checksum is wrong"
echo "ok: a killed run leaves no results file and harms none"
