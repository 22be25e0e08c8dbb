"""What a study says, ready to be lived, written from scenarios/README.md alone (not a test).

Everything named becomes a small record; expressions become Python functions of a life. Supports become
tracks ("Supports as tracks"). One model is a study under one strategy.
"""
import csv
import math
import os
from types import SimpleNamespace as Record

import draws
import laws
from doses import DosesReader
from supports import SupportReader
from words import (StudyError, Table, as_list, check_keys, compile_expression, plain, steps,
                   study_under, units_of)

OF_STATE = ("enter", "leave", "cost", "source", "note")


class Model(SupportReader, DosesReader):
    def __init__(self, study, strategy, command_line=(), drawn=None):
        self.drawn = drawn or {}  # values of uncertain parameters, see uncertain.py
        study = study_under(study, strategy, command_line)
        check_keys(study)
        self.study, self.strategy_name = study, strategy
        self.units = units_of(study)
        self.strategy = study["strategies"][strategy] or {}
        self.patient = study["patient"]
        self.observations = study.get("observations") or {}
        self.supports = study.get("supports") or {}
        self.variables = self.patient.get("variables") or {}
        self.tables = {name: Table(block, lambda unit: compile_expression(unit, self.units, None)(None))
                       for name, block in (study.get("tables") or {}).items()}
        self.instant = {}  # formulas that hold no value: name -> function of a life
        self.parameters = self.read_parameters()
        self.read_attributes()
        self.read_variables()
        self.formulas = self.read_formulas()
        self.exits, self.states, self.tracks = {}, {}, {}
        self.fades = []
        for name in self.patient.get("doses") or {}:
            self.tracks[name] = Record(name=name, since=None, start=Record(kind="name", name="not_due"))
        self.read_tracks()
        self.read_doses()
        self.read_supports()
        self.read_effects_of_supports()
        self.read_answers()
        self.read_rewards()
        self.read_time()

    # Expressions ---------------------------------------------------------------------------------

    def expression(self, text):
        return compile_expression(str(text), self.units, self.word, self.tables)

    def constant(self, text):
        return self.expression(text)(None)

    def word(self, name):
        """What a name is in Python, with the life called `life`."""
        head, _, tail = name.partition(".")
        if name.startswith("time_in("):
            return f"life.time_in({name[8:-1]!r})"
        if name.startswith("entries("):
            return f"life.n_entries.get({tuple(name[8:-1].split('.'))!r}, 0)"
        if name == "time":
            return "life.now"
        if name in self.parameters:
            return repr(self.parameters[name])
        if head == "consent" or name in self.attributes:
            return f"life.attributes[{name!r}]"
        if head in self.attributes:
            return f"(life.attributes[{head!r}] == {tail!r})"
        if head in self.variables:
            if self.variables[head].kind != "stock":
                return f"life.held[{head!r}]"
            return f"life.is_empty[{head!r}]" if tail == "empty" else f"life.stock_left({head!r})"
        if head in self.instant:
            return f"life.model.instant[{head!r}](life)"
        if head in (self.patient.get("formulas") or {}):
            return f"life.formulas[{head!r}]"
        if head in (self.patient.get("tracks") or {}) or head in (self.patient.get("doses") or {}) or \
                head in self.supports:
            return f"(life.state[{head!r}] == {tail or 'active'!r})"
        if head in self.observations:
            of = self.observations[head]["of"]
            if self.is_happening(of):
                return f"life.seen[{head!r}]"
            return self.word(of + "." + tail if tail else of)
        raise StudyError(f"{name!r} is nothing that this reader knows")

    def is_happening(self, name):
        """Whether `of: name` is something that happens, not a value."""
        head, _, tail = name.partition(".")
        if head in self.attributes or head == "consent" or name in (self.patient.get("formulas") or {}):
            return False
        return not (name in self.variables and self.variables[name].kind != "stock")

    def read_parameters(self):
        texts = {name: value["value"] if isinstance(value, dict) else value
                 for name, value in (self.study.get("parameters") or {}).items()}
        known = dict(self.drawn)

        def value_of(name):
            if name not in known:
                known[name] = compile_expression(
                    texts[name], self.units, lambda other: repr(value_of(other)), self.tables)(None)
            return known[name]
        return {name: value_of(name) for name in texts}

    def numbers(self, block):
        """The constants of a block of arguments."""
        return {key: [self.constant(v) for v in value] if isinstance(value, list) else self.constant(value)
                for key, value in plain(block).items()}

    # Twins ---------------------------------------------------------------------------------------

    def read_attributes(self):
        self.attributes = dict(self.patient.get("attributes") or {})
        for name, block in plain(self.study.get("consent")).items():
            self.attributes["consent." + name] = block
        self.attributes = {name: self.distribution(block, "patient." + name)
                           for name, block in self.attributes.items()}
        correlated = self.patient.get("correlated")
        self.correlated = correlated and Record(
            of=correlated["of"],
            matrix=[[self.constant(c) for c in row] for row in correlated["normal_scores"]])

    def distribution(self, block, stream):
        """A record with `at(p, row, attributes)`, the value at the probability p."""
        if not isinstance(block, dict):
            value = self.constant(block)
            return Record(stream=stream, at=lambda p, row, known: value)
        stream = block.get("stream", stream)
        if "chance" in block:
            p_true = self.constant(block["chance"])
            return Record(stream=stream, at=lambda p, row, known: 1 - p < p_true)
        if "categories" in block:
            weights = self.numbers(block["categories"])
            return Record(stream=stream, at=lambda p, row, known: draws.category_at(p, weights))
        if "column" in block:
            return Record(stream=stream, at=self.column(block))
        if "by" in block:
            chosen = {name: self.distribution(one, stream) for name, one in block["is"].items()}
            by = block["by"]
            return Record(stream=stream, by=by,
                          at=lambda p, row, known: chosen[known[by]].at(p, row, known))
        if "steps_of" in block:
            of, starts = block["steps_of"], [self.constant(start) for start in block["from"]]
            return Record(stream=stream, by=of, at=lambda p, row, known: block["is"][
                max(0, sum(start <= known[of] for start in starts) - 1)])
        return Record(stream=stream, at=self.continuous(block))

    def column(self, block):
        name, unit, texts = block["column"], block.get("unit"), block.get("is")
        if texts:
            category = {text: key for key, text in texts.items()}
            return lambda p, row, known: category[row[name]]
        scale = self.constant(unit) if unit else 1.0
        return lambda p, row, known: float(row[name]) * scale

    def continuous(self, block):
        family = next(key for key in block if key not in ("source", "note", "within", "stream"))
        n = self.numbers({"n": block[family]})["n"] if isinstance(block[family], list) \
            else self.numbers(block[family])
        if family == "lognormal":
            meanlog = n["meanlog"] if "meanlog" in n else math.log(n["median"])
            n = [meanlog, n["sdlog"] if "sdlog" in n else n["sigma_log"]]
        elif family == "exponential":        # a Weibull of the shape 1
            family, n = "weibull", [1.0, n["mean"] if "mean" in n else 1 / n["rate"]]
        elif family == "gamma":
            scale = n["scale"] if "scale" in n else 1 / n["rate"] if "rate" in n else n["mean"] / n["shape"]
            n = [n["shape"], scale]
        elif family == "weibull":
            n = [n["shape"], n["scale"]]
        quantile, below = draws.continuous(family, n)
        if "within" not in block:
            return lambda p, row, known: quantile(p)
        low, high = (below(self.constant(bound)) for bound in block["within"])
        return lambda p, row, known: quantile(low + p * (high - low))

    def rows(self, n_twins=None):
        """(id, row) of each twin."""
        count = self.patient.get("count")
        count = n_twins or (count and int(count))
        if "from" not in self.patient:
            return [(i, None) for i in range(count)]
        with open(os.path.join(self.study["folder"], self.patient["from"]), newline="") as file:
            rows = list(csv.DictReader(file))
        if "first_row_of" in self.patient:
            first = {}
            for row in rows:
                first.setdefault(row[self.patient["first_row_of"]], row)
            rows = list(first.values())
        column = self.patient.get("id")
        return [(int(row[column]) if column else i, row) for i, row in enumerate(rows)][:count]

    # Variables, formulas -----------------------------------------------------------------------------

    def read_variables(self):
        read = {}
        for name, block in self.variables.items():
            block = block or {}
            bounds = [self.constant(b) for b in block.get("within", [])] or [-draws.INFINITE, draws.INFINITE]
            variable = Record(name=name, kind=block.get("kind", "plain"), bounds=bounds, half_life=None,
                              starts=self.distribution(block.get("starts", "0"), "patient." + name))
            variable.starts.stream = block.get("stream", variable.starts.stream)
            if "half_life" in block:
                variable.half_life = self.constant(block["half_life"])
                variable.held_for = self.constant(block["held_for"]) if "held_for" in block \
                    else variable.half_life / 4
                variable.returns_to = block["returns_to"]
            read[name] = variable
        self.variables = read
        for variable in read.values():
            if variable.half_life and variable.returns_to != "start":
                variable.returns_to = self.expression(variable.returns_to)

    def read_formulas(self):
        """(name, function) in an order in which those that use others come after them; without those that
        use a word of instant scope: they are computed where they stand."""
        texts = self.patient.get("formulas") or {}
        ordered = []

        def is_of_the_instant(other):
            is_stock = other in self.variables and self.variables[other].kind == "stock"
            return other == "time" or other.startswith("time_in(") or is_stock or other in self.instant

        def place(name):
            if name in self.instant or name in [done for done, _ in ordered]:
                return
            used = []

            def word(other):
                used.append(self.observations.get(other.partition(".")[0], {}).get("of", other))
                return self.word(other)
            compile_expression(texts[name], self.units, word, self.tables)
            for other in sorted(set(used) & set(texts)):
                place(other)
            function = self.expression(texts[name])  # now that it is known where they stand
            if any(map(is_of_the_instant, used)):
                self.instant[name] = function
            else:
                ordered.append((name, function))
        for name in sorted(texts):
            place(name)
        return ordered

    # Actions -----------------------------------------------------------------------------------------

    def actions(self, texts):
        """A list of (function of a life): each does one thing."""
        done = []
        for action in texts or []:
            if isinstance(action, str):
                done.append(self.named_action(action))
                continue
            action = plain(action)
            for kind in ("add", "set"):
                for name, text in sorted(action.get(kind, {}).items()):
                    done.append(self.change(kind, name, self.expression(text)))
            if "dispense" in action:
                done.append(self.dispensing(action))
            if "cost" in action:
                category = action.get("category", "other")
                for payer, text in sorted(plain(action["cost"]).items()):
                    done.append(self.payment(payer, category, self.expression(text)))
            if "qaly" in action:
                done.append(self.gain(self.expression(action["qaly"])))
            for name, text in sorted(action.get("measure", {}).items()):
                done.append(self.measurement(name, self.expression(text)))
            for kind in ("contact", "start", "end"):
                if kind in action:
                    done.append(self.asking(kind, action[kind]))
        return done

    def named_action(self, name):
        listed = self.actions(self.patient["actions"][name])

        def do(life):
            life.do(listed)
            life.happen(name)
        return do

    def change(self, kind, name, amount):
        return lambda life: life.change_variable(kind, name, amount(life))

    def dispensing(self, action):
        amount, stock = self.expression(action["dispense"]), action["into"]
        carry_over = action.get("carry_over", "true") == "true"
        return lambda life: life.dispense(stock, amount(life), carry_over)

    def payment(self, payer, category, amount):
        return lambda life: life.pay(payer, category, amount(life))

    def gain(self, amount):
        return lambda life: life.gain(amount(life))

    def measurement(self, name, amount):
        return lambda life: life.measure(name, amount(life))

    def asking(self, kind, support):
        if kind == "contact":
            return lambda life: life.contact(support)
        return lambda life: life.happen(f"{kind}: {support}")

    # Tracks ------------------------------------------------------------------------------------------

    def read_tracks(self):
        for name, block in self.patient["tracks"].items():
            track = Record(name=name, start=block["start"], since=None)
            if "since" in block:
                track.since = self.expression(block["since"])
            track.start = self.start_of(block["start"])
            self.tracks[name] = track
            for state, content in block["states"].items():
                content = content or {}
                self.add_state(name, state, self.actions(content.get("enter")),
                               self.actions(content.get("leave")))
                for exit_name, text in content.items():
                    if exit_name not in OF_STATE:
                        self.add_exit(name, state, exit_name, **self.exit(text))

    def start_of(self, start):
        if isinstance(start, str):
            return Record(kind="name", name=start)
        if isinstance(start, dict):
            return Record(kind="from", attribute=start["from"], states=plain(start["is"]))
        choices = [(self.expression(c["chance"]) if "chance" in c else None, c.get("to", c.get("otherwise")))
                   for c in start]
        return Record(kind="chances", choices=choices)

    def add_state(self, track, state, enter, leave):
        self.states[track, state] = Record(track=track, name=state, enter=enter, leave=leave, exits=[])

    def add_exit(self, track, state, name, **content):
        """Every exit is a record with all of these; what is not given is nothing."""
        qualified = f"patient.{track}.{state}.{name}"
        exit_ = Record(track=track, state=state, name=qualified, kind=None, law=None, x=None, happenings=[],
                       only_while=None, effects=[], of_supports=[], branches=[], do=[], guard=None,
                       priority=0, counts_from="entry", since=None, stream=qualified, counter=qualified,
                       choice_stream=None, strongest_only=False, notes_offer=None)
        vars(exit_).update(content)
        exit_.choice_stream = exit_.choice_stream or exit_.stream + ".choose"
        together = plain(self.study.get("together"))
        exit_.strongest_only = together.get(f"{track}.{state}.{name}") == "strongest_only"
        may_stay = any(branch.to == "stay" for branch in exit_.branches)
        exit_.counts_taken = exit_.kind == "upon" and may_stay
        self.exits[qualified] = exit_
        self.states[track, state].exits.append(exit_)
        return exit_

    def exit(self, text):
        content = {"do": self.actions(text.get("do")), "priority": int(text.get("priority", 0)),
                   "counts_from": text.get("counts_from", "entry"),
                   "effects": [self.effect(one) for one in text.get("effects", [])]}
        for kind in ("hazard", "after", "every", "upon"):
            if kind in text:
                content["kind"] = kind
        if "hazard" in text:
            content["law"] = self.law(text["hazard"])
        if "after" in text or "every" in text:
            content["x"] = self.expression(text.get("after", text.get("every")))
        if "upon" in text:
            content["happenings"] = as_list(text["upon"])
        if "if" in text:
            content["guard"] = self.expression(text["if"])
        if "since" in text:
            content["since"] = tuple(text["since"].split("."))
        if "only_while" in text:
            content["only_while"] = self.expression(text["only_while"])
        if "stream" in text:
            content["stream"] = text["stream"]
        if isinstance(text.get("choose"), dict):
            row = plain(text["choose"])
            content["branches"] = [self.branch({"chance": row[to], "to": to}) for to in sorted(row)
                                   if to != "otherwise"] + [self.branch({"otherwise": row["otherwise"]})]
        elif "choose" in text:
            content["branches"] = [self.branch(one) for one in text["choose"]]
        else:
            content["branches"] = [Record(chance=None, to=text.get("to", "stay"), do=[], effects=[],
                                          of_supports=[])]
        return content

    def branch(self, text):
        if "otherwise" in text:
            chance, to = None, text["otherwise"]
        else:
            chance, to = self.chance(text["chance"]), text.get("to", "stay")
        return Record(chance=chance, to=to, do=self.actions(text.get("do")), of_supports=[],
                      effects=[self.effect(one) for one in text.get("effects", [])])

    def chance(self, text):
        if not isinstance(text, dict):
            return self.expression(text)
        unit = self.constant(text["unit"]) if "unit" in text else 1.0
        starts = [self.constant(value) * unit for value in text["from"]]
        values = [self.constant(value) for value in text["is"]]
        x = self.expression(text["steps_of"])
        return lambda life: steps(x(life), starts, values)

    def law(self, text):
        """(family, parameters as functions of a life)."""
        text = plain(text)
        family = next(key for key in text if key in laws.FAMILIES)
        arguments = {}
        for key, value in plain(text[family]).items():
            if family == "life_table" and key == "table":
                arguments[key] = self.always(self.tables[value])
            elif family == "spline" and key == "scale":
                arguments[key] = self.always(value)
            else:
                arguments[key] = [self.expression(v) for v in value] if isinstance(value, list) \
                    else self.expression(value)
        return family, arguments

    def always(self, value):
        return lambda life: value

    def effect(self, text):
        """(kind, logarithm of the ratio, covariate)."""
        if "if" in text:
            covariate = self.expression(f"if({text['if']}, 1, 0)")
        elif "per" in text:
            covariate = self.expression(f"({text['per']}) / ({text.get('unit', '1')})")
        else:
            covariate = None
        if "rr" in text or "difference" in text:
            p = self.constant(text["at"])
            q = self.constant(text["rr"]) * p if "rr" in text else p + self.constant(text["difference"])
            return Record(kind="or", log_ratio=math.log(q * (1 - p) / (p * (1 - q))),
                          covariate=covariate)
        kind = next(key for key in ("hr", "time_ratio", "or") if key in text)
        return Record(kind=kind, log_ratio=math.log(self.constant(text[kind])), covariate=covariate)

    # What happens --------------------------------------------------------------------------------------

    def read_answers(self):
        """Who answers a happening: observations and `upon` exits, each in order of name."""
        self.upon, self.observers = {}, {}
        for name in sorted(self.exits):
            for happening in self.exits[name].happenings:
                self.upon.setdefault(self.meant(happening), []).append(self.exits[name])
        self.delays = {}
        for name in sorted(self.observations):
            block = self.observations[name]
            self.delays[name] = self.constant(block.get("delay", "0 days"))
            if self.is_happening(block["of"]):
                self.observers.setdefault(self.meant(block["of"]), []).append(name)

    def meant(self, happening):
        """`SUPPORT` means that its state active is entered."""
        return happening + ".active" if happening in self.supports else happening

    # Rewards, time -------------------------------------------------------------------------------------

    def read_rewards(self):
        """Flows of money: (track, state, payer, category, amount); the utility, its rule and terms."""
        self.flows = []
        for track, block in self.patient["tracks"].items():
            for state, content in block["states"].items():
                for costs in as_list((content or {}).get("cost") or {}):
                    costs = plain(costs)
                    category = costs.pop("category", "other")
                    for payer, text in sorted(costs.items()):
                        self.flows.append((track, state, payer, category, self.amount(text, track)))
        for name, block in self.supports.items():
            costs = plain(block.get("cost"))
            category = costs.pop("category", "support")
            for payer, kinds in sorted(costs.items()):
                if "run" in kinds:
                    self.flows.append((name, "active", payer, category, self.amount(kinds["run"], name)))
        self.utility = self.patient.get("utility") and self.read_utility(plain(self.patient["utility"]))

    def read_utility(self, block):
        rule = next((key for key in ("add", "multiply", "min") if key in block), "add")
        terms = [(self.expression(condition), self.amount(text, condition.partition(".")[0]))
                 for condition, text in sorted(plain(block.get(rule)).items())]
        return self.amount(block["base"], None), rule, terms

    def amount(self, text, track):
        """An amount that may change with time: pieces (start, function, growth), and where 0 is."""
        if not isinstance(text, dict):
            return Record(track=None, is_from_birth=False, pieces=[(0.0, self.expression(text), self.expression("0"))])
        values = as_list(text["is"])
        starts = [self.constant(start) for start in text.get("from", ["0 days"])]
        growths = as_list(text["grows"]) if "grows" in text else ["0"] * len(values)
        pieces = [(start, self.expression(value), self.expression(growth))
                  for start, value, growth in zip(starts, values, growths)]
        counts_from = text.get("counts_from", "entry")
        return Record(track=track if counts_from == "entry" else None, pieces=pieces,
                      is_from_birth=counts_from == "birth")

    def read_time(self):
        time = self.study["time"]
        self.horizon = self.constant(time["horizon"])
        self.follow_up = self.constant(time["follow_up"]) if "follow_up" in time else draws.INFINITE
        self.age = self.expression(self.patient["age"]) if "age" in self.patient else None
        self.enters = self.distribution(self.patient.get("enters", "0"), "patient.enters")
        self.opens_from = self.constant(self.strategy.get("from", "0"))
        self.ramp = self.constant(self.strategy.get("ramp", "0"))
        self.offered = set(self.strategy.get("supports") or [])
        self.limits = {name: self.at_most(name) for name in self.supports}
        self.discount = draws.Discount(self.constant, (self.study.get("report") or {}).get("discount"))
