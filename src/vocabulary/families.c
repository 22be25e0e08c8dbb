#include "vocabulary/families.h"

#include <float.h>
#include <string.h>

#define POSITIVE 0.0, 0
#define NOT_NEGATIVE 0.0, 1
#define ANY -DBL_MAX, 1

const twp_family_row_t twp_families[TWP_N_FAMILIES] = {
    { TWP_FAMILY_EXPONENTIAL, "exponential", "exp", 1, { { "rate", -1, NOT_NEGATIVE } }, 1,
        { { "mean", 0, 1, 1 } }, "rate t", "constant hazard" },
    { TWP_FAMILY_WEIBULL, "weibull", "weibull", 2,
        { { "shape", 0, POSITIVE }, { "scale", 1, POSITIVE } }, 0, { { NULL, 0, 0, 0 } },
        "(t / scale)^shape", "accelerated failure time form; falling hazard when shape < 1" },
    { TWP_FAMILY_WEIBULL_PH, "weibull_ph", "weibullPH", 3,
        { { "shape", 0, POSITIVE }, { "scale", 0, NOT_NEGATIVE }, { "time_unit", 1, POSITIVE } }, 0,
        { { NULL, 0, 0, 0 } }, "scale (t / time_unit)^shape",
        "proportional hazards form; time_unit is the unit in which the model was fitted" },
    { TWP_FAMILY_GOMPERTZ, "gompertz", "gompertz", 2,
        { { "shape", -1, ANY }, { "rate", -1, NOT_NEGATIVE } }, 0, { { NULL, 0, 0, 0 } },
        "rate (exp(shape t) - 1) / shape", "with shape < 0 some never fire" },
    { TWP_FAMILY_LOGNORMAL, "lognormal", "lnorm", 2,
        { { "meanlog", 0, ANY }, { "sdlog", 0, POSITIVE } }, 2,
        { { "median", 0, 1, 2 }, { "sigma_log", 1, 0, 0 } },
        "-log(1 - Phi((log t - meanlog) / sdlog)), t in days",
        "meanlog is the log of days; median takes a unit" },
    { TWP_FAMILY_LOGLOGISTIC, "loglogistic", "llogis", 2,
        { { "shape", 0, POSITIVE }, { "scale", 1, POSITIVE } }, 1, { { "median", 1, 1, 0 } },
        "log(1 + (t / scale)^shape)", "scale is the median" },
    { TWP_FAMILY_PIECEWISE, "piecewise", NULL, 0, { { NULL, 0, ANY } }, 0, { { NULL, 0, 0, 0 } },
        "sum of rate over the pieces", "lists `from` (durations, rising from 0) and `rate`" },
    { TWP_FAMILY_FIXED, "fixed", NULL, 1, { { "at", 1, POSITIVE } }, 0, { { NULL, 0, 0, 0 } },
        "0 before `at`, then unbounded",
        "a fixed age of the clock; hr does not move it, time_ratio does" },
};

const twp_family_row_t *
twp_families_find(const char *name)
{
    for (size_t i = 0; i < TWP_N_FAMILIES; i++)
        if (strcmp(twp_families[i].name, name) == 0)
            return &twp_families[i];
    return NULL;
}
