/*
 * twinpath-mpi: `twinpath sweep` by the ranks of an MPI job. A program of its own, so that `twinpath` needs no
 * MPI. Every rank writes serial HDF5 files of its own and they share the folder of the run; what goes between
 * them is only the number of the next shard, handed out by rank 0, which lives shards too and answers now
 * and then while it does. What a dead rank had in hand is not there afterwards and is lived when the job is
 * run again.
 */
#include "cli/options.h"
#include "cli/say.h"
#include "cli/stop.h"
#include "cli/sweep_command.h"
#include "results/writer.h"

#include <gsl/gsl_errno.h>
#include <mpi.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ASK = 1, ANSWER = 2, LEAVE = 3 }; /* tags */

#define POLL_NANOSECONDS 1000000
#define PATIENCE_SECONDS 10 /* after a signal, for ranks that say nothing more */

typedef struct {
    int i_rank, n_ranks;
    int64_t next, n_shards; /* of rank 0: next to be handed out */
    int64_t *in_hand;       /* [n_ranks] of rank 0: last handed out, -1: none */
    bool *has_left;         /* [n_ranks] of rank 0 */
    int n_left, exit_code;  /* of rank 0: of the ranks that left, the worst */
} ranks_t;

/* ---- rank 0 ---------------------------------------------------------------------------------- */

/* Which exit code says more: wrong input, failure, an early end, success. */
static int
worse(int a, int b)
{
    static const int order[] = { TWP_EXIT_INPUT, TWP_EXIT_FAILED, TWP_EXIT_STOPPED };

    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        if (a == order[i] || b == order[i])
            return order[i];
    return a != 0 ? a : b;
}

static int64_t
hand_out(ranks_t *ranks)
{
    return twp_stop_is_asked(NULL) || ranks->next >= ranks->n_shards ? -1 : ranks->next++;
}

static void
answer(ranks_t *ranks, int rank)
{
    const int64_t shard = hand_out(ranks);

    MPI_Recv(NULL, 0, MPI_BYTE, rank, ASK, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    ranks->in_hand[rank] = shard;
    MPI_Send(&shard, 1, MPI_INT64_T, rank, ANSWER, MPI_COMM_WORLD);
}

static void
let_go(ranks_t *ranks, int rank)
{
    int exit_code = 0;

    MPI_Recv(&exit_code, 1, MPI_INT, rank, LEAVE, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    ranks->exit_code = worse(ranks->exit_code, exit_code);
    ranks->has_left[rank] = true;
    ranks->n_left++;
}

/* Answers the ranks that ask. */
static void
serve(ranks_t *ranks)
{
    for (;;) {
        MPI_Status message;
        int is_there = 0;

        MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, MPI_COMM_WORLD, &is_there, &message);
        if (!is_there)
            return;
        if (message.MPI_TAG == ASK)
            answer(ranks, message.MPI_SOURCE);
        else
            let_go(ranks, message.MPI_SOURCE);
    }
}

static void
name_silent(const ranks_t *ranks)
{
    for (int rank = 1; rank < ranks->n_ranks; rank++) {
        if (ranks->has_left[rank])
            continue;
        if (ranks->in_hand[rank] >= 0)
            twp_say_error("rank %d says nothing more; it was given shard %lld", rank,
                (long long) ranks->in_hand[rank]);
        else
            twp_say_error("rank %d says nothing more", rank);
    }
}

/* Serves until all others have left; false when some do not after a signal. */
static bool
wait_for_others(ranks_t *ranks)
{
    const struct timespec pause = { 0, POLL_NANOSECONDS };
    time_t stopped = 0;

    while (ranks->n_left < ranks->n_ranks - 1) {
        serve(ranks);
        nanosleep(&pause, NULL);
        if (stopped == 0 && twp_stop_is_asked(NULL))
            stopped = time(NULL);
        if (stopped != 0 && time(NULL) - stopped > PATIENCE_SECONDS) {
            name_silent(ranks);
            return false;
        }
    }
    return true;
}

/* ---- all ranks ------------------------------------------------------------------------------- */

static int64_t
next_shard(void *context, int64_t n_shards)
{
    ranks_t *const ranks = context;
    int64_t shard = -1;

    if (ranks->i_rank > 0) {
        MPI_Send(NULL, 0, MPI_BYTE, 0, ASK, MPI_COMM_WORLD);
        MPI_Recv(&shard, 1, MPI_INT64_T, 0, ANSWER, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        return shard;
    }
    ranks->n_shards = n_shards;
    serve(ranks);
    shard = hand_out(ranks);
    if (shard < 0) /* what follows is merging, when all are done */
        (void) wait_for_others(ranks);
    return shard;
}

/* By any thread of a rank, one at a time. */
static bool
should_stop(void *context)
{
    ranks_t *const ranks = context;

    if (ranks->i_rank == 0)
        serve(ranks);
    return twp_stop_is_asked(NULL);
}

static int
run(ranks_t *ranks, int argc, char **argv)
{
    const twp_sweep_ranks_t shared = { .i_rank = ranks->i_rank,
        .next_shard = next_shard,
        .should_stop = should_stop,
        .context = ranks };
    twp_arguments_t arguments;
    int exit_code = TWP_EXIT_INPUT;

    if (twp_arguments_read(&twp_command_sweep, argc - 1, argv + 1, &arguments, &exit_code)) {
        arguments.command_line = "twinpath-mpi sweep";
        exit_code = twp_sweep_command_run(&arguments, &shared);
    }
    twp_arguments_clear(&arguments);
    return exit_code;
}

/* Leaves together: rank 0 knows the worst exit code, and all end with it. */
static int
leave(ranks_t *ranks, int exit_code)
{
    if (ranks->i_rank > 0) {
        MPI_Send(&exit_code, 1, MPI_INT, 0, LEAVE, MPI_COMM_WORLD);
    } else {
        ranks->next = ranks->n_shards; /* nothing more is handed out */
        if (!wait_for_others(ranks))
            MPI_Abort(MPI_COMM_WORLD, TWP_EXIT_STOPPED);
        exit_code = worse(exit_code, ranks->exit_code);
    }
    MPI_Bcast(&exit_code, 1, MPI_INT, 0, MPI_COMM_WORLD);
    return exit_code;
}

int
main(int argc, char **argv)
{
    ranks_t ranks = { .n_ranks = 1 };
    int level = MPI_THREAD_SINGLE, exit_code = TWP_EXIT_INPUT;

    twp_results_setup();
    gsl_set_error_handler_off();
    MPI_Init_thread(&argc, &argv, MPI_THREAD_SERIALIZED, &level);
    MPI_Comm_rank(MPI_COMM_WORLD, &ranks.i_rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks.n_ranks);
    ranks.in_hand = malloc((size_t) ranks.n_ranks * sizeof *ranks.in_hand);
    ranks.has_left = calloc((size_t) ranks.n_ranks, sizeof *ranks.has_left);
    for (int i = 0; ranks.in_hand != NULL && i < ranks.n_ranks; i++)
        ranks.in_hand[i] = -1;
    if (level < MPI_THREAD_SERIALIZED || ranks.in_hand == NULL || ranks.has_left == NULL) {
        twp_say_error("this MPI does not serve a program with threads");
        MPI_Abort(MPI_COMM_WORLD, TWP_EXIT_FAILED);
    } else if (argc < 2 || strcmp(argv[1], "sweep") != 0) {
        if (ranks.i_rank == 0)
            twp_say_error(
                "usage: mpirun -n RANKS twinpath-mpi sweep STUDY [option]... (the options "
                "of twinpath sweep, without --task, --tasks and --status)");
    } else {
        exit_code = leave(&ranks, run(&ranks, argc, argv));
    }
    free(ranks.has_left);
    free(ranks.in_hand);
    MPI_Finalize();
    return exit_code;
}
