"""What each of the report's claims comes to by the second count; `claims_printed` prints them.

The cases follow docs/findings.md. So a sentence is right where two programs that share nothing but
the CSV files and the texts of findings.yml and forms.yml print the same.
"""

from __future__ import annotations

from counts_from_files import ERROR, LEAST, RULES, Scope

OUTCOMES = {
    "all": "holds", "none": "does_not_hold", "tied": "does_not_hold", "close": "cannot_be_told",
    "coders_disagree": "cannot_be_told", "depends_on_rule": "cannot_be_told",
    "too_few": "cannot_be_told", "withheld": "cannot_be_told", "missing": "cannot_be_told",
    "agreement_unknown": "cannot_be_told",
}  # fmt: skip
REGISTER = ("most-areas-reached", "most-residents-reached", "most-ties-are-new")
FEW = (
    "achievement-seldom-measured", "complete-goals-are-few", "rooting-is-seldom-complete",
    "additionality-told-by-few", "savings-claimed-by-a-minority", "savings-seldom-grounded",
)  # fmt: skip
"""Claims that few do something, which are true where nobody does."""
UNRULED = ("savings-seldom-grounded",)
"""Claims about a list that follows no coder rule; whether it is published follows the report's."""
LEADING = {
    "commonest-challenge": ("challenge", 3),
    "commonest-response": ("response", 3),
    "commonest-goal": ("goal", 3),
    "commonest-result": ("result", 3),
}
CARRYING = {
    "pandemic-among-five-commonest": ["challenge.pandemic"],
    "participation-told-more-often-than-sought": ["result.participation", "goal.participation"],
    "burden-told-more-often-than-additionality": [
        "steering.administrative_burden", "steering.additionality",
    ],
}  # fmt: skip
"""The codes of claims that are about codes they name."""
ALONE = {
    "rooting-is-seldom-complete": ["rooting.budget_line"],
    "rooting-is-denied": ["rooting.budget_line"],
    "permanence-is-rated-high-and-seldom-shown": ["rooting.budget_line"],
    "results-mostly-spread": ["rooting.spread"],
    "savings-claimed-by-a-minority": ["saving.claimed"],
    "additionality-told-by-few": ["steering.additionality"],
    "ways-of-working-told-changed": ["steering.process_change"],
}
"""The code behind claims that name none."""


class Claims:
    """The claims of a scope under one coder rule, before the rules are held together."""

    def __init__(self, scope: Scope, rule: str) -> None:
        self.scope, self.rule = scope, rule
        self.lists: dict[str, dict[str, list[str]]] = {}
        self.differences: dict[str, float] = {}
        self.cases = self._cases()

    def x(self, code):
        return self.scope.told(code, self.rule)

    def _cases(self):
        scope, found = self.scope, {}
        few = scope.n < LEAST
        for name, (kind, first) in LEADING.items():
            lists = {
                "top": scope.names(kind, self.rule, 1),
                "best": scope.names(kind, self.rule, first, unbeaten=True),
            }
            self.lists[name] = lists
            case = scope.commonest(kind, self.rule)
            if case in ("holds", "tied"):
                case = scope.agreed(case, lists["top"])
            found[name] = case
        found["pandemic-among-five-commonest"] = self._pandemic()
        for name, sides, kinds in (
            ("groups-differ", scope.groups, ("challenge",)),
            ("waves-differ", scope.waves, ("challenge", "response", "result")),
        ):
            found[name] = self._differing(name, sides, kinds)
        found["silence-is-commoner-than-denial"] = self._silence()
        found["participation-told-more-often-than-sought"] = self._more(
            "result.participation", "goal.participation",
            ["result.participation", "goal.participation"],
        )  # fmt: skip
        found["burden-told-more-often-than-additionality"] = self._more(
            "steering.administrative_burden", "steering.additionality",
            ["steering.administrative_burden", "steering.additionality"],
        )  # fmt: skip
        x = self.x("steering.additionality")
        case = "none" if x == 0 else "all" if x == scope.n else ""
        case = case or ("holds" if x / scope.n < 0.2 else "does_not_hold")
        found["additionality-told-by-few"] = scope.agreed(case, ["steering.additionality"])
        x = self.x("steering.process_change")
        case = "none" if x == 0 else "all" if x == scope.n else ""
        case = case or ("holds" if 2 * x > scope.n else "does_not_hold")
        found["ways-of-working-told-changed"] = scope.agreed(case, ["steering.process_change"])
        most = "holds" if 2 * scope.n > scope.N else "does_not_hold"
        found["reports-read"] = "all" if scope.n == scope.N else most
        shares = scope.goal_shares
        found["goals-mostly-achieved"] = word(*shares["goals.achieved"], least=0.5)
        found["achievement-seldom-measured"] = word(*shares["goals.achieved_measured"], most=0.2)
        found["complete-goals-are-few"] = word(*shares["goal_quality.complete"], most=0.2)
        case = word(*sure(scope.rooted), most=0.2)
        if case != "missing":
            case = scope.agreed(case, ["rooting.budget_line"])
        found["rooting-is-seldom-complete"] = case
        case = word(*scope.rooting_denied, least=0.5)
        if case not in ("missing", "cannot_be_told"):
            case = scope.agreed(case, ["rooting.budget_line"])
        found["rooting-is-denied"] = case
        found["permanence-is-rated-high-and-seldom-shown"] = self._permanence()
        case = word(*scope.spread, least=0.5)
        if case not in ("missing", "cannot_be_told"):
            case = scope.agreed(case, ["rooting.spread"])
        found["results-mostly-spread"] = case
        found["savings-claimed-by-a-minority"] = self._savings()
        case = word(*sure(scope.grounded), most=0.2)
        hidden = scope.savings_hidden(self.rule) and scope.files.tables["saving_claims"]
        found["savings-seldom-grounded"] = "withheld" if hidden else case
        if few:
            # Of what is not there at all few reports say no less than many.
            told = self._permanence_decided()
            found = {
                name: "missing"
                if case == "missing" and not (told and name.startswith("permanence"))
                else "too_few"
                for name, case in found.items()
            }
        towns, people = scope.reached
        found["most-areas-reached"] = word(*sure(towns), least=0.5)
        found["most-residents-reached"] = word(*sure(people), least=0.5)
        found["most-ties-are-new"] = word(*sure(scope.ties), least=0.5)
        compared = scope.compared
        if not isinstance(compared, float):
            differing = compared or "missing"
        else:
            differing = "holds" if compared <= 0.05 else "does_not_hold"
        found["reported-differ-from-unreported"] = differing
        for name, of in (*((r, scope.funded) for r in REGISTER),
                         ("reported-differ-from-unreported", scope.N)):  # fmt: skip
            if of < LEAST and found[name] != "missing":
                found[name] = "too_few"
        self.lists["headline"] = {"best": scope.names("result", self.rule, 2, unbeaten=True)}
        return found

    def _pandemic(self):
        """Among the five: it is ahead of all others but four, or five others are ahead of it."""
        own, rule = "challenge.pandemic", self.rule
        if not self.x(own):
            return self.scope.agreed("none", [own])
        others = [c for c in self.scope.files.codes["challenge"] if c != own]
        p = {c: self.scope.p_of_order(own, c, rule) for c in others}
        beaten = sorted(p[c] for c in others if self.x(own) > self.x(c))
        beating = sorted(p[c] for c in others if self.x(c) > self.x(own))
        need = len(others) - 4
        if len(beaten) >= need and (need <= 0 or beaten[need - 1] * 5 <= ERROR):
            return self.scope.agreed("all" if self.x(own) == self.scope.n else "holds", [own])
        if len(beating) >= 5 and beating[4] * (len(others) - 4) <= ERROR:
            return self.scope.agreed("does_not_hold", [own])
        return "close"

    def _silence(self):
        """Of every challenge: more reports say nothing of it than deny it, or one the reverse."""
        scope, rule, close = self.scope, self.rule, False
        for code in scope.files.codes["challenge"]:
            denied = scope.told(code, rule, "no")
            silent = scope.n - self.x(code) - denied
            beyond = scope.p_of_counts(silent, denied) <= ERROR
            if silent + denied == 0 or (denied > silent and beyond):
                return "does_not_hold"
            close |= not beyond
        return "close" if close else "holds"

    def _differing(self, name, sides, kinds):
        self.lists[name] = {"differing": []}
        if name == "waves-differ" and not sides[1]:
            return "missing"
        standing = self.scope.standing(sides, kinds, self.rule)
        if standing is None:
            return "too_few"
        self.lists[name] = {"differing": list(standing)}
        self.differences |= {f"{name} {code}": by for code, by in standing.items()}
        return self.scope.agreed("holds", list(standing)) if standing else "does_not_hold"

    def _more(self, one, other, carrying):
        if not (self.x(one) or self.x(other)):
            return self.scope.agreed("none", carrying)
        if self.scope.p_of_order(one, other, self.rule) > ERROR:
            return "close"
        ahead = self.x(one) > self.x(other)
        return self.scope.agreed("holds" if ahead else "does_not_hold", carrying)

    def _permanence(self):
        rooted, done = self.scope.rooted
        marks = self.scope.permanence
        if marks is None:
            return "withheld"
        if not (marks[1] and done):
            return "missing"
        holds = marks[0] / marks[1] > 0.5 and rooted / done < 0.2
        case = "none" if marks[0] == rooted == 0 else "holds" if holds else "does_not_hold"
        return self.scope.agreed(case, ["rooting.budget_line"])

    def _permanence_decided(self):
        """Whether one of its two halves is there, and says no or is not published."""
        (rooted, done), marks = self.scope.rooted, self.scope.permanence
        if marks is None or (done and not rooted / done < 0.2):
            return True
        return bool(marks[1]) and marks[0] / marks[1] <= 0.5

    def _savings(self):
        scope = self.scope
        if not scope.files.tables["saving_claims"]:  # nobody looked
            return "missing"
        if scope.savings_hidden(self.rule):
            return "withheld"
        claiming = scope.told("saving.claimed", self.rule)
        most = claiming + scope.N - scope.n
        if 2 * most <= scope.N:
            return scope.agreed("holds" if claiming else "none", ["saving.claimed"])
        if 2 * claiming > scope.N:
            return scope.agreed("does_not_hold", ["saving.claimed"])
        return "cannot_be_told"

    # ------------------------------------------------------------------ numbers by name

    def share(self, stem):
        """x and n of a share; None where it is not published."""
        scope = self.scope
        if stem in scope.kind:
            return self.x(stem), scope.n
        if stem in scope.goal_shares:
            return scope.goal_shares[stem][:2]
        return {
            "sustainability.all_three": lambda: scope.rooted,
            "sustainability.any_denied": lambda: scope.rooting_denied[:2],
            "sustainability.spread": lambda: scope.spread[:2],
            "savings.complete": lambda: scope.grounded,
            "rating.permanence.high": lambda: scope.permanence,
            "areas.reached": lambda: scope.reached[0],
            "population.reached": lambda: scope.reached[1],
            "network.ties_new": lambda: scope.ties,
        }[stem]()

    def count(self, name):
        scope = self.scope
        stem, _, part = name.rpartition(".")
        counts = {
            "reports.read.x": lambda: scope.n,
            "reports.read.n": lambda: scope.N,
            "goals.stated.count": lambda: len(scope.goals),
            "group_difference.reports.by.group.urban.count": lambda: len(scope.groups[0]),
            "group_difference.reports.by.group.rural.count": lambda: len(scope.groups[1]),
            "wave_difference.reports.by.side.current.count": lambda: len(scope.waves[0]),
            "wave_difference.reports.by.side.previous.count": lambda: len(scope.waves[1]),
        }
        if name in counts:
            return counts[name]()
        return self.share(stem)[0 if part == "x" else 1]


def sure(counts):
    """A share that is wholly known: its limits are itself."""
    x, n = counts
    return x, n, (x / n, x / n) if n else None


def word(x, n, limits, least=None, most=None):
    """The case of "most", above `least`, or of "few", below `most`, by the limits of a share."""
    if n == 0:
        return "missing"
    if limits is None:
        return "cannot_be_told"
    low, high = limits
    if least is not None:
        case = "holds" if low > least else "does_not_hold" if high <= least else "cannot_be_told"
    else:
        case = "holds" if high < most else "does_not_hold" if low >= most else "cannot_be_told"
    if case == "cannot_be_told":
        return case
    return "none" if x == 0 else "all" if x == n else case


def outcome(case):
    return OUTCOMES.get(case, case)


def settle(scope: Scope, rule: str, by_rule: dict[str, Claims]) -> dict[str, str]:
    """The case of each claim under a rule, when the other rules have had their say."""
    own, found = by_rule[rule], {}
    for name, case in own.cases.items():
        found[name] = case
        if outcome(case) == "cannot_be_told" or name in UNRULED:
            continue

        def claim(each: Claims, name: str = name) -> tuple[object, ...]:
            case, lists = each.cases[name], each.lists.get(name, {})
            said = lists.get("top", lists.get("differing", ())) if case in ("holds", "all") else ()
            return side_of(name, case), frozenset(said)

        sides = {side_of(name, by_rule[each].cases[name]) for each in RULES}
        if side_of(name, case) == "does_not_hold" and "holds" not in sides:
            continue  # no rule says the opposite
        if len({claim(by_rule[each]) for each in RULES}) > 1:
            found[name] = "depends_on_rule"
    found["headline"] = _headline(scope, found, rule, by_rule)
    return found


def side_of(name, case):
    """Cases that come of the same outcome: which of them has its own words does not matter."""
    return "holds" if case == "none" and name in FEW else outcome(case)


def _headline(scope, found, rule, by_rule):
    """The results told of most, and that few of them last; as sure as what it rests on."""
    if scope.n < LEAST:
        return "too_few"
    result, rooting = found["commonest-result"], found["rooting-is-seldom-complete"]
    if result == "none" or rooting in ("does_not_hold", "all"):
        # Its sentence prints how many of the results achieved last: of none there is no number.
        return "missing" if rooting == "missing" else "does_not_hold"
    if rooting not in ("holds", "none") or (outcome(result) == "cannot_be_told" and result not in (
        "close", "depends_on_rule",
    )):  # fmt: skip
        return "cannot_be_told"
    best = [by_rule[each].lists["headline"]["best"] for each in RULES]
    case = scope.agreed("holds", by_rule[rule].lists["headline"]["best"])
    if case != "holds":
        return case
    told = {_sound(scope, each) for each in by_rule.values()}
    return "holds" if told == {True} and len(set(map(frozenset, best))) == 1 else "depends_on_rule"


def _sound(scope, claims):
    """Whether the headline would stand under a rule by itself."""
    own = claims.cases["commonest-result"] in ("holds", "all", "close", "tied")
    return own and scope.agreed("holds", claims.lists["headline"]["best"]) == "holds"


# ---------------------------------------------------------------------- print
