"""The evaluation matrix: question, criterion, indicators, evidence, judgement.

The study declares its questions in `evaluation.yml`; the matrix fills itself from a run. Nothing
here judges: what a finding is worth is said by `judgement`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import pandas as pd

from evaltools.charts.table import Column, Table
from evaltools.findings.judgement import Judgement
from evaltools.findings.lookup import Reading
from evaltools.findings.reasons import label_of
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import Language, list_of
from evaltools.indicators.indicator import Indicator
from evaltools.problems import Problem
from evaltools.study.schema import Question
from evaltools.study.study import Study

WHERE = "evaluation.yml, questions"
OUTCOMES = ("holds", "does_not_hold", "cannot_be_told")

_WIDTHS = {"question": 20, "indicators": 31, "judgement": 49}
_BREAK = "\N{ZERO WIDTH SPACE}"


def matrix_page(
    study: Study,
    indicators: Iterable[Indicator],
    judgements: Sequence[Judgement],
    words: Words,
    labels: Mapping[str, str],
) -> str:
    """The matrix as markdown: a table for each main question, then one of departures.

    Arguments:
        indicators: all of a run.
        judgements: of the run; findings that questions name are looked up here.
        labels: of codes by their ids, in the language of the words.

    Returns:
        Markdown of captioned tables `tbl-matrix-<id>` and, where the study left its plan,
        `tbl-departures`; empty where the study declares no questions.
    """
    language = words.language
    keys = sorted({indicator.key for indicator in indicators})
    known = {item.finding.id: item for item in judgements}
    parts = []
    for main in study.declaration.questions:
        rows = [
            {
                "question": words(
                    "matrix.asked",
                    id=part.id,
                    text=part.text.in_language(language),
                    criterion=words(f"matrix.criterion.{part.criterion}"),
                ),
                "indicators": ". ".join(
                    (_indicators(part, keys, words, labels), _evidence(part, words, labels), "")
                ).strip(),
                "judgement": _answer_text(part, known, words),
            }
            for part in main.parts
        ]
        caption = words.markdown("matrix.caption", id=main.id, text=main.text.in_language(language))
        label = f"tbl-matrix-{re.sub('[^a-z0-9]', '-', main.id)}"
        parts.append(_table(rows, _WIDTHS, caption, label, words))
    if departures := _departures(study, language):
        widths = {"question": 14, "what": 40, "why": 46}
        caption = words("matrix.departures.caption")
        label = "tbl-departures"
        parts.append(_table(departures, widths, caption, label, words))
    return "\n".join(parts)


def matrix_problems(
    study: Study,
    indicators: Iterable[Indicator],
    judgements: Sequence[Judgement],
    codes: Collection[str],
    tables: Collection[str],
) -> list[Problem]:
    """What keeps the matrix from being an answer.

    Questions without indicators or evidence, indicators that the run does not give, codes, tables
    and findings that do not exist, an identifier that is used twice, and methods of the plan that
    were not used although no departure says so.

    Arguments:
        indicators: all of a run.
        codes: ids of the codebook.
        tables: names of the tables of the data package.
    """
    found = tuple(indicators)
    keys = {indicator.key for indicator in found}
    known = {item.finding.id for item in judgements}
    problems = list(_repeated(study))
    for part in questions(study):
        where = f"{WHERE}, {part.id}"
        if not part.indicators:
            problems.append(_problem(where, "has no indicator", "no-indicator"))
        if not (part.evidence.codes or part.evidence.tables):
            problems.append(_problem(where, "has no evidence", "no-evidence"))
        lacking = [
            *((f"no run gives an indicator '{name}'", "indicator")
              for name in part.indicators if not matching(name, keys)),
            *((f"the codebook has no code '{name}'", "code")
              for name in part.evidence.codes if not matching(name, codes)),
            *((f"the data have no table '{name}'", "table")
              for name in part.evidence.tables if name not in tables),
            *((f"no finding is called '{name}'", "finding")
              for name in part.findings if name not in known),
        ]  # fmt: skip
        problems += [_problem(where, what, kind) for what, kind in lacking]
        problems += _unused_methods(part, found, keys, where)
    return problems


def departures(study: Study, language: Language) -> list[str]:
    """Where the evaluation left its plan, a line each, for the build to print."""
    return [
        f"{row['question']}: {row['what']} {row['why']}" for row in _departures(study, language)
    ]


def questions(study: Study) -> Iterator[Question]:
    """The questions that are answered one by one, in order."""
    for main in study.declaration.questions:
        yield from main.parts


def matching(pattern: str, names: Iterable[str]) -> list[str]:
    """Names that a pattern means, sorted; `*` stands for any part of a name between two dots."""
    wanted = re.compile("[^.]*".join(re.escape(piece) for piece in pattern.split("*")))
    return sorted(name for name in names if wanted.fullmatch(name))


def _unused_methods(
    part: Question, indicators: Sequence[Indicator], keys: Collection[str], where: str
) -> Iterator[Problem]:
    """Planned intervals that none of the question's numbers has; a told departure explains it."""
    if part.departures:
        return
    meant = {key for pattern in part.indicators for key in matching(pattern, keys)}
    own = [item for item in indicators if item.key in meant]
    # Where nothing could be computed there is nothing that a method could have been used for.
    if not any(item.value is not None for item in own):
        return
    used = {item.method for item in own}
    for method in part.method.intervals:
        if method not in used:
            what = f"the plan names the interval '{method}', which no indicator of it has"
            remedy = "Record a departure with its reason, or correct the plan."
            yield Problem(where, what, "", remedy, "matrix.method")


def _repeated(study: Study) -> Iterator[Problem]:
    seen: set[str] = set()
    mains = [main.id for main in study.declaration.questions]
    for name in [*mains, *(part.id for part in questions(study))]:
        if name in seen:
            yield _problem(f"{WHERE}, {name}", "two questions have this identifier", "repeated")
        seen.add(name)


def _problem(where: str, what: str, kind: str) -> Problem:
    return Problem(where, what, code=f"matrix.{kind}")


def _indicators(
    part: Question, keys: Iterable[str], words: Words, labels: Mapping[str, str]
) -> str:
    """What the indicators are called; those of a pattern by family, with how many they are."""
    shown: dict[str, int] = {}
    for pattern in part.indicators:
        own = label_of(Reading(pattern, None), words, labels)
        family = own == _stem(pattern) and _family(pattern, words)
        count = len(matching(pattern, keys)) if "*" in pattern else 0
        name = family or (_breakable(pattern) if own == _stem(pattern) else own)
        shown[name] = shown.get(name, 0) + count
    named = [words("matrix.pattern", name=name, n=n) if n else name for name, n in shown.items()]
    return "; ".join(named) or words("matrix.none")


def _stem(name: str) -> str:
    """A key without its measure, which a number is called that has no name in words."""
    return Reading(name, None).stem


def _family(name: str, words: Words) -> str:
    """What numbers or codes of a family are called together; empty where no phrase says."""
    family = name.partition(".")[0]
    for key in (f"matrix.family.{family}", f"agreement.kind.{family}"):
        if words.has(key):
            text = words(key)
            return text[:1].lower() + text[1:]
    return ""


def _breakable(name: str) -> str:
    return re.sub(r"(?<=[._])", _BREAK, name)


def _evidence(part: Question, words: Words, labels: Mapping[str, str]) -> str:
    tables = [
        words(f"data.{name}") if words.has(f"data.{name}") else name
        for name in part.evidence.tables
    ]
    codes = [
        labels.get(name) or ("*" in name and _family(name, words)) or _breakable(name)
        for name in part.evidence.codes
    ]
    shown = [words("matrix.codes", names=", ".join(codes))] if codes else []
    if tables:
        shown.append(words("matrix.tables", names=", ".join(tables)))
    return "; ".join(shown) or words("matrix.none")


def _answer_text(part: Question, known: Mapping[str, Judgement], words: Words) -> str:
    """The report's own sentences, and how many statements of others hold.

    A sentence that does not follow the outcome has the outcome behind it. A question without
    findings is answered by its numbers alone.
    """
    if not part.findings:
        return words("matrix.no_findings")
    shown, others = [], []
    for name in part.findings:
        judgement = known.get(name)
        if judgement is None:
            shown.append(f"{name}: {words('matrix.outcome.unknown')}")
        elif judgement.finding.asserted:
            sentence = judgement.text(words.language).rstrip(".")
            outcome = "" if judgement.said else words(f"matrix.outcome.{judgement.outcome}")
            shown.append(f"{sentence}: {outcome}" if outcome else sentence)
        else:
            others.append(str(judgement.outcome))
    if others:
        counts = [
            words("matrix.count", outcome=words(f"matrix.outcome.{outcome}"), n=count)
            for outcome in OUTCOMES
            if (count := others.count(outcome))
        ]
        told = list_of(counts, words.language)
        shown.append(words("matrix.others", n=len(others), outcomes=told))
    return "; ".join(shown)


def _departures(study: Study, language: Language) -> list[dict[str, str]]:
    return [
        {
            "question": part.id,
            "what": item.what.in_language(language),
            "why": item.why.in_language(language),
        }
        for part in questions(study)
        for item in part.departures
    ]


def _table(
    rows: Sequence[dict[str, str]], widths: dict[str, int], caption: str, label: str, words: Words
) -> str:
    columns = [Column(name, words(f"matrix.{name}"), width=width) for name, width in widths.items()]
    frame = pd.DataFrame(rows, columns=list(widths))
    return Table(frame, columns, caption, words.language).captioned(label)
