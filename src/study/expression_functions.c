#include "study/expression_reading.h"

#include <string.h>

const twp_function_row_t twp_functions[] = {
    { "abs", TWP_WORD_ABS, 1, 1, "abs(x)", "without its sign" },
    { "entries", TWP_WORD_ENTRIES, 1, 1, "entries(track.state)",
        "how often the state was entered so far; the start is no entry" },
    { "exp", TWP_WORD_EXP, 1, 1, "exp(x)", "e to the power of a number without a unit" },
    { "floor", TWP_WORD_FLOOR, 1, 1, "floor(x)",
        "largest whole number not above a number without a unit" },
    { "if", TWP_WORD_IF, 3, 3, "if(condition, then, else)", "one of two of the same unit" },
    { "log", TWP_WORD_LOG, 1, 1, "log(x)", "natural logarithm of a number without a unit" },
    { "logistic", TWP_WORD_LOGISTIC, 1, 1, "logistic(x)", "1 / (1 + exp(-x))" },
    { "max", TWP_WORD_MAX, 2, 100, "max(x, y, ...)", "the largest, all of one unit" },
    { "min", TWP_WORD_MIN, 2, 100, "min(x, y, ...)", "the smallest, all of one unit" },
    { "sqrt", TWP_WORD_SQRT, 1, 1, "sqrt(x)", "square root" },
    { "steps", TWP_WORD_STEPS, 3, 3, "steps(x, [from, ...], [is, ...])",
        "the `is` of the last `from` that is not above x; below the first, the first; `from` "
        "rises" },
    { "time_in", TWP_WORD_TIME_IN, 1, 1, "time_in(track)",
        "time since the track's state was entered; where one instant reads it" },
};
const size_t twp_n_functions = sizeof twp_functions / sizeof twp_functions[0];

const twp_function_row_t *
twp_functions_find(const char *name)
{
    for (size_t i = 0; i < twp_n_functions; i++)
        if (strcmp(twp_functions[i].name, name) == 0)
            return &twp_functions[i];
    return NULL;
}
