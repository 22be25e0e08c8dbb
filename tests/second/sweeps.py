"""Points of a sweep, written from scenarios/README.md alone (not a test).

"Sweeps". A point is a mapping from paths to texts, as `--set` takes them.
"""
import csv
import itertools
import math
import os
import re

import draws
from words import compile_expression, units_of

NUMBER = re.compile(r"\s*([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)\s*(.*?)\s*$")
SOBOL_BITS = 30
# Bratley and Fox 1988, as GSL has them: primitive polynomials and first direction numbers of six dimensions.
SOBOL = [(1, []), (3, [1]), (7, [1, 1]), (11, [1, 3, 7]), (13, [1, 1, 5]), (19, [1, 3, 1, 1])]


class Range:
    """`from` and `to` in the unit of `from`."""

    def __init__(self, block, units):
        number, self.unit = NUMBER.match(block["from"]).groups()
        size = compile_expression("1 " + self.unit, units, None)(None)
        self.low, self.high = float(number), compile_expression(block["to"], units, None)(None) / size
        self.is_log = block.get("scale") == "log"
        self.n = int(block["n"]) if "n" in block else None

    def at(self, share):
        if share in (0.0, 1.0):
            number = self.high if share else self.low
        elif self.is_log:
            low, high = math.log(self.low), math.log(self.high)
            number = math.exp(low + share * (high - low))
        else:
            number = self.low + share * (self.high - self.low)
        return f"{number!r} {self.unit}".strip()

    def values(self):
        return [self.at(i / (self.n - 1) if self.n > 1 else 0.0) for i in range(self.n)]


def latin_hypercube(path, n, seed):
    """Shares of the points, in order."""
    stream = "sweep." + path
    part = list(range(n))
    for i in range(n - 1, 0, -1):
        j = draws.bits(seed, i, stream, 2) * (i + 1) >> 64
        part[i], part[j] = part[j], part[i]
    return [(part[i] + draws.uniform(seed, i, stream, 1)) / n for i in range(n)]


def sobol_directions(dimension):
    """Whole numbers of SOBOL_BITS bits, the first with the highest bit."""
    polynomial, odd = SOBOL[dimension]
    degree = polynomial.bit_length() - 1
    m = list(odd) if degree else [1] * SOBOL_BITS
    for i in range(len(m), SOBOL_BITS):
        new = m[i - degree] ^ (m[i - degree] << degree)
        for k in range(1, degree):
            new ^= (m[i - k] << k) * (polynomial >> (degree - k) & 1)
        m.append(new)
    return [value << (SOBOL_BITS - 1 - i) for i, value in enumerate(m)]


def sobol(dimension, n):
    """Antonov and Saleev's order: the next differs in the direction of the lowest zero bit of the count."""
    directions, state, shares = sobol_directions(dimension), 0, []
    for count in range(n):
        zero = next(bit for bit in range(SOBOL_BITS) if not count >> bit & 1)
        state ^= directions[zero]
        shares.append(state / 2 ** SOBOL_BITS)
    return shares


def points_of(study):
    """The points of a study, in order."""
    sweep, units = study["sweep"], units_of(study)
    if "from" in sweep:
        with open(os.path.join(study["folder"], sweep["from"]), encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    paths = sorted(sweep["over"])
    for how in ("latin_hypercube", "sobol"):
        if how in sweep:
            n = int(sweep[how])
            ranges = [Range(sweep["over"][path], units) for path in paths]
            shares = [latin_hypercube(path, n, int(sweep.get("seed", 1))) if how == "latin_hypercube" else sobol(k, n)
                      for k, path in enumerate(paths)]
            return [{path: ranges[k].at(shares[k][i]) for k, path in enumerate(paths)} for i in range(n)]
    listed = [Range(block, units).values() if isinstance(block, dict) else block
              for block in (sweep["over"][path] for path in paths)]
    rows = zip(*listed) if sweep.get("how") == "zip" else itertools.product(*listed)
    return [dict(zip(paths, row)) for row in rows]
