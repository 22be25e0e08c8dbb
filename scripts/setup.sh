#!/usr/bin/env bash
# Installs what Twinpath is built with from Debian's packages, and nothing where nothing is missing.
#
#   scripts/setup.sh            what the build and the program need
#   scripts/setup.sh --tests    also what the tests need: cmocka, sanitizers, readers to compare with
#   scripts/setup.sh --long     also what only tests of the long tier need
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

build_packages=(
    gcc libc6-dev binutils cmake ninja-build pkg-config
    libhdf5-dev libdeflate-dev libsodium-dev libyaml-dev libjansson-dev libgsl-dev librandom123-dev
    graphviz
)
test_packages=(
    libcmocka-dev libmpfr-dev
    python3 python3-jsonschema python3-yaml python3-numpy python3-scipy python3-pandas python3-xarray
    python3-h5py python3-h5netcdf python3-netcdf4 python3-matplotlib python3-nbformat python3-nbclient
    python3-ipykernel netcdf-bin hdf5-tools r-base-core r-bioc-rhdf5 r-cran-jsonlite r-cran-survival r-cran-msm
    openmpi-bin libopenmpi-dev slurm-wlm munge strace
    clang clang-format clang-tidy libclang-rt-dev libomp-dev gcovr valgrind
)
long_packages=(snakemake lmod)
# Slurm asks for the machine's own name, which a Debian without an entry in /etc/hosts does not resolve.
getent ahostsv4 "$(uname -n)" > /dev/null || test_packages+=(libnss-myhostname)

wanted=("${build_packages[@]}")
case "${1:-}" in
    "") ;;
    --tests) wanted+=("${test_packages[@]}") ;;
    --long) wanted+=("${test_packages[@]}" "${long_packages[@]}") ;;
    *) die "unknown option $1; there are --tests and --long" ;;
esac

command -v dpkg-query > /dev/null ||
    die "this is not a Debian system; install the equivalents of: ${wanted[*]}"

missing=()
for package in "${wanted[@]}"; do
    status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null || true)
    [ "$status" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
    say "setup: all ${#wanted[@]} packages are installed"
    exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo > /dev/null || die "needs root or sudo to install: ${missing[*]}"
    as_root=(sudo)
fi
say "setup: installing ${missing[*]}"
apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 "$@" < /dev/null
}
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { apt update && apt install -y --no-install-recommends "${missing[@]}"; } > "$log" 2>&1; then
    tail -n 30 "$log" >&2
    die "apt-get could not install: ${missing[*]}"
fi
say "setup: installed ${#missing[@]} packages"
