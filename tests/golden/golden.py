"""Figures of studies held to what they were, and a table of what moved. It is not a test: test_golden.py is.

A case is a folder with expected.csv and why.md. The first lines of expected.csv say how its figures are made (one
`twinpath run`, then each `twinpath summary` of its results), how far a figure may move, and the digest of the results.
scripts/update_golden.sh calls main().
"""
import argparse
import csv
import math
import os
import pathlib
import shlex
import subprocess
import tempfile
from typing import NamedTuple

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
KEY = ("strategy", "segment", "measure", "time_days", "kind")
NUMBERS = ("value", "se", "low", "high")
# Column of `twinpath summary --format csv` for each number of a kind.
KINDS = {"mean": ("mean", "mcse", "low", "high"),
         "difference": ("difference", "difference_se", "difference_low", "difference_high")}
# A difference below this part of its mean is nil: what is left of numbers of 16 digits, or the root of it in an error.
NIL = 1e-7
Z95 = 1.959963984540054


class Figure(NamedTuple):
    unit: str
    value: float
    se: float
    low: float
    high: float


class Case(NamedTuple):
    commands: list  # as lists of words, without the results file
    tolerance: float  # of the figure itself
    digest: str
    figures: dict  # Figure by the values of KEY


class Move(NamedTuple):
    key: tuple
    old: Figure  # None: it came
    new: Figure  # None: it went

    def standard_errors(self):
        """The move over the standard error of the difference of two estimates; nan where no error is known."""
        if self.old is None or self.new is None:
            return math.nan
        moved = self.new.value - self.old.value
        error = math.hypot(_error(self.old), _error(self.new))
        return 0.0 if moved == 0 else moved / error if error != 0 else math.inf


def _error(figure):
    return figure.se if not math.isnan(figure.se) else (figure.high - figure.low) / (2 * Z95)


def _number(text):
    return float(text) if text else math.nan


def read(folder):
    """The case in a folder."""
    with open(folder / "expected.csv", encoding="utf-8", newline="") as file:
        lines = file.read().splitlines()
    head = [line[2:].split(" ", 1) for line in lines if line.startswith("# ")]
    said = {word: rest for word, rest in head if word != "twinpath"}
    rows = csv.DictReader(line for line in lines if not line.startswith("#"))
    return Case([shlex.split(rest) for word, rest in head if word == "twinpath"], float(said["tolerance"]),
                said.get("digest", ""), {tuple(row[name] for name in KEY): Figure(
                    row["unit"], *(_number(row[name]) for name in NUMBERS)) for row in rows})


def write(folder, case):
    with open(folder / "expected.csv", "w", encoding="utf-8", newline="") as file:
        for command in case.commands:
            print("# twinpath", shlex.join(command), file=file)
        print(f"# tolerance {case.tolerance:g}\n# digest {case.digest}", file=file)
        table = csv.writer(file, lineterminator="\n")
        table.writerow((*KEY, "unit", *NUMBERS))
        for key, (unit, *numbers) in case.figures.items():
            table.writerow((*key, unit, *("" if math.isnan(number) else f"{number:.12g}" for number in numbers)))


def _program(*words):
    done = subprocess.run([os.environ["TWP_PROGRAM"], *words], cwd=ROOT, capture_output=True, encoding="utf-8",
                          check=False)
    if done.returncode != 0:
        raise RuntimeError(f"twinpath {shlex.join(words)} ended with {done.returncode}: {done.stderr}")
    return done.stdout


def _figures_of(row):
    for kind, columns in KINDS.items():
        numbers = [_number(row[column]) for column in columns]
        if kind == "difference":
            numbers = [0.0 if abs(number) < NIL * abs(_number(row["mean"])) else number for number in numbers]
        if not math.isnan(numbers[0]):
            yield tuple({**row, "kind": kind}[name] for name in KEY), Figure(row["unit"], *numbers)


def live(case, *options):
    """The case as the program lives it now, with more options of `twinpath run`."""
    (run, *summaries), figures = case.commands, {}
    with tempfile.TemporaryDirectory(prefix="twinpath-golden-") as folder:
        path = os.path.join(folder, "results.h5")
        digest = _program(*run, *options, "--output", path, "--quiet", "--digest").split()[-1]
        for summary in summaries:
            for row in csv.DictReader(_program(*summary, "--format", "csv", path).splitlines()):
                figures.update(_figures_of(row))
    return case._replace(digest=digest, figures=figures)


def _is_near(old, new, tolerance):
    return old == new or (math.isnan(old) and math.isnan(new)) or abs(new - old) <= tolerance * abs(old)


def moves(old, new):
    """Figures of two cases that differ by more than the tolerance in any number, the farthest first."""
    found = []
    for key in {**old.figures, **new.figures}:
        one, other = old.figures.get(key), new.figures.get(key)
        if one is None or other is None or one.unit != other.unit or not all(
                _is_near(a, b, old.tolerance) for a, b in zip(one[1:], other[1:])):
            found.append(Move(key, one, other))
    return sorted(found, key=lambda move: -abs(0.0 if math.isnan(z := move.standard_errors()) else z))


def table(moved, most=None):
    """Text: a line a figure that moved (the first `most`), and what that means."""
    def shown(figure):
        return "-" if figure is None else f"{figure.value:.9g} ({_error(figure):.3g})"

    lines = [f"{'figure':<78} {'old (error)':>24} {'new (error)':>24}  standard errors"]
    for key, old, new in moved[:most]:
        strategy, segment, measure, days, kind = key
        name = f"{strategy} {measure}{days and '@' + days}{segment and ' [' + segment + ']'} {kind}"
        z = Move(key, old, new).standard_errors()
        told = "came" if old is None else "went" if new is None else "" if math.isnan(z) else f"{z:+.2f}"
        lines.append(f"{name:<78} {shown(old):>24} {shown(new):>24}  {told}")
    if len(moved) > len(lines) - 1:
        lines.append(f"... and {len(moved) - len(lines) + 1} more")
    zs = [abs(z) for move in moved if not math.isnan(z := move.standard_errors())]
    lines.append(f"{len(moved)} figures moved, came or went; {sum(z > 4 for z in zs)} moved by more than 4 standard "
                 "errors, which other draws do not explain")
    return "\n".join(lines)


def update(folder, is_writing):
    """Prints what moved in a case, and writes it when told to; True if there is something to write."""
    old = read(folder)
    new = live(old)
    moved = moves(old, new)
    if moved:
        print(f"{folder.name}\n{table(moved)}")
    elif new.digest != old.digest:
        print(f"{folder.name}: the digest is another, no figure moved")
    else:
        print(f"{folder.name}: as it was")
        return False
    if is_writing:
        write(folder, new)
        print(f"{folder.name}: written")
    return True


def cases():
    return sorted(path.parent for path in HERE.glob("*/expected.csv"))


def main():
    parser = argparse.ArgumentParser(prog="update_golden.sh", description="what moved in the cases of tests/golden")
    parser.add_argument("--write", action="store_true", help="write what the program says now")
    parser.add_argument("case", nargs="*", help="default: all")
    arguments = parser.parse_args()
    known = {path.name: path for path in cases()}
    for name in arguments.case:
        if name not in known:
            parser.error(f"there is no case {name}; there are {', '.join(known)}")
    is_new = [update(known[name], arguments.write) for name in arguments.case or known]
    if any(is_new) and not arguments.write:
        print("nothing is written; --write does")


if __name__ == "__main__":
    main()
