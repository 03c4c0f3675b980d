"""What the report's claims should print, by the second count of `claims_recounted`.

The templates of findings.yml and the forms of forms.yml are filled here once more, with words and
cases of numbers written anew.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from claims_recounted import ALONE, CARRYING, LEADING, UNRULED, Claims, outcome, side_of
from counts_from_files import ALPHA, RULES

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
KIND = {
    "goal": {"fi": "tavoite", "sv": "mål", "en": "goal"},
    "result": {"fi": "tulos", "sv": "resultat", "en": "result"},
}
NBSP, DASH, MINUS = "\u00a0", "–", "\u2212"
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
    fails = side_of(name, case) == "does_not_hold"
    if fails and "cannot_be_told" in cases and name not in UNRULED:
        return f" {OPEN[language]}"
    return ""


def points(difference, language):
    value = rounded(difference * 100)
    sign = "+" if value > 0 else MINUS if value < 0 else ""
    unit = {"fi": "prosenttiyksikköä", "sv": "procentenheter", "en": "percentage points"}[language]
    return f"{sign}{abs(value)} {unit}"
