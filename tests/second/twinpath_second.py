"""A second implementation of the study language: one life at a time, slow and plain (not a test).

Written from scenarios/README.md alone, by its sections. words.py reads files and expressions, draws.py has
random numbers and laws, model.py what a study says; here a life is lived. Rules that the comparison must
notice when they are wrong are methods of their own, so that a test can replace them (test_second.py).

    python3 twinpath_second.py STUDY STRATEGY TWIN        prints the events of a life
"""
import math
import sys

import numpy as np

import draws
import laws
from doses import AtOnce
from draws import INFINITE
from model import Model
from words import load_study

YEAR = 365.25


class Fault(Exception):
    """What only shows in a life, and stops the run."""


class Life:
    """One twin under one strategy, from its entry on."""

    TAKING = ("leave", "do", "happen", "go on")         # step 1, in this order
    ENTERING = ("become", "happen", "act")
    ANSWERING = ("observe", "take")                     # step 2, for each happening
    ENDING = ("answer", "formulas", "flows", "clocks")  # steps 2 to 4

    def __init__(self, model, twin, row=None, seed=1):
        self.model, self.twin, self.row, self.seed = model, twin, row, seed
        self.now = 0.0
        self.events = []                        # (time, name, value)
        self.counters = {}                      # of exits
        self.state, self.entered = {}, {}       # of tracks
        self.last_entered = {}                  # of (track, state)
        self.dosing_began = {}                  # of doses
        self.clocks, self.to_start = {}, {}     # by qualified name of the exit
        self.restarted = set()
        self.queue = []                         # happenings
        self.accounts, self.tallies = {}, {}
        self.n_contacts = {name: 0 for name in model.supports}
        self.offers = {name: [] for name in model.supports}
        self.seen = {name: 0 for name in model.observations}
        self.on_the_way = {name: [] for name in model.observations}
        self.days_in, self.n_entries, self.visits = {}, {}, []
        self.started_in, self.entered_at, self.stock_history = {}, [], []
        self.qaly = self.qaly_discounted = 0.0
        self.dispensings = []
        self.formulas = {}
        self.marks = set()                      # what this life has shown, for the table of coverage
        self.doubts = []                        # times at which rounding alone decides what comes first
        self.is_decided_by_rounding = False     # a comparison of numbers that differ by rounding alone was made

    # Random numbers ------------------------------------------------------------------------------

    def draw(self, stream, occurrence):
        return draws.uniform(self.seed, self.twin, stream, occurrence)

    # Twins, variables, stocks --------------------------------------------------------------------

    def draw_attributes(self):
        model = self.model
        probability = {name: self.draw(block.stream, 1) for name, block in model.attributes.items()}
        if model.correlated:
            names = model.correlated.of
            z = np.array([draws.special.ndtri(probability[name]) for name in names])
            scores = np.linalg.cholesky(np.array(model.correlated.matrix)) @ z
            probability.update(zip(names, (float(draws.special.ndtr(s)) for s in scores)))
        self.attributes = {}
        by_others = [name for name in model.attributes if hasattr(model.attributes[name], "by")]
        for name in [n for n in model.attributes if n not in by_others]:
            self.attributes[name] = self.value_at(model.attributes[name], probability[name])
        while by_others:
            name = next(n for n in by_others if model.attributes[n].by in self.attributes)
            by_others.remove(name)
            self.attributes[name] = self.value_at(model.attributes[name], probability[name])

    def value_at(self, distribution, p):
        value = distribution.at(p, self.row, self.attributes)
        return float(value) if isinstance(value, np.floating) else value

    def start_variables(self):
        self.held, self.drifts, self.empty_at, self.is_empty, self.stock_level = {}, {}, {}, {}, {}
        self.still_with = {}                    # stocks that do not fall: days left
        for block in (self.model.patient.get("doses") or {}).values():
            if "stock" in block and block.get("uses", "taken") == "taken":
                self.still_with[block["stock"]] = 0.0
        for name, variable in self.model.variables.items():
            value = self.value_at(variable.starts, self.draw(variable.starts.stream, 1))
            if variable.kind == "stock":
                self.set_stock(name, max(value, 0.0))
                continue
            value = self.put_within(variable, value)
            self.held[name] = value
            if variable.half_life:
                variable_level = value if variable.returns_to == "start" else None
                self.drifts[name] = draws.Drift(variable.half_life, variable.held_for)
                self.drifts[name].value, self.drifts[name].level = value, variable_level
        for name, drift in self.drifts.items():     # a level may use other words of the twin
            if drift.level is None:
                drift.level = self.model.variables[name].returns_to(self)
            drift.jump(0.0, drift.value, drift.level)
            self.held[name] = drift.held()

    def put_within(self, variable, value):
        return min(max(value, variable.bounds[0]), variable.bounds[1])

    def change_variable(self, kind, name, amount):
        variable = self.model.variables[name]
        if variable.kind == "stock":
            had_some = not self.is_empty[name]
            self.set_stock(name, max(0.0, amount + (self.stock_left(name) if kind == "add" else 0.0)))
            if had_some and self.is_empty[name]:
                self.happen(f"{name}.empty")
        elif name in self.drifts:
            drift = self.drifts[name]
            value = amount + self.jumps_from(drift) if kind == "add" else amount
            drift.jump(self.now, self.put_within(variable, value), drift.level)
            self.held[name] = drift.held()
        else:
            self.held[name] = self.put_within(variable, amount + (self.held[name] if kind == "add" else 0.0))

    def jumps_from(self, drift):
        return drift.undisturbed(self.now)

    def stock_left(self, name):
        return self.still_with.get(name, max(0.0, self.empty_at[name] - self.now))

    def let_fall(self, name, falls):
        """A stock from which doses are taken falls only while they are."""
        days = self.stock_left(name)
        if falls:
            self.still_with.pop(name, None)
        else:
            self.still_with[name] = days
        if not self.is_empty[name]:
            self.set_stock(name, days if days > 1e-9 else 0.0)
            if self.is_empty[name]:
                self.happen(f"{name}.empty")

    def begin_dosing(self, doses):
        self.dosing_began[doses] = self.now

    def set_stock(self, name, days):
        if name in self.still_with:
            self.still_with[name] = days
        self.empty_at[name] = self.now + days
        self.is_empty[name] = days <= 0
        self.stock_history.append((self.now, name, self.empty_at[name]))

    def dispense(self, name, days, carry_over):
        self.set_stock(name, days + (self.stock_left(name) if carry_over else 0.0))
        self.dispensings.append((self.now, days, name))
        self.log(f"patient.{name}.dispensed", days)

    # Actions -------------------------------------------------------------------------------------

    def do(self, actions):
        for action in actions:
            action(self)

    def log(self, name, value):
        self.events.append((self.now, name, value))

    def happen(self, happening):
        self.queue.append(happening)

    def discount_time(self):
        return 0.0 if self.model.discount.from_entry else self.enters

    def pay(self, payer, category, amount):
        account = self.accounts.setdefault((payer, category), [0.0, 0.0])
        account[0] += amount
        account[1] += amount * self.model.discount.at(self.now + self.discount_time())

    def gain(self, days):
        self.qaly += days / YEAR
        self.qaly_discounted += days / YEAR * self.model.discount.at(self.now + self.discount_time())

    def measure(self, name, amount):
        self.tallies[name] = self.tallies.get(name, 0.0) + amount
        self.log(f"patient.{name}.measured", amount)

    def contact(self, support):
        self.n_contacts[support] += 1
        self.log(f"patient.{support}.contact", 1)

    def time_in(self, track):
        return self.now - self.entered[track]

    # Supports ------------------------------------------------------------------------------------

    def open_supports(self):
        self.opening = {}
        for name in self.model.supports:
            ramp = self.model.ramp
            u = self.draw(f"patient.{name}.rollout", 1) if ramp > 0 else 0.0
            self.opening[name] = self.model.opens_from + u * ramp - self.enters
        self.fades = [draws.Drift(fade.half_life, fade.held_for) for fade in self.model.fades]

    def is_open(self, name):
        limit = self.model.limits[name]
        if name not in self.model.offered or self.now < self.opening[name]:
            return False
        if limit is None:
            return True
        self.doubt_where_near([at + limit[1] for at in self.offers[name]], self.now)
        is_below = self.n_recent_offers(name, limit[1]) < limit[0]
        self.marks.add("at_most allows" if is_below else "at_most refuses")
        return is_below

    def doubt_where_near(self, times, t):
        """Equal but for rounding: only a time of a short binary number is sure to be so everywhere."""
        if t * 1024 % 1 and any(abs(other - t) < 1e-8 for other in times):
            self.doubts.append(t)

    def n_recent_offers(self, name, days):
        """Offers in the last days; one exactly so long ago does not count."""
        return sum(1 for at in self.offers[name] if self.now - at < days)

    def begin_fades(self, track):
        for fade in self.model.fades:
            if fade.support == track:
                self.fades[fade.index].jump(self.now, 1.0, 0.0)

    def end_fades(self, track):
        for fade in self.model.fades:
            if fade.support == track:
                self.fades[fade.index].jump(self.now, 0.0, 0.0)

    # Effects -------------------------------------------------------------------------------------

    def strength(self, effect):
        """log(ratio) x m of an effect now."""
        x = effect.covariate(self) if effect.covariate else 1.0
        support = getattr(effect, "support", None)
        if support is None:
            return effect.log_ratio * x
        if self.state[support] != "active":
            return 0.0
        return effect.log_ratio * x * (self.fades[effect.fade.index].held() if effect.fade else 1.0)

    def sum_of_effects(self, exit_, kind):
        total = sum(self.strength(effect) for effect in exit_.effects if effect.kind == kind)
        of_supports = [self.strength(effect) for effect in exit_.of_supports if effect.kind == kind]
        if sum(1 for strength in of_supports if strength) > 1:
            self.marks.add("strongest of several" if exit_.strongest_only else "several supports on a hazard")
        if of_supports and exit_.strongest_only:
            return total + self.strongest(of_supports)
        return total + sum(of_supports)

    def strongest(self, strengths):
        return max(strengths, key=abs)

    def ratio_and_pace(self, exit_):
        ratio = math.exp(self.sum_of_effects(exit_, "hr"))
        pace = math.exp(-self.sum_of_effects(exit_, "time_ratio"))
        may_run = self.may_run(exit_)
        if not may_run:
            self.marks.add("a clock is held by only_while")
        return (ratio if may_run else 0.0), pace

    def may_run(self, exit_):
        return exit_.only_while is None or exit_.only_while(self)

    def chance_of(self, branch):
        p = branch.chance(self)
        log_odds_ratio = sum(self.strength(effect) for effect in branch.effects + branch.of_supports)
        return self.change_odds(p, log_odds_ratio)

    def change_odds(self, p, log_odds_ratio):
        q = math.exp(log_odds_ratio)
        return p * q / (1 - p + p * q)

    # Clocks --------------------------------------------------------------------------------------

    def start_clock(self, exit_):
        """At the end of an instant in which the state was entered, or the exit repeated."""
        again = exit_.name in self.restarted
        if exit_.kind == "at once":
            self.clocks[exit_.name] = AtOnce(exit_)
        elif exit_.kind == "hazard":
            family, arguments = exit_.law
            self.marks.add(f"starts: {family}")
            law = laws.law_of(family, {key: [v(self) for v in value] if isinstance(value, list)
                                        else value(self) for key, value in arguments.items()})
            threshold = -math.log(self.draw(exit_.stream, self.counters[exit_.counter]))
            clock = laws.HazardClock(law, self.age_at_start(exit_, again), self.now, threshold)
            clock.exit, clock.origin = exit_, self.last_entered.get(exit_.since)
            self.clocks[exit_.name] = clock
        elif exit_.kind in ("after", "every"):
            days = exit_.x(self)
            since = self.time_in(exit_.track)
            at = self.now + days - since
            if at < self.now:                    # begun before entry
                at = self.now if exit_.kind == "after" else \
                    self.now + days * math.ceil(since / days) - since
            self.clocks[exit_.name] = Waiting(exit_, at, days)

    def age_at_start(self, exit_, again):
        if exit_.counts_from == "study":
            return self.now
        if exit_.counts_from == "doses":
            return self.now - self.dosing_began[exit_.track]
        if exit_.counts_from == "birth":
            return self.age + self.now
        if exit_.since:
            return self.now - self.last_entered.get(exit_.since, self.now)
        return 0.0 if again else self.time_in(exit_.track)

    def count(self, exit_):
        self.counters[exit_.counter] = self.counters.get(exit_.counter, 0) + 1

    def leave_state(self, track):
        state = self.model.states[track, self.state[track]]
        self.do(state.leave)
        for exit_ in state.exits:
            self.clocks.pop(exit_.name, None)
            self.to_start.pop(exit_.name, None)
        if track in self.model.supports and state.name == "active":
            self.end_fades(track)
        self.visits.append((track, state.name, self.time_in(track)))

    def become(self, track, name, since=0.0):
        """The state is current, entered now; its exits' counters rise."""
        self.state[track], self.entered[track] = name, self.now - since
        self.last_entered[track, name] = self.now - since
        for exit_ in self.model.states[track, name].exits:
            if not exit_.counts_taken:
                self.count(exit_)
            self.to_start[exit_.name] = exit_
        if track in self.model.supports and name == "active":
            self.begin_fades(track)

    # One instant ---------------------------------------------------------------------------------

    def all_clocks(self):
        """(time, - priority, name, what it does) of each clock."""
        for name, clock in self.clocks.items():
            yield clock.at, -clock.exit.priority, name, self.exit_fires
        for name, drift in self.drifts.items():
            yield drift.at, 0, f"patient.{name}", self.drift_goes_on
        for name, is_empty in self.is_empty.items():
            if not is_empty and name not in self.still_with:
                yield self.empty_at[name], 0, f"patient.{name}", self.stock_is_empty
        for name, times in self.on_the_way.items():
            if times:
                yield times[0], 0, f"patient.{name}", self.observation_arrives
        for fade, drift in zip(self.model.fades, self.fades):
            yield drift.at, 0, fade.name, self.fade_goes_on

    def soonest(self):
        clocks = list(self.all_clocks())
        first = min(clocks, key=self.order_of_clocks, default=(INFINITE,))
        near = [clock for clock in clocks if clock[0] - first[0] < 1e-8 and clock is not first]
        if near:
            self.doubt_where_near([clock[0] for clock in near], first[0])
            self.marks.add("tie by priority" if any(c[1] != first[1] for c in near) else "tie by name")
        return first

    def order_of_clocks(self, clock):
        return clock[:3]

    def exit_fires(self, name):
        clock = self.clocks[name]
        exit_ = clock.exit
        if exit_.kind == "every" and exit_.guard and not exit_.guard(self):
            self.repeat(exit_)
        else:
            self.take(exit_)

    def drift_goes_on(self, name):
        name = name[len("patient."):]
        self.drifts[name].piece += 1
        self.held[name] = self.drifts[name].held()

    def fade_goes_on(self, name):
        for fade in self.model.fades:
            if fade.name == name:
                self.fades[fade.index].piece += 1

    def stock_is_empty(self, name):
        name = name[len("patient."):]
        self.is_empty[name] = True
        self.happen(name + ".empty")

    def observation_arrives(self, name):
        name = name[len("patient."):]
        self.on_the_way[name].pop(0)
        self.see(name)

    def see(self, name):
        self.seen[name] += 1
        self.log(f"patient.{name}.seen", self.seen[name])
        self.happen(name)

    def take(self, exit_):
        """Step 1 of an instant, for an exit."""
        if exit_.counts_taken:
            self.count(exit_)
        number = self.choose(exit_)
        branch = exit_.branches[number]
        self.log(exit_.name, number)
        if exit_.notes_offer:
            self.offers[exit_.notes_offer].append(self.now)
        steps = {"leave": lambda: branch.to == "stay" or self.leave_state(exit_.track),
                 "do": lambda: self.do_of_exit(exit_, branch),
                 "happen": lambda: self.happen(exit_.name[len("patient."):]),
                 "go on": lambda: self.go_on(exit_, branch)}
        for step in self.TAKING:
            steps[step]()

    def go_on(self, exit_, branch):
        if branch.to == "stay":
            self.repeat(exit_)
        else:
            self.enter_state(exit_.track, branch.to)

    def do_of_exit(self, exit_, branch):
        self.do(exit_.do)
        self.do(branch.do)

    def enter_state(self, track, name):
        self.n_entries[track, name] = self.n_entries.get((track, name), 0) + 1
        self.entered_at.append(((track, name), self.now))
        steps = {"become": lambda: self.become(track, name),
                 "happen": lambda: self.happen(f"{track}.{name}"),
                 "act": lambda: self.do(self.model.states[track, name].enter)}
        for step in self.ENTERING:
            steps[step]()

    def choose(self, exit_):
        """The number of the branch that is taken."""
        if len(exit_.branches) == 1:
            return 0
        u = self.draw(exit_.choice_stream, self.counters[exit_.counter])
        running = 0.0
        for number, branch in enumerate(exit_.branches):
            if branch.chance is None:
                return number
            running += self.chance_of(branch)
            if self.is_above(running, u):
                return number
        raise ValueError(f"{exit_.name}: no branch left")

    def is_above(self, running, u):
        return running > u

    def repeat(self, exit_):
        """The state goes on, only this exit starts again."""
        if exit_.kind == "upon":
            return
        self.marks.add(f"repeats: {exit_.kind}")
        self.count(exit_)
        if exit_.kind == "hazard":
            self.restarted.add(exit_.name)
            self.clocks.pop(exit_.name, None)
            self.to_start[exit_.name] = exit_
        else:
            self.clocks[exit_.name].at += self.clocks[exit_.name].days

    def answer(self):
        """Step 2: happenings are answered, first in, first out."""
        n = 0
        steps = {"observe": self.observe, "take": self.take_noted}
        while self.queue:
            n += 1
            if n > 64:
                raise Fault("more than 64 happenings in an instant")
            happening = self.next_happening()
            for step in self.ANSWERING:
                steps[step](happening)
        self.marks.add("4 or more happenings" if n > 3 else "fewer happenings")

    def observe(self, happening):
        for name in self.model.observers.get(happening, []):
            delay = self.model.delays[name]
            if delay <= 0:
                self.see(name)
                continue
            self.on_the_way[name].append(self.now + delay)
            if len(self.on_the_way[name]) > 32:
                raise Fault("more than 32 delayed arrivals of one observation")

    def take_noted(self, happening):
        noted = [exit_ for exit_ in self.model.upon.get(happening, [])
                 if self.state[exit_.track] == exit_.state]
        if len(noted) > 1:
            self.marks.add("several answers")
        for exit_ in noted:
            if self.still_answers(exit_):
                self.take(exit_)

    def next_happening(self):
        return self.queue.pop(0)

    def still_answers(self, exit_):
        return self.state[exit_.track] == exit_.state and (exit_.guard is None or exit_.guard(self))

    def end_instant(self):
        steps = {"answer": self.answer, "formulas": self.refresh_formulas, "flows": self.read_flows,
                 "clocks": self.start_clocks}
        for step in self.ENDING:
            steps[step]()

    def refresh_formulas(self):
        for name, function in self.model.formulas:
            self.formulas[name] = function(self)

    def start_clocks(self):
        for exit_ in self.to_start.values():
            self.start_clock(exit_)
        self.to_start.clear()
        self.restarted.clear()
        for clock in self.clocks.values():
            if clock.exit.kind == "hazard":
                self.bring_up(clock)
            elif clock.exit.kind == "at once":
                clock.bring_up(self)

    def bring_up(self, clock):
        """A clock with `since` becomes young when that state is entered, and stands still before."""
        ratio, pace = self.ratio_and_pace(clock.exit)
        origin = self.last_entered.get(clock.exit.since)
        is_new = clock.exit.since and origin != clock.origin
        clock.origin = origin
        if clock.exit.since and origin is None:
            ratio = 0.0
        clock.change(self.now, ratio, pace, self.now - origin if is_new else None)

    # Costs, utility and discounting --------------------------------------------------------------

    def read_flows(self):
        """At the end of an instant: lines in time, each a list of (start, amount then, growth a day)."""
        model = self.model
        self.flows = [(payer, category, self.line(amount)) for track, state, payer, category, amount
                      in model.flows if self.state[track] == state]
        self.utility = ("add", [])
        if model.utility:
            base, rule, terms = model.utility
            self.utility = rule, [self.line(base)] + [self.line(term) for condition, term in terms
                                                      if condition(self)]

    def line(self, amount):
        begun = self.entered[amount.track] if amount.track else -self.age if amount.is_from_birth else 0.0
        return [(begun + start, value(self), growth(self)) for start, value, growth in amount.pieces]

    def integrate_to(self, t):
        """Rewards up to t: split where an amount or the rate of discounting changes."""
        rule, lines = self.utility
        offset = self.discount_time()
        corners = [start for _, _, line in self.flows for start, _, _ in line]
        corners += [start for line in lines for start, _, _ in line]
        corners += [start - offset for start in self.model.discount.starts]
        ends = sorted({t} | {corner for corner in corners if self.now < corner < t})
        low = self.now
        for high in ends if t > low else []:
            self.integrate_piece(low, high, offset, rule, lines)
            low = high

    def integrate_piece(self, low, high, offset, rule, lines):
        days = high - low
        worth, worth_of_growth = self.model.discount.integrals(low + offset, days)
        for payer, category, line in self.flows:
            account = self.accounts.setdefault((payer, category), [0.0, 0.0])
            amount, growth = amount_at(line, low)
            account[0] += amount * days + growth * days ** 2 / 2
            account[1] += amount * worth + growth * worth_of_growth
        amount, growth = self.combined(rule, [amount_at(line, low) for line in lines])
        self.qaly += (amount * days + growth * days ** 2 / 2) / YEAR
        self.qaly_discounted += (amount * worth + growth * worth_of_growth) / YEAR
        for track, state in self.state.items():
            spent = self.days_in.setdefault((track, state), [0.0, 0.0])
            spent[0] += days
            spent[1] += worth

    def combined(self, rule, amounts):
        """One line of several (amount, growth) by the rule of the utility."""
        if not amounts:
            return 0.0, 0.0
        if rule == "add":
            return sum(amount for amount, _ in amounts), sum(growth for _, growth in amounts)
        if rule == "min":
            return min(amounts)
        product = math.prod(amount for amount, _ in amounts)
        growth = sum(growth * math.prod(a for j, (a, _) in enumerate(amounts) if j != i)
                     for i, (_, growth) in enumerate(amounts) if growth)
        return product, growth

    # A life --------------------------------------------------------------------------------------

    def begin(self):
        model = self.model
        self.draw_attributes()
        self.enters = self.value_at(model.enters, self.draw(model.enters.stream, 1))
        self.end = min(model.horizon - self.enters, model.follow_up)
        self.start_variables()
        self.age = model.age(self) if model.age else 0.0
        self.open_supports()
        since = {}
        for name in sorted(model.tracks):
            track = model.tracks[name]
            since[name] = track.since(self) if track.since else 0.0
            self.become(name, self.start_state(track), since[name])
        self.started_in = dict(self.state)
        self.refresh_formulas()
        for name in sorted(model.tracks):
            if since[name] == 0:
                self.happen(f"{name}.{self.state[name]}")
                self.do(model.states[name, self.state[name]].enter)
        self.end_instant()

    def start_state(self, track):
        start = track.start
        if start.kind == "name":
            return start.name
        if start.kind == "from":
            value = self.attributes[start.attribute]
            for state, text in start.states.items():
                if value == text or (not isinstance(value, str) and float(text) == value):
                    return state
            raise ValueError(f"{track.name}: no start state fits")
        u = self.draw(f"patient.{track.name}", 1)
        running = 0.0
        for chance, state in start.choices:
            if chance is None:
                return state
            running += chance(self)
            if self.is_above(running, u):
                return state
        raise ValueError(f"{track.name}: no start state left")

    def live(self):
        self.begin()
        n_at_once = 1
        while True:
            clock = self.soonest()
            if not self.is_in_life(clock[0]):
                break
            if clock[0] == self.end:
                self.marks.add("event at the end of life")
            n_at_once = n_at_once + 1 if clock[0] == self.now else 1
            if n_at_once > 1000:
                raise Fault("more than 1000 instants at a time")
            self.integrate_to(clock[0])
            self.now = clock[0]
            clock[3](clock[2])
            self.end_instant()
        self.integrate_to(self.end)
        self.now = self.end
        return self

    def is_in_life(self, t):
        return t <= self.end


def amount_at(line, t):
    """(amount, growth) at t of the last piece that has begun."""
    start, amount, growth = max(piece for piece in line if piece[0] <= t)
    return amount + growth * (t - start), growth


class Waiting:
    """A clock of `after` or `every`."""

    def __init__(self, exit_, at, days):
        self.exit, self.at, self.days = exit_, at, days


def lives(path, strategy, n_twins=None, seed=1, command_line=(), kind=Life):
    """Every life of a study under one strategy, in order of twins; None where a twin has none."""
    model = Model(load_study(path), strategy, command_line)
    for twin, row in model.rows(n_twins):
        yield kind(model, twin, row, seed).live()


if __name__ == "__main__":
    for twin_life in lives(sys.argv[1], sys.argv[2]):
        if twin_life.twin == int(sys.argv[3]):
            for event in twin_life.events:
                print("%.12g %s %.12g" % event)
            break
