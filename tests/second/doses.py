"""Doses as tracks, written from scenarios/README.md alone (not a test)."""
import math

from supports import going_to
from words import plain

AT_ONCE = 1001          # priority


class DosesReader:
    """The part of a model that turns `patient.doses` into tracks, states and exits."""

    def read_doses(self):
        self.every = {}
        for name, block in (self.patient.get("doses") or {}).items():
            self.read_one(name, plain(block))

    def read_one(self, name, block):
        every = self.every[name] = self.constant(block.get("every", "1 day"))
        stock = block.get("stock")
        on_therapy = self.expression(block.get("while", "true"))
        is_taken_from = stock and block.get("uses", "taken") == "taken"
        missed = [kind for kind in ("slip", "holiday") if kind in block]
        self.add_state(name, "not_due", [], [])
        self.add_state(name, "taken", [self.falling(stock, True)] if is_taken_from else [],
                       [self.falling(stock, False)] if is_taken_from else [])
        for state in missed + ["no_supply"] * bool(stock):
            self.add_state(name, state, [], [])
        self.at_once(name, "not_due", "begin", "taken", lambda life: on_therapy(life) and not (
            stock and life.is_empty[stock]), do=[lambda life: life.begin_dosing(name)])
        if "while" in block:
            for state in missed + ["taken"] + ["no_supply"] * bool(stock):
                self.at_once(name, state, "end", "not_due", lambda life: not on_therapy(life))
        if stock:
            self.at_once(name, "taken", "no_supply", "no_supply", lambda life: life.is_empty[stock])
            self.at_once(name, "no_supply", "resume", "taken", lambda life: not life.is_empty[stock])
        for kind in missed:
            chance, goes_on = (self.expression(block[kind][key]) for key in ("chance", "goes_on"))
            self.at_doses(name, "taken", kind, kind, every, chance,
                          [self.effect(one) for one in block[kind].get("effects", [])])
            self.at_doses(name, kind, "resume", "taken", every, self.one_less(goes_on), [])

    def one_less(self, chance):
        return lambda life: 1 - chance(life)

    def falling(self, stock, falls):
        return lambda life: life.let_fall(stock, falls)

    def at_once(self, name, state, exit_name, to, condition, do=()):
        self.add_exit(name, state, exit_name, kind="at once", only_while=condition, priority=AT_ONCE,
                      do=list(do), branches=[going_to(to)])

    def at_doses(self, name, state, exit_name, to, every, chance, effects):
        self.add_exit(name, state, exit_name, kind="hazard", counts_from="doses", effects=effects,
                      law=("geometric", {"chance": chance, "every": lambda life: every}),
                      branches=[going_to(to)])


class AtOnce:
    """A clock that fires as soon as a condition is true at the end of an instant."""

    def __init__(self, exit_):
        self.exit, self.at = exit_, math.inf

    def bring_up(self, life):
        self.at = life.now if self.exit.only_while(life) else math.inf


# Figures: each dose due, one by one ----------------------------------------------------------------

def doses_due(life, name, window):
    """Episodes of dosing, each a list of True (taken) or False (missed), as far as the window goes."""
    every, episodes, last = life.model.every[name], [], math.inf
    turns = [(at, where[1]) for where, at in life.entered_at if where[0] == name]
    turns.append((life.end, "not_due"))
    begin, state = None, "not_due"
    for i, (at, entered) in enumerate(turns):
        if state == "not_due" and entered != "not_due":
            begin = i
            if last == math.inf and window is not None:
                last = at + window
        if entered == "not_due" and begin is not None:
            episodes.append(doses_between(turns[begin:i], turns[begin][0], min(at, life.end, last), every))
            begin = None
        state = entered
    return [episode for episode in episodes if episode], last


def doses_between(turns, begin, end, every):
    taken, k = [], 0
    while begin + k * every < end - 1e-9 * every:
        at = begin + k * every
        taken.append([state for since, state in turns if since <= at + 1e-9 * every][-1] == "taken")
        k += 1
    return taken


def missed_runs(episodes):
    """Lengths of the runs of missed doses, in doses."""
    runs = []
    for episode in episodes:
        n = 0
        for taken in episode + [True]:
            if taken and n:
                runs.append(n)
            n = 0 if taken else n + 1
    return runs
