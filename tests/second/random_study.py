"""Random but valid studies that use the whole vocabulary, by a seed (not a test).

Circles in no time are avoided by levels: who answers a happening stands on a higher level than who makes it.
Times are mostly whole days out of a short list, so that many clocks fire at the same time.

    python3 random_study.py SEED        prints the study of one seed
    python3 random_study.py 1 50        prints which features the studies of these seeds have
"""
import os
import random
import sys

import yaml

from features import features_of
from random_words import RandomWords

TRACKS = ["ill", "check", "mind", "work", "zone", "able", "hope"]
STATES = ["well", "mild", "severe", "away", "here", "low", "mid", "up"]
EXITS = ["go", "back", "turn", "call", "rise", "fall"]
PAYERS = ["patient", "payer", "maker"]
CATEGORIES = ["drug", "visit", "care"]


class RandomStudy(RandomWords):
    """One study as a mapping, made step by step: words are collected before they are used."""

    def __init__(self, seed, n_twins=10):
        self.random = random.Random(seed)
        self.seed = seed
        r = self.random
        self.numbers = {"constant": [], "twin": [], "step": []}       # words without unit, by scope
        self.conditions = {"twin": [], "step": []}
        self.stocks, self.plain, self.drifting, self.tallies = [], [], [], set()
        self.moments = []                                             # formulas of the instant
        self.tracks = {}                                              # name: (level, states)
        self.supports, self.observations = {}, {}
        self.happenings = []                                          # (level, name)
        self.seen_words, self.seen_conditions = [], []                # what supports may use
        self.named_actions = {}                                       # name: level
        self.used_payers = set()
        self.places_entered, self.files = [], {}
        self.has_tables, self.gives_qaly = r.random() < 0.5, False
        self.study = {
            "twinpath": 1, "study": f"random_{seed}", "source": "assumption", "money": "USD 2023",
            "time": {"starts": "2027-01-01", "horizon": self.pick(["1 year", "400 days", "18 months"])}}
        if r.random() < 0.5:
            self.study["time"]["follow_up"] = self.pick(["300 days", "0.75 years", "500 days"])
        self.patient = {"count": n_twins}
        self.make_parameters()
        self.make_attributes()
        self.make_variables()
        self.name_tracks()
        self.make_observations()
        self.make_formulas()
        self.make_doses()
        self.make_named_actions()
        self.make_tracks()
        self.make_supports()
        self.make_rest()

    # Parts of a study ----------------------------------------------------------------------------------

    def make_parameters(self):
        self.study["money"] = {"currency": "USD", "year": 2023, "exchange": {"EUR": 1.08}} \
            if self.happens(0.5) else "USD 2023"
        self.has_euro = isinstance(self.study["money"], dict)
        self.study["parameters"] = {
            "fee": f"{self.number(2, 9)} USD", "lag": f"{self.pick([3, 5, 7])} days",
            "pack": {"value": "28 days" if self.happens(0.3) else "30 days", "range": ["1 day", "90 days"]},
            "slope": {"value": self.number(0.2, 0.8), "note": "moves much"},
            "tilt": "slope * 2 - 0.5", "share": "30 %"}
        self.numbers["constant"] += ["slope", "tilt", "share", "lag / pack"]
        if self.has_tables:
            self.make_tables()

    def make_tables(self):
        """Tables and their files: by a number and a text, by days and a condition, by days alone."""
        n = self.number
        low, high = n(-1, 0), n(0.1, 1)
        rows = [f"{x},{text},{n(-1, 1)},0" for x in (-1.5, low, high)
                for text in self.random.sample(["r", "b", "g"], 3)]
        self.files[f"grid_{self.seed}.csv"] = ["x,colour,worth,unread"] + rows
        self.files[f"rise_{self.seed}.csv"] = ["years,sex,v"] + [f"{years},{sex},{n(-1, 1)}" for sex in ("yes", "no")
                                                    for years in (0, 40, 50, 50.5)]
        self.files[f"deaths_{self.seed}.csv"] = ["age,sex,rate"] + [
            f"{age},{sex},{n(0.5, 9)}" for sex in ("yes", "no") for age in (0, 40, 50, 50.5, 51)]
        self.files[f"line_{self.seed}.csv"] = ["day,v"] + [f"{day},{n(0, 1)}" for day in (-10, 0, 5, 20)]
        self.study["tables"] = {
            "grid": {"from": f"grid_{self.seed}.csv", "by": ["x", {"column": "colour", "is": {
                "red": "r", "blue": "b", "green": "g"}}], "value": "worth"},
            "rise": {"from": f"rise_{self.seed}.csv", "by": [{"column": "years", "unit": "years"}, {
                "column": "sex", "is": {"true": "yes", "false": "no"}}], "value": "v"},
            "line": {"from": f"line_{self.seed}.csv", "by": [{"column": "day", "unit": "days"}], "value": "v"}}
        self.study["tables"]["deaths"] = {
            "from": f"deaths_{self.seed}.csv", "by": [{"column": "age", "unit": "years"}, {
                "column": "sex", "is": {"true": "yes", "false": "no"}}], "value": "rate", "unit": "1 / year"}
        self.study["parameters"]["bent"] = f"0.5 * line({n(0, 25)} days)"
        self.numbers["constant"].append("bent")

    def distribution(self):
        """A distribution of a number without a unit, inside -3 and 3."""
        n = self.number
        block = self.pick([
            {"normal": [n(-0.5, 0.5), n(0.5, 1)], "within": [-2, 2.5]},
            {"uniform": [-1.5, n(0.3, 2)]}, {"triangular": [-1, n(-0.5, 0.5), 1.5]}, {"beta": [n(0.6, 3), n(0.6, 3)]},
            {"gamma": {"shape": n(0.6, 3), "scale": n(0.2, 0.5)}, "within": [0, 2.5]},
            {"gamma": {"shape": n(0.6, 3), "mean": n(0.5, 1)}, "within": [0.1, 2]},
            {"exponential": {"mean": n(0.3, 0.8)}, "within": [0, 2]},
            {"weibull": {"shape": n(0.8, 2.5), "scale": n(0.4, 1)}, "within": [0, 2.5]},
            {"lognormal": {"median": n(0.3, 0.8), "sigma_log": n(0.2, 0.5)}, "within": [0, 2.5]},
            {"lognormal": {"meanlog": n(-1, 0), "sdlog": n(0.2, 0.4)}, "within": [0, 2.5]},
            n(-1, 1)])
        if isinstance(block, dict) and "within" not in block and self.happens(0.3):
            block["within"] = [0.1, 0.9]
        return block

    def make_attributes(self):
        attributes = {"x1": self.distribution(), "x2": self.distribution(), "x3": {"normal": [0, 1], "within": [-2, 2]},
                      "flag": {"chance": self.number(0.2, 0.8)},
                      "kind": {"categories": {"red": 0.2, "blue": 0.5, "green": 0.3}},
                      "age": {"normal": ["50 years", "10 years"], "within": ["20 years", "80 years"]},
                      "soon": self.pick([{"weibull": {"shape": 2, "scale": "12 days"}},
                                         {"exponential": {"rate": "0.05 / day"}}, {"uniform": ["0 days", "30 days"]},
                                         {"lognormal": {"median": "9 days", "sigma_log": 0.5}}, "11 days"])}
        if self.happens(0.5):
            attributes["likes"] = {"by": "kind", "is": {
                "red": {"chance": 0.8}, "blue": {"chance": self.number(0, 1)}, "green": {"chance": 0.1}}}
            self.conditions["twin"].append("likes")
        if self.happens(0.4):
            attributes["x4"] = {"by": "kind", "is": {
                "red": {"normal": [0, 0.5], "within": [-1, 1]}, "blue": 0.5, "green": {"uniform": [-1, 0]}}}
            self.numbers["twin"].append("x4")
        if self.happens(0.4):
            attributes["stage"] = self.pick([
                {"steps_of": "age", "from": ["20 years", "45 years", "60 years"], "is": ["young", "middle", "old"]},
                {"steps_of": "x1", "from": [-0.5, 0, 0.3, 0.8], "is": ["mild", "grave", "mild", "worst"]}])
            names = attributes["stage"]["is"]
            self.conditions["twin"] += [f"stage.{name}" for name in names[1:3]]
        if self.happens(0.3):
            attributes["x3"]["stream"] = "patient.old_name"
        drawn = [name for name in ("x1", "x2", "x3", "flag", "kind") if isinstance(attributes[name], dict)]
        if self.happens(0.5):
            of = self.random.sample(drawn, 3)
            matrix = self.pick([[[1, 0.6, -0.3], [0.6, 1, 0.2], [-0.3, 0.2, 1]],
                                [[1, -0.4, 0], [-0.4, 1, 0.5], [0, 0.5, 1]]])
            self.patient["correlated"] = {"of": of, "normal_scores": matrix}
        self.patient["attributes"] = attributes
        self.patient["age"] = "age"
        self.numbers["twin"] += ["x1", "x2", "x3", "(age - 50 years) / 10 years", "soon / 20 days"]
        self.conditions["twin"] += ["flag", "kind.red", "kind.blue", "age > 45 years", "consent.phone"]
        self.study["consent"] = {"phone": {"chance": self.number(0.5, 0.9)}, "texts": {"chance": 0.8}}
        enters = self.pick([None, "0 days", "40 days", {"uniform": ["0 days", "100 days"]},
                            {"triangular": ["0 days", "10 days", "60 days"]}])
        if enters:
            self.patient["enters"] = enters

    def make_variables(self):
        variables = {"n1": {}}
        self.plain.append("n1")
        if self.happens(0.7):
            variables["n2"] = {"starts": self.distribution(), "within": [-1.5, self.number(1, 2)]}
            self.plain.append("n2")
        for name in self.some(["mood", "trust", "fear"], 1, 2):
            variable = {"starts": self.distribution(), "half_life": self.pick(["20 days", "40 days", "1 month"]),
                        "returns_to": self.pick(["start", "0.3 * x1", "if(flag, 0.2, -0.1)", "0"])}
            if self.happens(0.6):
                variable["held_for"] = self.pick(["5 days", "7 days", "10 days", "30 days"])
            if self.happens(0.6):
                variable["within"] = [-1.5, 1.5]
            variables[name] = variable
            self.drifting.append(name)
        for name in self.some(["pills", "kit"], 1, 2):
            variables[name] = {"kind": "stock"}
            if self.happens(0.4):
                variables[name]["starts"] = self.pick(["10 days", "15 days", {"uniform": ["0 days", "30 days"]}])
            self.stocks.append(name)
            self.happenings.append((0, f"{name}.empty"))
        self.patient["variables"] = variables
        self.numbers["step"] += [f"min({name}, 2)" for name in self.plain] + self.drifting

    def name_tracks(self):
        """Tracks, their states and supports with their levels, before anything uses them."""
        names = self.some(TRACKS, 2, 4)
        supports = self.some(["aid", "coach", "hub", "visits"], 2, 3)
        mixed = names + supports
        self.random.shuffle(mixed)
        if mixed[0] in supports:                # somebody must act first
            mixed.append(mixed.pop(0))
        for level, name in enumerate(mixed, 1):
            if name in names:
                states = self.some(STATES, 2, 4)
                self.tracks[name] = (level, states)
                self.happenings += [(level, f"{name}.{state}") for state in states]
                self.places_entered += [f"{name}.{state}" for state in states]
                self.conditions["step"] += [f"{name}.{state}" for state in states[:2]]
            else:
                self.supports[name] = level
                self.happenings += [(level, name), (level, f"{name}.over")]
                self.conditions["step"] += [name, f"{name}.over"]
        self.seen_conditions += list(self.supports) + ["consent.texts"]

    def make_named_actions(self):
        for name in self.some(["buy", "note_it", "help"], 1, 2):
            level = self.random.randint(1, 6)
            self.named_actions[name] = level
            self.happenings.append((level, name))
        self.patient["actions"] = {}
        for name in self.named_actions:
            listed = self.actions(0, 1, 2)
            if name == "buy":
                listed.insert(0, self.dispense())
            self.patient["actions"][name] = listed
        for name in self.named_actions:
            if self.happens(0.7):
                self.observe(f"{name}_seen", name, self.named_actions[name])

    def observe(self, word, of, level):
        block = {"of": of}
        if self.happens(0.6):
            block["delay"] = self.pick(["1 day", "2 days", "lag", "0.5 days"])
            level = 0
        self.observations[word] = block
        self.happenings.append((level, word))
        self.seen_words.append(f"min({word}, 5) / 3")
        self.seen_conditions.append(f"{word} > {self.random.randint(0, 2)}")

    def make_observations(self):
        for track, (level, states) in list(self.tracks.items()):
            for state in self.some(states, 1, 2):
                self.observe(f"saw_{track}_{state}", f"{track}.{state}", level)
        for stock in self.stocks:
            if self.happens(0.5):
                self.observe(f"saw_{stock}", f"{stock}.empty", 0)
        for word, of in self.some([("colour", "kind"), ("asked", "flag"), ("score", "x1"),
                                   ("felt", self.drifting[0])], 1, 3):
            self.observations[word] = {"of": of}
            if of == "kind":
                self.seen_conditions.append("colour.red")
            elif of == "flag":
                self.seen_conditions.append("asked")
            else:
                self.seen_words.append(word)
        self.numbers["step"] += self.seen_words
        self.study["observations"] = self.observations

    def make_formulas(self):
        formulas = {}
        for name in self.some(["risk", "load", "gain"], 1, 3):
            formulas[name] = self.bounded("step")
            self.numbers["step"] += [name, name]
        if self.happens(0.7):
            formulas["is_bad"] = self.condition("step", 2)
            self.conditions["step"].append("is_bad")
        if self.seed % 5 == 1:
            formulas["moment"] = f"max(-2, min(2, {self.expression('instant')} + time / 1 year))"
            self.moments.append("moment")
        self.patient["formulas"] = formulas
        if formulas and self.happens(0.3):
            of = self.pick([name for name in formulas if name not in ("is_bad", "moment")])
            self.observations["index"] = {"of": of}
            self.seen_words.append("index")

    def make_doses(self):
        """Doses of one or two medicines; what they do to other tracks takes time, so nothing goes round at once."""
        self.doses = {}
        n, stocks = self.number, list(self.stocks)
        for name in self.some(["drops", "tablets"], 0, 2):
            block = {key: {"chance": self.pick([n(0, 0.3), f"0.3 * logistic({self.bounded('step')})"]),
                           "goes_on": self.pick([0, n(0, 0.8), f"0.9 * logistic({self.bounded('twin')})"])}
                     for key in self.some(["slip", "holiday"], 1, 2)}
            for missed in block.values():
                if self.happens(0.4):
                    missed["effects"] = [{"if": self.condition("step"), "hr": n(0.3, 3)},
                                         {"per": self.bounded("step", -1, 1), "hr": n(0.5, 2)}]
            if self.happens(0.7):
                block["while"] = self.condition("step")
            if self.happens(0.5):
                block["every"] = self.pick(["1 day", "12 hours", "2 days", "1 week"])
            if stocks and self.happens(0.8):
                block["stock"] = stocks.pop()
                if self.happens(0.6):
                    block["uses"] = self.pick(["taken", "prescribed"])
            self.doses[name] = block
        for name, block in self.doses.items():
            kind = self.pick([key for key in ("slip", "holiday") if key in block])
            self.conditions["step"] += [f"{name}.taken", f"{name}.{kind}"]
            self.happenings += [(0, f"{name}.{kind}"), (0, f"{name}.{kind}.resume")]
            if self.happens(0.5):
                self.observe(f"saw_{name}", f"{name}.{kind}", 0)
        if self.doses:
            self.patient["doses"] = self.doses

    # Actions -------------------------------------------------------------------------------------------

    def dispense(self):
        action = {"dispense": self.pick(["pack", "10 days", "20 days", "15 days"]), "into": self.pick(self.stocks)}
        if self.happens(0.3):
            action["carry_over"] = self.pick([True, False])
        return action

    def action(self, level):
        names = [name for name, own in self.named_actions.items() if level and own >= level]
        supports = [name for name, own in self.supports.items() if own > level]
        kind = self.pick(["add", "add", "add", "set", "cost", "measure", "measure", "dispense"] +
                         ["qaly"] + ["name"] * 2 * bool(names) + ["start", "end", "contact"] * bool(supports and level))
        if kind == "add":
            return {"add": {name: self.bounded("instant", -1, 1)
                            for name in self.some(self.plain + self.drifting, 1, 2)}}
        if kind == "set" and self.happens(0.3):
            return self.pick([{"set": {self.pick(self.stocks): self.pick(["0 days", "5 days", "12 days"])}},
                              {"add": {self.pick(self.stocks): self.pick(["-4 days", "6 days"])}}])
        if kind == "set":
            return {"set": {self.pick(self.plain + self.drifting): self.bounded("instant", -1, 1)}}
        if kind == "cost":
            payers = self.some(PAYERS, 1, 2)
            self.used_payers.update(payers)
            action = {"cost": {payer: self.money("instant") for payer in payers}}
            if self.happens(0.5):
                action["category"] = self.pick(CATEGORIES)
            return action
        if kind == "measure":
            name = self.pick(["tally_a", "tally_b"])
            self.tallies.add(name)
            return {"measure": {name: self.bounded("instant")}}
        if kind == "dispense":
            return self.dispense()
        if kind == "qaly":
            self.gives_qaly = True
            return {"qaly": self.pick(["-0.01 years", "2 days", f"1 day * {self.bounded('instant')}"])}
        if kind == "name":
            return self.pick(names)
        return {kind: self.pick(supports)}

    def actions(self, level, low, high):
        return [self.action(level) for _ in range(self.random.randint(low, high))]

    # Tracks --------------------------------------------------------------------------------------------

    def make_tracks(self):
        self.patient["tracks"] = {}
        for name, (level, states) in self.tracks.items():
            track = {"start": self.start(states), "states": {}}
            if self.happens(0.4):
                track["since"] = self.pick(["soon", "9 days", "22 days", "soon / 2", "if(flag, 0 days, 7 days)"])
            for i, state in enumerate(states):
                others = states[i + 1:] + states[:i]
                track["states"][state] = self.state(name, level, state, others)
            self.patient["tracks"][name] = track

    def start(self, states):
        if self.happens(0.5):
            return states[0]
        if self.happens(0.4) and len(states) >= 3:
            return {"from": "kind", "is": dict(zip(states, ["red", "blue", "green"]))}
        return [{"chance": f"0.8 * logistic({self.bounded('twin')})", "to": states[-1]}, {"otherwise": states[0]}]

    def state(self, track, level, state, others):
        content = {}
        for key, p in (("enter", 0.5), ("leave", 0.4)):
            if self.happens(p):
                content[key] = self.actions(level, 1, 2)
        if self.happens(0.4):
            content["cost"] = self.state_cost("drug")
            if self.happens(0.3):
                content["cost"] = [content["cost"], self.state_cost("visit")]
        exits = self.some(EXITS, 1, 3)
        for i, name in enumerate(exits):
            content[name] = self.exit(level, state, others, must_leave=i == 0)
            self.happenings.append((level, f"{track}.{state}.{name}"))
        return content

    def state_cost(self, category):
        payer = self.pick(PAYERS)
        self.used_payers.add(payer)
        cost = {payer: self.pick(["2 USD / day", "400 USD / year * (3 + slope)", self.over_time("USD / day"),
                                  f"1 USD / day * (3 + {self.bounded('step')})"])}
        return {**cost, "category": category} if category != "drug" or self.happens(0.5) else cost

    def over_time(self, unit, scope="step"):
        """An amount that changes with time: one piece that grows, or several."""
        def amount():
            own = f"{self.number(0.2, 2)} {unit}"
            return own if self.happens(0.7) else f"{own} * (3 + {self.bounded(scope)})"
        grows = [f"{self.number(-0.01, 0.02)} {unit} / day" for _ in range(3)]
        block = {"is": amount(), "grows": grows[0]}
        if self.happens(0.7):
            block = {"from": ["0 days", "10 days", "3 months"], "is": [amount() for _ in range(3)]}
            if self.happens(0.6):
                block["grows"] = grows
        if self.happens(0.3):
            block["counts_from"] = self.pick(["entry", "study", "birth"])
            if block["counts_from"] == "birth" and "from" in block:
                block["from"] = ["0 days", "45 years", "50.2 years"]
        return block

    def exit(self, level, state, others, must_leave):
        lower = [name for own, name in self.happenings if own < level]
        kind = self.pick(["hazard"] * 3 + ["after", "every"] + ["upon"] * 3 * bool(lower))
        exit_ = {}
        if kind == "hazard":
            exit_["hazard"] = self.law()
            if self.happens(0.4):
                exit_["effects"] = [self.effect_on_hazard() for _ in range(self.random.randint(1, 3))]
            if self.happens(0.3):
                exit_["only_while"] = self.condition("step")
            if self.happens(0.35) or "life_table" in exit_["hazard"]:
                exit_["counts_from"] = self.pick(["study", "entry", "birth", "birth"])
            elif self.happens(0.3):
                exit_["since"] = self.pick(self.places_entered)
            if exit_.get("counts_from") == "birth" and "life_table" not in exit_["hazard"]:
                exit_["hazard"] = {"gompertz": {"shape": "0.08 / year", "rate": f"{self.number(0.02, 0.15)} / year"}}
            if self.happens(0.1):
                exit_["stream"] = f"patient.pinned.{self.random.randint(1, 10 ** 6)}"
        elif kind == "upon":
            exit_["upon"] = self.some(lower, 1, 2) if self.happens(0.5) else self.pick(lower)
        else:
            exit_[kind] = self.days("instant", 10 if kind == "every" or not must_leave else 2)
        if kind in ("upon", "every") and self.happens(0.5):
            exit_["if"] = self.condition("instant")
        if kind != "upon" and self.happens(0.3):
            exit_["priority"] = self.pick([-3, 5, 10, 1000])
        target = self.happens(0.7) or (must_leave and kind not in ("after", "every"))
        if self.happens(0.35):
            exit_["choose"] = self.branches(level, state, others) if self.happens(0.7) else self.row(state, others)
        elif target:
            exit_["to"] = self.pick(others) if self.happens(0.9) else state
        if self.happens(0.4):
            exit_["do"] = self.actions(level, 1, 2)
        return exit_

    def row(self, state, others):
        """A row of a transition matrix."""
        chances = {to: self.chance(high=0.3) for to in self.some(others + [state, "stay"], 1, 3)}
        return {**chances, "otherwise": self.pick(others + ["stay"])}

    def branches(self, level, state, others):
        first = {"chance": self.chance(high=0.2), "to": self.pick(others)}
        if self.happens(0.6):
            first["effects"] = [self.effect_on_chance() for _ in range(self.random.randint(1, 2))]
        branches = [first]
        if self.happens(0.4):
            branches.append({"chance": 0.08, "to": self.pick(["stay", state])})
        for branch in branches:
            if self.happens(0.4):
                branch["do"] = self.actions(level, 1, 1)
        return branches + [{"otherwise": self.pick(others + ["stay"])}]

    def scale(self, low, high):
        """A duration in days that may hang on what the twin is at the entry."""
        days = f"{self.number(low, high)} days"
        return days if self.happens(0.6) else f"{days} * exp(0.5 * {self.bounded('step', -1, 1)})"

    def rate(self, low, high):
        rate = f"{self.number(low, high)} / day"
        return rate if self.happens(0.6) else f"{rate} * exp(0.5 * {self.bounded('step', -1, 1)})"

    def law(self):
        n = self.number
        laws = self.simple_laws() if self.happens(0.6) else self.fitted_laws()
        return self.pick(laws)

    def fitted_laws(self):
        n, location = self.number, f"0.4 * {self.bounded('step', -1, 1)}"
        laws = [
            {"gamma": {"shape": n(0.6, 3), "rate": self.rate(0.02, 0.08)}},
            {"gamma": {"shape": n(0.6, 3), self.pick(["scale", "mean"]): self.scale(15, 40)}},
            {"generalised_gamma": {"mu": n(2.5, 4), "sigma": n(0.5, 1.2), "Q": n(-1.2, 1.5)}},
            {"generalised_gamma": {"mu": f"{n(-0.5, 1)} + {location}", "sigma": n(0.5, 1), "Q": n(0.2, 1.5),
                                   "time_unit": "1 month"}},
            {"spline": {"gammas": [n(-5, -3), n(1.1, 1.6), n(-0.02, 0.04)], "knots": [0.5, 3, 5.5],
                        "scale": self.pick(["hazard", "odds", "normal"]), "time_unit": "1 day"}},
            {"spline": {"gammas": [n(-1, 0.5), n(1.2, 1.5), n(-0.02, 0.05), n(-0.02, 0.02)],
                        "knots": [-2, 0, 1, 2.5], "time_unit": "1 month", "location": location}},
            {"fractional_polynomial": {"powers": self.pick([[0], [0.5], [0, 1], [-0.5, 0.5], [0.5, 0.5]]),
                                       "coefficients": [n(-1, 0.5)], "time_unit": "1 month", "location": location}},
            {"exponential": {"median": self.scale(15, 60)}}, {"weibull": {"shape": n(0.8, 2), "median": "30 days"}},
            {"lognormal": {"meanlog": n(-0.5, 0.5), "sdlog": n(0.4, 1), "time_unit": "1 month"}}]
        polynomial = laws[6]["fractional_polynomial"]
        polynomial["coefficients"] += [n(-0.3, -0.05) if power < 0 else n(-0.3, 0.2) for power in polynomial["powers"]]
        if self.has_tables:
            laws += [{"life_table": {"table": "deaths", "of": [self.pick(["flag", "kind.red"])]}}] * 3
        return laws

    def simple_laws(self):
        n = self.number
        return ([
            {"exponential": {"rate": self.rate(0.01, 0.06)}}, {"exponential": {"mean": self.scale(20, 80)}},
            {"weibull": {"shape": n(0.6, 2.5), "scale": self.scale(20, 90)}},
            {"weibull_ph": {"shape": n(0.7, 2), "scale": n(0.3, 3), "time_unit": "1 month"}},
            {"gompertz": {"shape": f"{n(-0.008, 0.01)} / day", "rate": self.rate(0.01, 0.04)}},
            {"lognormal": {"median": self.scale(15, 60), "sigma_log": n(0.3, 1.2)}},
            {"lognormal": {"meanlog": n(2.5, 4), "sdlog": n(0.3, 1)}},
            {"loglogistic": {"shape": n(0.8, 3), "scale": self.scale(15, 60)}},
            {"loglogistic": {"shape": n(0.8, 3), "median": "30 days"}},
            {"geometric": {"chance": n(0.01, 0.2)}},
            {"geometric": {"chance": f"min(1, {n(0.02, 0.1)} * 1.5)", "every": self.pick(["1 week", "0.7 days"])}},
            {"piecewise": {"from": ["0 days", "20 days", "2 months"],
                           "rate": [f"{n(0.01, 0.05)} / day", f"{n(0, 0.02)} / day", "0.03 / day"]}},
            {"fixed": {"at": self.pick(["20 days", "45 days", "60 days"])}}])

    def effect_on_hazard(self):
        ratio = {self.pick(["hr", "hr", "time_ratio"]): self.number(0.6, 1.7)}
        if self.happens(0.5):
            return {"if": self.condition("step"), **ratio}
        if self.happens(0.3):
            return {"per": "age - 50 years", "unit": "10 years", **ratio}
        return {"per": self.bounded("step"), **ratio}

    def odds(self):
        return self.pick([{"or": self.number(0.5, 2)}, {"rr": self.number(0.6, 1.4), "at": 0.3},
                          {"difference": self.number(-0.1, 0.1), "at": 0.25}])

    def effect_on_chance(self):
        if self.happens(0.5):
            return {"if": self.condition("step"), **self.odds()}
        return {"per": self.bounded("step", -1, 1), **self.odds()}

    # Supports ------------------------------------------------------------------------------------------

    def seen_condition(self):
        one = self.pick(self.seen_conditions)
        if self.seen_words and self.happens(0.4):
            one += f" {self.pick(['and', 'or'])} {self.pick(self.seen_words)} > {self.number(-0.5, 1)}"
        return one

    def make_supports(self):
        self.study["supports"] = {}
        for name, level in self.supports.items():
            seen = [word for own, word in self.happenings
                    if word in self.observations and own < level]
            offer = {"upon": self.some(seen, 1, 2)} if seen and self.happens(0.7) else \
                {"every": self.pick(["20 days", "30 days", "25 days"])}
            if self.happens(0.4):
                offer["if"] = self.seen_condition()
            block = {"offer": offer}
            options = {
                "eligible": self.seen_condition, "consent": lambda: self.pick(["phone", "texts"]),
                "channel": lambda: "post", "uptake": self.uptake,
                "waits": lambda: self.pick(["5 days", "lag", "0 days"]), "lasts": self.lasts,
                "at_most": lambda: self.pick(["3", "1 in 30 days", "2 in 60 days", "2 in 90 days"]),
                "cost": self.support_cost, "enter": lambda: self.actions(level, 1, 2),
                "leave": lambda: self.actions(level, 1, 1)}
            for key, make in options.items():
                if self.happens(0.75 if key in ("lasts", "cost", "uptake") else 0.4):
                    block[key] = make()
            if self.happens(0.6):
                block["contacts"] = self.contacts(level, seen)
            block["effects"] = self.effects_of_support()
            self.study["supports"][name] = block

    def uptake(self):
        if self.happens(0.5):
            return self.number(0.2, 0.9)
        return {"chance": self.chance(), "effects": [self.effect_on_chance()]}

    def lasts(self):
        if self.happens(0.5):
            return self.pick(["30 days", "60 days", "90 days"])
        return self.pick([{"weibull": {"shape": 1.3, "scale": "60 days"}},
                          {"hazard": {"exponential": {"mean": "50 days"}}}, {"fixed": {"at": "40 days"}}])

    def support_cost(self):
        cost = {}
        for payer in self.some(PAYERS, 1, 2):
            run = "1 USD / day" if self.happens(0.6) else self.over_time("USD / day", "constant")
            kinds = {"offer": "2 USD", "start": "fee * 2", "contact": "1.5 USD", "run": run}
            cost[payer] = {key: kinds[key] for key in self.some(kinds, 1, 4)}
            if set(cost[payer]) - {"contact"}:      # without contacts nobody pays for them
                self.used_payers.add(payer)
        if self.happens(0.4):
            cost["category"] = "programme"
        return cost

    def contacts(self, level, seen):
        contacts = {"every": self.pick(["10 days", "15 days", "7 days"])}
        if seen and self.happens(0.4):
            contacts = {"upon": self.pick(seen)}
        if self.happens(0.4):
            contacts["if"] = self.seen_condition()
        if self.happens(0.7):
            contacts["reached"] = self.chance()
            if isinstance(contacts["reached"], dict):
                contacts["reached"] = 0.7
        if self.happens(0.8):
            contacts["do"] = self.actions(level, 1, 2)
        if self.happens(0.4):
            payer = self.pick(PAYERS)
            self.used_payers.add(payer)
            contacts["cost"] = {payer: self.money("instant")}
            if self.happens(0.5):
                contacts["category"] = "call"
        return contacts

    def places(self):
        """(exits by hazard, chances) of the tracks, as dotted names."""
        exits, chances = [], []
        for track, block in self.patient["tracks"].items():
            for state, content in block["states"].items():
                for name, exit_ in content.items():
                    if name not in EXITS:
                        continue
                    if "hazard" in exit_:
                        exits.append(f"{track}.{state}.{name}")
                    choose = exit_.get("choose", [])
                    tos = [branch["to"] for branch in choose[:1]] if isinstance(choose, list) else \
                        [to for to in choose if to != "otherwise"]
                    chances += [f"{track}.{state}.{name}.{to}" for to in tos]
        return exits, chances

    def effects_of_support(self):
        exits, chances = self.places()
        effects = []
        shared = exits[:1] if self.happens(0.7) else []             # several supports move the same
        for place in shared + self.some(exits[1:], 0 if shared else 1, 2):
            effects.append({"on_exit": place, self.pick(["hr", "hr", "time_ratio"]): self.number(0.5, 2)})
        for name, block in self.doses.items():
            kind = self.pick([key for key in ("slip", "holiday") if key in block])
            place = self.pick([f"{name}.taken.{kind}", f"{name}.{kind}.resume"])
            effects += [{"on_exit": place, "hr": self.number(0.3, 3)}] * self.happens(0.5)
        for place in self.some(chances, 0, 1):
            effects.append({"on_chance": place, **self.odds()})
        for effect in effects:
            if self.happens(0.3):
                effect["per"] = self.bounded("step", -1, 1)
            if self.happens(0.4):
                effect["fades"] = {"half_life": self.pick(["20 days", "30 days"])}
                if self.happens(0.6):
                    effect["fades"]["held_for"] = self.pick(["5 days", "10 days", "8 days"])
        return effects

    def utility(self):
        rule = self.pick(["add", "add", "multiply", "min"])
        may_grow = {"add": 9, "multiply": 1, "min": 1}[rule]
        places = [f"{track}.{states[-1]}" for track, (_, states) in self.tracks.items()]
        conditions = self.some(places + [f"{places[0]} and x1 > 0", self.condition("step")] +
                               ["is_bad"] * ("is_bad" in self.patient["formulas"]) + list(self.supports), 0, 4)
        terms = {}
        for condition in conditions:
            terms[condition] = f"-0.1 * {self.bounded('step', 0, 1)}" if rule == "add" else \
                f"0.9 - 0.2 * {self.bounded('step', 0, 1)}"
            if may_grow and condition in places and self.happens(0.4):
                may_grow -= 1
                terms[condition] = {"from": ["0 days", "15 days"], "is": ["-0.1 + 0.05 * slope", 0.3],
                                    **({} if rule == "min" else {"grows": ["0.001 / day", "0 / day"]})}
        base = self.pick([0.8, "0.7 + 0.1 * x3", "0.6 + 0.1 * min(n1, 2)"])
        if may_grow and self.happens(0.3):
            base = {"from": ["0 days", "100 days"], "is": [0.8, 0.7], "counts_from": "study"}
            if self.happens(0.4):
                base.update({"from": ["0 days", "50.1 years"], "counts_from": "birth"})
            base.update({} if rule == "min" else {"grows": ["-0.0005 / day", "0 / day"]})
        return {"base": base, **({rule: terms} if terms else {})}

    # Strategies, utility, report ------------------------------------------------------------------------

    def make_rest(self):
        r = self.random
        if self.happens(0.8):
            self.patient["utility"] = self.utility()
        self.study["patient"] = self.patient
        with_supports = {"supports": sorted(self.supports)}
        if self.happens(0.5):
            with_supports["from"] = self.pick(["10 days", "30 days"])
        if self.happens(0.5):
            with_supports["ramp"] = self.pick(["60 days", "100 days"])
        changes = {"slope": self.number(0.2, 0.8), "fee": "4.5 USD", "pack": "14 days",
                   "patient.attributes.flag.chance": 0.5, "patient.attributes.x3.within.1": 1.5, "parameters.lag": "4 days",
                   "patient.attributes.x3": {"normal": [0.2, 0.8], "within": [-2, 2]}}
        self.study["strategies"] = {
            "usual": {"baseline": True, "supports": self.some(self.supports, 0, 1)}, "helped": with_supports}
        if self.happens(0.6):
            self.study["strategies"]["other"] = {
                "supports": self.some(self.supports, 0, 2), "set": dict(self.some(changes.items(), 1, 3))}
        exits, _ = self.places()
        if exits and self.happens(0.7):
            aimed = [e["on_exit"] for b in self.study["supports"].values() for e in b["effects"] if "on_exit" in e]
            several = sorted({place for place in aimed if aimed.count(place) > 1})
            places = set(self.some(aimed, 1, 1) + several * self.happens(0.6))
            self.study["together"] = {place: "strongest_only" for place in sorted(places)}
        measures = [{"measure": "contacts", "of": name} for name in self.supports] + ["contacts"]
        measures += [{"measure": "total", "of": name} for name in sorted(self.tallies)]
        if self.used_payers:
            measures += ["cost", {"measure": "cost", "discounted": False, "as": "cost_now"}]
            measures += [{"measure": "cost", "of": payer, "as": f"by_{payer}"} for payer in sorted(self.used_payers)]
        if "utility" in self.patient or self.gives_qaly:
            measures += ["qaly", {"measure": "qaly", "discounted": False, "as": "qaly_now"}]
        for track, (_, states) in self.tracks.items():
            measures += [{"measure": "time_in_state", "of": f"{track}.{states[0]}"},
                         {"measure": "entries", "of": f"{track}.{states[-1]}"}]
        measures += self.more_measures(track, states)
        measures.append({"measure": "life_years", "of": f"{track}.{states[0]}"})
        self.study["report"] = {"measures": measures}
        if self.happens(0.8):
            rate = self.pick(["0.03 / year", [{"from": "0 years", "rate": "0.035 / year"},
                                             {"from": "0.5 years", "rate": "0.3 / year"}]])
            self.study["report"]["discount"] = {
                "rate": rate, "rule": self.pick(["yearly", "continuous"]),
                "from": self.pick(["entry", "start_of_time"])}
        if not self.has_euro:
            self.study["parameters"]["fee"] = f"{r.randint(2, 9)} USD"

    def more_measures(self, track, states):
        first, last, stock = f"{track}.{states[0]}", f"{track}.{states[-1]}", self.pick(self.stocks)
        others = [f"{track}.{name}" for name in states[:-1]]
        others += [f"{name}.{s[-1]}" for name, (_, s) in self.tracks.items() if name != track]
        others = others[:1] + others[-1:]
        many = [
            {"measure": "initiation"}, {"measure": "initiation", "by": "60 days", "stock": stock},
            {"measure": "primary_non_adherence", "by": "45 days"},
            {"measure": "primary_non_adherence", "by": "30 days", "since": last},
            {"measure": "time_to_first_dose"}, {"measure": "time_to_first_dose", "since": last},
            {"measure": "pdc", "window": "180 days"}, {"measure": "pdc", "stock": stock},
            {"measure": "mpr", "window": "100 days"}, {"measure": "mpr", "stock": stock},
            {"measure": "refills"}, {"measure": "refills", "window": "100 days", "stock": stock},
            {"measure": "persistence", "at": "60 days", "permissible_gap": "15 days"},
            {"measure": "persistence", "at": "100 days", "stock": stock},
            {"measure": "occupancy", "of": first, "at": "60 days"}, {"measure": "occupancy", "of": last, "at": "200 days"},
            {"measure": "first_entry", "of": last, "by": "60 days"}, {"measure": "first_entry", "of": first, "by": "90 days"},
            {"measure": "time_to", "of": last}, {"measure": "time_to", "of": first, "since": last},
            {"measure": "kaplan_meier", "of": last, "at": ["40 days", "150 days"]},
            {"measure": "nelson_aalen", "of": last, "since": first, "at": "90 days", "against": list(others)},
            {"measure": "cumulative_incidence", "of": last, "at": "100 days", "against": list(others)},
            {"measure": "restricted_mean", "of": first, "since": last, "by": "60 days"},
            {"measure": "restricted_mean", "of": last, "by": "120 days", "against": list(others)},
            {"measure": "aalen_johansen", "of": last, "at": ["45 days", "100 days"]},
            {"measure": "sojourn", "of": first}, {"measure": "stock_at", "at": "100 days", "stock": stock}]
        to_last, to_first = ({"of": state, "at": at} for state, at in ((last, "100.5 days"), (first, "60 days")))
        many = [{"measure": "kaplan_meier", **self.pick([to_last, {**to_first, "since": last}])},
                {"measure": "nelson_aalen", **self.pick([to_first, {**to_last, "since": first}])},
                {"measure": "cumulative_incidence", "against": [f"{track}.{state}" for state in states[-3:-1]], **to_last},
                ][:3 if len(states) > 1 else 2] + many
        for name, block in self.doses.items():
            many = [{"measure": "implementation", "of": name}, {"measure": "missed_doses", "of": name, "window": "90 days"},
                    {"measure": "drug_holidays", "of": name}, {"measure": "any_drug_holiday", "of": name, "window": "120 days"},
                    {"measure": "drug_holidays", "of": name, "at_least": "2 days", "window": "200 days"},
                    {"measure": "missed_in_runs", "of": name,
                     "at_most": "1 week" if block.get("every") == "1 week" else "2 days"},
                    {"measure": "missed_in_runs", "of": name, "at_least": "3 days", "window": "1 year"}][:self.random.randint(3, 7)] + many
        text = self.text()
        if any(block.get("stock") == stock for block in self.doses.values()):
            many = [measure for measure in many if measure["measure"] != "stock_at"]
        if "carry_over: false" in text or any(
                f"{name}: {days}" in text for name in self.stocks
                for days in ("0 days", "5 days", "12 days", "-4 days", "6 days")):
            many = [measure for measure in many if measure["measure"] != "stock_at"]
        return [{**measure, "as": f"m{i}_{measure['measure']}"} for i, measure in
                enumerate(self.random.sample(many[:-1], 8) + many[-1:] + many[:2] * bool(self.doses))]

    # Files ---------------------------------------------------------------------------------------------

    def text(self):
        text = yaml.safe_dump(self.study, sort_keys=False, width=10 ** 6)
        return text if self.has_euro else text.replace("0.5 EUR", "0.5 USD")

    def write(self, folder):
        for name, lines in self.files.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write("\n".join(lines) + "\n")
        path = os.path.join(folder, f"random_{self.seed}.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.text())
        return path


def main():
    if len(sys.argv) == 2:
        print(RandomStudy(int(sys.argv[1])).text(), end="")
        return
    studies = [RandomStudy(seed) for seed in range(int(sys.argv[1]), int(sys.argv[2]) + 1)]
    print_coverage([features_of(yaml.load(study.text(), yaml.BaseLoader)) for study in studies])


def print_coverage(found):
    """How many studies have each feature; `found` is a set for each study."""
    for feature in sorted(set().union(*found)):
        print(f"{sum(1 for one in found if feature in one):5d}  {feature}")


if __name__ == "__main__":
    main()
