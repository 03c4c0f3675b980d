"""The method card: how the numbers came about, written by the run itself."""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from evaltools.findings.checklists import Section, answers, checklists, counted
from evaltools.findings.judgement import Judgement
from evaltools.findings.matrix import matching, questions
from evaltools.i18n import numbers as say
from evaltools.i18n.markdown import escape_markdown
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import Language
from evaltools.indicators.indicator import Indicator
from evaltools.publish.gates import Candidate
from evaltools.report.data_files import describe_method, name_method
from evaltools.report.evidence_pages.facts import scope_counts
from evaltools.report.generated_pages import describe_parameter, describe_scope
from evaltools.report.glossary import Glossary
from evaltools.report.variables import format_indicator, format_interval
from evaltools.study import Parameters, Study

Rows = tuple[tuple[str, str], ...]

_STYLE = (
    "body{font-family:sans-serif;line-height:1.5;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}caption{text-align:left;font-weight:600}"
    "th,td{text-align:left;vertical-align:top;border-bottom:1px solid #767676;padding:.3rem .6rem}"
    "th[scope=row]{width:32%;font-weight:400}.notice{border:2px solid #8a6100;padding:.5rem}"
)


@dataclass(frozen=True)
class MethodCard:
    """A method card.

    Arguments:
        notice: that the data are made up; empty for real data.
        head: headings of the two columns.
        sections: heading and rows of item and content, plain text.
    """

    title: str
    about: str
    notice: str
    head: tuple[str, str]
    sections: tuple[tuple[str, Rows], ...]
    language: Language

    def markdown(self) -> str:
        """The card as markdown; every value is escaped."""
        parts = [f"# {escape_markdown(self.title)}", escape_markdown(self.about)]
        if self.notice:
            parts.insert(1, f"**{escape_markdown(self.notice)}**")
        for heading, rows in self.sections:
            lines = [f"| {self.head[0]} | {self.head[1]} |", "| --- | --- |"]
            lines += [f"| {escape_markdown(a)} | {escape_markdown(b)} |" for a, b in rows]
            parts += [f"## {escape_markdown(heading)}", "\n".join(lines)]
        return "\n\n".join(parts) + "\n"

    def html(self) -> str:
        """The card as a page of its own, without scripts and without anything from elsewhere."""
        parts = [f"<h1>{html.escape(self.title)}</h1>"]
        if self.notice:
            parts.append(f'<p class="notice">{html.escape(self.notice)}</p>')
        parts.append(f"<p>{html.escape(self.about)}</p>")
        for heading, rows in self.sections:
            body = "\n".join(
                f'<tr><th scope="row">{html.escape(a)}</th><td>{html.escape(b)}</td></tr>'
                for a, b in rows
            )
            top = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in self.head)
            parts.append(f"<h2>{html.escape(heading)}</h2>")
            parts.append(
                f"<table>\n<thead><tr>{top}</tr></thead>\n<tbody>\n{body}\n</tbody></table>"
            )
        content = "\n".join(parts)
        policy = "default-src 'none'; style-src 'unsafe-inline'"
        return (
            f'<!DOCTYPE html>\n<html lang="{self.language}">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{html.escape(self.title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
            f"<body>\n<main>\n{content}\n</main>\n</body>\n</html>\n"
        )


def method_card(
    candidate: Candidate, sections: Mapping[str, Section], pages: Sequence[str]
) -> MethodCard:
    """The card of the run of a candidate; `sections` and `pages` are what its report has."""
    study, parameters, words = candidate.study, candidate.parameters, candidate.words
    indicators, tables = candidate.run.indicators(), candidate.tables
    language = words.language
    card = "publishing.card"
    none = ((words(f"{card}.none"), ""),)
    parts: list[tuple[str, Iterator[tuple[str, str]]]] = [
        ("data", _data(study, parameters, indicators, words)),
        ("methods", _methods(study, indicators, words)),
        ("intervals", _intervals(indicators, words)),
        ("parameters", _parameters(parameters)),
        ("coders", _coders(tables, words)),
        ("agreement", _values(indicators, "coding.agreement.", words)),
        ("selection", _values(indicators, "selection.", words)),
        ("findings", _findings(candidate.judgements, tables, words)),
        ("checklists", _checklists(study, sections, pages, words)),
        ("limits", _limits(indicators, words)),
    ]
    return MethodCard(
        title=f"{words(card)}: {study.declaration.title.in_language(language)}",
        about=words(f"{card}.about", run=candidate.run.key[:16]),
        notice=candidate.notice,
        head=(words(f"{card}.item"), words(f"{card}.content")),
        sections=tuple((words(f"{card}.{name}"), tuple(rows) or none) for name, rows in parts),
        language=language,
    )


def _data(
    study: Study, parameters: Parameters, indicators: Sequence[Indicator], words: Words
) -> Iterator[tuple[str, str]]:
    yield words("publishing.card.scope"), describe_scope(study, parameters, words)
    counts = scope_counts(indicators)
    declared = study.declaration.reports_due is not None
    for name in ("projects", "due", "reports"):
        if name in counts and (declared or name != "due"):
            yield words(f"publishing.card.{name}"), say.number(counts[name][2], words.language)


def _methods(
    study: Study, indicators: Sequence[Indicator], words: Words
) -> Iterator[tuple[str, str]]:
    language = words.language
    for part in questions(study):
        own = {
            item.method
            for item in indicators
            if item.method and any(matching(text, [item.key]) for text in part.indicators)
        }
        told = [part.method.text.in_language(language)]
        if own:
            names = (name_method(method, words) for method in sorted(own))
            told.append(f"{words('publishing.card.intervals')}: {', '.join(names)}")
        for item in part.departures:
            what, why = item.what.in_language(language), item.why.in_language(language)
            told.append(words("publishing.card.departure", text=f"{what} {why}"))
        text = ". ".join(line.rstrip(".") for line in told) + "."
        yield f"{part.id} {part.text.in_language(language)}", text


def _intervals(indicators: Sequence[Indicator], words: Words) -> Iterator[tuple[str, str]]:
    counts = Counter(item.method for item in indicators if item.method)
    for method, count in sorted(counts.items()):
        text = words("publishing.card.uses", n=count, text=describe_method(method, words))
        yield name_method(method, words), text


def _parameters(parameters: Parameters) -> Iterator[tuple[str, str]]:
    language: Language = parameters.language
    for name, declared in parameters.declarations.items():
        yield declared.label.in_language(language), describe_parameter(parameters, name)


def _coders(tables: Mapping[str, pd.DataFrame], words: Words) -> Iterator[tuple[str, str]]:
    """Coders by identifier; the names behind them are nobody's business here."""
    if "readings" not in tables or "coders" not in tables:
        return
    readings = tables["readings"]
    whole = readings[readings["complete"].astype(bool)]
    for coder in tables["coders"].sort_values("coder_id").itertuples():
        read = whole[whole["coder_id"] == coder.coder_id]["document_id"].nunique()
        role, trained = str(coder.role), coder.trained_on
        day = say.date(trained if isinstance(trained, date) else None, words.language)
        known = f"publishing.card.role.{role}"
        yield (
            str(coder.coder_id),
            words(
                "publishing.card.coder",
                role=words(known) if words.has(known) else role,
                n=int(read),
                day=day,
            ),
        )


def _values(indicators: Sequence[Indicator], start: str, words: Words) -> Iterator[tuple[str, str]]:
    for item in indicators:
        if item.key.startswith(start) and not item.dimensions:
            interval = format_interval(item, words)
            yield item.key, format_indicator(item, words) + (f" [{interval}]" if interval else "")


def _findings(
    judgements: Sequence[Judgement], tables: Mapping[str, pd.DataFrame], words: Words
) -> Iterator[tuple[str, str]]:
    labels = Glossary.of(tables, words).labels
    for judgement in sorted(judgements, key=lambda item: item.finding.id):
        sentence = judgement.text(words.language)
        yield sentence, judgement.reason.text(words, labels)


def _checklists(
    study: Study, sections: Mapping[str, Section], pages: Sequence[str], words: Words
) -> Iterator[tuple[str, str]]:
    declared = study.declaration
    for checklist in checklists():
        found = answers(checklist, sections, pages, declared.statements, declared.sections)
        title = checklist.title.in_language(words.language)
        numbers = {str(status): count for status, count in counted(found).items()}
        yield (
            checklist.source.in_language(words.language),
            words("checklist.summary", title=title, **numbers),
        )


def _limits(indicators: Sequence[Indicator], words: Words) -> Iterator[tuple[str, str]]:
    language = words.language
    counts = {name: count for name, (_, _, count) in scope_counts(indicators).items()}
    if "due" in counts:
        unread = counts["due"] - counts["reports"]
        yield words("publishing.card.unread"), say.number(unread, language)
    withheld = sum(item.suppressed for item in indicators)
    lacking = sum(item.value is None and not item.suppressed for item in indicators)
    yield words("publishing.card.withheld"), say.number(withheld, language)
    yield words("publishing.card.uncomputed"), say.number(lacking, language)
    yield words("publishing.card.search"), words("publishing.card.searched")
    yield words("publishing.card.nature"), words("publishing.card.own_report")
