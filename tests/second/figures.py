"""Figures of a twin from its life, by the definitions of scenarios/README.md, "Measures" (not a test)."""
import math

from doses import doses_due, missed_runs

SLACK = 1e-6            # what is over a limit by at most this many days counts as within it
YEAR = 365.25


def nothing():
    """The twin does not count."""
    return math.nan


def figure(life, measure):
    """The figure of a measure of the report; None where this reader does not have it."""
    name = measure["measure"]
    function = FIGURES.get(name)
    return function(life, Keys(life.model, measure)) if function else None


class Keys:
    """The keys of a measure as numbers, with the report's defaults."""

    def __init__(self, model, measure):
        report = model.study.get("report") or {}
        self.measure, self.of, self.stock = measure["measure"], measure.get("of"), measure.get("stock")
        self.category, self.since = measure.get("category"), measure.get("since")
        default = "false" if self.measure == "time_in_state" else "true"
        self.which = 1 if measure.get("discounted", default) == "true" else 0

        def days(key, otherwise):
            text = measure.get(key, report.get(key, otherwise) if key != "by" else otherwise)
            return None if text is None else model.constant(text)
        self.by, self.at = days("by", None), days("at", None)
        self.at_least = days("at_least", "0 days" if self.measure == "missed_in_runs" else "3 days")
        self.at_most = days("at_most", None)
        self.window, self.gap = days("window", None), days("permissible_gap", "60 days")


def place(name):
    track, _, state = name.partition(".")
    return track, state


def first_entered(life, name):
    """When a state was first entered, or started in (at 0); None where never."""
    if name is None or life.started_in[place(name)[0]] == place(name)[1]:
        return 0.0
    return min((at for where, at in life.entered_at if where == place(name)), default=None)


# Sums over the life ------------------------------------------------------------------------------

def cost(life, keys):
    return sum(account[keys.which] for (payer, category), account in life.accounts.items()
               if keys.of in (None, payer) and keys.category in (None, category))


def qaly(life, keys):
    return life.qaly_discounted if keys.which else life.qaly


def contacts(life, keys):
    return sum(n for support, n in life.n_contacts.items() if keys.of in (None, support))


def total(life, keys):
    return life.tallies.get(keys.of, 0.0)


def time_in_state(life, keys):
    return life.days_in.get(place(keys.of), (0.0, 0.0))[keys.which]


def life_years(life, keys):
    begin = life.discount_time()
    whole = life.model.discount.integral(begin, life.end + begin) if keys.which else life.end
    return (whole - (time_in_state(life, keys) if keys.of else 0.0)) / YEAR


# States ------------------------------------------------------------------------------------------

def entries(life, keys):
    return life.n_entries.get(place(keys.of), 0)


def occupancy(life, keys):
    if life.end < keys.at - SLACK:
        return nothing()
    track, state = place(keys.of)
    last = life.started_in[track]
    for (one, other), at in life.entered_at:
        if one == track and at <= keys.at + SLACK:
            last = other
    return 1.0 if last == state else 0.0


def first_entry(life, keys):
    if life.end < keys.by - SLACK:
        return nothing()
    at = first_entered(life, keys.of)
    return 1.0 if at is not None and at <= keys.by + SLACK else 0.0


def time_to(life, keys):
    """From the entry into `since` to the first entry after it, which may be at the same time."""
    begin, later = first_entered(life, keys.since), life.entered_at
    if keys.since and life.started_in[place(keys.since)[0]] != place(keys.since)[1]:
        places = [where for where, _ in later]
        later = later[places.index(place(keys.since)) + 1:] if begin is not None else []
    times = [at for where, at in later if where == place(keys.of)]
    return times[0] - begin if times else nothing()


def sojourn(life, keys):
    """Of one twin: days of its visits that ended over their number."""
    lengths = [days for track, state, days in life.visits if (track, state) == place(keys.of)]
    return sum(lengths) / len(lengths) if lengths else nothing()


def stock_at(life, keys):
    if life.end < keys.at - SLACK:
        return nothing()
    stocks = [keys.stock] if keys.stock else [name for name in life.is_empty]
    left = 0.0
    for name in stocks:
        history = [empty_at for at, changed, empty_at in life.stock_history
                   if changed == name and at <= keys.at + SLACK]
        left += max(0.0, history[-1] - keys.at)
    return left


# Dispensings, dated by the whole day ---------------------------------------------------------------

def times_dispensed(life, keys):
    return [at for at, _, stock in life.dispensings if keys.stock in (None, stock)]


def dispensed(life, keys):
    """(whole day, days' supply)."""
    return [(math.floor(at), days) for at, days, stock in life.dispensings if keys.stock in (None, stock)]


def initiation(life, keys):
    if keys.by is not None and life.end < keys.by - SLACK:
        return nothing()
    return 1.0 if any(keys.by is None or at <= keys.by + SLACK for at in times_dispensed(life, keys)) else 0.0


def primary_non_adherence(life, keys):
    begin = first_entered(life, keys.since)
    if begin is None or life.end < begin + keys.by - SLACK:
        return nothing()
    return 0.0 if any(begin <= at <= begin + keys.by + SLACK for at in times_dispensed(life, keys)) else 1.0


def time_to_first_dose(life, keys):
    begin = first_entered(life, keys.since)
    times = [at for at in times_dispensed(life, keys) if begin is not None and at >= begin]
    return min(times) - begin if times else nothing()


def window_of(life, keys, fills):
    """(first day, end) of the window."""
    first = min(day for day, _ in fills)
    end = life.end if keys.window is None else min(life.end, first + keys.window)
    return first, math.floor(end + SLACK)


def pdc(life, keys):
    fills = sorted(dispensed(life, keys))
    if not fills:
        return nothing()
    first, end = window_of(life, keys, fills)
    if end - first < 1:
        return nothing()
    covered, until = 0.0, first
    for day, days in fills:
        if day < end:
            begin = max(day, until)
            covered += max(0.0, min(begin + days, end) - min(begin, end))
            until = begin + days
    return covered / (end - first)


def mpr(life, keys):
    fills = dispensed(life, keys)
    if not fills:
        return nothing()
    first, end = window_of(life, keys, fills)
    return nothing() if end - first < 1 else sum(days for day, days in fills if day <= end) / (end - first)


def refills(life, keys):
    fills = dispensed(life, keys)
    if not fills:
        return 0.0
    first, end = window_of(life, keys, fills)
    return float(sum(1 for day, _ in fills if day <= end) - 1)


def persistence(life, keys):
    fills = sorted(dispensed(life, keys))
    if not fills or life.end < fills[0][0] + keys.at + keys.gap - SLACK:
        return nothing()
    first = until = fills[0][0]
    for day, days in fills + [(math.inf, 0.0)]:
        if day - until > keys.gap + SLACK:
            return 1.0 if until >= first + keys.at else 0.0
        until = max(until, day) + days
    return 1.0


# Doses taken and missed ----------------------------------------------------------------------------

def due(life, keys):
    """(doses taken or missed one by one, lengths of the runs of missed ones that count, end of the window)."""
    name = keys.of or next(iter(life.model.every))
    episodes, last = doses_due(life, name, keys.window)
    runs = [n for n in missed_runs(episodes) if n * life.model.every[name] >= keys.at_least - SLACK and
            (keys.at_most is None or n * life.model.every[name] <= keys.at_most + SLACK)]
    return [taken for episode in episodes for taken in episode], runs, last


def implementation(life, keys):
    taken, _, _ = due(life, keys)
    return sum(taken) / len(taken) if taken else nothing()


def missed_doses(life, keys):
    taken, _, _ = due(life, keys)
    return len(taken) - sum(taken) if taken else nothing()


def drug_holidays(life, keys):
    taken, runs, _ = due(life, keys)
    return float(len(runs)) if taken else nothing()


def any_drug_holiday(life, keys):
    taken, runs, last = due(life, keys)
    if not taken or (last < math.inf and last > life.end + SLACK):
        return nothing()
    return 1.0 if runs else 0.0


def missed_in_runs(life, keys):
    """Of one twin: its missed doses in runs that count over all of them."""
    taken, runs, _ = due(life, keys)
    return sum(runs) / (len(taken) - sum(taken)) if len(taken) > sum(taken) else nothing()


FIGURES = {function.__name__: function for function in (
    cost, qaly, contacts, total, time_in_state, life_years, entries, occupancy, first_entry, time_to, sojourn,
    stock_at, initiation, primary_non_adherence, time_to_first_dose, pdc, mpr, refills, persistence,
    implementation, missed_doses, drug_holidays, any_drug_holiday, missed_in_runs)}
