"""Random numbers, distributions and hazard laws, written from scenarios/README.md alone (not a test).

"Random numbers", "Twins", "Clocks", "Hazard families".
"""
import functools
import hashlib
import math

from scipy import special

INFINITE = math.inf
MASK = 0xFFFFFFFF


# Random numbers ----------------------------------------------------------------------------------

def philox4x32_10(key, counter):
    """Salmon et al. 2011: ten rounds, the key bumped by the Weyl constants after each."""
    k0, k1 = key
    c0, c1, c2, c3 = counter
    for _ in range(10):
        p0, p1 = 0xD2511F53 * c0, 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 & MASK, (p0 >> 32) ^ c3 ^ k1, p0 & MASK
        k0, k1 = (k0 + 0x9E3779B9) & MASK, (k1 + 0xBB67AE85) & MASK
    return c0, c1, c2, c3


@functools.lru_cache(None)
def stream_of(name):
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=64).digest()[:4], "little")


def bits(seed, twin, name, occurrence):
    """The 64 bits of one twin, stream and occurrence."""
    r = philox4x32_10((seed & MASK, seed >> 32), (twin & MASK, twin >> 32, stream_of(name), occurrence))
    return (r[1] << 32) | r[0]


def uniform(seed, twin, name, occurrence):
    """The draw of one twin, stream and occurrence, inside (0, 1)."""
    return ((bits(seed, twin, name, occurrence) >> 12) + 0.5) * 2.0 ** -52


# Distributions: value at a probability, and probability of a value -----------------------------------

def continuous(family, a):
    """Quantile function and distribution function of a family with its arguments as numbers."""
    if family in ("normal", "lognormal"):
        m, s = a
        if family == "normal":
            return (lambda p: m + s * special.ndtri(p)), (lambda x: special.ndtr((x - m) / s))
        return (lambda p: math.exp(m + s * special.ndtri(p))), \
            (lambda x: special.ndtr((math.log(x) - m) / s) if x > 0 else 0.0)
    if family == "uniform":
        low, high = a
        return (lambda p: low + p * (high - low)), \
            (lambda x: min(1.0, max(0.0, (x - low) / (high - low))))
    if family == "beta":
        return (lambda p: special.betaincinv(*a, p)), \
            (lambda x: special.betainc(*a, min(1.0, max(0.0, x))))
    if family == "gamma":
        shape, scale = a
        return (lambda p: scale * special.gammaincinv(shape, p)), \
            (lambda x: special.gammainc(shape, max(0.0, x) / scale))
    if family == "weibull":
        shape, scale = a
        return (lambda p: scale * (-math.log1p(-p)) ** (1 / shape)), \
            (lambda x: -math.expm1(-(max(0.0, x) / scale) ** shape))
    if family == "triangular":
        return (lambda p: triangular_at(p, *a)), (lambda x: triangular_below(x, *a))
    raise ValueError(family)


def triangular_at(p, low, mode, high):
    if p * (high - low) <= mode - low:
        return low + math.sqrt(p * (high - low) * (mode - low))
    return high - math.sqrt((1 - p) * (high - low) * (high - mode))


def triangular_below(x, low, mode, high):
    if x <= low:
        return 0.0
    if x >= high:
        return 1.0
    if x <= mode:
        return (x - low) ** 2 / ((high - low) * (mode - low))
    return 1 - (high - x) ** 2 / ((high - low) * (high - mode))


def category_at(p, weights):
    """The first, in order of names, whose running sum of weights is above p; else the last."""
    running = 0.0
    for name in sorted(weights):
        running += weights[name]
        if running > p:
            return name
    return name


# What drifts ---------------------------------------------------------------------------------------

class Drift:
    """A number that falls back to a level: undisturbed, and as the step function that the model sees."""

    def __init__(self, half_life, held_for):
        self.half_life, self.held_for = half_life, held_for
        self.pieces = self.pieces_until_rest()
        self.level = self.value = 0.0
        self.begun = 0.0
        self.piece = self.pieces

    def pieces_until_rest(self):
        """The smallest whole number of pieces that takes at least seven half-lives."""
        n = math.ceil(7 * self.half_life / self.held_for - 1e-9)
        return max(n, 1)

    def jump(self, now, value, level):
        self.begun, self.value, self.level, self.piece = now, value, level, 0

    def undisturbed(self, now):
        if self.piece >= self.pieces:
            return self.level
        return self.level + (self.value - self.level) * 2.0 ** (-(now - self.begun) / self.half_life)

    def held(self):
        """The mean over the current piece."""
        if self.piece >= self.pieces:
            return self.level
        fall = math.log(2) / self.half_life * self.held_for
        mean = math.exp(-fall * self.piece) * -math.expm1(-fall) / fall
        return self.level + (self.value - self.level) * mean

    @property
    def at(self):
        return INFINITE if self.piece >= self.pieces else self.begun + (self.piece + 1) * self.held_for


# Discounting ---------------------------------------------------------------------------------------

class Discount:
    """D(t) = exp(-L(t)); L grows by the log of 1 + r, or by r, a year."""

    def __init__(self, constant, block):
        block = block or {}
        rates = block.get("rate", "0 / year")
        if not isinstance(rates, list):
            rates = [{"from": "0 years", "rate": rates}]
        self.starts = [constant(step["from"]) for step in rates]
        growth = [constant(step["rate"]) * 365.25 for step in rates]
        if block.get("rule", "yearly") == "yearly":
            growth = [math.log1p(rate) for rate in growth]
        self.growths = [rate / 365.25 for rate in growth]
        self.from_entry = block.get("from", "entry") == "entry"

    def log_at(self, t):
        ends = self.starts[1:] + [INFINITE]
        return sum(growth * (min(t, end) - start)
                   for start, end, growth in zip(self.starts, ends, self.growths) if t > start)

    def at(self, t):
        return math.exp(-self.log_at(t))

    def integrals(self, t, days):
        """The integrals of D, and of D times the days since t, over days in which the rate is one."""
        rate = next(growth for start, growth in reversed(list(zip(self.starts, self.growths)))
                    if start <= t + 1e-9 or start == 0)
        x = rate * days
        if abs(x) < 0.5:                       # the closed forms cancel: their series
            one = sum((-x) ** k / math.factorial(k + 1) for k in range(18))
            other = sum((-x) ** k / (math.factorial(k) * (k + 2)) for k in range(18))
        else:
            one, other = -math.expm1(-x) / x, (1 - (1 + x) * math.exp(-x)) / x ** 2
        return self.at(t) * days * one, self.at(t) * days ** 2 * other

    def integral(self, a, b):
        """The integral of D from a to b, step by step."""
        total = 0.0
        ends = self.starts[1:] + [INFINITE]
        for start, end, growth in zip(self.starts, ends, self.growths):
            low, high = max(a, start), min(b, end)
            if high > low:
                days = high - low
                total += self.at(low) * (-math.expm1(-growth * days) / growth if growth else days)
        return total
