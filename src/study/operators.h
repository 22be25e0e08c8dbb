/** Values of the operators of formulas: one definition for constants and for the kernel's programs. */
#ifndef TWP_STUDY_OPERATORS_H
#define TWP_STUDY_OPERATORS_H

#include "base/portable_math.h"
#include "study/expression.h"

static inline double
twp_operate_on_one(int kind, double x)
{
    switch (kind) {
    case TWP_WORD_NEGATE: return -x;
    case TWP_WORD_NOT: return x == 0;
    case TWP_WORD_EXP: return twp_math_exp(x);
    case TWP_WORD_LOG: return twp_math_log(x);
    case TWP_WORD_SQRT: return twp_math_sqrt(x);
    case TWP_WORD_ABS: return twp_math_abs(x);
    case TWP_WORD_FLOOR: return twp_math_floor(x);
    case TWP_WORD_LOGISTIC: return 1 / (1 + twp_math_exp(-x));
    default: return __builtin_nan("");
    }
}

static inline double
twp_operate_on_two(int kind, double x, double y)
{
    switch (kind) {
    case TWP_WORD_ADD: return x + y;
    case TWP_WORD_SUBTRACT: return x - y;
    case TWP_WORD_MULTIPLY: return x * y;
    case TWP_WORD_DIVIDE: return x / y;
    case TWP_WORD_POWER: return twp_math_pow(x, y);
    case TWP_WORD_LESS: return x < y;
    case TWP_WORD_LESS_EQUAL: return x <= y;
    case TWP_WORD_GREATER: return x > y;
    case TWP_WORD_GREATER_EQUAL: return x >= y;
    case TWP_WORD_EQUAL: return x == y;
    case TWP_WORD_NOT_EQUAL: return x != y;
    case TWP_WORD_AND: return x != 0 && y != 0;
    case TWP_WORD_OR: return x != 0 || y != 0;
    case TWP_WORD_MIN: return x < y ? x : y;
    case TWP_WORD_MAX: return x > y ? x : y;
    default: return __builtin_nan("");
    }
}

#endif
