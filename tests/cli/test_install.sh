#!/usr/bin/env bash
# What is installed serves another project: by find_package, and by pkg-config wherever it was moved to.
set -euo pipefail

build=${TWP_BUILD_DIR:?}
study=${TWP_SOURCE_DIR:?}/scenarios/studies/first_study.yaml
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# Options of the library's own build that whoever links it must share.
cached() { sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt"; }
flags=
[ -z "$(cached TWP_SANITIZE)" ] || flags="-fsanitize=$(cached TWP_SANITIZE)"
[ "$(cached TWP_COVERAGE)" != ON ] || flags="$flags --coverage"

cat > use.c << 'END'
#include <stdio.h>
#include <twinpath.h>

int
main(int argc, char **argv)
{
    twp_study_t *study = NULL;

    if (argc != 2 || twp_study_read(argv[1], NULL, 0, &study, NULL) != TWP_OK)
        return 1;
    printf("%d findings\n", twp_study_n_findings(study));
    twp_study_free(study);
    return 0;
}
END
cat > CMakeLists.txt << 'END'
cmake_minimum_required(VERSION 3.25)
project(use LANGUAGES C)
find_package(twinpath REQUIRED)
add_executable(use use.c)
target_link_libraries(use PRIVATE twinpath::twinpath)
END

cmake --install "$build" --prefix "$work/first" > install.log
mv first moved
test -f moved/share/twinpath/twinpath.R
test "$(PYTHONPATH=moved/share/twinpath "$TWP_PYTHON" -c 'import twinpath; print(twinpath.open.__name__)')" = open
test "$(moved/bin/twinpath --version)" = "$("$TWP_PROGRAM" --version)"
[ "$(cached TWP_DOCS)" != ON ] || test -s moved/share/man/man1/twinpath.1

cmake -S . -B by_cmake -DCMAKE_C_COMPILER="${CC:-cc}" -DCMAKE_PREFIX_PATH="$work/moved" \
    -DCMAKE_C_FLAGS="$flags" > cmake.log
cmake --build by_cmake >> cmake.log
test "$(by_cmake/use "$study")" = "0 findings"

PKG_CONFIG_PATH=$(dirname "$(find moved -name twinpath.pc)")
export PKG_CONFIG_PATH
# shellcheck disable=SC2046,SC2086
"${CC:-cc}" $flags use.c $(pkg-config --static --cflags --libs twinpath) -o by_pkg_config
test "$(./by_pkg_config "$study")" = "0 findings"
test "$(pkg-config --modversion twinpath)" = "$(moved/bin/twinpath --version | sed -n 's/^twinpath //p')"
echo good
