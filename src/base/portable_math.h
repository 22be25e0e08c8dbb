/**
 * Portable mathematics: the same bits on every x86-64 and aarch64 machine, with gcc and clang, at
 * every optimisation level. Every number that reaches the simulation kernel comes from here.
 *
 * How: only IEEE 754 +, -, *, / and square root on doubles, integer operations and constant
 * tables; no libm, no fused multiply-add, no global state. Build with -ffp-contract=off, round to
 * nearest, subnormals on. No function allocates, fails or sets errno; exception flags are not
 * promised. Arguments outside a domain, and NaN, give one quiet NaN (positive, payload 0), so
 * that even these bits agree. Signed zeros and infinities follow C99 Annex F.
 *
 * Error bounds: "ulp" is one unit in the last place of the exact result, "rel" is relative error,
 * eps = 2^-53. Each is asserted against MPFR in tests/unit/test_portable_math*.c. Results in the
 * subnormal range carry an absolute error of 2^-1074 more.
 */
#ifndef TWP_BASE_PORTABLE_MATH_H
#define TWP_BASE_PORTABLE_MATH_H

/* ---- Elementary functions ------------------------------------------------------------------ */

/** |x|; the sign bit cleared. Exact. */
double twp_math_abs(double x);

/** Largest integer <= x; keeps -0, infinities. Exact. */
double twp_math_floor(double x);

/** Square root, correctly rounded; NaN for x < 0. */
double twp_math_sqrt(double x);

/** Natural logarithm; -inf at 0, NaN below. 0.52 ulp. */
double twp_math_log(double x);

/** log(1 + x); -inf at -1, NaN below. 0.52 ulp. */
double twp_math_log1p(double x);

/** e^x. 0.52 ulp. */
double twp_math_exp(double x);

/** e^x - 1. 0.70 ulp. */
double twp_math_expm1(double x);

/** x^y; the logarithm is kept in two doubles, so the bound holds over the full range. x < 0 needs
 *  an integer y. 0.52 ulp. */
double twp_math_pow(double x, double y);

/* ---- Normal distribution ------------------------------------------------------------------- */

/** Complementary error function. 4 ulp. */
double twp_math_erfc(double x);

/** Phi(z), the standard normal distribution function. 4 ulp, lower tail included (z >= -37.5;
 *  gradual underflow below, 0 from -38.5). */
double twp_math_normal_cdf(double z);

/** z with Phi(z) = p, p in [0, 1]; -inf and +inf at the ends. 8 ulp for every double p. */
double twp_math_normal_quantile(double p);

/** z with 1 - Phi(z) = q, without forming 1 - q. 8 ulp. */
double twp_math_normal_quantile_upper(double q);

/**
 * log(1 - Phi(z)): minus the cumulative hazard of a lognormal law at z = (log t - mu) / sigma.
 * Never rounds to 0 or -inf where the result fits a double: about -Phi(z) for very negative z,
 * about -z^2 / 2 for large z. 4 ulp for z >= -37.5.
 */
double twp_math_normal_log_upper(double z);

/**
 * The inverse: z with log(1 - Phi(z)) = l, for l <= 0; -inf at 0, +inf at -inf. 8 ulp, except
 * |z| < 1, where the error is 8 eps absolute (no double l has its root at z = 0).
 */
double twp_math_normal_upper_from_log(double l);

/* ---- Gamma and beta distributions ---------------------------------------------------------- */

/** log Gamma(x) for x > 0, relative precision at the zeros 1 and 2 too; +inf at 0 and +inf, NaN
 *  below 0. 4 ulp. */
double twp_math_lgamma(double x);

/**
 * Regularised incomplete gamma functions: P(a, x) = integral of t^(a-1) e^-t / Gamma(a) over
 * (0, x) and Q = 1 - P, each computed without the cancellation of forming it from the other.
 * a > 0 finite, x >= 0. rel 2e-14 wherever the result is a normal number, in both tails; 1e-14 for
 * a >= 1 (asserted up to 1e6; beyond, the same expansion converges faster still).
 */
double twp_math_gamma_p(double a, double x);
double twp_math_gamma_q(double a, double x);

/** log Q(a, x): minus the cumulative hazard of a gamma law. Does not underflow in the upper tail
 *  (about -x) nor round to 0 in the lower one (about -P). rel 2e-14. */
double twp_math_gamma_log_upper(double a, double x);

/**
 * x with P(a, x) = p, and x with Q(a, x) = q; p, q in [0, 1], 0 and +inf at the ends. Between the
 * doubles 2 ulp below and above the result, P (or Q) passes through a value within rel 2e-14 of p
 * (or q): in tails that fall steeply the spacing of x is what limits. Halley's method on the
 * logarithm of the tail, bracketed, at most 64 steps, about 3.
 */
double twp_math_gamma_p_inverse(double a, double p);
double twp_math_gamma_q_inverse(double a, double q);

/** x with log Q(a, x) = l, for l <= 0: the inverse of twp_math_gamma_log_upper, as good as the
 *  others for every l. */
double twp_math_gamma_upper_from_log(double a, double l);

/**
 * The tails of a gamma distribution of shape a on a logarithmic scale: log P(a, a e^y), or log Q(a,
 * a e^y) with is_upper. y near 0 keeps its digits for any a (1e28 too), and no tail underflows: what a
 * generalised gamma law needs. rel 4e-14 for a from 0.01 to 1e6.
 */
double twp_math_gamma_log_tail(double a, double y, int is_upper);

/** y with twp_math_gamma_log_tail(a, y, is_upper) = l, for l <= 0; -inf or +inf at the ends. As good as
 *  twp_math_gamma_p_inverse, in y times sqrt(a) for large a. */
double twp_math_gamma_log_tail_inverse(double a, double l, int is_upper);

/**
 * Regularised incomplete beta function I_x(a, b), x in [0, 1], not subnormal. rel 2e-14 for a and
 * b from 1 to 1e6; 5e-14 from 0.01 on, except that b < 0.13 with x > 0.99 has rel 5e-12. The time
 * grows as sqrt(a + b).
 */
double twp_math_beta_i(double a, double b, double x);

/** x with I_x(a, b) = p, p in [0, 1]; as precise as twp_math_gamma_p_inverse. */
double twp_math_beta_i_inverse(double a, double b, double p);

#endif
