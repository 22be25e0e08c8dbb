"""Random expressions, whose numbers stay small and whose conditions are conditions (not a test)."""
DAYS = [2, 5, 5, 10, 10, 15, 20, 30, 30, 45, 60]


class RandomWords:
    """The part of a random study that chooses, and makes expressions of the words known so far."""

    # Choosing ----------------------------------------------------------------------------------------

    def pick(self, things):
        return self.random.choice(list(things))

    def some(self, things, low, high):
        things = list(things)
        return self.random.sample(things, min(len(things), self.random.randint(low, high)))

    def happens(self, p):
        return self.random.random() < p

    def number(self, low, high):
        return round(self.random.uniform(low, high), 3)

    # Expressions: numbers between -2 and 2, conditions, days, money, chances ---------------------------

    def leaf(self, scope):
        words = list(self.numbers["constant"])
        if scope != "constant":
            words += self.numbers["twin"]
            words += ["grid(x1, kind)", f"rise(age, {self.pick(['flag', 'age > 45 years', 'kind.red'])})"] \
                * self.has_tables
        if scope in ("step", "instant"):
            words += self.numbers["step"] * 2
            words += [f"min(entries({place}), 4) / 3" for place in self.places_entered[:3]]
            words += [f"grid({self.pick(self.numbers['step'])}, kind)"] * self.has_tables
        if scope == "instant":
            words += ["time / 1 year", "time / 100 days"] + self.moments * 2
            words += ["rise(age + time, flag)"] * self.has_tables
            words += [f"{stock} / 30 days" for stock in self.stocks]
            words += [f"time_in({track}) / 50 days" for track in list(self.tracks)[:2]]
        if not words or self.happens(0.25):
            return str(self.number(-2, 2))
        return self.pick(words)

    def expression(self, scope, depth=2):
        """A number that may be a little beyond 2."""
        if depth == 0 or self.happens(0.3):
            return self.leaf(scope)
        a, b = (self.expression(scope, depth - 1) for _ in range(2))
        forms = [f"({a}) + ({b})", f"({a}) - ({b})", f"({a}) * 0.7", f"-({a})", f"({a}) / 2", f"min({a}, {b})",
                 f"max({a}, {b}, -1)", f"abs({a})", f"logistic({a})", f"exp(min({a}, 1)) / 3",
                 f"sqrt(abs({a}))", f"log(1 + abs({a}))", f"floor(2 * ({a})) / 3", f"0.3 * ({a}) ^ 2",
                 f"steps({a}, [-1, 0, 1.5], [0.2, {self.number(-1, 1)}, -0.5])"]
        if scope == "constant" and self.has_tables and self.happens(0.3):
            forms += [f"line(({a}) * 20 days)"] * 8
        if scope != "constant":
            forms += [f"if({self.condition(scope, 1)}, {a}, {b})"] * 3
        return self.pick(forms)

    def bounded(self, scope, low=-2, high=2):
        return f"max({low}, min({high}, {self.expression(scope)}))"

    def condition(self, scope, depth=1):
        words = list(self.conditions["twin"])
        if scope in ("step", "instant"):
            words += self.conditions["step"] * 2
            words += [f"{stock}.empty" for stock in self.stocks]
        if scope == "instant":
            words += ["time > 100 days", "time <= 200 days"]
            words += [f"{stock} < 12 days" for stock in self.stocks]
        if self.happens(0.4) or not words:
            sign = self.pick(["<", ">", "<=", ">="])
            return f"{self.leaf(scope)} {sign} {self.number(-1, 1)}"
        one = self.pick(words)
        if depth > 0 and self.happens(0.4):
            sign = self.pick(["and", "or"])
            one = f"({one} {sign} {self.condition(scope, depth - 1)})"
        return f"not {one}" if self.happens(0.25) else one

    def days(self, scope, low=0):
        whole = f"{max(low, self.pick(DAYS))} days"
        if self.happens(0.7):
            return whole
        if self.happens(0.3):
            return "lag" if low <= 7 else "pack"
        return f"{whole} + 10 days * logistic({self.bounded(scope)})"

    def money(self, scope):
        amount = f"{self.random.randint(1, 40)} USD"
        if self.happens(0.6):
            return amount
        return self.pick([f"fee * (3 + {self.bounded(scope)})", f"{amount} * logistic({self.bounded(scope)})",
                          "0.5 EUR"])

    def chance(self, scope="instant", high=0.9):
        if self.happens(0.5):
            return self.number(0.1, high)
        if self.happens(0.3):
            return {"steps_of": self.expression(scope), "from": [-1, 0, 0.7],
                    "is": [self.number(0.05, high) for _ in range(3)]}
        return f"{high} * logistic({self.bounded(scope)})"
