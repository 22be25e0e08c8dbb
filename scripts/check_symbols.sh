#!/usr/bin/env bash
# Reads the symbols of a build and fails when
# - a name that libtwinpath defines for others does not start with twp_,
# - what must give the same bits everywhere (src/kernel, base/portable_math*, model/family*) reaches
#   anything but itself, constant tables of the library and memcpy, memset, memmove,
# - the library has a variable that changes at file scope.
#
#   scripts/check_symbols.sh [BUILD_DIR]      default build/dev
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

folder=${1:-build/dev}
kernel_folder=$folder/src/CMakeFiles/twinpath_kernel.dir
library_folder=$folder/src/CMakeFiles/twinpath.dir
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Names defined for others that are not ours.
foreign_names() { # foreign_names OBJECT...
    nm -g --defined-only "$@" | awk 'NF == 3 && $3 !~ /^twp_/ { print "exported: " $3 }' | sort -u
}

# Names that the kernel reaches outside of itself. $1: names of constant tables, one a line.
outside_names() { # outside_names TABLES OBJECT...
    local tables=$1
    shift
    nm -g --defined-only "$@" | awk 'NF == 3 { print $3 }' | sort -u > "$work/own"
    nm -u "$@" | awk '$1 == "U" { print $2 }' | sort -u |
        grep -vxE 'memcpy|memset|memmove|_GLOBAL_OFFSET_TABLE_|__stack_chk_fail' |
        grep -vE '^__(asan|ubsan|tsan|gcov|sanitizer)_' |
        grep -vxF -f "$work/own" | grep -vxF -f "$tables" | sed 's/^/reached: /' || true
}

# Objects in sections that are written to, without the counters of lines. (.data.rel.ro holds constant tables
# of pointers.)
changing_variables() { # changing_variables OBJECT...
    objdump -t "$@" | awk '$NF !~ /^__gcov/ && $0 ~ / O / && $0 ~ /[ \t](\.data|\.bss|\*COM\*|\.tbss|\.tdata)(\.[^r][^ \t]*)?[ \t]/ {
        print "changes: " $NF }' | sort -u
}

# Global constants of objects: initialised, read-only.
constant_tables() {
    objdump -t "$@" | awk '/ g +O / && /[ \t]\.(rodata|data\.rel\.ro)/ { print $NF }' | sort -u
}

fail_with() { # fail_with TITLE FINDINGS
    [ -z "$2" ] && return 0
    say "$1"
    printf '%s\n' "$2" | sed 's/^/    /'
    is_bad=1
}

is_bad=0
mapfile -t kernel_objects < <(find "$kernel_folder" -name '*.o' | sort)
mapfile -t objects < <(find "$kernel_folder" "$library_folder" -name '*.o' | sort)
for part in kernel/ base/portable_math model/family; do
    printf '%s\n' "${kernel_objects[@]}" | grep -q "/$part" || die "no object of src/$part in $folder"
done
constant_tables "${objects[@]}" > "$work/tables"
fail_with "Names that leave the library without twp_:" "$(foreign_names "${objects[@]}")"
fail_with "The kernel reaches outside of itself:" \
    "$(outside_names "$work/tables" "${kernel_objects[@]}")"
fail_with "Variables that change at file scope:" "$(changing_variables "${objects[@]}")"

# Each check, shown something that it must reject, and something that it must let pass.
try() { # try NAME CODE
    printf '%s\n' "$2" > "$work/$1.c"
    ${CC:-cc} -std=c11 -O1 -w -c "$work/$1.c" -o "$work/$1.o"
}
try libm 'double log(double); double twp_f(double x) { return log(x); }'
try heap 'void *malloc(unsigned long); void *twp_f(void) { return malloc(9); }'
try thread 'int omp_get_thread_num(void); int twp_f(void) { return omp_get_thread_num(); }'
try other 'int twp_arena_alloc(int); int twp_f(int x) { return twp_arena_alloc(x); }'
try name 'int log_stay(void) { return 1; }'
try global 'static int n; int twp_f(void) { return ++n; }'
try local 'int twp_f(void) { static int n = 3; return ++n; }'
try good 'static const char *const t[] = { "a", "b" }; double twp_g(double x) { return x; }
double twp_f(double x, int i) { return twp_g(x) + t[i][0]; }'
: > "$work/none"
for name in libm heap thread other; do
    [ -n "$(outside_names "$work/none" "$work/$name.o")" ] || die "lets $name pass in the kernel"
done
[ -n "$(foreign_names "$work/name.o")" ] || die "lets a name without twp_ pass"
for name in global local; do
    [ -n "$(changing_variables "$work/$name.o")" ] || die "lets a changing variable pass ($name)"
done
[ -z "$(outside_names "$work/none" "$work/good.o")$(foreign_names "$work/good.o")$(
    changing_variables "$work/good.o")" ] || die "rejects what is right"

[ "$is_bad" -eq 0 ] || exit 1
say "symbols: ${#objects[@]} objects, ${#kernel_objects[@]} of them kernel"
