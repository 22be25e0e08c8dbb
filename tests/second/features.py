"""Which features of the language a study uses (not a test)."""
import re

from laws import FAMILIES
from words import as_list, plain

FUNCTIONS = ("abs", "exp", "floor", "if", "log", "logistic", "max", "min", "sqrt", "steps", "time_in", "entries", "grid", "rise",
             "line")
STATE_KEYS = ("enter", "leave", "cost", "source", "note")


def features_of(study):
    """Names of features; a study as mappings of texts."""
    found = set()
    patient = study["patient"]
    found |= {f"table: {key}" for table in (study.get("tables") or {}).values() for key in table}
    for name in ("time", "report", "together", "consent"):
        found |= {f"{name}: {key}" for key in plain(study.get(name)) if name in ("time", "report")}
        found |= {name} if study.get(name) else set()
    found |= {f"patient: {key}" for key in patient}
    found |= {f"money: {key}" for key in study["money"]} if isinstance(study.get("money"), dict) else set()
    for block in patient.get("attributes", {}).values():
        of_distribution(found, "attribute", block)
    of_distribution(found, "enters", patient.get("enters", "0"))
    for block in patient.get("variables", {}).values():
        of_variable(found, block or {})
    for track in patient["tracks"].values():
        of_track(found, track)
    for block in patient.get("doses", {}).values():
        found |= {f"doses: {key}" for key in plain(block)} | {f"doses: uses {block.get('uses')}"}
        found |= {f"missed run: {key}" for kind in ("slip", "holiday") for key in plain(block.get(kind))}
    for listed in patient.get("actions", {}).values():
        of_actions(found, listed)
    for support in (study.get("supports") or {}).values():
        of_support(found, support)
    for observation in (study.get("observations") or {}).values():
        found |= {f"observation: {key}" for key in plain(observation)}
    for strategy in study["strategies"].values():
        found |= {f"strategy: {key}" for key in plain(strategy)}
    found |= {f"utility: {key}" for key in plain(patient.get("utility"))}
    of_discount(found, plain((study.get("report") or {}).get("discount")))
    for measure in (study.get("report") or {}).get("measures", []):
        found |= {f"measure: {measure['measure']}"} if isinstance(measure, dict) else {f"measure: {measure}"}
    of_texts(found, study)
    return found


def of_distribution(found, place, block):
    if not isinstance(block, dict):
        found.add(f"{place}: value")
        return
    found |= {f"{place}: {key}" for key in plain(block)}
    for one in block["is"].values() if "by" in block else []:
        of_distribution(found, "by", one)


def of_variable(found, block):
    found |= {f"variable: {key}" for key in plain(block)}
    found.add(f"variable: {block.get('kind', 'plain')}")
    if "half_life" in block:
        found.add("variable: returns to its start" if block["returns_to"] == "start" else
                  "variable: returns to an expression")
        found |= set() if "held_for" in block else {"variable: held for a quarter"}


def of_track(found, track):
    found |= {f"track: {key}" for key in plain(track)}
    start = track["start"]
    found.add("start: " + ("name" if isinstance(start, str) else "from" if isinstance(start, dict) else "chances"))
    for state, content in track["states"].items():
        for key, value in plain(content).items():
            if key in STATE_KEYS:
                found.add(f"state: {key}")
            if key == "cost":
                found |= {"state: several costs"} if len(as_list(value)) > 1 else set()
            if key in ("enter", "leave"):
                of_actions(found, value)
            elif key not in STATE_KEYS:
                of_exit(found, state, value)


def of_exit(found, state, exit_):
    kind = next(key for key in ("hazard", "after", "every", "upon") if key in exit_)
    found |= {f"{kind}: {key}" for key in plain(exit_)}
    if "choose" not in exit_:
        to = exit_.get("to")
        found |= {f"{kind}: goes on"} if to is None else {f"{kind}: to itself"} if to == state else set()
    if isinstance(exit_.get("upon"), list):
        found.add("upon: several happenings")
    if "counts_from" in exit_:
        found.add(f"counts from {exit_['counts_from']}")
    if "hazard" in exit_:
        of_law(found, exit_["hazard"])
    for effect in exit_.get("effects", []):
        found |= {f"effect: {key}" for key in effect}
    if isinstance(exit_.get("choose"), dict):
        found.add("choose: a row of a matrix")
        return
    for branch in exit_.get("choose", []):
        of_branch(found, kind, branch)
    of_actions(found, exit_.get("do", []))


def of_law(found, law):
    law = plain(law)
    family = next(key for key in law if key in FAMILIES)
    found |= {f"law: {family} {key}" for key in law[family]}


def of_branch(found, kind, branch):
    found |= {f"branch: {key}" for key in branch}
    if "stay" in (branch.get("otherwise"), branch.get("to", "stay" if "chance" in branch else None)):
        found.add(f"branch: stay of {kind}")
    if isinstance(branch.get("chance"), dict):
        found.add("branch: steps_of")
    for effect in branch.get("effects", []):
        found |= {f"effect on a chance: {key}" for key in effect}
    of_actions(found, branch.get("do", []))


def of_actions(found, listed):
    for action in listed:
        if isinstance(action, str):
            found.add("action: by name")
        else:
            found |= {f"action: {key}" for key in plain(action)}


def of_support(found, support):
    found |= {f"support: {key}" for key in plain(support)}
    found |= {f"offer: {key}" for key in plain(support["offer"])}
    found |= {f"contacts: {key}" for key in plain(support.get("contacts"))}
    found |= {f"uptake: {key}" for key in plain(support["uptake"])} if isinstance(
        support.get("uptake"), dict) else set()
    found |= {"lasts: law"} if isinstance(support.get("lasts"), dict) else set()
    found |= {"at_most: in"} if " in " in support.get("at_most", "") else set()
    for effect in support.get("effects", []):
        found |= {f"support's effect: {key}" for key in effect}
        found |= {f"fades: {key}" for key in effect.get("fades", {})}
    for payer, costs in plain(support.get("cost")).items():
        found |= {f"support's cost: {key}" for key in costs} if payer != "category" else \
            {"support's cost: category"}
    for key in ("enter", "leave"):
        of_actions(found, support.get(key, []))
    of_actions(found, plain(support.get("contacts")).get("do", []))


def of_discount(found, discount):
    found |= {f"discount: {key} {value}" for key, value in discount.items() if key != "rate"}
    if isinstance(discount.get("rate"), list):
        found.add("discount: steps")


def of_texts(found, part):
    """Functions and words inside expressions."""
    if isinstance(part, dict):
        if "is" in part and ("grows" in part or "from" in part):
            found |= {f"over time: {key}" for key in part}
        for value in part.values():
            of_texts(found, value)
    elif isinstance(part, list):
        for value in part:
            of_texts(found, value)
    else:
        for function in FUNCTIONS:
            if re.search(rf"\b{function}\(", part):
                found.add(f"{function}()")
        found |= {f"word: {word}" for word in ("time", "and", "or", "not") if re.search(rf"\b{word}\b", part)}
        found |= {"word: ^"} if "^" in part else set()
        found |= {"word: stock.empty"} if re.search(r"\b(pills|kit)\.empty\b", part) else set()
