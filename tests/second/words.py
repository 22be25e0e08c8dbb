"""Study files and expressions, written from scenarios/README.md alone (not a test).

"Files and who wins", "Names, and what an expression may say", "Units", "Expressions".
All scalars stay texts until an expression is made of them; units are scales, dimensions are not checked.
"""
import copy
import csv
import math
import operator
import os
import re

import yaml

LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
DAYS = {"second": 1 / 86400, "minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0,
        "month": 30.4375, "year": 365.25}
UNITS = {"d": 1.0, **DAYS, **{name + "s": days for name, days in DAYS.items()}}


class StudyError(Exception):
    """The text means nothing to this reader."""


# Files and who wins ------------------------------------------------------------------------------

def read_yaml(path):
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, Loader=LOADER) or {}


def lay_over(below, above):
    """Mappings merge key by key; everything else, and what says `replace: true`, replaces whole."""
    if not isinstance(above, dict):
        return above
    above = dict(above)
    if above.pop("replace", "false") == "true" or not isinstance(below, dict):
        below = {}
    merged = dict(below)
    for key, value in above.items():
        merged[key] = lay_over(below.get(key), value)
    return merged


def layers_of(path, seen):
    """The documents of a file in the order in which they are laid over each other."""
    path = os.path.realpath(path)
    if path in seen:
        return []
    seen.add(path)
    document = read_yaml(path)
    folder = os.path.dirname(path)
    for table in (document.get("tables") or {}).values():
        if isinstance(table, dict) and "from" in table:         # relative to the file that names it
            table["from"] = os.path.join(folder, table["from"])
    found = []
    for module in document.pop("uses", []):
        found += layers_of(os.path.join(folder, module), seen)
    if "based_on" in document:
        found += layers_of(os.path.join(folder, document.pop("based_on")), seen)
    return found + [document]


def load_study(path):
    """The study of a file as one mapping of texts."""
    study = {}
    for layer in layers_of(path, set()):
        study = lay_over(study, layer)
    study["folder"] = os.path.dirname(os.path.realpath(path))
    return study


def set_path(study, path, value):
    """`set` and `--set`: a dotted path, or the bare name of a parameter."""
    if path in study.get("parameters", {}):
        path = "parameters." + path
    keys = path.split(".")
    place = study
    for key in keys[:-1]:
        place = place[int(key)] if isinstance(place, list) else place[key]
    last = int(keys[-1]) if isinstance(place, list) else keys[-1]
    is_parameter = len(keys) == 2 and keys[0] == "parameters"
    if is_parameter and isinstance(place[last], dict) and not isinstance(value, dict):
        place[last]["value"] = value
    else:
        place[last] = value


def study_under(study, strategy, command_line=()):
    """The study as it is under one strategy: its `set`, then those of the command line."""
    study = copy.deepcopy(study)
    strategies = study["strategies"]
    sets = list(((strategies[strategy] or {}).get("set") or {}).items())
    for path, value in sets + list(command_line):
        set_path(study, path, value)
    return study


def plain(block):
    """A block without what only tells."""
    return {key: value for key, value in (block or {}).items() if key not in ("source", "note")}


def as_list(value):
    return value if isinstance(value, list) else [value]


# What this reader knows: other keys would change lives without its knowing -----------------------------

KEYS = {
    "study": "uncertain twinpath study question uses based_on time money parameters tables patient observations supports "
             "consent together strategies targets report record sweep folder",
    "time": "starts horizon follow_up",
    "parameter": "value range uncertain",
    "patient": "age count from id first_row_of enters attributes correlated variables formulas actions tracks doses utility",
    "variable": "kind starts returns_to half_life held_for within stream",
    "track": "start since states",
    "doses": "while every stock uses slip holiday",
    "missed run": "chance goes_on effects",
    "exit": "hazard after upon every to choose only_while effects do if priority counts_from since stream",
    "branch": "chance otherwise to effects do",
    "effect": "if per unit hr time_ratio or rr difference at on_exit on_chance fades",
    "utility": "base add multiply min",
    "observation": "of delay",
    "support": "offer eligible consent channel uptake waits lasts at_most effects contacts cost enter leave",
    "offer": "upon every if",
    "contacts": "every upon if reached do cost category",
    "strategy": "baseline supports from ramp set",
    "discount": "rate rule from",
}


def check(kind, block):
    unknown = set(plain(block)) - set(KEYS[kind].split())
    if unknown:
        raise StudyError(f"{kind}: {sorted(unknown)} is not known to this reader")


def check_keys(study):
    check("study", study)
    check("time", study["time"])
    check("patient", study["patient"])
    check("utility", study["patient"].get("utility"))
    check("discount", (study.get("report") or {}).get("discount"))
    many = {"parameter": study.get("parameters"), "variable": study["patient"].get("variables"),
            "track": study["patient"]["tracks"], "doses": study["patient"].get("doses"),
            "missed run": {f"{name} {kind}": block[kind] for name, block in (study["patient"].get("doses") or {}).items()
                           for kind in ("slip", "holiday") if kind in block},
            "observation": study.get("observations"),
            "support": study.get("supports"), "strategy": study["strategies"]}
    for kind, blocks in many.items():
        for block in plain(blocks).values():
            check(kind, block if isinstance(block, dict) else {})
    for track in study["patient"]["tracks"].values():
        for state in track["states"].values():
            for name, exit_ in plain(state).items():
                if name not in ("enter", "leave", "cost"):
                    check_exit(exit_)
    for support in plain(study.get("supports")).values():
        check("offer", support["offer"])
        check("contacts", support.get("contacts"))
        for effect in support.get("effects", []):
            check("effect", effect)


def check_exit(exit_):
    check("exit", exit_)
    for effect in exit_.get("effects", []):
        check("effect", effect)
    branches = exit_.get("choose", [])
    for branch in branches if isinstance(branches, list) else []:
        check("branch", branch)
        for effect in branch.get("effects", []):
            check("effect", effect)


# Tables ------------------------------------------------------------------------------------------

class Table:
    """Called like a function: the cell of the last keys not above the numbers, and of the texts."""

    def __init__(self, block, constant):
        with open(block["from"], newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        columns = [{"column": one} if isinstance(one, str) else one for one in block["by"]]
        self.columns = [Column(column, [row[column["column"]] for row in rows], constant)
                        for column in columns]
        scale = constant(block["unit"]) if "unit" in block else 1.0
        self.cells = {tuple(column.key_of(row[column.name]) for column in self.columns):
                      float(row[block["value"]]) * scale for row in rows}

    def __call__(self, *arguments):
        return self.cells[tuple(column.find(x) for column, x in zip(self.columns, arguments))]


class Column:
    """One column of a table's keys: of numbers or of texts."""

    def __init__(self, block, cells, constant):
        self.name, self.texts = block["column"], block.get("is")
        self.scale = constant(block["unit"]) if "unit" in block else 1.0
        self.is_text = bool(self.texts) or ("unit" not in block and not NUMBER.fullmatch(cells[0].strip()))
        self.keys = [] if self.is_text else sorted({self.key_of(cell) for cell in cells})

    def key_of(self, cell):
        return cell if self.is_text else float(cell) * self.scale

    def find(self, x):
        if self.is_text:
            word = str(x).lower() if isinstance(x, bool) else x
            return self.texts[word] if self.texts else word
        return max([key for key in self.keys if key <= x], default=self.keys[0])


NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")


# Expressions -------------------------------------------------------------------------------------

TOKEN = re.compile(r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
                   r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*)"
                   r"|(?P<sign><=|>=|==|!=|[-+*/^<>()\[\],%]))")


def tokens_of(text):
    tokens, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match:
            raise StudyError(f"no expression: {text!r}")
        tokens.append((match.lastgroup, match.group(match.lastgroup)))
        at = match.end()
    return tokens


def steps(x, starts, values):
    """The value of the last start that is not above x; below the first, the first."""
    result = values[0]
    for start, value in zip(starts, values):
        if start <= x:
            result = value
    return result


def logistic(x):
    return 1.0 / (1.0 + math.exp(-x))


def power(x, y):
    return math.pow(x, y)


FUNCTIONS = {"abs": "abs", "exp": "math.exp", "floor": "math.floor", "log": "math.log", "sqrt": "math.sqrt",
             "logistic": "logistic", "min": "min", "max": "max"}
SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne}


def compared(life, a, sign, b):
    """Times and stocks are sums, which round: where two numbers differ by that alone, so may what follows."""
    if life is not None and a != b and math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-12):
        life.is_decided_by_rounding = True
    return SIGNS[sign](a, b)


GLOBALS = {"math": math, "steps": steps, "logistic": logistic, "power": power, "compared": compared}


class Parser:
    """Turns an expression into Python; `word` says what a name or time_in(track) is in Python.

    `tables` are functions by name.
    """

    def __init__(self, text, units, word, tables=()):
        self.text, self.units, self.word, self.tables = text, units, word, tables
        self.tokens, self.at = tokens_of(text), 0

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else (None, None)

    def take(self, *wanted):
        """The next token where it is one of those wanted, else nothing."""
        if self.peek()[1] in wanted:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return None

    def need(self, sign):
        if not self.take(sign):
            raise StudyError(f"{sign!r} missing in {self.text!r}")

    def whole(self):
        python = self.either()
        if self.at < len(self.tokens):
            raise StudyError(f"too much in {self.text!r}")
        return python

    def either(self):
        python = self.both()
        while self.take("or"):
            python = f"({python} or {self.both()})"
        return python

    def both(self):
        python = self.negation()
        while self.take("and"):
            python = f"({python} and {self.negation()})"
        return python

    def negation(self):
        return f"(not {self.negation()})" if self.take("not") else self.comparison()

    def comparison(self):
        python = self.sum()
        sign = self.take("<", "<=", ">", ">=", "==", "!=")
        return f"compared(life, {python}, {sign!r}, {self.sum()})" if sign else python

    def sum(self):
        python = self.product()
        while sign := self.take("+", "-"):
            python = f"({python} {sign} {self.product()})"
        return python

    def product(self):
        python = self.minus()
        while sign := self.take("*", "/"):
            python = f"({python} {sign} {self.minus()})"
        return python

    def minus(self):
        return f"(-{self.minus()})" if self.take("-") else self.power()

    def power(self):
        python = self.atom()
        return f"power({python}, {self.minus()})" if self.take("^") else python

    def atom(self):
        kind, text = self.peek()
        self.at += 1
        if kind == "number":
            if self.take("%"):
                return repr(float(text) / 100)
            unit = self.peek()[1]
            if self.peek()[0] == "name" and unit in self.units:
                self.at += 1
                return repr(float(text) * self.units[unit])
            return repr(float(text))
        if text == "(":
            python = self.either()
            self.need(")")
            return f"({python})"
        if text == "[":
            values = self.arguments("]")
            return "(" + "".join(value + ", " for value in values) + ")"
        if kind == "name":
            return self.named(text)
        raise StudyError(f"no expression: {self.text!r}")

    def arguments(self, end):
        values = [self.either()]
        while self.take(","):
            values.append(self.either())
        self.need(end)
        return values

    def named(self, name):
        if name in ("true", "false"):
            return name.capitalize()
        if not self.take("("):
            return repr(self.units[name]) if name in self.units else self.word(name)
        if name in ("time_in", "entries"):
            place = self.peek()[1]
            self.at += 1
            self.need(")")
            return self.word(f"{name}({place})")
        values = self.arguments(")")
        if name == "if":
            return f"({values[1]} if {values[0]} else {values[2]})"
        if name == "steps":
            return f"steps({', '.join(values)})"
        function = f"tables[{name!r}]" if name in self.tables else FUNCTIONS[name]
        return f"{function}({', '.join(values)})"


def compile_expression(text, units, word, tables=()):
    """A Python function of a life."""
    python = Parser(text, units, word, tables).whole()
    return eval("lambda life: " + python, {**GLOBALS, "tables": tables})


def units_of(study):
    """Days and the study's money are 1 inside."""
    units = dict(UNITS)
    money = study.get("money")
    if isinstance(money, str):
        units[money.split()[0]] = 1.0
    elif money:
        units[money["currency"]] = 1.0
        for name, worth in (money.get("exchange") or {}).items():
            units[name] = compile_expression(worth, units, None)(None)
    return units
