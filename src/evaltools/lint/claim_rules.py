"""Claims in the prose: E01 to E03, E06, E07, E13 and E14."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from evaltools.i18n.messages import all_phrases
from evaltools.lint.lexicon import WordPattern, common_words, lexicon
from evaltools.lint.problem_formats import excerpt
from evaltools.lint.prose_blocks import PLACEHOLDER, Block
from evaltools.lint.source import Report, Source, leads_to
from evaltools.problems import Problem

if TYPE_CHECKING:
    from evaltools.indicators.indicator import Indicator

FEWEST_FOR_PERCENT = 10

TOTALS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"goals|goal_quality", ("goals.stated.count",)),
    (r"reports\.read", ("scope.due", "reports.read.n", "reports.due.x")),
    (r"(?:projects|reports)\.", ("scope.projects", "projects.funded.count", "reports.scheme.n")),
    (r"grants\.known", ("scope.projects", "projects.funded.count", "reports.scheme.n")),
    (r"grants\.top_five", ("grants.total.money",)),
    (r"calls\.success", ("calls.applications.count",)),
    (r"network\.largest_component", ("network.organisations.count",)),
    (r"network\.(?:ties_new|repeat)", ("network.ties.count",)),
    (r"(?:goal|result|challenge|response|steering)\.", ("scope.reports", "reports.read.x")),
    (r"savings\.claimed", ("scope.reports", "reports.read.x")),
    (r"savings\.", ("savings.claimed.x",)),
)
"""Variables that print the denominator of shares: stem of the share, variables."""


def check_shares(report: Report) -> list[Problem]:
    """E01: a percentage needs its denominator where it is read.

    A `{{< var x.y.share >}}` passes when its paragraph has `x.y.n`, `x.y.quantity` (which prints
    x/n), or the total that the share is of; or when its section, from one heading to the next,
    has `x.y.n` or that total.
    """
    problems = []
    for source, section in report.sections():
        told = {key for block in section for key, _ in block.variables}
        for block in section:
            for key, piece in block.variables:
                if key.endswith(".share") and not _has_denominator(key, block, told):
                    what = (
                        f"{{{{< var {key} >}}}} is a percentage, and neither its paragraph nor its "
                        "section tells of how many"
                    )
                    where = source.where(block, piece.at)
                    remedy = f"Add {_denominator(key.removesuffix('.share'))}."
                    problems.append(Problem(where, what, "", remedy, "E01"))
    return problems


def _has_denominator(key: str, block: Block, told: set[str]) -> bool:
    stem = key.removesuffix(".share")
    if any(f"{stem}.quantity" == other for other, _ in block.variables):
        return True
    return f"{stem}.n" in told or not told.isdisjoint(_totals(stem))


def _totals(stem: str) -> tuple[str, ...]:
    """The variables that print what a share is of; those of the first pattern that fits."""
    return next((names for pattern, names in TOTALS if re.match(pattern, f"{stem}.")), ())


def _denominator(stem: str) -> str:
    """What to add to a paragraph so that it tells of how many."""
    own = f"{{{{< var {stem}.x >}}}}/{{{{< var {stem}.n >}}}}"
    totals = _totals(stem)
    return f"the total {{{{< var {totals[0]} >}}}} or {own}" if totals else own


_SPAN = re.compile(r"\[(?P<text>(?:\\.|[^\]\\])*)\]\{(?P<attributes>\.indicator [^{}]*)\}")
_ATTRIBUTE = re.compile(r'(key|estimand|dimensions|shows)="([^"]*)"')
_PERCENT = re.compile(rf"\d[\d\s.,–-]*%|\d[\d\s.,]*(?:{common_words('percent')})", re.IGNORECASE)
_MEASURES = (".share", ".population", ".superpopulation", ".bounds", ".quantity")


def check_small_denominators(
    variables: Mapping[str, str], indicators: Iterable[Indicator]
) -> list[Problem]:
    """E02: variables that print a percentage of fewer than ten, which says more than is known.

    Arguments:
        variables: what prose is given, as markdown by dotted key.
        indicators: all of the run.

    Returns:
        A problem a variable, by its name; `where` is `_variables.yml, <name>`.
    """
    denominators = _denominators(indicators)
    problems = []
    allowed, remedy = (
        f"a percentage of {FEWEST_FOR_PERCENT} or more",
        "Print the count, such as 3/8.",
    )
    for name, text in sorted(variables.items()):
        for shown, N in _percentages(name, text, denominators):
            where, what = f"_variables.yml, {name}", f"{excerpt(shown)} is a percentage of {N}"
            problems.append(Problem(where, what, allowed, remedy, "E02"))
            break
    return problems


_Key = tuple[str, str, str]


def _denominators(indicators: Iterable[Indicator]) -> dict[_Key, int]:
    """The small denominators of shares, by key, estimand and dimensions."""
    found: dict[_Key, int] = {}
    for indicator in indicators:
        by = ";".join(f"{name}={value}" for name, value in indicator.dimensions)
        N = indicator.n
        if indicator.unit == "share" and N is not None and N < FEWEST_FOR_PERCENT:
            found[indicator.key, indicator.estimand, by] = N
    return found


def _percentages(
    name: str, text: str, denominators: Mapping[_Key, int]
) -> Iterable[tuple[str, int]]:
    """The percentages in a variable with the denominator of each."""
    rest = []
    at = 0
    for span in _SPAN.finditer(text):
        rest.append(text[at : span.start()])
        at = span.end()
        given = dict(_ATTRIBUTE.findall(span["attributes"]))
        key = (given.get("key", ""), given.get("estimand", "D"), given.get("dimensions", ""))
        if key in denominators and _PERCENT.search(span["text"]):
            yield span["text"], denominators[key]
    rest.append(text[at:])
    # What is not marked as an indicator belongs to the variable's own one.
    stem, _, measure = name.rpartition(".")
    unmarked = _PERCENT.search("".join(rest))
    if unmarked and f".{measure}" in _MEASURES:
        own = [N for (key, _, by), N in denominators.items() if key == f"{stem}.share" and not by]
        if own:
            yield unmarked[0], min(own)


_NUMBER = re.compile(
    r"\d+(?:[.,/:–-]?\d+|[ \u00a0\u202f]\d{3}(?!\d))*(?:[ \u00a0\u202f]?%)?"
    # Signs that are numbers; one behind a letter belongs to a unit or formula, m² or CO₂.
    "|[\u00bc-\u00be\u2150-\u2188\u2460-\u249b\u24ea-\u24ff\u2776-\u2793\u3007\u3021-\u3029]+"
    r"|(?<![^\W\d_])[\u00b2\u00b3\u00b9\u2070-\u2079\u2080-\u2089]+"
    r"|(?<![\w-])(?=[IVXL]{2}|[IVXLCDM]{3})M{0,3}(?:C[MD]|D?C{0,3})(?:X[CL]|L?X{0,3})(?:I[XV]|V?I{0,3})(?![\w-])"
)
_YEAR = re.compile(r"(?:19|20)\d\d(?:[–-](?:19|20)\d\d)?")
_LOCATOR = re.compile(
    rf"{PLACEHOLDER} ?\[(?:(?:{common_words('locators')})\.? ?)?\d+(?:[–-]\d+)?\]"
)


def check_digits(report: Report) -> list[Problem]:
    """E13: a number typed into the prose stays when the data change.

    Allowed are numbers that name: a year in a heading, in a link or in a title set in italics; the
    number of an appendix in its heading; a statute and its section; the page of a citation; what a
    quotation says; and names that `reports/waivers.yml` lists. Not seen, since they are not prose:
    code, mathematics, links, attributes, list markers, front matter, comments.
    """
    problems = []
    what = "is typed into the prose and stays when the data change"
    remedy = (
        "Take it from the run with {{< var … >}}, or refer with @; if it is part of a name, list "
        "the name in reports/waivers.yml."
    )
    for source, block in report.blocks():
        allowed: list[tuple[int, int]] | None = None
        for number in _NUMBER.finditer(block.text):
            if allowed is None:
                allowed = _names(block, report)
            if any(start <= number.start() and number.end() <= end for start, end in allowed):
                continue
            if _is_year_of_a_title(block, number) or report.quoted(block, number.start()):
                continue
            hit = source, block, number
            problems.append(_problem(hit, what, remedy, "E13"))
    return problems


def _names(block: Block, report: Report) -> list[tuple[int, int]]:
    words = lexicon(report.language)
    found = [match.span() for match in words.statute.finditer(block.text)]
    found += [match.span() for match in _LOCATOR.finditer(block.text)]
    for name in report.names:
        pattern = rf"(?<!\w){re.escape(name)}(?![\d%])"
        found += [match.span() for match in re.finditer(pattern, block.text)]
    if block.heading and (label := words.heading_number.match(block.text)):
        found.append(label.span())
    return found


def _is_year_of_a_title(block: Block, number: re.Match[str]) -> bool:
    if not _YEAR.fullmatch(number[0]):
        return False
    return bool(block.heading or block.spans_at(number.start(), "link", "emphasis"))


SELECTION_FLOATS = frozenset({"fig-selection", "tbl-selection"})
NOT_SHOWN = "not_shown"

_Hit = tuple[Source, Block, re.Match[str]]


def _hits(report: Report, words: WordPattern) -> Iterator[_Hit]:
    """Every use of some words that is not others' words."""
    for source, block in report.blocks():
        for hit in words.hits(block.text):
            if not report.quoted(block, hit.start()):
                yield source, block, hit


def _problem(hit: _Hit, what: str, remedy: str, code: str) -> Problem:
    source, block, found = hit
    return Problem(
        source.where(block, found.start()), f"{excerpt(found[0])} {what}", "", remedy, code
    )


def check_quantifiers(report: Report) -> list[Problem]:
    """E03: words for how many stand in findings or come with a `.quantity`, where an interval
    bears them out; anywhere else they stay when the numbers change.
    """
    return [
        _problem(
            hit,
            "says how many, and no number holds it to that",
            "Use {{< var … .quantity >}}, make the sentence a finding, or say it "
            "without a quantity.",
            "E03",
        )
        for hit in _hits(report, lexicon(report.language).quantifiers)
        if not report.in_finding(hit[1], hit[2].start())
    ]


def check_population(report: Report) -> list[Problem]:
    """E06: a claim about all projects stands where the reader is led to who did not report.

    All projects are told by the general words for them and by those that the study has for whom
    its conclusions speak of. The selection block is the section that shows `fig-selection` or
    `tbl-selection`. A section from one heading to the next may generalise when it is that section
    or refers to it.
    """
    anchors = report.anchors(SELECTION_FLOATS)
    leading = {id(b) for _, s in report.sections() if leads_to(s, anchors) for b in s}
    return [
        _problem(
            hit,
            "speaks of projects that have not reported, and the section does not lead to how "
            "these differ",
            f"Speak of the reports read, or refer to [-@{anchors[0]}].",
            "E06",
        )
        for words in (lexicon(report.language).population, *_population_words(report))
        for hit in _hits(report, words)
        if id(hit[1]) not in leading
    ]


POPULATION = ("all_due", "all_due_elative")
"""Phrases by which labels and captions call the population: `noun.…`, or `reports_due.…` where a
study declares from which projects a report can be due and has no words of its own."""


def _population_words(report: Report) -> list[WordPattern]:
    """How the study itself calls the population that its conclusions speak of, in any form.

    A label is known by a word for all, its first and last word, and the last one between them that
    is no mere particle: *all* … *projects* … *due* … *report*; each by how it begins.
    """
    own = report.declared_in("reports/words.yml")
    declared = bool(report.declared_in("evaluation.yml").get("reports_due"))
    universals = lexicon(report.language).universals
    patterns: dict[str, None] = {}
    for name in POPULATION:
        texts = own.get(f"noun.{name}")
        told = texts.get(report.language) if isinstance(texts, dict) else None
        general = all_phrases()[f"{'reports_due' if declared else 'noun'}.{name}"]
        words = _LABEL_WORD.findall(str(told or general[report.language]).lower())
        said = [word for word in words if not universals.fullmatch(word)]
        if len(said) == len(words) or not said:
            continue  # it does not speak of all of them
        between = sorted(said[1:-1], key=lambda word: min(len(word), _TELLING))[-1:]
        # Any form of a word is known by how it begins; a short one has no others.
        telling = dict.fromkeys((said[0], *between, said[-1]))
        stems = (rf"{word[:4]}\w*" if len(word) > 4 else word for word in telling)
        joined = r"\W+(?:\w+\W+){0,3}?".join(stems)
        patterns[rf"(?:{universals.pattern})\W+(?:\w+\W+){{0,3}}?{joined}"] = None
    known = lexicon(report.language).population.pattern
    return [WordPattern(re.compile(text, re.IGNORECASE), known) for text in patterns]


_LABEL_WORD = re.compile(r"[^\W\d_]+")
_TELLING = 4
"""Letters of a word that is no mere particle: *to*, *the*, *oli*, *som*."""


def check_causes(report: Report) -> list[Problem]:
    """E07: a causal word needs a finding with a contribution entry: mechanism, rivals, verdict.

    Without it the report would say that the scheme did what it may only have been there for
    (Mayne 2012, doi:10.1177/1356389012451663). What a report claims of causes is reported speech
    all the same; that the prose is right to relay it is for a waiver to say.
    """
    return [
        _problem(
            hit,
            f"says that one thing caused another{lack}",
            "Say what the reports tell, or make the sentence a finding with a contribution.",
            "E07",
        )
        for hit in _hits(report, lexicon(report.language).causes)
        if (lack := _lack(report, hit[1], hit[2].start()))
    ]


def _lack(report: Report, block: Block, at: int) -> str:
    """What is missing for a causal word at a place; empty where nothing is."""
    lack = ", and it is in no finding"
    for span in block.spans_at(at, "finding"):
        finding = report.declared.get(span.get("finding"))
        if finding is None:
            continue
        if finding.contribution is None:
            lack = f", and the finding {excerpt(finding.name)} has no contribution"
        elif finding.contribution == NOT_SHOWN and finding.asserted:
            lack = f", and the contribution of the finding {excerpt(finding.name)} is not shown"
        else:
            return ""
    return lack


def check_number_words(report: Report) -> list[Problem]:
    """E14: a count hidden in words: fractions, and numerals of what the study counts.

    Fractions may stand in a declared finding, whose condition is evaluated in every run; numerals
    may not, since no condition prints them, but for a word that the data choose where there is
    one. How long a ranking is (the five largest) is chosen and not counted.
    """
    words = lexicon(report.language)
    fractions = (
        hit
        for hit in _hits(report, words.fractions)
        if not report.in_finding(hit[1], hit[2].start())
    )
    numerals = (
        hit
        for hit in _hits(report, words.numerals)
        if not hit[1].spans_at(hit[2].start(), "singular")
    )
    what = "is a count in words and stays when the data change"
    remedy = "Take the count from the run with {{< var … >}}."
    return [_problem(hit, what, remedy, "E14") for hit in (*fractions, *numerals)]
