/* What the blocks of a study are, and which row of twp_keys[] a key of a block is. */
#include "vocabulary/keys.h"

#include "vocabulary/units.h"

#include <string.h>

#define ROW(block, ...) [TWP_BLOCK_##block] = { TWP_BLOCK_##block, __VA_ARGS__ }
#define SOURCED .has_source = true

const twp_block_row_t twp_blocks[TWP_N_BLOCKS] = {
    ROW(NONE, "nothing", .help = ""),
    ROW(STUDY, "study", SOURCED, .help = "The top of a file."),
    ROW(TIME, "time", .help = "The calendar."),
    ROW(MONEY, "money", SOURCED, .help = "Long form of `money: USD 2023`."),
    ROW(PARAMETER, "parameter", SOURCED, .help = "A named number; a plain value is its `value`."),
    ROW(TABLE, "table", SOURCED,
        .help = "A table of numbers, called like a function: `NAME(age + time, sex)`."),
    ROW(TABLE_COLUMN, "table column", .help = "One column of a table's keys."),
    ROW(UNCERTAIN, "uncertain", SOURCED, .help = "The distribution of a number that is not sure."),
    ROW(UNCERTAIN_NORMAL, "uncertain normal", .help = "Arguments of the distribution."),
    ROW(UNCERTAIN_LOGNORMAL, "uncertain lognormal", .help = "Arguments of the distribution."),
    ROW(UNCERTAIN_BETA, "uncertain beta", .help = "Arguments of the distribution."),
    ROW(UNCERTAIN_GAMMA, "uncertain gamma", .help = "Arguments of the distribution."),
    ROW(JOINT, "joint", SOURCED, .help = "Parameters that are uncertain together."),
    ROW(DIRICHLET, "dirichlet", .help = "Arguments of the distribution."),
    ROW(MULTIVARIATE_NORMAL, "multivariate normal", .help = "Arguments of the distribution."),
    ROW(POSTERIOR_DRAWS, "posterior draws", .help = "Rows of a file."),
    ROW(PATIENT, "patient", SOURCED, .help = "The population and what a life is made of."),
    ROW(DISTRIBUTION, "distribution", SOURCED,
        .help = "How a number differs between twins; a plain value is the same for all."),
    ROW(DIST_LOGNORMAL, "lognormal", .help = "Arguments of the distribution."),
    ROW(DIST_GAMMA, "gamma", .help = "Arguments of the distribution."),
    ROW(DIST_EXPONENTIAL, "exponential", .help = "Arguments of the distribution."),
    ROW(DIST_WEIBULL, "weibull", .help = "Arguments of the distribution."),
    ROW(CORRELATED, "correlated", SOURCED,
        .help = "Attributes, or uncertain parameters, that hang together."),
    ROW(VARIABLE, "variable", SOURCED, .help = "A changing number of a twin."),
    ROW(ACTION, "action", SOURCED,
        .help = "One thing that is done; a plain name is a named action."),
    ROW(TRACK, "track", SOURCED, .help = "A state machine: exactly one of its states is current."),
    ROW(START_CHOICE, "start choice", SOURCED, .help = "One of a track's start states."),
    ROW(START_FROM, "start from", .help = "The start state as an attribute gives it."),
    ROW(STATE, "state", SOURCED, .help = "A state; every key of its own name is an exit."),
    ROW(STATE_COST, "state cost", SOURCED, .help = "Costs by payer while in a state."),
    ROW(OVER_TIME, "over time", SOURCED, .help = "An amount that changes with time."),
    ROW(EXIT, "exit", SOURCED, .help = "A way out of a state."),
    ROW(CHOICES, "choices", SOURCED, .help = "The chances of an exit by where they lead."),
    ROW(BRANCH, "branch", SOURCED, .help = "One way an exit can go."),
    ROW(CHANCE_STEPS, "chance steps", SOURCED, .help = "A chance that is a table of a number."),
    ROW(LAW, "law", .families_group = 1, .help = "A hazard law: one family with its parameters."),
    ROW(PIECEWISE, "piecewise", .help = "A hazard constant over pieces of the clock's age."),
    ROW(SPLINE, "spline",
        .help = "Royston and Parmar's law, as flexsurvspline fits it: a natural cubic spline of "
                "log t."),
    ROW(POLYNOMIAL, "fractional polynomial",
        .help = "A log hazard that is a fractional polynomial of time."),
    ROW(LIFE_TABLE, "life table", .help = "A hazard constant between the ages of a table."),
    ROW(HAZARD_EFFECT, "effect on a hazard", SOURCED, .help = "What moves an exit's hazard."),
    ROW(CHANCE_EFFECT, "effect on a chance", SOURCED, .help = "What moves a chance."),
    ROW(DOSES, "doses", SOURCED,
        .help = "Doses of one medicine; a track of its name: not_due, taken, slip, holiday, "
                "no_supply."),
    ROW(MISSED_RUN, "missed run", SOURCED, .help = "One kind of missed doses."),
    ROW(UTILITY, "utility", SOURCED, .help = "Quality of life, integrated to QALYs."),
    ROW(OBSERVATION, "observation", SOURCED, .help = "Something the programme sees."),
    ROW(SUPPORT, "support", SOURCED,
        .help = "An intervention; a track of its name: idle, waiting, active, over."),
    ROW(OFFER, "offer", SOURCED, .help = "When a support is offered."),
    ROW(UPTAKE, "uptake", SOURCED, .help = "Whether an offer is accepted."),
    ROW(LASTS, "lasts", SOURCED, .families_group = 1,
        .help = "How long a support is active: `hazard:` with a law, or the law itself."),
    ROW(SUPPORT_EFFECT, "effect of a support", SOURCED,
        .help = "Acts while the support is active."),
    ROW(FADES, "fades", SOURCED, .help = "How an effect wears off."),
    ROW(CONTACTS, "contacts", SOURCED, .help = "Contacts while a support is active."),
    ROW(SUPPORT_COST, "support cost", SOURCED, .help = "Costs of a support by payer."),
    ROW(PAYER_COST, "payer cost", .help = "What one payer pays for a support."),
    ROW(CONSENT, "consent", SOURCED, .help = "Consents by name."),
    ROW(TOGETHER, "together", .help = "How effects on the same thing combine."),
    ROW(STRATEGY, "strategy", SOURCED, .help = "Supports on offer, and numbers that differ."),
    ROW(TARGET, "target", SOURCED, .includes = TWP_BLOCK_MEASURE,
        .help = "A measure and what it must be; takes the keys of the measure as well."),
    ROW(REPORT, "report", .help = "What is compared and printed."),
    ROW(ACCEPTABILITY, "acceptability", .help = "Worths of a QALY in even steps."),
    ROW(UNCERTAINTY, "uncertainty", .help = "Parameter sets of a run."),
    ROW(MEASURE, "measure", .help = "A measure with its keys; a plain name has none."),
    ROW(DISCOUNT, "discount", SOURCED, .help = "How the future is discounted."),
    ROW(DISCOUNT_STEP, "discount step", .help = "A rate from some time on."),
    ROW(RECORD, "record", .help = "What the results file holds."),
    ROW(SWEEP, "sweep",
        .help = "Points: the numbers of the study that change from one to the next."),
    ROW(SWEEP_RANGE, "sweep range", .help = "The values between two ends."),
};

const char *const twp_reserved_words[] = { "and", "or", "not", "if", "min", "max", "exp", "log",
    "sqrt", "abs", "floor", "logistic", "steps", "entries", "time", "time_in", "true", "false",
    "stay", "otherwise", "yes", "no", "on", "off", "null", "source", "note", "replace" };
const size_t twp_n_reserved_words = sizeof twp_reserved_words / sizeof twp_reserved_words[0];

bool
twp_keys_is_listed(const char *list, const char *name)
{
    const size_t length = strlen(name);

    for (const char *word = list; word != NULL;) {
        const char *const bar = strchr(word, '|');
        const size_t n = bar != NULL ? (size_t) (bar - word) : strlen(word);
        if (n == length && memcmp(word, name, n) == 0)
            return true;
        word = bar != NULL ? bar + 1 : NULL;
    }
    return false;
}

bool
twp_keys_is_in(const twp_key_t *row, twp_block_t block)
{
    return row->block == block ||
        (twp_blocks[block].includes != TWP_BLOCK_NONE && row->block == twp_blocks[block].includes);
}

/* One of the "|"-separated keys stands there. */
static bool
has_one_of(const char *list, bool (*has_key)(const void *, const char *), const void *context)
{
    char word[64];

    for (const char *at = list; at != NULL;) {
        const char *const bar = strchr(at, '|');
        const size_t n = bar != NULL ? (size_t) (bar - at) : strlen(at);
        if (n < sizeof word) {
            memcpy(word, at, n);
            word[n] = '\0';
            if (has_key(context, word))
                return true;
        }
        at = bar != NULL ? bar + 1 : NULL;
    }
    return false;
}

const twp_key_t *
twp_keys_find(twp_block_t block, const char *name, bool (*has_key)(const void *, const char *),
    const void *context)
{
    const twp_key_t *first = NULL, *any_name = NULL;

    for (size_t i = 0; i < twp_n_keys; i++) {
        const twp_key_t *const row = &twp_keys[i];
        if (!twp_keys_is_in(row, block))
            continue;
        if (strcmp(row->name, "*") == 0) {
            any_name = row;
        } else if (strcmp(row->name, name) == 0) {
            if (row->with == NULL || has_key == NULL || has_one_of(row->with, has_key, context))
                return row;
            first = first != NULL ? first : row;
        }
    }
    if (first != NULL)
        return first;
    if (twp_blocks[block].has_source && strcmp(name, "source") == 0)
        return &twp_key_source;
    if (twp_blocks[block].has_source && strcmp(name, "note") == 0)
        return &twp_key_note;
    return any_name;
}

bool
twp_keys_is_free(twp_block_t block, const char *name)
{
    const twp_key_t *const row = twp_keys_find(block, name, NULL, NULL);

    return row != NULL && strcmp(row->name, "*") == 0;
}

const char *
twp_keys_refuse_name(const char *name)
{
    const size_t length = strlen(name);

    if (length == 0)
        return "is empty";
    if (length > TWP_NAME_MAX_CHARS)
        return "has more than 60 characters";
    if (!(name[0] >= 'a' && name[0] <= 'z'))
        return "does not begin with a letter from a to z";
    if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != length)
        return "has other characters than a to z, 0 to 9 and _";
    for (size_t i = 0; i < twp_n_reserved_words; i++)
        if (strcmp(name, twp_reserved_words[i]) == 0)
            return "is a word of the language";
    for (size_t i = 0; i < twp_n_units; i++)
        if (strcmp(name, twp_unit_table[i].name) == 0)
            return "is a unit";
    return NULL;
}
