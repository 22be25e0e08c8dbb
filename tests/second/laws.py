"""Hazard laws and their clocks, written from scenarios/README.md alone (not a test).

"Clocks", "Laws", "Hazard families".
"""
import math

import numpy as np
from scipy import integrate, optimize, special

INFINITE = math.inf


# Hazard laws: H of an age, and the first age at which H is at least e ------------------------------

class Law:
    """Cumulative hazard H and its inverse."""

    def __init__(self, cumulative, inverse):
        self.cumulative, self.inverse = cumulative, inverse


def exponential(rate):
    return Law(lambda t: rate * t, lambda e: e / rate if rate > 0 else (0.0 if e <= 0 else INFINITE))


def weibull(shape, scale):
    return Law(lambda t: (t / scale) ** shape if t > 0 else 0.0,
               lambda e: scale * e ** (1 / shape) if e > 0 else 0.0)


def gompertz(shape, rate):
    if shape == 0:
        return exponential(rate)

    def inverse(e):
        grown = shape * e / rate
        return math.log1p(grown) / shape if grown > -1 else INFINITE
    return Law(lambda t: rate * math.expm1(shape * t) / shape, inverse)


def lognormal(meanlog, sdlog):
    def inverse(e):
        if e <= 0:
            return 0.0
        return math.exp(meanlog - sdlog * special.ndtri_exp(-e))
    return Law(lambda t: -special.log_ndtr(-(math.log(t) - meanlog) / sdlog) if t > 0 else 0.0, inverse)


def loglogistic(shape, scale):
    def inverse(e):
        if e <= 0:
            return 0.0
        odds = math.expm1(e) if e < 700 else math.exp(700)
        return scale * odds ** (1 / shape)
    return Law(lambda t: math.log1p((t / scale) ** shape) if t > 0 else 0.0, inverse)


def piecewise(starts, rates):
    ends = starts[1:] + [INFINITE]

    def cumulative(t):
        return sum(rate * (min(t, end) - start)
                   for start, end, rate in zip(starts, ends, rates) if t > start)

    def inverse(e):
        below = 0.0
        if e <= 0:
            return 0.0
        for start, end, rate in zip(starts, ends, rates):
            if rate > 0 and below + rate * (end - start) >= e:
                return start + (e - below) / rate
            below += rate * (end - start) if rate > 0 else 0.0
        return INFINITE
    return Law(cumulative, inverse)


def fixed(at):
    return Law(lambda t: INFINITE if t >= at else 0.0, lambda e: at if e > 0 else 0.0)


def geometric(chance, every):
    step = -math.log1p(-chance) if chance < 1 else -math.log(1e-16)

    def inverse(e):
        if e <= 0:
            return 0.0
        if step == 0:
            return INFINITE
        n = math.floor(e / step)
        return every * (n + 1 if n * step < e else n - 1 if (n - 1) * step >= e else n)
    return Law(lambda t: step * math.floor(t / every + 1e-9) if t > 0 else 0.0, inverse)


def gamma(shape, rate):
    """-log Q(shape, rate t)."""
    return Law(lambda t: minus_log_q(shape, rate * t) if t > 0 else 0.0,
               lambda e: inverse_minus_log_q(shape, e) / rate if e > 0 else 0.0)


def minus_log_q(shape, x):
    p = special.gammainc(shape, x)
    if p < 0.5:
        return -math.log1p(-p)
    q = special.gammaincc(shape, x)
    return -math.log(q) if q > 1e-290 else minus_log_far_q(shape, x)


def minus_log_far_q(shape, x):
    """Where Q is too small a number: Legendre's continued fraction, by Lentz's rule."""
    b, c = x + 1 - shape, 1e300
    d = 1 / b
    h = d
    for i in range(1, 10000):
        an = -i * (i - shape)
        b += 2
        d = 1 / (an * d + b)
        c = b + an / c
        h *= d * c
        if abs(d * c - 1) < 1e-16:
            break
    return x - shape * math.log(x) + math.lgamma(shape) - math.log(h)


def inverse_minus_log_q(shape, e):
    if e < 0.7:
        return special.gammaincinv(shape, -math.expm1(-e))
    if e < 600:
        return special.gammainccinv(shape, math.exp(-e))
    x = e  # Newton's rule; the slope is the hazard
    for _ in range(100):
        far = minus_log_far_q(shape, x)
        step = (far - e) / math.exp((shape - 1) * math.log(x) - x - math.lgamma(shape) + far)
        x -= step
        if abs(step) < 1e-14 * x:
            break
    return x


def generalised_gamma(mu, sigma, q, time_unit):
    if abs(q) < 1e-14:
        return lognormal(mu + math.log(time_unit), sigma)
    g = 1 / q ** 2

    def u_of(t):
        return g * math.exp(q * (math.log(t / time_unit) - mu) / sigma)

    def t_of(u):
        return time_unit * math.exp(mu + sigma * math.log(u / g) / q)

    def minus_log_p(u):
        above = special.gammaincc(g, u)
        return -math.log1p(-above) if above < 0.5 else -math.log(special.gammainc(g, u))

    def inverse_minus_log_p(e):
        return special.gammainccinv(g, -math.expm1(-e)) if e < 0.7 else special.gammaincinv(g, math.exp(-e))
    if q > 0:
        return Law(lambda t: minus_log_q(g, u_of(t)) if t > 0 else 0.0,
                   lambda e: t_of(inverse_minus_log_q(g, e)) if e > 0 else 0.0)
    return Law(lambda t: minus_log_p(u_of(t)) if t > 0 else 0.0,
               lambda e: t_of(inverse_minus_log_p(e)) if e > 0 else 0.0)


def spline(gammas, knots, scale, time_unit, location):
    """Royston and Parmar: H from a natural cubic spline s of x = log(t / time_unit)."""
    first, last = knots[0], knots[-1]

    def cube(x):
        return max(x, 0.0) ** 3

    def s(x):
        value = gammas[0] + location + gammas[1] * x
        for gamma_j, knot in zip(gammas[2:], knots[1:-1]):
            weight = (last - knot) / (last - first)
            value += gamma_j * (cube(x - knot) - weight * cube(x - first) - (1 - weight) * cube(x - last))
        return value

    def cumulative(t):
        if t <= 0:
            return 0.0
        at = s(math.log(t / time_unit))
        if scale == "hazard":
            return math.exp(at)
        if scale == "odds":
            return math.log1p(math.exp(at))
        return -special.log_ndtr(-at)

    def inverse(e):
        if e <= 0:
            return 0.0
        wanted = math.log(e) if scale == "hazard" else \
            math.log(math.expm1(e)) if scale == "odds" else -special.ndtri_exp(-e)
        low, high = first - 1.0, last + 1.0
        while s(low) > wanted:
            low -= 2 * (high - low)
        while s(high) < wanted:
            high += 2 * (high - low)
            if high > 60:
                return INFINITE
        return time_unit * math.exp(optimize.brentq(lambda x: s(x) - wanted, low, high, xtol=1e-15, rtol=1e-15))
    return Law(cumulative, inverse)


def fractional_polynomial(powers, coefficients, time_unit, location):
    """The hazard integrated in log t, piece by piece; its inverse by bisection."""
    def hazard(x):
        """Of log u, times u: what is integrated over log u."""
        value, repeated = coefficients[0] + location, 0
        for j, power in enumerate(powers):
            repeated = repeated + 1 if j and power == powers[j - 1] else 0
            value += coefficients[j + 1] * (x if power == 0 else math.exp(power * x)) * x ** repeated
        return math.exp(value + x)

    known = {}

    def below(piece):
        """H up to log u = piece, a whole number; under -40 nothing that could be seen."""
        if piece <= -40:
            return 0.0
        if piece not in known:
            known[piece] = below(piece - 1) + part(piece - 1, piece)
        return known[piece]

    def part(a, b):
        return integrate.fixed_quad(np.vectorize(hazard), a, b, n=24)[0]

    def cumulative(t):
        if t <= 0:
            return 0.0
        x = math.log(t / time_unit)
        return below(math.floor(x)) + part(math.floor(x), x)

    def inverse(e):
        if e <= 0:
            return 0.0
        piece = -39
        while below(piece + 1) < e:
            piece += 1
            if time_unit * math.exp(piece) > 1e6:
                return INFINITE
        x = optimize.brentq(lambda x: below(piece) + part(piece, x) - e, piece, piece + 1, xtol=1e-14, rtol=1e-14)
        return time_unit * math.exp(x)
    return Law(cumulative, inverse)


def law_of(family, n):
    """The law of a family with its parameters as numbers (lists for pieces)."""
    if family == "exponential":
        return exponential(n["rate"] if "rate" in n else 1 / n["mean"] if "mean" in n else
                           math.log(2) / n["median"])
    if family == "weibull":
        scale = n["scale"] if "scale" in n else n["median"] / math.log(2) ** (1 / n["shape"])
        return weibull(n["shape"], scale)
    if family == "weibull_ph":
        return weibull(n["shape"], n["time_unit"] * n["scale"] ** (-1 / n["shape"]))
    if family == "gompertz":
        return gompertz(n["shape"], n["rate"])
    if family == "lognormal":
        meanlog = n["meanlog"] + math.log(n.get("time_unit", 1.0)) if "meanlog" in n else math.log(n["median"])
        return lognormal(meanlog, n["sdlog"] if "sdlog" in n else n["sigma_log"])
    if family == "loglogistic":
        return loglogistic(n["shape"], n["scale"] if "scale" in n else n["median"])
    if family == "piecewise":
        return piecewise(n["from"], n["rate"])
    if family == "fixed":
        return fixed(n["at"])
    if family == "geometric":
        return geometric(n["chance"], n.get("every", 1.0))
    if family == "gamma":
        rate = n["rate"] if "rate" in n else 1 / n["scale"] if "scale" in n else n["shape"] / n["mean"]
        return gamma(n["shape"], rate)
    if family == "generalised_gamma":
        return generalised_gamma(n["mu"], n["sigma"], n["Q"], n.get("time_unit", 1.0))
    if family == "spline":
        return spline(n["gammas"], n["knots"], n.get("scale", "hazard"), n["time_unit"], n.get("location", 0.0))
    if family == "fractional_polynomial":
        return fractional_polynomial(n["powers"], n["coefficients"], n["time_unit"], n.get("location", 0.0))
    if family == "life_table":
        table = n["table"]
        ages = table.columns[0].keys
        of = n.get("of", [])
        return piecewise([0.0] + [age for age in ages if age > 0],
                         [table(0.0, *of)] + [table(age, *of) for age in ages if age > 0])
    raise ValueError(family)


FAMILIES = ("exponential", "weibull", "weibull_ph", "gompertz", "lognormal", "loglogistic", "piecewise",
            "fixed", "geometric", "gamma", "generalised_gamma", "spline", "fractional_polynomial", "life_table")


class HazardClock:
    """A clock by hazard: age, pace f, ratio r and the rest E of its threshold."""

    def __init__(self, law, age, now, threshold):
        self.law, self.age, self.brought_to, self.rest = law, age, now, threshold
        self.ratio = self.pace = None
        self.at = INFINITE

    def change(self, now, ratio, pace, new_age=None):
        """Brings age and rest up to now, gives it another age, and solves the firing time again."""
        if ratio == self.ratio and pace == self.pace and new_age is None:
            return
        law = self.law
        if self.ratio is not None:
            age = self.age + self.pace * (now - self.brought_to)
            if self.ratio > 0:
                self.rest -= self.ratio * (law.cumulative(age) - law.cumulative(self.age))
                self.rest = max(self.rest, 0.0)
            self.age, self.brought_to = age, now
        if new_age is not None:
            self.age = new_age
        self.ratio, self.pace = ratio, pace
        if ratio > 0:
            target = law.inverse(law.cumulative(self.age) + self.rest / ratio)
            self.at = now + max(0.0, target - self.age) / pace
        else:
            self.at = INFINITE
