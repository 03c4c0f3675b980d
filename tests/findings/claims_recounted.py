"""What each of the report's claims comes to by the second count, and what it should print.

The cases follow docs/findings.md; the templates of findings.yml and the forms of forms.yml are
filled here once more, with words and cases of numbers written anew. So a sentence is right where
two programs that share nothing but the CSV files and these texts print the same.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from counts_from_files import ALPHA, ERROR, LEAST, RULES, Scope

OUTCOMES = {
    "all": "holds", "none": "does_not_hold", "tied": "does_not_hold", "close": "cannot_be_told",
    "coders_disagree": "cannot_be_told", "depends_on_rule": "cannot_be_told",
    "too_few": "cannot_be_told", "withheld": "cannot_be_told", "missing": "cannot_be_told",
    "agreement_unknown": "cannot_be_told",
}  # fmt: skip
WHY = {
    "agreement_unknown": {
        "fi": "koska ei tiedetä, kuinka yhtenevästi {aihe|aiheet} {} luokiteltiin",
        "sv": "eftersom det inte är känt hur enhetligt {temat|temana} {} kodades",
        "en": "since it is not known how consistently the {theme|themes} {} {was|were} coded",
    },
    "coders_disagree": {
        "fi": "koska luokittelijat olivat eri mieltä {aiheesta|aiheista} {}",
        "sv": "eftersom kodarna var oense om {temat|temana} {}",
        "en": "since the coders disagreed on the {theme|themes} {}",
    },
    "too_few": {
        "fi": "koska aineisto on liian pieni",
        "sv": "eftersom underlaget är för litet",
        "en": "since there is too little to go on",
    },
}
"""How a sentence ends that has no words of its own for what keeps it from being told."""
REGISTER = ("most-areas-reached", "most-residents-reached", "most-ties-are-new")
FEW = (
    "achievement-seldom-measured", "complete-goals-are-few", "rooting-is-seldom-complete",
    "additionality-told-by-few", "savings-claimed-by-a-minority",
)  # fmt: skip
"""Claims that few do something, which are true where nobody does."""
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
    "savings-claimed-by-a-minority": ["saving.claimed"],
    "additionality-told-by-few": ["steering.additionality"],
    "ways-of-working-told-changed": ["steering.process_change"],
}
"""The code behind claims that name none."""
KIND = {
    "goal": {"fi": "tavoite", "sv": "mål", "en": "goal"},
    "result": {"fi": "tulos", "sv": "resultat", "en": "result"},
}
NBSP, DASH, MINUS = "\u00a0", "–", "\u2212"


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
        found["savings-claimed-by-a-minority"] = self._savings()
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
        if outcome(case) == "cannot_be_told":
            continue

        def claim(each: Claims, name: str = name) -> tuple[object, ...]:
            case, lists = each.cases[name], each.lists.get(name, {})
            said = lists.get("top", lists.get("differing", ())) if case in ("holds", "all") else ()
            return _side(name, case), frozenset(said)

        sides = {_side(name, by_rule[each].cases[name]) for each in RULES}
        if _side(name, case) == "does_not_hold" and "holds" not in sides:
            continue  # no rule says the opposite
        if len({claim(by_rule[each]) for each in RULES}) > 1:
            found[name] = "depends_on_rule"
    found["headline"] = _headline(scope, found, rule, by_rule)
    return found


def _side(name, case):
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

WORDS = {
    "fi": "nolla yksi kaksi kolme neljä viisi kuusi seitsemän kahdeksan yhdeksän kymmenen",
    "sv": "noll ett två tre fyra fem sex sju åtta nio tio",
    "en": "zero one two three four five six seven eight nine ten",
}
STEMS = "nolla yhde kahde kolme neljä viide kuude seitsemä kahdeksa yhdeksä kymmene"
PARTITIVES = "nollaa yhtä kahta kolmea neljää viittä kuutta seitsemää kahdeksaa yhdeksää kymmentä"
ENDINGS = {"genitive": "n", "inessive": "ssA", "elative": "stA", "adessive": "llA"}


def written(value: int, language: str, form: str, alone: bool) -> str:
    """A count in a form: words up to ten, then digits with the ending that is read aloud."""
    if value <= 10:
        if language == "fi" and form == "partitive":
            return PARTITIVES.split()[value]
        if language == "fi" and form != "words":
            stem = STEMS.split()[value]
            back = value in (0, 2, 3, 6, 8)
            return stem + ENDINGS[form].replace("A", "a" if back else "ä")
        if form == "common" and value == 1:
            return "en"
        return WORDS[language].split()[value]
    digits = spaced(value, language)
    if language != "fi" or form == "words" or not alone:
        return digits
    if value % 100 == 0:
        back = True
    elif value % 10 == 0:
        back = False
    else:
        back = value % 10 in (2, 3, 6, 8)
    return digits + ":" + ENDINGS[form].replace("A", "a" if back else "ä")


def spaced(value, language):
    return f"{value:,}".replace(",", "," if language == "en" else NBSP)


def rounded(value, places=0):
    return Decimal(repr(round(value, 12))).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def shown_below(alpha, language):
    """An alpha that is below what is asked for, in so many decimals that one sees that it is."""
    places = 2
    while rounded(alpha, places) >= Decimal(str(ALPHA)):
        places += 1
    shown = str(rounded(alpha, places)).replace("-", MINUS)
    return shown if language == "en" else shown.replace(".", ",")


def percent(share, language):
    return f"{rounded(share * 100)}" + ("%" if language == "en" else f"{NBSP}%")


def row(items, language):
    last = {"fi": ("ja", " sekä "), "sv": ("och", " samt "), "en": ("and", ", and ")}[language]
    if len(items) == 1:
        return items[0]
    if any(f" {last[0]} " in item for item in items):
        return ", ".join(items[:-1]) + last[1] + items[-1]
    return ", ".join(items[:-1]) + f" {last[0]} " + items[-1]


SLOT = re.compile(
    r"\{([a-z0-9_.-]+)(?::(\w+))?(?:\+(\w+))?(?:([|?])([^|}]*)\|([^|}]*)(?:\|([^}]*))?)?\}"
)


def print_claim(template, name, claims: Claims, forms, language) -> str:
    """A template filled by hand."""
    lists = claims.lists.get(name, {})

    def fraction(stem):
        counts = claims.share(stem)
        assert counts is not None, f"{stem} is not published"
        return "/".join(spaced(each, language) for each in counts)

    def fill(found):
        what, form, addition, mark, one, several, none = found.groups()
        if what in lists:
            if mark == "?":
                return one if len(lists[what]) == 1 else several
            items = []
            for code in lists[what]:
                text = forms[code][language][form]
                if addition == "fraction":
                    text += f" ({fraction(code)})"
                if addition == "value":
                    text += f" ({points(claims.differences[f'{name} {code}'], language)})"
                items.append(text)
            return row(items, language)
        head, _, part = what.rpartition(".")
        if head in lists:
            code = lists[head][0]
            if part == "alpha":
                alphas = [claims.scope.alpha(each) for each in lists[head]]
                lowest = min(each for each in alphas if each is not None)
                return shown_below(lowest, language)
            what, head = f"{code}.{part}", code
        if part == "fraction":
            return fraction(head)
        if part == "share":
            x, n = claims.share(head)
            return fraction(head) if n < 10 else percent(x / n, language)
        if part == "bounds":
            scope = claims.scope
            claiming = claims.x("saving.claimed")
            ends = [claiming, claiming + scope.N - scope.n]
            low, high = (f"{rounded(100 * end / scope.N)}" for end in ends)
            sign = "%" if language == "en" else f"{NBSP}%"
            return (low if low == high else f"{low}{DASH}{high}") + sign
        value = claims.count(what)
        if value == 0 and none is not None:
            return none
        agreeing = one if value == 1 else several
        if mark == "?":
            return agreeing
        text = written(value, language, form, not mark) if form else spaced(value, language)
        return f"{text}{NBSP}{agreeing}" if mark else text

    text = SLOT.sub(fill, template)
    return text[:1].upper() + text[1:]


DIFFERENTLY = {
    "fi": "Luokittelijat olivat eri mieltä {aiheesta|aiheista} {}",
    "sv": "Kodarna var oense om {temat|temana} {}",
    "en": "The coders disagreed on the {theme|themes} {}",
}
UNKNOWN = {
    "fi": "Ei tiedetä, kuinka yhtenevästi {aihe|aiheet} {} luokiteltiin",
    "sv": "Det är inte känt hur enhetligt {temat|temana} {} kodades",
    "en": "How consistently the {theme|themes} {} {was|were} coded is not known",
}


def about(themes: list[str], text: str, language: str) -> str:
    """A text about themes: its words agree with their number."""
    one = re.sub(r"\{(\w+)\|(\w+)\}", r"\1" if len(themes) == 1 else r"\2", text)
    return one.replace("{}", row(themes, language))


OTHER_RULE = {
    "fi": "Toinen luokittelusääntö ei nimeäisi juuri samoja.",
    "sv": "En annan kodningsregel skulle inte nämna precis samma.",
    "en": "Another coder rule would not name quite the same ones.",
}  # fmt: skip

NAMES_ONE = {
    "fi": "Toisella luokittelusäännöllä yksi olisi selvästi yleisin.",
    "sv": "Med en annan kodningsregel är en klart vanligast.",
    "en": "By another coder rule a single one is clearly the commonest.",
}  # fmt: skip
OPEN = {
    "fi": "Toisella luokittelusäännöllä asia jäisi avoimeksi.",
    "sv": "Med en annan kodningsregel går det inte att avgöra.",
    "en": "Another coder rule would leave it open.",
}  # fmt: skip


def doubted(codes, claims: Claims, labels, language) -> tuple[list[str], list[str]]:
    """Themes that coders read differently, with alpha, and those of which nobody knows."""
    weak, unknown = [], []
    for code in codes:
        alpha = claims.scope.alpha(code)
        alike = any(
            labels[code] == labels[each] and code.partition(".")[0] != each.partition(".")[0]
            for each in codes
        )
        marks = "‘’" if language == "en" else "””"
        label = f"{marks[0]}{labels[code]}{marks[1]}"
        kind = [KIND[code.partition(".")[0]][language]] if alike else []
        if alpha is not None and alpha < ALPHA:
            word = "alpha" if language == "en" else "alfa"
            details = [*kind, f"{word} {shown_below(alpha, language)}"]
            weak.append(f"{label} ({'; '.join(details)})")
        if claims.scope.agreed("", [code]) == "agreement_unknown":
            unknown.append(f"{label} ({kind[0]})" if kind else label)
    return weak, unknown


def told_why(name, case, claims: Claims, labels, language) -> str:
    """How a sentence ends that has no words of its own for its case; doubts name their themes."""
    text = f", {WHY[case][language]}"
    if case != "too_few":
        lists = claims.lists.get(name, {})
        codes = lists.get("best" if name == "headline" else "top") or lists.get("differing")
        codes = codes or CARRYING.get(name) or ALONE[name]
        themes = doubted(codes, claims, labels, language)[case == "agreement_unknown"]
        text = about(themes, text, language)
    return f"{text}."


def told_differently(name, claims: Claims, labels, language) -> str:
    """What follows a sentence on the best: doubts about coders, or that a rule names others."""
    codes = claims.lists[name]["best"] if name in LEADING else CARRYING.get(name, [])
    weak, unknown = doubted(codes, claims, labels, language)
    told = [(DIFFERENTLY, weak), (UNKNOWN, unknown)]
    return "".join(f" {about(own, said[language], language)}." for said, own in told if own)


def told_by_rule(name, case, by_rule: dict[str, Claims], language) -> str:
    """What another coder rule would say: other names, or a single one, or nothing."""
    cases = {outcome(each.cases[name]) for each in by_rule.values() if name in each.cases}
    if case == "close" and name in LEADING:
        kind, first = LEADING[name]
        scope = next(iter(by_rule.values())).scope
        named = {frozenset(scope.names(kind, rule, first, unbeaten=True)) for rule in RULES}
        said = NAMES_ONE if "holds" in cases else OTHER_RULE
        return f" {said[language]}" if len(named) > 1 else ""
    if _side(name, case) == "does_not_hold" and "cannot_be_told" in cases:
        return f" {OPEN[language]}"
    return ""


def points(difference, language):
    value = rounded(difference * 100)
    sign = "+" if value > 0 else MINUS if value < 0 else ""
    unit = {"fi": "prosenttiyksikköä", "sv": "procentenheter", "en": "percentage points"}[language]
    return f"{sign}{abs(value)} {unit}"
