#include "vocabulary/families.h"

#include "vocabulary/keys.h"

#include <float.h>
#include <string.h>

#define POSITIVE 0.0, 0, NULL, 0
#define NOT_NEGATIVE 0.0, 1, NULL, 0
#define ANY -DBL_MAX, 1, NULL, 0
#define UNIT_OF_TIME                       \
    {                                      \
        "time_unit", 1, 0.0, 0, "1 day", 0 \
    }
#define NO_BLOCK TWP_BLOCK_NONE

const twp_family_row_t twp_families[TWP_N_FAMILIES] = {
    { TWP_FAMILY_EXPONENTIAL, "exponential", "exp", NO_BLOCK, 1, { { "rate", -1, NOT_NEGATIVE } },
        2,
        { { "mean", 0, 1, TWP_AS_RECIPROCAL, NULL }, { "median", 0, 1, TWP_AS_LOG_2_OVER, NULL } },
        "rate t", "constant hazard" },
    { TWP_FAMILY_WEIBULL, "weibull", "weibull", NO_BLOCK, 2,
        { { "shape", 0, POSITIVE }, { "scale", 1, POSITIVE } }, 1,
        { { "median", 1, 1, TWP_AS_WEIBULL_MEDIAN, NULL } }, "(t / scale)^shape",
        "accelerated failure time form; falling hazard when shape < 1" },
    { TWP_FAMILY_WEIBULL_PH, "weibull_ph", "weibullPH", NO_BLOCK, 3,
        { { "shape", 0, POSITIVE }, { "scale", 0, NOT_NEGATIVE }, { "time_unit", 1, POSITIVE } }, 0,
        { { NULL, 0, 0, 0, NULL } }, "scale (t / time_unit)^shape",
        "proportional hazards form; time_unit is the unit in which the model was fitted" },
    { TWP_FAMILY_GOMPERTZ, "gompertz", "gompertz", NO_BLOCK, 2,
        { { "shape", -1, ANY }, { "rate", -1, NOT_NEGATIVE } }, 0, { { NULL, 0, 0, 0, NULL } },
        "rate (exp(shape t) - 1) / shape", "with shape < 0 some never fire" },
    { TWP_FAMILY_LOGNORMAL, "lognormal", "lnorm", NO_BLOCK, 3,
        { { "meanlog", 0, ANY }, { "sdlog", 0, POSITIVE }, UNIT_OF_TIME }, 2,
        { { "median", 0, 1, TWP_AS_LOGARITHM, "time_unit" },
            { "sigma_log", 1, 0, TWP_AS_IT_IS, NULL } },
        "-log(1 - Phi((log(t / time_unit) - meanlog) / sdlog))",
        "meanlog is the log of so many time_unit; median takes a unit" },
    { TWP_FAMILY_LOGLOGISTIC, "loglogistic", "llogis", NO_BLOCK, 2,
        { { "shape", 0, POSITIVE }, { "scale", 1, POSITIVE } }, 1,
        { { "median", 1, 1, TWP_AS_IT_IS, NULL } }, "log(1 + (t / scale)^shape)",
        "scale is the median" },
    { TWP_FAMILY_PIECEWISE, "piecewise", NULL, TWP_BLOCK_PIECEWISE, 0, { { NULL, 0, ANY } }, 0,
        { { NULL, 0, 0, 0, NULL } }, "sum of rate over the pieces",
        "constant from each time of the list on" },
    { TWP_FAMILY_FIXED, "fixed", NULL, NO_BLOCK, 1, { { "at", 1, POSITIVE } }, 0,
        { { NULL, 0, 0, 0, NULL } }, "0 before `at`, then unbounded",
        "a fixed age of the clock; hr does not move it, time_ratio does" },
    { TWP_FAMILY_GAMMA, "gamma", "gamma", NO_BLOCK, 2,
        { { "shape", 0, POSITIVE }, { "rate", -1, POSITIVE } }, 2,
        { { "scale", 1, 1, TWP_AS_RECIPROCAL, NULL }, { "mean", 1, 1, TWP_AS_FIRST_OVER, NULL } },
        "-log Q(shape, rate t), Q the upper regularised incomplete gamma function",
        "falling hazard when shape < 1" },
    { TWP_FAMILY_GENGAMMA, "generalised_gamma", "gengamma", NO_BLOCK, 4,
        { { "mu", 0, ANY }, { "sigma", 0, POSITIVE }, { "Q", 0, ANY }, UNIT_OF_TIME }, 0,
        { { NULL, 0, 0, 0, NULL } },
        "with w = (log(t / time_unit) - mu) / sigma, g = 1 / Q^2, u = g exp(Q w): -log Q(g, u) for "
        "Q "
        "> 0, -log P(g, u) for Q < 0, that of lognormal(mu, sigma) for |Q| < 1e-14",
        "Prentice's form; P and Q the regularised incomplete gamma functions" },
    { TWP_FAMILY_SPLINE, "spline", "flexsurvspline", TWP_BLOCK_SPLINE, 2,
        { { "location", 0, -DBL_MAX, 1, "0", 0 }, { "time_unit", 1, POSITIVE } }, 0,
        { { NULL, 0, 0, 0, NULL } },
        "exp(s), log(1 + exp(s)) or -log(Phi(-s)) by scale, s the natural cubic spline of "
        "log(t / time_unit)",
        "Royston and Parmar" },
    { TWP_FAMILY_POLYNOMIAL, "fractional_polynomial", NULL, TWP_BLOCK_POLYNOMIAL, 2,
        { { "location", 0, -DBL_MAX, 1, "0", 0 }, { "time_unit", 1, POSITIVE } }, 0,
        { { NULL, 0, 0, 0, NULL } }, "integral of the hazard, to a relative error of 1e-11",
        "the log hazard is a polynomial of powers of t" },
    { TWP_FAMILY_LIFE_TABLE, "life_table", NULL, TWP_BLOCK_LIFE_TABLE, 0, { { NULL, 0, ANY } }, 0,
        { { NULL, 0, 0, 0, NULL } }, "sum of rate over the pieces",
        "the rows of a table are the pieces" },
    { TWP_FAMILY_GEOMETRIC, "geometric", NULL, NO_BLOCK, 2,
        { { "chance", 0, 0.0, 1, NULL, 1.0 }, { "every", 1, 0.0, 0, "1 day", 0 } }, 0,
        { { NULL, 0, 0, 0, NULL } }, "-log(1 - chance) floor(t / every)",
        "discrete time: a chance at each whole `every`, never in between; 1e-16 stands for 1 - "
        "chance where chance is 1" },
};

const twp_family_row_t *
twp_families_find(const char *name)
{
    for (size_t i = 0; i < TWP_N_FAMILIES; i++)
        if (strcmp(twp_families[i].name, name) == 0)
            return &twp_families[i];
    return NULL;
}
