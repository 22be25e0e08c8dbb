#!/usr/bin/env bash
# The same study from gcc and clang at several optimisation levels and instruction sets: the digests
# of the results must be equal, bit for bit.
#
#   scripts/bit_digest.sh [STUDY [option of twinpath run ...]]
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

study=${1:-scenarios/studies/ra_biologic_support.yaml}
shift || true
run_options=("$@")
[ ${#run_options[@]} -gt 0 ] || run_options=(--patients 3000)
levels=("-O0" "-O2" "-O3" "-O3 -march=native")
if grep -qw avx2 /proc/cpuinfo 2> /dev/null; then
    levels+=("-O2 -march=x86-64-v3")
else
    say "left out: -march=x86-64-v3, which this machine cannot run"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n_kinds=0
n_bad=0
first=
for compiler in gcc clang; do
    command -v "$compiler" > /dev/null || die "$compiler is missing; scripts/setup.sh --tests"
    for level in "${levels[@]}"; do
        folder=$work/build
        rm -rf "$folder"
        if ! { cmake -S . -B "$folder" -DCMAKE_C_COMPILER="$compiler" -DCMAKE_BUILD_TYPE=Release \
            -DCMAKE_C_FLAGS_RELEASE="$level" -DTWP_TESTS=OFF -DTWP_DOCS=OFF &&
            nice -n 10 cmake --build "$folder" -j "$n_jobs" --target twinpath_program; } \
            > "$work/log" 2>&1; then
            tail -n 30 "$work/log" >&2
            die "$compiler $level does not build"
        fi
        digest=$("$folder/twinpath" run "$study" -o "$work/results.h5" --overwrite --digest \
            "${run_options[@]}" 2> "$work/log" | grep -oE '[0-9a-f]{64}' | tail -n 1) ||
            { cat "$work/log" >&2; die "$compiler $level: the run failed"; }
        [ -n "$digest" ] || die "$compiler $level: the run printed no digest"
        first=${first:-$digest}
        n_kinds=$((n_kinds + 1))
        if [ "$digest" = "$first" ]; then
            printf '%-6s %-24s %s\n' "$compiler" "$level" "$digest"
        else
            printf '%-6s %-24s %s DIFFERS\n' "$compiler" "$level" "$digest"
            n_bad=$((n_bad + 1))
        fi
    done
done
say "$n_kinds builds, $n_bad differ"
[ "$n_bad" -eq 0 ]
