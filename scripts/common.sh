# shellcheck shell=bash disable=SC2034
# Sourced by the other scripts, which have changed to the root of the checkout.

# Ninja where it is installed; a build folder that exists keeps its generator. To be called again
# after setup.sh, which may just have installed it.
use_ninja() {
    if [ -z "${CMAKE_GENERATOR:-}" ] && command -v ninja > /dev/null; then
        export CMAKE_GENERATOR=Ninja
    fi
}
use_ninja

n_jobs=$(nproc 2> /dev/null || echo 2)

say() {
    printf '%s\n' "$*"
}

die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}
