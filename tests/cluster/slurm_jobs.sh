# A Slurm of its own for a test; not a test, sourced after common.sh.
# shellcheck shell=bash
needs munged slurmctld slurmd sbatch squeue
if [ "$(id -u)" -ne 0 ]; then
    echo "Slurm's daemons need root here"
    exit 77
fi
export STUDY=$study OPTIONS="${sweep_options[*]}"
export TWP_SLURM_DIR=$folder/slurm TWP_SLURM_PORT=$((20000 + $$ % 10000 * 3))
unset OMP_NUM_THREADS # the job's own CPUs are the threads
slurm=$here/slurm_local.sh
use_program
trap 'bash "$slurm" down > /dev/null 2>&1 || true; rm -rf "$folder"' EXIT

slurm_up() { # slurm_up NODES
    bash "$slurm" up "$1" || fail "Slurm does not start"
    eval "$(bash "$slurm" env)"
}

emit() { # emit RUN TASKS: the script of an array, as the program prints it
    # shellcheck disable=SC2086
    "$program" sweep "$STUDY" $OPTIONS -o "$1" --tasks "$2" --threads 1 --emit slurm
}

submit() { # submit OPTION ... SCRIPT
    timeout 60 sbatch -o 'job-%A_%a.out' "$@" > submitted || fail "sbatch: $(cat submitted)"
}

wait_for_jobs() { # wait_for_jobs SECONDS
    local end=$((SECONDS + $1))
    while [ -n "$(timeout 20 squeue -h 2>&1)" ]; do
        [ $SECONDS -lt $end ] || fail "jobs do not end: $(squeue 2>&1) $(cat job-*.out)"
        sleep 0.2
    done
}

# How jobs ended: "3 COMPLETED 1 FAILED".
states() {
    grep -oE 'JobState=[A-Z]+' "$TWP_SLURM_DIR/jobcomp.log" | cut -d= -f2 | sort | uniq -c |
        awk '{printf "%s%s %s", (NR > 1 ? " " : ""), $1, $2}'
}
