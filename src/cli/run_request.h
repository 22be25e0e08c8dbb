/** What commands that run a study ask for in the same words: rows of their option tables, and the reading. */
#ifndef TWP_CLI_RUN_REQUEST_H
#define TWP_CLI_RUN_REQUEST_H

#include "cli/comparison.h"
#include "cli/options.h"
#include "cli/progress.h"
#include "twinpath.h"

enum {
    TWP_RUN_SET = TWP_OPTION_OWN,
    TWP_RUN_OVER,
    TWP_RUN_STRATEGY,
    TWP_RUN_PATIENTS,
    TWP_RUN_PARAMETER_SETS,
    TWP_RUN_TWINS,
    TWP_RUN_SEED,
    TWP_RUN_THREADS,
    TWP_RUN_PROGRESS,
    TWP_RUN_FORMAT,
    TWP_RUN_DIGEST,
    TWP_RUN_QUIET,
    TWP_RUN_OWN /**< first id of a command's own options */
};

#define TWP_TWINS_CHOICES "fresh|same"

/** Of commands that know sweeps. */
#define TWP_OPTION_OVER                                                                 \
    {                                                                                   \
        TWP_RUN_OVER, "over", '\0', TWP_TAKES_VALUE, "PATH=A,B,C",                      \
            "live the study at each of these values of a number; may be repeated: all " \
            "combinations "                                                             \
            "(in the place of the study's sweep)"                                       \
    }

#define TWP_OPTION_THREADS                                                                \
    {                                                                                     \
        TWP_RUN_THREADS, "threads", 't', TWP_TAKES_VALUE, "N",                            \
            "threads to use; the results do not depend on it (default: OMP_NUM_THREADS, " \
            "SLURM_CPUS_PER_TASK, or all cores)"                                          \
    }

#define TWP_OPTION_PROGRESS                                                        \
    {                                                                              \
        TWP_RUN_PROGRESS, "progress", '\0', TWP_TAKES_VALUE, TWP_PROGRESS_CHOICES, \
            "how to show progress on standard error (default: auto, a bar on a "   \
            "terminal)"                                                            \
    }

#define TWP_OPTION_DIGEST                                              \
    {                                                                  \
        TWP_RUN_DIGEST, "digest", '\0', TWP_TAKES_NOTHING, NULL,       \
            "print the content digest of the results as the last line" \
    }

/** Rows about what is printed of a run. */
#define TWP_RUN_PRINT_OPTIONS                                                 \
    TWP_OPTION_PROGRESS,                                                      \
        { TWP_RUN_FORMAT, "format", 'f', TWP_TAKES_VALUE, TWP_FORMAT_CHOICES, \
            "how to print the comparison (default: table)" },                 \
        TWP_OPTION_DIGEST,                                                    \
    {                                                                         \
        TWP_RUN_QUIET, "quiet", 'q', TWP_TAKES_NOTHING, NULL,                 \
            "print neither progress nor the comparison"                       \
    }

/** Rows about what is run: the same study, options and seed are the same run in every command. */
#define TWP_RUN_OPTIONS                                                                           \
    { TWP_RUN_SET, "set", '\0', TWP_TAKES_VALUE, "PATH=VALUE",                                    \
        "override a value of the study, such as parameters.price=900; may be repeated" },         \
        { TWP_RUN_STRATEGY, "strategy", 's', TWP_TAKES_VALUE, "NAME",                             \
            "run this strategy beside the baseline; may be repeated (default: all)" },            \
        { TWP_RUN_PATIENTS, "patients", 'n', TWP_TAKES_VALUE, "N",                                \
            "number of patients (default: the study's)" },                                        \
        { TWP_RUN_PARAMETER_SETS, "parameter-sets", '\0', TWP_TAKES_VALUE, "N",                   \
            "draw and live this many sets of the uncertain parameters (default: the study's; 0: " \
            "the values as written)" },                                                           \
        { TWP_RUN_TWINS, "twins", '\0', TWP_TAKES_VALUE, TWP_TWINS_CHOICES,                       \
            "other twins in every parameter set, or the same ones (default: the study's, or "     \
            "fresh)" },                                                                           \
        { TWP_RUN_SEED, "seed", '\0', TWP_TAKES_VALUE, "N",                                       \
            "seed of all random numbers (default: 1)" },                                          \
        TWP_OPTION_THREADS

typedef struct {
    const twp_arguments_t *arguments;
    const char **set,
        **strategy; /* [n_set], [n_strategies]; --over's as twp_study_read() wants them */
    char **over;    /* [n_over] owned texts of set */
    int n_over, n_set, n_strategies;
    twp_run_settings_t settings; /* without output_path and callbacks */
    int progress;                /* twp_progress_kind_t */
    int format;                  /* twp_format_t */
    bool is_quiet, has_digest;
} twp_run_request_t;

/** Reads these options. Tells what is wrong and returns false. Cleared in any case. */
bool twp_run_request_read(const twp_arguments_t *arguments, twp_run_request_t *request);
void twp_run_request_clear(twp_run_request_t *request);

/** Reads those of TWP_RUN_PRINT_OPTIONS; the same. */
bool twp_run_request_read_print(const twp_arguments_t *arguments, twp_run_request_t *request);

/** Before a run: shows its progress in view, and lets signals stop it. */
void twp_run_request_listen(twp_run_request_t *request, twp_progress_view_t *view);

/** Prints the comparison in a results file, and the digest, as asked; returns exit_code or what went wrong. */
int twp_run_request_print(
    const twp_run_request_t *request, const char *path, const char *digest, int exit_code);

/** Whether the strategies asked for are the study's; tells which is not, with the nearest. */
bool twp_run_request_check(const twp_study_t *study, const twp_run_request_t *request);

/**
 * Values of --set and --over as twp_study_read() takes them, both together: fills set[n_options of arguments
 * at most] and over[...], texts that are the caller's to free; -1: no memory.
 */
int twp_run_request_sets(
    const twp_arguments_t *arguments, const char **set, char **over, int *n_over);

/** --threads, else what OMP_NUM_THREADS or SLURM_CPUS_PER_TASK say; 0: all. False: told. */
bool twp_run_request_threads(const twp_arguments_t *arguments, int *n_threads);

#endif
