"""Parameter sets: the values that uncertain parameters take in a set, from scenarios/README.md (not a test)."""
import csv
import math
import os
import re

import numpy as np

import draws
from draws import special
from words import as_list

WIDTH_95 = 2 * 1.959963984540054


class ParameterSets:
    """The draws of one study under one strategy. `model` is the study with the values as written."""

    def __init__(self, model, document, command_line=(), seed=1):
        self.model, self.seed = model, seed
        self.blocks = {name: block if isinstance(block, dict) else {"value": block}
                       for name, block in (model.study.get("parameters") or {}).items()}
        self.joints = model.study.get("uncertain") or {}
        self.certain = self.names_set(document, command_line)

    def names_set(self, document, command_line):
        """Parameters that a strategy's `set` or `--set` gives a value: certain."""
        sets = ((document["strategies"][self.model.strategy_name] or {}).get("set") or {}).items()
        names = set()
        for path, value in list(sets) + list(command_line):
            name = path.split(".")[1] if path.startswith("parameters.") else path
            rest = path.split(".")[2:] if path.startswith("parameters.") else []
            if name in self.blocks and rest in ([], ["value"]) and not isinstance(value, dict):
                names.add(name)
        return names

    def uniform(self, name, number):
        return draws.uniform(self.seed, number, name, 1)

    def of_parameter(self, name, number):
        law = self.blocks[name].get("uncertain") or {}
        return self.uniform(law.get("stream", "parameter." + name), number)

    # A law of its own -----------------------------------------------------------------------------

    def law(self, name):
        """Quantile function of a parameter's `uncertain`, cut off by `within`."""
        block = self.blocks[name]["uncertain"]
        family = next(key for key in ("normal", "lognormal", "beta", "gamma") if key in block)
        n = self.model.numbers(block[family])
        value = self.model.parameters[name]
        if family == "normal":
            arguments = [n.get("mean", value), n["se"] if "se" in n else (n["high"] - n["low"]) / WIDTH_95]
        elif family == "lognormal":
            se = n["se_log"] if "se_log" in n else math.log(n["high"] / n["low"]) / WIDTH_95
            arguments = [math.log(value), se]
        elif family == "beta":
            size = n["n"] if "n" in n else value * (1 - value) / n["se"] ** 2 - 1 if "se" in n else None
            arguments = [n["a"], n["b"]] if size is None else [value * size, (1 - value) * size]
        else:
            shape = n["shape"] if "shape" in n else (value / n["se"]) ** 2
            arguments = [shape, value / shape]
        quantile, below = draws.continuous(family, arguments)
        if "within" not in block:
            return quantile
        low, high = (below(self.model.constant(bound)) for bound in block["within"])
        return lambda p: quantile(low + p * (high - low))

    # Together -------------------------------------------------------------------------------------

    def matrix(self, rows):
        return np.array([[self.model.constant(cell) for cell in row] for row in rows])

    def dirichlet(self, block, number):
        counts = [self.model.constant(count) for count in block["counts"]] if "counts" in block else \
            [self.model.parameters[name] * self.model.constant(block["n"]) for name in block["of"]]
        parts = [special.gammaincinv(count, self.of_parameter(name, number))
                 for name, count in zip(block["of"], counts)]
        return {name: float(part / sum(parts)) for name, part in zip(block["of"], parts)}

    def multivariate_normal(self, block, number):
        to, back = {"plain": (lambda x: x, lambda y: y), "log": (math.log, math.exp),
                    "logit": (lambda x: math.log(x / (1 - x)), lambda y: 1 / (1 + math.exp(-y)))}[
                        block.get("scale", "plain")]
        if "covariance" in block:
            lower = np.linalg.cholesky(self.matrix(block["covariance"]))
        else:
            se = np.array([self.model.constant(one) for one in block["se"]])
            lower = np.linalg.cholesky(self.matrix(block["correlation"])) * se[:, None]
        z = np.array([special.ndtri(self.of_parameter(name, number)) for name in block["of"]])
        return {name: back(to(self.model.parameters[name]) + float(off))
                for name, off in zip(block["of"], lower @ z)}

    def correlated(self, block, number):
        lower = np.linalg.cholesky(self.matrix(block["normal_scores"]))
        z = np.array([special.ndtri(self.of_parameter(name, number)) for name in block["of"]])
        return {name: float(self.law(name)(special.ndtr(score)))
                for name, score in zip(block["of"], lower @ z) if name not in self.certain}

    def posterior(self, block, name, number):
        with open(os.path.join(self.model.study["folder"], block["from"]), newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        i = number - 1
        if block.get("take") == "at_random":
            i = math.floor(self.uniform("uncertain." + name, number) * len(rows))
        return {one: float(rows[i][column]) * self.unit_of(one) for one, column in block["columns"].items()}

    def unit_of(self, name):
        """One of the unit in which a value is written."""
        rest = re.sub(r"^\s*[-+]?[0-9.]+(e[-+]?[0-9]+)?\s*", "", str(self.blocks[name]["value"]))
        return self.model.constant("1 " + rest)

    # A set ----------------------------------------------------------------------------------------

    def drawn(self, number):
        """Values of the uncertain parameters in a set, by name."""
        values, in_joint = {}, set()
        for name, joint in self.joints.items():
            kind = next(key for key in ("dirichlet", "multivariate_normal", "correlated", "draws") if key in joint)
            block = joint[kind]
            in_joint |= set(as_list(block["of"]) if "of" in block else block["columns"])
            values |= self.posterior(block, name, number) if kind == "draws" else getattr(self, kind)(block, number)
        for name, block in self.blocks.items():
            if block.get("uncertain") and name not in in_joint and name not in self.certain:
                values[name] = float(self.law(name)(self.of_parameter(name, number)))
        return {name: value for name, value in values.items() if name not in self.certain}

