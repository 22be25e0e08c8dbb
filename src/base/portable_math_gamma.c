/*
 * Logarithm of the gamma function, of positive arguments.
 */
#include "base/portable_math.h"

#include "base/portable_math_internal.h"

#define HALF_LOG_2PI 0x1.d67f1c864beb5p-1

/* log Gamma(x) / ((x - 1) (x - 2)) on pieces of width 1/4 of [3/4, 3): powers of x minus the middle
 * of the piece. The quotient has no zero, so the two zeros of log Gamma keep relative precision.
 * Least squares at Chebyshev points with 400-bit arithmetic, relative error 2^-53. */
static const double gamma_pieces[9][14] = {
    { 0x1.389a1d88abaadp-1, -0x1.294df52516f5bp-2, 0x1.ac27d68538eecp-3, -0x1.699a5f35a5904p-3,
        0x1.4a6efc4c6e2dep-3, -0x1.3bfa2da41d2f2p-3, 0x1.371ccb55272f8p-3, -0x1.38a409ab7464cp-3,
        0x1.3efba51e1f482p-3, -0x1.494ff2166a01bp-3, 0x1.56b53a7070647p-3, -0x1.67cc2787c5718p-3,
        0x1.94f4d0804c74p-3, -0x1.b21176f2bc956p-3 },
    { 0x1.18fa23339f753p-1, -0x1.b0711b5caafdfp-3, 0x1.e9e50dcc1e6a2p-4, -0x1.4348c4d3ca17dp-4,
        0x1.cd10434790209p-5, -0x1.580598a4d89ep-5, 0x1.084e45b582953p-5, -0x1.9e7569a480bc7p-6,
        0x1.49dc12d277f75p-6, -0x1.099181b3af666p-6, 0x1.af235bd18e8fp-7, -0x1.614b4e41f056p-7,
        0x1.3234e7fd34745p-7, -0x1.ef429545a147ep-8 },
    { 0x1.013d8539b967ap-1, -0x1.4e6fc9adb1f54p-3, 0x1.3911f4252fcf7p-4, -0x1.5357c893b0bfbp-5,
        0x1.8cdb39c115f4fp-6, -0x1.e58564736c53bp-7, 0x1.31d3acfc5937cp-7, -0x1.89356e219cfa7p-8,
        0x1.00a9d4fefedd4p-8, -0x1.52b9742d83d64p-9, 0x1.b351319fded82p-10, -0x1.2eb5744a4d68cp-10,
        0x1.04779e3ee0effp-9, -0x1.1d0d51ceb1eb7p-11 },
    { 0x1.dcfd339a88006p-2, -0x1.0d79494357498p-3, 0x1.aebb0c81e3a13p-5, -0x1.8c66d24dc32c3p-6,
        0x1.88f37b7845251p-7, -0x1.9755f43ea3b35p-8, 0x1.b2ccfd1b70f8fp-9, -0x1.d9b60c25d5eeep-10,
        0x1.06143d3b3c59ep-10, -0x1.250685cd3098fp-11, 0x1.310e796e5a61ep-12,
        -0x1.7cedb330d6354p-13, 0x1.340b4fb1f2259p-11, -0x1.2f4d15f640be3p-16 },
    { 0x1.be5346f51a23p-2, -0x1.bf346f5de0ad4p-4, 0x1.384caef1e4445p-5, -0x1.f3cb040747e38p-7,
        0x1.ae0b9be303a25p-8, -0x1.82bef49699cc3p-9, 0x1.661dfd988dbc8p-10, -0x1.527a7db847986p-11,
        0x1.44d1599649ce4p-12, -0x1.3b5bafa8df41p-13, 0x1.2c97e11080c32p-14, -0x1.1a485d62a6f13p-15,
        0x1.da6cf82fe3b9cp-15, -0x1.e9c4ec90df434p-15 },
    { 0x1.a4982ad0ea0dfp-2, -0x1.7b5f07b2d5bfbp-4, 0x1.d7107a33b1f46p-6, -0x1.4da233b88557p-7,
        0x1.fb56fb2395973p-9, -0x1.92ed599899bd6p-10, 0x1.496f8ed15b969p-11, -0x1.12eef80aa540fp-12,
        0x1.d2d264843b8a8p-14, -0x1.8f12441609729p-15, 0x1.35eb8011b6a3ep-17, -0x1.5eea17c35bd7p-17,
        0x1.dd1eb2afd371fp-13, 0x1.b049dcc14cd69p-16 },
    { 0x1.8e9331cef6549p-2, -0x1.476d23ab17672p-4, 0x1.6e53146b4cdf8p-6, -0x1.d1b1501e692cfp-8,
        0x1.3d425363c428cp-9, -0x1.c33da3bdba87ep-11, 0x1.4a496687fc92dp-12, -0x1.ed83e7666978fp-14,
        0x1.786fcf22e4eddp-15, -0x1.1fea29c52a42ep-16, -0x1.9de0858a3f5f4p-18,
        -0x1.9002d543bd063p-21, 0x1.095184e3d3c94p-12, -0x1.20f1122bd1496p-15 },
    { 0x1.7b6fde69143dcp-2, -0x1.1e891590bcc4p-4, 0x1.23f152284c277p-6, -0x1.50c7a43e66274p-8,
        0x1.9fc273b77a061p-10, -0x1.0bb6a6927801ep-11, 0x1.62c243f5b882cp-13, -0x1.dfcbd82e079ap-15,
        0x1.4a5f438fba4bcp-16, -0x1.c8d917d66b1bp-18, -0x1.27446eb8ccd24p-21,
        -0x1.74a03bda24b9dp-20, 0x1.e836970d9a172p-15, 0x1.4df2820ba0039p-17 },
    { 0x1.6a97b2c1d3cb9p-2, -0x1.fb3da9221ff99p-5, 0x1.dac1ed6deb58fp-7, -0x1.f57b52fecc76ap-9,
        0x1.1b07308af0cafp-10, -0x1.4d0c44cc6530fp-12, 0x1.932580a8bf3cap-14,
        -0x1.f1ff39af03d9cp-16, 0x1.37bc021e7b0afp-17, -0x1.8b901f9dffcbcp-19,
        0x1.db3c9377744adp-20, -0x1.21edd927c0355p-21, -0x1.0efba0059541dp-16,
        0x1.21a0f8aeba472p-18 },
};

static double
polynomial(const double *c, int degree, double t)
{
    double sum = c[degree];

    for (int i = degree - 1; i >= 0; i--)
        sum = sum * t + c[i];
    return sum;
}

double
twp_math_lgamma1p(double a)
{
    const int i = (int) (4 * a + 1);
    const double middle = -0.125 + 0.25 * i; /* of the piece, less 1 */

    return a * (a - 1) * polynomial(gamma_pieces[i], 13, a - middle);
}

double
twp_math_stirling_rest(double x)
{
    static const double c[8] = { 0x1.5555555555555p-4, -0x1.6c16c16c16c17p-9, 0x1.a01a01a01a01ap-11,
        -0x1.3813813813814p-11, 0x1.b951e2b18ff23p-11, -0x1.f6ab0d9993c7dp-10, 0x1.a41a41a41a41ap-8,
        -0x1.e4286cb0f5398p-6 };
    const double inverse = 1 / x;

    return inverse * polynomial(c, 7, inverse * inverse);
}

/* 3/4 <= x < 3, where x - 1 and x - 2 are exact */
static double
lgamma_middle(double x)
{
    const int i = (int) (4 * x - 3);
    const double middle = 0.875 + 0.25 * i;

    return (x - 1) * (x - 2) * polynomial(gamma_pieces[i], 13, x - middle);
}

double
twp_math_lgamma(double x)
{
    if (!(x > 0))
        return x == 0 ? TWP_MATH_INF : TWP_MATH_NAN;
    if (x < 0.75)
        return twp_math_lgamma1p(x) - twp_math_log(x);
    if (x < 3)
        return lgamma_middle(x);
    if (x < 10) {
        double product = 1, y = x;
        while (y >= 3) {
            y -= 1;
            product *= y;
        }
        return lgamma_middle(y) + twp_math_log(product);
    }
    if (x == TWP_MATH_INF)
        return x;
    return (x - 0.5) * (twp_math_log(x) - 1) + ((HALF_LOG_2PI - 0.5) + twp_math_stirling_rest(x));
}
