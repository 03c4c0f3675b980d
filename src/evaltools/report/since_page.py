"""The page on what changed since the report before, as markdown in the language of the report."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from evaltools.evidence import Descriptor
from evaltools.findings.judgement import Judgement
from evaltools.i18n import numbers as say
from evaltools.i18n.markdown import escape_markdown
from evaltools.i18n.messages import Words
from evaltools.provenance.artifacts import JudgedFinding
from evaltools.provenance.finding_changes import FindingPair, outcome_in_words
from evaltools.provenance.indicator_changes import IndicatorChange
from evaltools.report.glossary import Glossary
from evaltools.report.report_changes import (
    ReportChanges,
    count_by_interval,
    format_difference,
    format_interval,
    format_value,
    format_verdict,
    list_conclusions,
    tell_chance,
)
from evaltools.report.variables import mark_sentence
from evaltools.study import Study
from evaltools.study.schema import ParameterDeclaration

MOST_NUMBERS = 20
"""Rows of the table of numbers; a report is not the place for all of them."""
MOST_FILES = 12


def since_page(
    changes: ReportChanges | None,
    study: Study,
    judgements: Iterable[Judgement],
    descriptor: Descriptor,
    glossary: Glossary,
    used: Collection[str],
) -> str:
    """What changed since the predecessor; empty without one.

    Arguments:
        judgements: of the run.
        used: variables that the prose prints; of other numbers that are counted in full only
            those of themes are told.
        descriptor: of the tables of the data, whose names stand for their files.
    """
    if changes is None:
        return ""
    words, earlier = glossary.words, changes.earlier
    name = earlier.name
    if not changes.same_programme:
        titles = {"": earlier.study, **earlier.title}
        title = titles.get(words.language) or max(titles.items())[1]
        return words.markdown("since.other_programme", name=name, title=title) + "\n"
    own = {item.finding.id: item for item in judgements}
    stems = {key.rpartition(".")[0] for key in used}
    counted = [
        change
        for change in changes.counted
        if glossary.code_in(change.key) or change.key.rpartition(".")[0] in stems
    ]
    counted += [change for change in changes.premises
                if change.verdict == "counted" and change not in counted]  # fmt: skip
    day = _day(earlier.published)
    told = [
        words.markdown("since.held", name=name, published=say.date(day, words.language))
        if day
        else words.markdown("since.held_undated", name=name)
    ]
    if None not in changes.reports:
        then, now = changes.reports
        told.append(words("since.reports", then=then, now=now))
    told.append(words(f"comparison.relation.{changes.relation}"))
    blocks = [
        " ".join(told),
        _heading("findings", words),
        *_findings(changes, own, words),
        _heading("conclusions", words),
        *_conclusions(changes, study, words),
        _heading("numbers", words),
        *_numbers(changes, glossary),
        *_counted(counted, bool(changes.parameters), glossary),
        _heading("inputs", words),
        *_inputs(changes, study.declaration.parameters, study.declaration.data, descriptor, words),
    ]
    if apart := _apart(changes, study, own, words):
        blocks += [_heading("apart", words), "".join(f"- {line}\n" for line in apart).rstrip()]
    return "\n\n".join(blocks) + "\n"


def _heading(name: str, words: Words) -> str:
    return f"## {words(f'since.heading.{name}')} {{#sec-since-{name}}}"


def _findings(
    changes: ReportChanges, judgements: Mapping[str, Judgement], words: Words
) -> list[str]:
    """How many turned, and a table of those that did: what was said then, and what now."""
    if not changes.earlier.findings:
        return [words("since.unrecorded")]
    both = changes.of_kind("same", "turned", "untold", "other_case", "other_words")
    if not both:
        return [words("since.no_common")]
    turned, other_case = changes.of_kind("turned"), changes.of_kind("other_case")
    told = [
        words("since.turned", count=len(turned), both=len(both))
        if turned
        else words("since.none_turned", count=len(both))
    ]
    if turned and changes.relation != "same" and (unsure := _turned_by_chance(changes, turned)):
        told.append(words("since.unsure", count=unsure))
    for kind, found in (
        ("untold", changes.of_kind("untold")),
        ("other_case", other_case),
        ("other_words", changes.of_kind("other_words")),
    ):
        if found:
            told.append(words(f"since.{kind}", count=len(found)))
    rows = []
    for pair in (*turned, *other_case):
        then, now, judgement = pair.then, pair.now, judgements[pair.id]
        assert then is not None
        assert now is not None
        said = mark_sentence(judgement, words.language) if judgement.said else ""
        cells = (_then(then, words), _cell(now, said, words))
        rows.append((escape_markdown(_heading_of(judgement, words)), *cells))
    table = _table("findings", ("finding", "then", "now"), rows, words, (26, 37, 37))
    return [" ".join(told), *table]


def _turned_by_chance(changes: ReportChanges, turned: Iterable[FindingPair]) -> int:
    """How many findings turned although no number they rest on moved by more than chance.

    Those that rest on nothing but what is counted in full are not among them.
    """
    verdicts = {each.key: each.verdict for each in changes.premises}
    keys = [{*(pair.then.keys if pair.then else ()), *(pair.now.keys if pair.now else ())}
            for pair in turned]  # fmt: skip
    own = [{verdicts.get(key, "") for key in each} for each in keys]
    return sum("within_uncertainty" in each and "moved" not in each for each in own)


def _heading_of(judgement: Judgement, words: Words) -> str:
    """What a finding claims, or the statement of others that it examines."""
    text = judgement.finding.text.in_language(words.language)
    return text if judgement.finding.asserted else words("since.examined", text=text)


def _then(finding: JudgedFinding, words: Words) -> str:
    """What was said then; another language is no stand-in for the one of the report."""
    said = finding.said.get(words.language, "")
    if finding.said and not said:
        said = f"({words('since.not_said')})"
    return _cell(finding, escape_markdown(said), words)


def _cell(finding: JudgedFinding, said: str, words: Words) -> str:
    outcome = outcome_in_words(finding, words)
    outcome = f"**{escape_markdown(outcome[:1].upper() + outcome[1:])}.**"
    return f"{outcome} {said}" if said else outcome


def _conclusions(changes: ReportChanges, study: Study, words: Words) -> list[str]:
    """Answers, criteria and recommendations that turned, came or went."""
    if changes.conclusions is None:
        return [words("since.conclusions.unrecorded")]
    if not changes.conclusions:
        return [words("since.conclusions.same")]
    asked = {
        part.id: part.text.in_language(words.language)
        for main in study.declaration.questions
        for part in main.parts
    } | {
        name: _in_language(texts, words.language)
        for name, texts in changes.earlier.questions.items()
    }
    rows = [tuple(map(escape_markdown, row))
            for row in list_conclusions(changes.conclusions, words, asked)]  # fmt: skip
    told = words("since.conclusions.changed", count=len(rows))
    return [told, *_table("conclusions", ("what", "then", "now"), rows, words, (50, 25, 25))]


def _numbers(changes: ReportChanges, glossary: Glossary) -> list[str]:
    """What counts as a change, and the numbers that changed so much, those of shares first.

    Those that a turned finding rests on are told whatever became of them.
    """
    words, language = glossary.words, glossary.words.language
    matters, same_texts = changes.matters, changes.relation == "same"
    moved = [change for change in changes.moved if _prints_otherwise(change, words)]
    limits = {
        "share": say.number(matters.share * 100, language),
        "amount": say.percent(matters.amount, language),
    }
    level = say.level_text(changes.level, language)
    told = [
        words("since.matters_reread", **limits)
        if same_texts
        else words("since.matters", level=level, **limits),
        *tell_chance(count_by_interval(changes.indicators), changes.level, words),
        words("since.moved", count=len(moved)) if moved else words("since.none_moved"),
    ]
    if changes.too_few:
        told.append(words("since.too_few", count=len(changes.too_few)))
    own = {change.identity for change in moved}
    premises = [change for change in changes.premises
                if change.identity not in own and change.verdict != "counted"]  # fmt: skip
    shown = [*moved[:MOST_NUMBERS], *premises[:MOST_NUMBERS]]
    head = ("number", "then", "now", "change", *(() if same_texts else ("interval",)), "verdict")
    widths = (34, 16, 16, 14, 20) if same_texts else (30, 14, 14, 11, 14, 17)
    rows = [
        tuple(
            escape_markdown(text or say.MISSING)
            for text in (
                *_cells(change, glossary),
                *(() if same_texts else (format_interval(change, language),)),
                format_verdict(change, words),
            )
        )
        for change in shown
    ]
    blocks = [" ".join(told), *_table("numbers", head, rows, words, widths, 1, len(head) - 1)]
    if len(moved) > MOST_NUMBERS:
        blocks.append(words("since.more", count=len(moved) - MOST_NUMBERS))
    return blocks


def _counted(
    changes: Sequence[IndicatorChange], other_parameters: bool, glossary: Glossary
) -> list[str]:
    """Numbers that are counted in full, which no chance is in."""
    words = glossary.words
    own = [change for change in changes if _prints_otherwise(change, words)]
    if not own:
        return []
    told = words("since.counted.parameters" if other_parameters else "since.counted.data")
    rows = [tuple(escape_markdown(text or say.MISSING) for text in _cells(change, glossary))
            for change in own[:MOST_NUMBERS]]  # fmt: skip
    head = ("number", "then", "now", "change")
    blocks = [told, *_table("counted", head, rows, words, (46, 18, 18, 18), 1)]
    if len(own) > MOST_NUMBERS:
        blocks.append(words("since.more", count=len(own) - MOST_NUMBERS))
    return blocks


def _prints_otherwise(change: IndicatorChange, words: Words) -> bool:
    """Whether there is a change to show; of a share of fewer than ten none is."""
    return not change.few and format_value(change.old, words) != format_value(change.new, words)


def _cells(change: IndicatorChange, glossary: Glossary) -> tuple[str, str, str, str]:
    """What a number is of, its value then and now, and the change."""
    words = glossary.words
    return (
        glossary.short_name(change.key),
        format_value(change.old, words),
        format_value(change.new, words),
        format_difference(change, words.language),
    )


def _inputs(
    changes: ReportChanges,
    declared: Mapping[str, ParameterDeclaration],
    data: str,
    descriptor: Descriptor,
    words: Words,
) -> list[str]:
    """Parameters and tables that changed; what did not is said."""
    told = [] if changes.parameters else [words("since.same_parameters")]
    if not changes.files:
        told.append(words("since.same_data"))
    rows = [
        (
            _parameter_name(name, declared, words),
            _parameter_value(name, then, declared, words),
            _parameter_value(name, now, declared, words),
        )
        for name, then, now in changes.parameters
    ]
    tables = {f"{data}/{resource.path}": resource for resource in descriptor.resources}
    named = [name for name in changes.files if name in tables][:MOST_FILES]
    for name in named:
        resource = tables[name]
        key = f"data.{resource.name}"
        title = words(key) if words.has(key) else resource.title or resource.own_name
        kind = "changed" if name in changes.earlier.ingredients.files else "added"
        rows.append((title, "", words(f"since.table.{kind}")))
    if others := len(changes.files) - len(named):
        rows.append((words("since.other_files"), "", say.number(others, words.language)))
    cells = [tuple(escape_markdown(text) or say.MISSING for text in row) for row in rows]
    table = _table("inputs", ("what", "then", "now"), cells, words, (34, 33, 33))
    return [*([" ".join(told)] if told else []), *table]


def _parameter_name(name: str, declared: Mapping[str, ParameterDeclaration], words: Words) -> str:
    return declared[name].label.in_language(words.language) if name in declared else name


def _parameter_value(
    name: str, value: object, declared: Mapping[str, ParameterDeclaration], words: Words
) -> str:
    if value is None:
        return say.MISSING
    choices = declared[name].choices if name in declared else {}
    values = [str(each) for each in (value if isinstance(value, list | tuple) else [value])]
    told = [choices[each].in_language(words.language) if each in choices else
            say.date(day, words.language) if (day := _day(each)) else each
            for each in values]  # fmt: skip
    return say.list_of(told, words.language)


def _apart(
    changes: ReportChanges, study: Study, judgements: Mapping[str, Judgement], words: Words
) -> list[str]:
    """What is in one report only, or is not asked alike in both."""
    language = words.language
    asked = {part.id: part.text for main in study.declaration.questions for part in main.parts}
    lines = []
    if changes.earlier.findings:
        for kind in ("redefined", "other_scope", "added", "removed"):
            pairs = changes.of_kind(kind)
            claims = [
                judgements[pair.id].finding.text.in_language(language)
                if pair.id in judgements
                else _in_language(pair.then.text, language)
                if pair.then
                else pair.id
                for pair in pairs
            ]
            lines += _listed(f"since.findings.{kind}", claims, words)
    for kind in ("reworded", "added", "removed"):
        texts = [
            asked[each.id].in_language(language)
            if each.id in asked
            else _in_language(changes.earlier.questions[each.id], language) or each.id
            for each in changes.questions
            if each.kind == kind
        ]
        lines += _listed(f"since.questions.{kind}", texts, words)
    verdicts = [change.verdict for change in changes.indicators]
    added, gone = verdicts.count("appeared"), verdicts.count("gone")
    if added or gone:
        lines.append(words("since.numbers_apart", added=added, gone=gone))
    return lines


def _in_language(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or next((text for _, text in sorted(texts.items())), "")


def _listed(key: str, texts: Sequence[str], words: Words) -> list[str]:
    """A line that lists texts, none of which ends in a stop; nothing where there is none."""
    items = "; ".join(text.rstrip(". ") for text in texts)
    return [words.markdown(key, items=items)] if texts else []


def _table(
    name: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    words: Words,
    widths: Sequence[int],
    right_from: int = 99,
    right_to: int = 99,
) -> list[str]:
    """A pipe table of cells in markdown with caption and identifier; nothing without rows."""
    if not rows:
        return []
    right = range(right_from, right_to)
    rule = "".join(
        f"{'' if place in right else ':'}{'-' * width}{':' if place in right else ''}|"
        for place, width in enumerate(widths)
    )
    lines = [_row(words(f"since.column.{column}") for column in head), f"|{rule}"]
    lines += map(_row, rows)
    return ["\n".join(lines) + f"\n\n: {words(f'since.caption.{name}')} {{#tbl-since-{name}}}"]


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
