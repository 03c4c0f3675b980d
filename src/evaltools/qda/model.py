"""What a coding tool's file holds, in the study's own terms: the one model of this package.

Every reader of a format makes a `CodingSet`, every writer takes one. Positions are code points of
the document's normalised text (NFC, LF), from 0, the end one past the last character.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import date
from pathlib import PurePath
from typing import Any, Literal, TypeVar, get_args

from evaltools.problems import Problem, ProblemError
from evaltools.qda.offsets.conventions import Convention

K = TypeVar("K")
T = TypeVar("T")
Polarity = Literal["affirm", "deny", "mixed"]
Certainty = Literal["sure", "unsure"]
Loss = Literal["passage", "repeated", "uncoded", "unsupported"]
"""What was left behind: a passage or coding that counts; one that is there already; a passage that
carries no code; something that the study has no place for."""


@dataclass(frozen=True)
class Document:
    """A text that was coded.

    Arguments:
        document_id: of the study where it is known, else made of the name.
        name: as the tool has it.
        text: normalised; None where the file does not hold it, and nothing can be placed.
        text_sha256: of the normalised text in UTF-8; empty without a text.
        guid: in the tool's file, lower case without braces; empty where there is none.
        variables: values that the tool attached to the document.
    """

    document_id: str
    name: str
    text: str | None
    text_sha256: str = ""
    guid: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Code:
    """A code of the codebook; the columns of `codes`, and what tools add."""

    code_id: str
    parent_id: str | None
    name: str
    definition: str = ""
    include: str = ""
    exclude: str = ""
    kind: str = ""
    label_fi: str = ""
    label_sv: str = ""
    label_en: str = ""
    codebook_version: str = ""
    retired: str = ""
    codable: bool = True
    color: str = ""
    guid: str = ""


@dataclass(frozen=True)
class Coder:
    """A person who coded, by the pseudonym that the study uses."""

    coder_id: str
    pseudonym: str
    role: Literal["coder", "consensus"] = "coder"
    trained_on: date | None = None
    guid: str = ""


@dataclass(frozen=True)
class Segment:
    """A passage, with what is needed to find it again when its text has changed.

    Arguments:
        start, end: code points of the document's normalised text.
        quote: what stands there, word for word.
        prefix, suffix: up to 32 characters on either side.
        page: from 1, where the tool knows it.
        section: heading it stands under, where it is known.
        origin_tool, origin_guid: where it came from.
        offset_convention: how that tool counted, as `Positions.name` has it.
    """

    segment_id: str
    document_id: str
    start: int
    end: int
    quote: str
    prefix: str = ""
    suffix: str = ""
    page: int | None = None
    section: str = ""
    origin_tool: str = ""
    origin_guid: str = ""
    offset_convention: str = ""


@dataclass(frozen=True)
class Coding:
    """One code on one passage by one coder."""

    coding_id: str
    segment_id: str
    code_id: str
    coder_id: str
    polarity: Polarity = "affirm"
    certainty: Certainty | None = None
    round: int = 1
    created: date | None = None
    consensus_of: str = ""


@dataclass(frozen=True)
class ReadDocument:
    """That a coder read a document: only when `complete` does their silence say anything."""

    document_id: str
    coder_id: str
    round: int
    complete: bool
    codebook_version: str = ""


@dataclass(frozen=True)
class Relation:
    """A tie between two passages; kinds as in `relations`."""

    relation_id: str
    from_segment_id: str
    to_segment_id: str
    kind: str
    coder_id: str


@dataclass(frozen=True)
class Case:
    """A case of the tool: a project of the study where it could be determined which.

    Arguments:
        documents: identifiers of its documents.
        variables: its values by name, such as a register number.
    """

    name: str
    documents: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    project_id: str = ""
    guid: str = ""


@dataclass(frozen=True, order=True)
class DroppedItem:
    """Something in the file that the study has no place for, or that could not be used.

    Arguments:
        where: which element or row, by its name or identifier.
        what: what it held.
        why: why it was left behind, in words.
        loss: what kind of thing it is.
    """

    where: str
    what: str
    why: str
    loss: Loss


@dataclass(frozen=True)
class CodingSet:
    """All that was read from a file, or is to be written to one.

    Arguments:
        origin: tool and version that wrote the file, as far as it says.
        positions: how its positions were read, in words with the evidence; empty where the
            format leaves no doubt.
        faults: where the file breaks its own format's rules, a line each.
        dropped: everything that is not in the tables.
        assumed: what the file leaves open and how it was read, a line each.
    """

    origin: str = ""
    documents: tuple[Document, ...] = ()
    codes: tuple[Code, ...] = ()
    coders: tuple[Coder, ...] = ()
    segments: tuple[Segment, ...] = ()
    codings: tuple[Coding, ...] = ()
    readings: tuple[ReadDocument, ...] = ()
    relations: tuple[Relation, ...] = ()
    cases: tuple[Case, ...] = ()
    positions: str = ""
    faults: tuple[str, ...] = ()
    dropped: tuple[DroppedItem, ...] = ()
    assumed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choices:
    """What a file does not say by itself.

    Arguments:
        coder: who coded, for codings that name nobody.
        project: of a database with several, its name or number.
        sheet: of a workbook with several, its name.
        columns: name of a column by field, where a table does not name it as tools do.
        documents: identifiers of documents of the study by the names in the file.
        library: documents of the study, with their texts, for files that hold none.
        positions: how positions are counted; None to find out.
        round: round of coding, where the file has none.
        code_ids: codes of the study, which keep their identifiers.
    """

    coder: str = ""
    project: str | None = None
    sheet: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, str] = field(default_factory=dict)
    library: tuple[Document, ...] = ()
    positions: Convention | None = None
    round: int = 1
    code_ids: frozenset[str] = frozenset()


NO_CHOICES = Choices()


SUFFIXES = (
    *(".txt", ".docx", ".doc", ".pdf", ".odt", ".rtf", ".md", ".html", ".htm", ".epub"),
    *(".xlsx", ".ods"),
)
CONTEXT = 32


def neighbours(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands before and after a passage, up to 32 characters each."""
    return text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]


def segment_id(document_id: str, start: int, end: int) -> str:
    """Identifier of a passage: the same passage has the same one, whoever marked it."""
    return f"{document_id}-{start}-{end}"


def parse_day(moment: object) -> date | None:
    """The day of a date and time in ISO 8601; None for what is none."""
    try:
        return date.fromisoformat(str(moment or "").strip()[:10])
    except ValueError:
        return None


def coding_id(segment: str, code_id: str, coder_id: str, round_: int) -> str:
    """Identifier of a coding: reading the same file twice gives the same ones."""
    return f"{segment}-{code_id}-{coder_id}-{round_}"


def path_to_root(key: K, above: Callable[[K], K | None]) -> tuple[K, ...]:
    """What stands above a code, broadest first, and the code itself; a circle is cut open."""
    line = [key]
    while (higher := above(line[-1])) is not None and higher not in line:
        line.append(higher)
    return tuple(reversed(line))


def name_stem(name: str) -> str:
    """The last part of a path of any system, without the suffix of a format of texts."""
    path = PurePath(name.replace("\\", "/"))
    return path.stem if path.suffix.casefold() in SUFFIXES else path.name


def rename(
    coding: CodingSet, coder: Callable[[str], str] = lambda name: name, round_: int | None = None
) -> CodingSet:
    """The set with other names of coders, or all in another round.

    Identifiers of codings that are made of these follow, in what the consensus rests on too.
    """
    ids: dict[str, str] = {}
    codings: list[Coding] = []
    for one in coding.codings:
        own = coding_id(one.segment_id, one.code_id, one.coder_id, one.round)
        who, number = coder(one.coder_id), round_ or one.round
        new = coding_id(one.segment_id, one.code_id, who, number)
        ids[one.coding_id] = new if one.coding_id == own else one.coding_id
        codings.append(replace(one, coder_id=who, round=number, coding_id=ids[one.coding_id]))
    codings = [
        replace(
            one, consensus_of=" ".join(ids.get(name, name) for name in one.consensus_of.split())
        )
        for one in codings
    ]
    readings = [
        replace(one, coder_id=coder(one.coder_id), round=round_ or one.round)
        for one in coding.readings
    ]
    return replace(
        coding,
        codings=tuple({one.coding_id: one for one in codings}.values()),
        readings=tuple({(r.document_id, r.coder_id, r.round): r for r in readings}.values()),
        relations=tuple(replace(one, coder_id=coder(one.coder_id)) for one in coding.relations),
    )


def refusal(
    where: str, what: str, allowed: str = "", remedy: str = "", code: str = "exchange.table"
) -> ProblemError:
    """The error of a file that is not read, or not written."""
    return ProblemError([Problem(where, what, allowed, remedy, code)])


_ALLOWED = {
    "Polarity": get_args(Polarity),
    "Certainty | None": ("", *get_args(Certainty)),
    "Literal['coder', 'consensus']": ("coder", "consensus"),
    "Loss": get_args(Loss),
}


def parse_records(kind: type[T], rows: Iterable[Mapping[str, Any]]) -> list[T]:
    """Records of rows of a study's table, whose cells have types already or are None.

    What a field does not allow is taken for its default; a row without what has none is left
    out: 'evaltools check' tells both.
    """
    known = fields(kind)  # type: ignore[arg-type]
    needed = {
        one.name for one in known if one.default is MISSING and one.default_factory is MISSING
    }
    records = []
    for row in rows:
        values: dict[str, Any] = {}
        for one in known:
            try:
                if row.get(one.name) is not None:
                    values[one.name] = parse_value(row[one.name], str(one.type))
                elif str(one.type) == "str | None":
                    values[one.name] = None
            except ValueError:
                continue
        if values.keys() >= needed:
            records.append(kind(**values))
    return records


def parse_value(cell: Any, kind: str) -> object:
    """A cell as the type that a field of a record declares; raises ValueError where it is none."""
    if kind == "bool":
        if not isinstance(cell, str):
            return bool(cell)
        if cell not in ("true", "false"):
            raise ValueError(cell)
        return cell == "true"
    if kind in ("int", "int | None"):
        return None if cell == "" and kind != "int" else int(cell)
    cell = str(cell)
    if kind == "date | None":
        return date.fromisoformat(cell.removesuffix(" 00:00:00")) if cell else None
    if kind.startswith(("Mapping", "tuple")):
        shape = dict if kind.startswith("Mapping") else list
        found = json.loads(cell) if cell else shape()
        if not isinstance(found, shape):
            raise ValueError(cell)
        if isinstance(found, dict):
            return {str(key): str(value) for key, value in found.items()}
        return tuple(map(str, found))
    allowed = _ALLOWED.get(kind.replace('"', "'"))
    if allowed and cell not in allowed:
        raise ValueError(cell)
    return None if kind.endswith("| None") and not cell else cell
