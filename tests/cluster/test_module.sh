#!/usr/bin/env bash
# tier: long
# The environment module of scripts/cluster/, with the prefix written into it as it says, finds an installed twinpath
# by a real Lmod: the program, its manual, and the library for others.
set -euo pipefail
. "$(dirname "$0")/common.sh"
trap 'rm -rf "$folder"' EXIT
lmod=/usr/share/lmod/lmod/init/bash
if [ ! -e $lmod ]; then
    echo "Lmod is not installed"
    exit 77
fi
build=${TWP_BUILD_DIR:?}
version=$("$program" --version | head -n 1)
version=${version#twinpath }
prefix=$folder/opt/twinpath/$version
cmake --install "$build" --prefix "$prefix" > install.log
mkdir -p modules/twinpath
sed "s|^local root = .*|local root = \"$prefix\"|" "$TWP_SOURCE_DIR/scripts/cluster/twinpath.lua" \
    > "modules/twinpath/$version.lua"

# in_shell COMMAND: in a shell that knows Lmod and nothing of this build.
in_shell() {
    env -i HOME="$folder" PATH=/usr/bin:/bin bash -c ". $lmod && module use '$folder/modules' && $1" 2> err
}
! in_shell "command -v twinpath" || fail "twinpath is on this machine's own PATH"
[ "$(in_shell "module load twinpath && command -v twinpath")" = "$prefix/bin/twinpath" ] || fail "not loaded: $(cat err)"
[ "$(in_shell "module load twinpath && twinpath --version | head -n 1")" = "twinpath $version" ] || fail "another version: $(cat err)"
[ "$(in_shell "module load twinpath/$version && twinpath run '$study' ${run_options[*]} --digest -o run.h5")" = "$whole" ] ||
    fail "another digest: $(cat err)"
[ "$(in_shell "module load twinpath && pkg-config --modversion twinpath")" = "$version" ] || fail "no pkg-config: $(cat err)"
[ ! -e "$prefix/share/man/man1/twinpath.1" ] ||
    in_shell "module load twinpath && man -w twinpath" > manual || fail "no manual: $(cat err)"
[ ! -e manual ] || grep -q "^$prefix/" manual || fail "another manual: $(cat manual)"
in_shell "module load twinpath && module unload twinpath && ! command -v twinpath" || fail "not unloaded: $(cat err)"
in_shell "module whatis twinpath 2>&1 | grep -q 'Version: $version'" || fail "whatis: $(cat err)"
echo "ok: the module loads what is installed"
