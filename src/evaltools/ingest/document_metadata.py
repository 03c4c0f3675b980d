"""What a document is: its kind, the day it was received, its wave and its language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from evaltools.documents.model import DocumentText
from evaltools.evidence.messages import list_values, quote_value
from evaltools.ingest.form_text import matches, read_day
from evaltools.ingest.mapping_tables import MappingRow
from evaltools.problems import Problem
from evaltools.study.report_form import DocumentsDeclaration


@dataclass(frozen=True)
class Options:
    """What holds for every document that does not say otherwise.

    Arguments:
        kind, wave, received: None where nothing was given.
        waves: last day of each wave, from which a wave follows where it is not given.
        languages: those that the study's documents may have.
    """

    kind: str | None = None
    wave: int | None = None
    received: date | None = None
    waves: Mapping[int, date] | None = None
    languages: Sequence[str] = ("fi", "sv")


@dataclass(frozen=True)
class DocumentMetadata:
    """What a document is.

    Arguments:
        kind: one of those that the study declares.
        wave: year of the examination that reads it.
        received: the day.
        language: of its text.
        public_status: empty where the mapping says nothing.
        wave_given: the wave was given for it and not inferred from the day.
        received_given: the day stands in the mapping or the form.
        language_given: the language stands in the mapping.
    """

    kind: str
    wave: int
    received: date
    language: str
    public_status: str = ""
    wave_given: bool = False
    received_given: bool = False
    language_given: bool = False


def read_metadata(
    file: str,
    document: DocumentText,
    mapped: MappingRow,
    form: DocumentsDeclaration,
    options: Options,
) -> DocumentMetadata | list[Problem]:
    """What a document is, from its mapping, else its form, else the options.

    Arguments:
        file: its name, for problems.
        document: as read.
        mapped: its row of the mapping file.
        form: labels and titles by which forms tell it.
        options: for every document.

    Returns all that cannot be determined as problems.
    """
    problems: list[Problem] = []

    def missing(what: str, allowed: str, remedy: str) -> None:
        problems.append(Problem(file, what, allowed, remedy, "import.particulars"))

    kinds = _form_kinds(document, form)
    kind = mapped.kind or (kinds[0] if len(kinds) == 1 else "") or (options.kind or "")
    if len(kinds) > 1 and not mapped.kind:
        kind = ""
        missing(f"its title and form tell different kinds: {list_values(kinds)}", "one kind",
                "Say in the mapping file which it is.")  # fmt: skip
    elif not kind:
        missing("neither its form nor its title tells what kind of document it is",
                list_values(form.kinds),
                "Give --kind, or the column kind of the mapping file.")  # fmt: skip

    before = len(problems)
    received = mapped.received or _received_date(document, form, missing)
    is_dated = received is not None
    received = received or options.received
    if received is None and len(problems) == before:
        missing("its form does not tell when it was received", "a day",
                "Give --received, or the column received of the mapping file.")  # fmt: skip

    wave = mapped.wave or options.wave
    if wave is None and received is not None:
        waves = sorted((options.waves or {}).items(), key=lambda item: (item[1], item[0]))
        wave = next((year for year, last in waves if received <= last), None)
        if wave is None:
            missing(f"received on {received.isoformat()}, after the last day of every wave",
                    list_values(str(year) for year, _ in waves) or "a year",
                    "Give --wave, or the column wave of the mapping file.")  # fmt: skip

    language = mapped.language or document.language
    if language not in options.languages:
        shown = f"looks like {quote_value(language)}" if language else "cannot be told for certain"
        missing(f"the language of its text {shown}", list_values(options.languages),
                "Say in the mapping file which it is.")  # fmt: skip

    if problems or received is None or wave is None:
        return problems
    return DocumentMetadata(
        kind,
        wave,
        received,
        language,
        mapped.public_status,
        wave_given=(mapped.wave or options.wave) is not None,
        received_given=is_dated,
        language_given=bool(mapped.language),
    )


def _form_kinds(document: DocumentText, form: DocumentsDeclaration) -> list[str]:
    """Kinds that the form's own field tells, else its title; more than one where they differ."""
    values = [
        field.value for field in document.fields if matches(field.label, form.fields.kind.all)
    ]
    first = document.headings[:1]
    titles = [first[0].text] if first and first[0].level == 1 else []
    titles.append(document.text.partition("\n")[0])
    for words in (values, titles):
        kinds = [
            kind
            for kind, wordings in form.kinds.items()
            if any(matches(word, wordings.all) for word in words)
        ]
        if kinds:
            return kinds
    return []


def title_wordings(form: DocumentsDeclaration) -> tuple[str, ...]:
    """Wordings of titles of documents of every kind."""
    return tuple(wording for kind in form.kinds.values() for wording in kind.all)


def _received_date(
    document: DocumentText,
    form: DocumentsDeclaration,
    report: Callable[[str, str, str], None],
) -> date | None:
    days: set[date] = set()
    for field in document.fields:
        if not matches(field.label, form.fields.received.all) or not field.value.strip():
            continue
        day = read_day(field.value)
        if day is None:
            report(f"{quote_value(field.value)} in its field {quote_value(field.label)} is no day",
                 "30.4.2022 or 2022-04-30", "Give it in the mapping file.")  # fmt: skip
            return None
        days.add(day)
    if len(days) > 1:
        report(f"its form tells more than one day: {list_values(sorted(days))}", "one day",
             "Give it in the mapping file.")  # fmt: skip
        return None
    return next(iter(days), None)
