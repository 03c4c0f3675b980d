"""Every branch of every sentence, with every name in every form, and a way into each branch."""

from __future__ import annotations

import random
import re
from dataclasses import replace

import pytest
from reruns import LANGUAGES, ROOT, Reruns, wrong_in

from evaltools.findings.coder_rules import RULES, compare_rules
from evaltools.findings.conditions import keys_of
from evaltools.findings.declaration import load_findings
from evaltools.findings.judgement import judge
from evaltools.findings.lookup import Reading, index_numbers
from evaltools.findings.sentences import SentenceContext, alpha_name, fill_template, plain_text
from evaltools.findings.templates import slots_of
from evaltools.findings.word_forms import load_forms
from evaltools.i18n.messages import Words
from evaltools.indicators.indicator import Indicator, dimensions

FINDINGS = load_findings(ROOT)
FORMS = load_forms(ROOT)
BRANCHES = [
    (finding, case, language)
    for finding in FINDINGS.asserted
    for case in finding.sentences
    for language in LANGUAGES
]
COUNTS = (0, 1, 2, 7, 11, 52)


def names_of(finding, wanted):
    """All codes that a list of names can hold."""
    kind = (wanted.code or wanted.of).partition(".")[0]
    return sorted(code for code in FORMS.forms if code.startswith(f"{kind}."))


def number(name, x, n=52):
    """A record of the number that a slot names."""
    stem, _, measure = name.rpartition(".")
    if measure in ("x", "n", "fraction"):
        measure = "share"
    parts, by = stem.split(".by."), {}
    for part in parts[1:]:
        key, _, value = part.partition(".")
        by[key] = value
    unit = "count" if measure == "count" else "index" if measure == "index" else "share"
    value = float(x) if unit == "count" else 0.71 if unit == "index" else x / n
    limits = {"low": x / n, "high": 1.0} if measure == "bounds" else {}
    return Indicator(
        key=f"{parts[0]}.{measure}", value=value, unit=unit, x=x, n=n,
        dimensions=dimensions(**by), **limits,
        estimand="S" if unit == "index" else "P" if limits else "D",
    )  # fmt: skip


def render(finding, case, language, codes, x):
    template = getattr(finding.sentences[case], language)
    made = {}
    for slot in slots_of(template):
        if slot.name.partition(".")[0] not in finding.names:
            record = number(slot.name, x)
            made[record.identity] = record
    for code in codes:
        for record in (number(f"{code}.share", x), number(alpha_name(code), x)):
            made[record.identity] = record
    lists = {}
    for name, wanted in finding.names.items():
        if wanted.code:
            difference = Indicator(key="a.b.difference", value=0.25, unit="difference",
                                   estimand="S", method="newcombe", low=0.1, high=0.4,
                                   level=0.95)  # fmt: skip
            lists[name] = tuple(Reading("a.b.difference", difference, code=code) for code in codes)
        else:
            lists[name] = tuple(
                Reading(f"{code}.share", made[(f"{code}.share", "D", ())]) for code in codes
            )
    context = SentenceContext(index_numbers(made.values()), lists, FORMS, Words(language))
    return plain_text(fill_template(template, context))


@pytest.mark.parametrize(
    ("finding", "case", "language"),
    BRANCHES,
    ids=[f"{finding.id} {case} {language}" for finding, case, language in BRANCHES],
)
def test_every_branch_reads_with_every_name_and_number(finding, case, language):
    rows = [[]]
    if finding.names:
        codes = names_of(finding, next(iter(finding.names.values())))
        assert len(codes) >= 6
        rows = [[code] for code in codes]
        rows += [codes[at : at + size] for size in (2, 3) for at in range(len(codes) - size + 1)]
    texts = {
        x: [render(finding, case, language, row, x) for row in rows]
        for x in (COUNTS if case != "none" else (0,))
    }
    for x, own in texts.items():
        told = slots_of(getattr(finding.sentences[case], language))
        named = any(slot.name.partition(".")[0] in finding.names for slot in told)
        if named and x == 0:  # a list holds no name that nothing is told of
            continue
        for row, text in zip(rows, own, strict=True):
            assert wrong_in(text) == [], text
            forms = {slot.form for slot in told if slot.name in finding.names and slot.form}
            for form in forms:
                for code in row:
                    assert FORMS.get(code, language, form).lower() in text.lower()
        assert len(set(own)) == (len(rows) if named and own[0] != own[-1] else len(set(own)))


FEW = [
    (finding, language)
    for finding in FINDINGS.asserted
    for leaf in finding.condition.leaves()
    if leaf.quantity and leaf.quantity.word == "few"
    for language in LANGUAGES
]


@pytest.mark.parametrize(("finding", "language"), FEW, ids=lambda each: getattr(each, "id", each))
def test_one_is_said_to_be_one_and_not_few(finding, language):
    """`Few goals (1/169) are` is said of several; of one there is a word, in the singular."""
    several, one = (render(finding, "holds", language, [], x).lower() for x in (7, 1))
    few = {"fi": r"\bharv\w+", "sv": r"\bfå\b", "en": r"\bfew\b"}[language]
    single = {"fi": r"\byh(?:den|de\w+|tä)\b|\byksi\b", "sv": r"\be(?:n|tt)\b", "en": r"\bone\b"}
    assert re.search(few, several), several
    assert not re.search(few, one), one
    assert re.search(single[language], one), one


def test_no_two_languages_or_findings_share_a_sentence():
    """What a sentence says never repeats what the one beside it says."""
    told = {}
    for finding, case, language in BRANCHES:
        text = getattr(finding.sentences[case], language)
        assert text.strip()
        assert told.setdefault(text, finding.id) == finding.id, text


@pytest.fixture(scope="module")
def run():
    """The records of the default run, by rule, as the reruns judge them."""
    return Reruns()


def what_is_read(numbers, finding):
    """The records that a finding can look at, by the words of its keys."""
    names, globs = keys_of(finding.condition)
    texts = [own.en for own in finding.sentences.values()]
    names = [*names, *globs, *(slot.name for text in texts for slot in slots_of(text))]
    heads = {name.partition(".")[0] for name in names} | {"reports"}

    def wanted(each):
        by = dict(each.dimensions)
        about = by.get("code", by.get("first", "")).partition(".")[0]
        if each.key == "coding.agreement_by_code.index":
            return by["statistic"] == "alpha" and about in heads | {"challenge", "saving"}
        return each.key.partition(".")[0] in heads or (
            each.key.startswith("order.") and about in heads
        )

    return [each for each in numbers if wanted(each)]


def change(numbers, finding, rng):
    """The same records with those that the finding looks at drawn anew."""
    names, globs = keys_of(finding.condition)
    known = index_numbers(numbers)
    asked = {*names, *(each for glob in globs for each in known.matching(glob))}
    asked |= {f"{name[:-2]}.share" for name in asked if name.endswith((".x", ".n"))}
    mode = rng.choice(["zero", "full", "one", "any", "any", "ahead", "tied", "withheld", "missing"])
    alpha, few = rng.choice([0.2, 0.9]), rng.random() < 0.2
    ahead = rng.random() < 0.5
    made, drawn = [], {}
    for each in numbers:
        name = f"{each.key.rpartition('.')[0]}"
        name += "".join(f".by.{key}.{value}" for key, value in each.dimensions)
        name += f".{each.key.rpartition('.')[2]}"
        if name in asked and each.unit == "difference" and mode not in ("withheld", "missing"):
            each = replace(each, value=0.3, low=0.1, high=0.5, why=None)
        elif name in asked and each.unit == "index":
            gone = mode in ("withheld", "missing")
            each = replace(each, value=None if gone else rng.choice([0.01, 0.5]),
                           suppressed=mode == "withheld")  # fmt: skip
        elif name in asked and each.n:
            n = each.n
            x = {"zero": 0, "full": n, "one": 1, "tied": n // 2}.get(mode)
            if mode == "ahead":
                x = 0 if ".denied." in name else n - 1
            x = drawn.setdefault(name, rng.randint(0, n) if x is None else x)
            if mode in ("withheld", "missing"):
                each = replace(each, value=None, x=None, low=None, high=None,
                               suppressed=mode == "withheld")  # fmt: skip
            elif each.unit == "share" and name.endswith(".bounds"):
                each = replace(each, value=x / n, x=x, low=x / n, high=min(1, x / n + 0.1))
            elif each.unit == "share":
                limits = {} if each.low is None else {"low": x / n, "high": x / n}
                each = replace(each, value=x / n, x=x, **limits)
            elif each.unit == "count":
                each = replace(each, value=float(x), x=x)
        elif each.key.endswith(".holm"):
            each = replace(each, value=0.001 if ahead else 0.5, why=None)
        elif each.key == "coding.agreement_by_code.index":
            each = replace(each, value=alpha, low=None, high=None)
        elif each.key == "order.first_only.share":
            by = dict(each.dimensions)
            first = drawn.get(f"{by['first']}.share", 0) > drawn.get(f"{by['second']}.share", 0)
            x = (40 if first else 0) if ahead else (11 if first else 9)
            each = replace(each, x=x, n=40 if ahead else 20, value=x / 20,
                           N=60 if each.N is not None else None)  # fmt: skip
        if few and each.key in ("reports.read.share", "reports.scheme.share"):
            each = replace(each, x=5, n=5, value=1.0, suppressed=False)
        made.append(each)
    return made


def test_there_is_a_way_into_every_branch(run):
    """Numbers drawn at random, under one rule and two, until each declared case has come up."""
    scope = run.records({})["majority"]
    rng, lacking = random.Random("branches"), {}
    for finding in FINDINGS.asserted:
        if any(leaf.judged for leaf in finding.condition.leaves()):
            continue  # its premises have ways of their own; the recount goes into all of it
        seen, read = set(), what_is_read(scope, finding)
        # Every finding has to have the three outcomes, whether or not they come up by themselves.
        wanted = set(finding.sentences) - {"cannot_be_told"}
        if finding.condition.leads:  # it is tied or none, each with words of its own
            wanted -= {"does_not_hold"}
        for _ in range(200):
            numbers = change(read, finding, rng)
            (own,) = judge([finding], numbers, "D", run.facts, run.judging)
            seen.add(own.case if own.case in finding.sentences else own.outcome)
            other = judge([finding], change(read, finding, rng), "D", run.facts, run.judging)
            by_rule = {rule: [own] if rule == "majority" else other for rule in RULES}
            known = index_numbers(numbers, run.facts)
            (compared,) = compare_rules([own], by_rule, known, "D", run.judging)
            seen.add(compared.case)
            if wanted <= seen:
                break
        lacking[finding.id] = sorted(wanted - seen)
    assert {name: cases for name, cases in lacking.items() if cases} == {}
