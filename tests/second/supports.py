"""Supports as tracks, written from scenarios/README.md alone (not a test)."""
from types import SimpleNamespace as Record

from draws import INFINITE
from words import as_list, plain


def going_to(state, chance=None, do=(), effects=()):
    return Record(chance=chance, to=state, do=list(do), effects=list(effects), of_supports=[])


class SupportReader:
    """The part of a model that turns supports into tracks, states, exits and effects."""

    def read_supports(self):
        for name in self.supports:
            self.tracks[name] = Record(name=name, since=None, start=Record(kind="name", name="idle"))
        for name, block in self.supports.items():
            self.read_support(name, block)

    def read_support(self, name, block):
        costs = plain(block.get("cost"))
        category = costs.pop("category", "support")
        waits = self.constant(block["waits"]) if "waits" in block else 0.0
        on_begin = self.costs_of("start", costs, category) + self.actions(block.get("enter"))
        for state in ("idle", "waiting", "active", "over"):
            is_active = state == "active"
            self.add_state(name, state, on_begin if is_active else [],
                           self.actions(block.get("leave")) if is_active else [])
        for state in ("idle", "over"):
            self.add_exit(name, state, "offer", **self.offer(name, block, costs, category, waits))
            self.add_exit(name, state, "asked", kind="upon", happenings=[f"start: {name}"],
                          guard=lambda life: life.is_open(name), branches=[going_to("active")])
        if waits > 0:
            self.add_exit(name, "waiting", "begin", kind="after", x=lambda life: waits,
                          branches=[going_to("active")])
        for state in ("waiting", "active"):
            self.add_exit(name, state, "asked_end", kind="upon", happenings=[f"end: {name}"],
                          branches=[going_to("over")])
        if "lasts" in block:
            self.add_exit(name, "active", "end", branches=[going_to("over")], **self.end(block["lasts"]))
        if "contacts" in block:
            self.add_exit(name, "active", "contact",
                          **self.contacts(name, block["contacts"], costs, category))

    def costs_of(self, what, costs, category):
        return [self.payment(payer, category, self.expression(costs[payer][what]))
                for payer in sorted(costs) if what in costs[payer]]

    def offer(self, name, block, costs, category, waits):
        offer, uptake = plain(block["offer"]), block.get("uptake", "1")
        uptake = uptake if isinstance(uptake, dict) and "chance" in uptake else {"chance": uptake}
        guards = [self.expression(offer.get("if", "true")), self.expression(block.get("eligible", "true"))]
        if "consent" in block:
            guards.append(self.expression("consent." + block["consent"]))
        accepted = going_to("waiting" if waits > 0 else "active", self.chance(uptake["chance"]),
                                 effects=[self.effect(one) for one in uptake.get("effects", [])])
        content = {
            "guard": lambda life: life.is_open(name) and all(guard(life) for guard in guards),
            "branches": [accepted, going_to("stay")],
            "do": [lambda life: life.contact(name)] + self.costs_of("offer", costs, category),
            "notes_offer": name,
            "counter": f"patient.{name}.offer", "choice_stream": f"patient.{name}.offer.choose"}
        return {**content, **self.upon_or_every(offer)}

    def upon_or_every(self, block):
        if "every" in block:
            return {"kind": "every", "x": self.expression(block["every"])}
        return {"kind": "upon", "happenings": as_list(block["upon"])}

    def end(self, lasts):
        lasts = plain(lasts) if isinstance(lasts, dict) else lasts
        if isinstance(lasts, dict):
            return {"kind": "hazard", "law": self.law(lasts.get("hazard", lasts))}
        return {"kind": "after", "x": self.expression(lasts)}

    def contacts(self, name, block, costs, category):
        reached = going_to("stay", self.expression(block.get("reached", "1")),
                                self.actions(block.get("do")))
        paid = block.get("category", category)
        own = [self.payment(payer, paid, self.expression(text))
               for payer, text in sorted(plain(block.get("cost")).items())]
        return {"guard": self.expression(block.get("if", "true")),
                "branches": [reached, going_to("stay")],
                "do": [lambda life: life.contact(name)] + own + self.costs_of("contact", costs, category),
                **self.upon_or_every(block)}

    def read_effects_of_supports(self):
        for support, block in sorted(self.supports.items()):
            for number, text in enumerate(block.get("effects", [])):
                effect = self.effect(text)
                effect.support, effect.fade = support, None
                path = text.get("on_exit", text.get("on_chance")).split(".")
                exit_ = self.exits["patient." + ".".join(path[:3])]
                if "on_exit" in text:
                    exit_.of_supports.append(effect)
                else:
                    branch = next(b for b in exit_.branches if b.to == path[3] and b.chance)
                    branch.of_supports.append(effect)
                if "fades" in text:
                    half_life = self.constant(text["fades"]["half_life"])
                    held_for = self.constant(text["fades"]["held_for"]) if "held_for" in text["fades"] \
                        else half_life / 4
                    effect.fade = Record(support=support, half_life=half_life, held_for=held_for,
                                         index=len(self.fades),
                                         name=f"patient.{support}.fades.{exit_.name}.{number}")
                    self.fades.append(effect.fade)

    def at_most(self, name):
        """(number of offers, within how many days)."""
        text = self.supports[name].get("at_most")
        if text is None:
            return None
        number, _, days = str(text).partition(" in ")
        return int(number), self.constant(days) if days else INFINITE
