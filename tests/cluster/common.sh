# Tools of the tests of this folder; not a test, sourced by them.
# shellcheck shell=bash
program=${TWP_PROGRAM:?}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
study=$here/../python/study.yaml
run_options=(-n 5000 -q --set record.events=none --set record.trajectories=false)
sweep_options=("${run_options[@]}" --shard-twins 1024)
folder=$(mktemp -d /tmp/twpc.XXXXXX) # short: daemons put sockets below it
export OMP_NUM_THREADS=1

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# needs PROGRAM ...: skips the test where one is missing.
needs() {
    local one
    for one in "$@"; do
        command -v "$one" > /dev/null || {
            echo "$one is not installed"
            exit 77
        }
    done
}

# holds_results RUN: the folder's results are those of the run without parts.
holds_results() {
    "$program" sweep --status "$1" > status.out 2>&1 || fail "$1 is not done: $(cat status.out)"
    grep -qF "$whole" status.out || fail "$1 has other results: $(cat status.out)"
    [ ! -e "$1/shards" ] || fail "$1 has shards left: $(ls "$1/shards")"
}

# A file faulty.yaml: a wait of 3.15 days and a normal number, below 0 for one twin, 4149, which is of shard 4 of 6.
write_faulty() {
    cat > faulty.yaml << 'STUDY'
twinpath: 1
study: faulty
source: assumption
time: {starts: 2027-01-01, horizon: 1 year}
patient:
  count: 6144
  attributes: {span: {normal: [0 days, 1 day]}}
  tracks:
    health:
      start: well
      states:
        well: {wait: {after: 3.15 days + span, to: ill}}
        ill: {}
strategies: {usual: {baseline: true}}
report: {measures: [{measure: entries, of: health.ill}]}
STUDY
}

# A script that twinpath emits finds the program as it would on a cluster.
use_program() {
    mkdir -p bin
    ln -sf "$(realpath "$program")" bin/twinpath
    export PATH=$folder/bin:$PATH
}

cd "$folder"
whole=$("$program" run "$study" "${run_options[@]}" --digest -o whole.h5)
