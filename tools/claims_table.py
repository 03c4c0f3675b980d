"""The claims of the default report with what they rest on: `docs/claims.md`.

`python -m tools.claims_table` writes it; a test says when it is out of date.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from evaltools.evidence import Evidence, read_tables
from evaltools.findings.coder_rules import RULES, judge_by_rule
from evaltools.findings.conditions import RANKS, Condition, keys_of
from evaltools.findings.declaration import load_findings
from evaltools.findings.judgement import Judgement, carrying_codes, judge
from evaltools.findings.lookup import Numbers, Reading, index_numbers
from evaltools.findings.sentences import alpha_name, format_value
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import decimals_beside, percent_range, ratio
from evaltools.i18n.quantifiers import FEW_BELOW, MOST_ABOVE, NEARLY_ALL_ABOVE
from evaltools.indicators.agreement import TENTATIVE
from evaltools.indicators.indicator import Estimand, Indicator
from evaltools.indicators.order import CodeOrder
from evaltools.study import load_study

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "docs" / "claims.md"
ESTIMANDS: tuple[Estimand, ...] = ("D", "P", "S")
HEAD = (
    "# What each claim of the default report rests on\n\n"
    "Made by `python -m tools.claims_table` from the example data; a test says when it is out of "
    "date. A claim is made only where its case is `holds`, `does_not_hold`, `all`, `none` or "
    "`tied`; in every other case the report says what is missing (docs/findings.md).\n\n"
    "* **Numbers**: those that decide, with the interval of the claim's own estimand, which "
    "stands behind its name.\n"
    "* **Margin**: how far the nearer limit of the interval is from what the claim needs, in "
    "percentage points; of an order, the reports that tell of only the one and only the other, "
    "with the p-value of decision 5; of a difference, the smallest p-value after Holm.\n"
    "* **Alpha**: the lowest of the codes that carry the claim (the least is .667).\n"
    "* **By coder rule**: the outcome by itself, were that the rule. **By estimand**: the case, "
    "were the claim of the reports read (D), all projects due (P), projects like these (S).\n\n"
    "| Claim | n | Numbers | Margin | Alpha | Case | any, majority, all, consensus | D, P, S |\n"
    "|---|---|---|---|---|---|---|---|\n"
)
LIMITS = {"few": FEW_BELOW, "most": MOST_ABOVE, "nearly_all": NEARLY_ALL_ABOVE}
WORDS = Words("en")


def claims_table() -> str:
    """The page as Markdown."""
    study = load_study(ROOT)
    declared, tables = study.declaration, read_tables(study.data)
    evidence = Evidence.select(study, tables, study.parameters({}))
    modules = list(dict.fromkeys(declared.chapters.values()))
    records: list[Indicator] = [
        each for name in modules for each in import_module(name).compute(evidence)
    ]
    facts = dict(zip(tables["facts"]["fact_id"], tables["facts"]["value"], strict=True))
    findings = load_findings(ROOT, declared.languages, declared.codes_of_numbers)

    def judged(estimand: Estimand | None) -> tuple[Judgement, ...]:
        own = [
            each.model_copy(update={"estimand": estimand or each.estimand})
            for each in findings.asserted
        ]
        found = judge(own, records, "D", facts, declared.judging)
        if estimand:
            return found
        return judge_by_rule(found, records, evidence, "D", facts, modules, declared.judging)

    own = judged(None)
    others = {estimand: judged(estimand) for estimand in ESTIMANDS}
    numbers = index_numbers(records, facts)
    rows = [
        _row(item, numbers, [others[estimand][place].case for estimand in ESTIMANDS])
        for place, item in enumerate(own)
    ]
    return HEAD + "".join(rows)


def _row(item: Judgement, numbers: Numbers, by_estimand: list[str]) -> str:
    deciding = _deciding(item, numbers)
    n = next((each.indicator.n for each in deciding if each.indicator), None)
    alphas = [
        alpha.value
        for code in carrying_codes(item.finding, item.lists)
        if (alpha := numbers.read(alpha_name(code), "S")).value is not None
    ]
    cells = (
        f"`{item.finding.id}` ({item.estimand})",
        "–" if n is None else str(n),
        "; ".join(map(_number, deciding)) or "–",
        _margin(item, deciding, numbers),
        ratio(min(alphas), "en", decimals_beside(min(alphas), [TENTATIVE], 2)) if alphas else "–",
        f"**{item.case}**",
        ", ".join(dict(item.by_rule)[rule] for rule in RULES),
        ", ".join(by_estimand),
    )
    return "| " + " | ".join(cells) + " |\n"


def _deciding(item: Judgement, numbers: Numbers) -> list[Reading]:
    """The numbers that the condition names, or else the first two of the set that it compares."""
    names, globs = keys_of(item.finding.condition)
    if names:
        return [numbers.read(name, item.estimand) for name in names][:2]
    found = [
        numbers.read_ranked(name, item.estimand)
        for glob in globs
        for name in numbers.matching(glob)
    ]
    known = [each for each in found if each.value is not None]
    return sorted(known, key=lambda each: (-abs(each.value or 0), each.name))[:2]


def _number(reading: Reading) -> str:
    record = reading.indicator
    text = f"{reading.stem} {format_value(reading, WORDS)}"
    if record is None or record.low is None or record.high is None or record.unit != "share":
        return text
    return f"{text} ({percent_range(record.low, record.high, 'en')})"


def _margin(item: Judgement, deciding: list[Reading], numbers: Numbers) -> str:
    condition = item.finding.condition
    if condition.kind in RANKS and len(deciding) == 2 and item.estimand != "D":
        records = [record for by in numbers.by_name.values() for record in by.values()]
        pair = CodeOrder.from_records(records, item.estimand).compare(*(r.stem for r in deciding))
        if pair.x is not None:
            return f"{pair.x} and {pair.y}, p = {ratio(pair.p, 'en', 3)}"
    if condition.differs is not None:
        adjusted = [
            numbers.read(f"{name.rpartition('.')[0]}.holm", "S").value
            for name in numbers.matching(condition.differs.of)
        ]
        known = [each for each in adjusted if each is not None]
        return f"p = {ratio(min(known), 'en', 3)}" if known else "–"
    margins = [text for leaf in condition.leaves() if (text := _leaf_margin(leaf, item, numbers))]
    return "; ".join(margins[:2]) or "–"


def _leaf_margin(leaf: Condition, item: Judgement, numbers: Numbers) -> str:
    if leaf.quantity is not None:
        limits = numbers.read(leaf.quantity.key, item.estimand).limits
        need = LIMITS.get(leaf.quantity.word)
        if limits is None or need is None:
            return ""
        by = need - limits[1] if leaf.quantity.word == "few" else limits[0] - need
        return f"{ratio(by * 100, 'en', 1)} pp"
    if leaf.at_most is not None:
        limits = numbers.read(leaf.at_most.key, item.estimand).limits
        return (
            "" if limits is None else f"{ratio((leaf.at_most.value - limits[1]) * 100, 'en', 1)} pp"
        )
    return ""


if __name__ == "__main__":
    TABLE.write_text(claims_table(), encoding="utf-8")
