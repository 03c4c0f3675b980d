"""QualCoder projects: a folder `.qda` with the database `data.qda`, or that database.

Positions are of `source.fulltext`; the windows in which passages are marked count in UTF-16 units
and line ends as one, the program elsewhere in code points. Each is held against `seltext`.
Source of the schema: QualCoder's database versions 3 to 14 (github.com/ccbogel/QualCoder).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from evaltools.problems import Problem, ProblemError
from evaltools.qda.model import (
    NO_CHOICES,
    Case,
    Choices,
    Code,
    Coder,
    CodingSet,
    Document,
    DroppedItem,
    Loss,
    parse_day,
)
from evaltools.qda.names import code_ids, document_ids, path_to_root
from evaltools.qda.offsets.conventions import Convention
from evaltools.qda.placement import PROGRAM, CodedPassage, ToolText, digest, place_passages
from evaltools.qda.sqlite import Database, Row, open_database, read_integer, read_text

FILE_NAME = "data.qda"
TABLES = frozenset({"code_text", "code_name", "source"})
# What is left behind, with its table, what tells the row, and why.
_LEFT = (
    ("code_image", "imid", "memo", "a code on a picture; the study codes texts"),
    ("code_av", "avid", "memo", "a code on sound or film; the study codes texts"),
    ("annotation", "anid", "memo", "a note on a text; the study has no place for it"),
    ("journal", "name", "jentry", "a journal; the study has no place for it"),
)


def read_qualcoder(path: Path, choices: Choices = NO_CHOICES) -> CodingSet:
    """The coding of a QualCoder project.

    Arguments:
        path: the project folder, or its `data.qda`.
        choices: of positions, which are found out where they are not stated, and round.

    Raises ProblemError where it is no such project.
    """
    with open_database(path / FILE_NAME if path.is_dir() else path) as database:
        if not database.tables >= TABLES:
            raise ProblemError(
                [Problem(path.name, "it is no QualCoder project", code="exchange.database")]
            )
        return _read(database, choices)


def _read(database: Database, choices: Choices) -> CodingSet:
    dropped: list[DroppedItem] = []

    def drop(where: str, what: object, why: str, loss: Loss = "unsupported") -> None:
        dropped.append(DroppedItem(where, read_text(what)[:200], why, loss))

    documents, sources = _documents(database, drop)
    codes, code_of = _codes(database)
    columns = (
        "ctid",
        "cid",
        "fid",
        "seltext",
        "pos0",
        "pos1",
        "owner",
        "date",
        "memo",
        "important",
    )
    marks = []
    for row in database.rows("code_text", columns, "ctid"):
        where = f"code_text {read_text(row['ctid'])}"
        document, code = (
            documents.get(read_integer(row["fid"])),
            code_of.get(read_integer(row["cid"])),
        )
        quote = read_text(row["seltext"])
        if document is None or code is None:
            lost = "file" if document is None else "code"
            drop(where, quote, f"its {lost} is not in the project", "passage")
            continue
        marks.append(
            CodedPassage(
                where,
                document.document_id,
                code,
                read_text(row["owner"]).strip(),
                read_integer(row["pos0"]),
                read_integer(row["pos1"]),
                # Where the program shows text, paragraphs are parted by U+2029.
                quote.replace("\u2029", "\n"),
                where,
                parse_day(read_text(row["date"])),
                round=choices.round,
            )
        )
        if read_text(row["memo"]):
            drop(where, row["memo"], "a note on a coding; the study has no place for it")
        if read_integer(row["important"]):
            drop(where, "important", "the study does not mark importance")
    for table, key, content, why in _LEFT:
        for row in database.rows(table, (key, content), key):
            drop(f"{table} {read_text(row[key])}", row[content], why)
    version = database.rows("project", ("databaseversion", "about"), "databaseversion")
    about = read_text(version[0]["about"]) if version else ""
    coding = CodingSet(
        origin=about if about.startswith("QualCoder") else f"QualCoder {about}".strip(),
        documents=tuple(documents.values()),
        codes=codes,
        coders=tuple(Coder(name, name) for name in sorted({mark.coder_id for mark in marks})),
        cases=_cases(database, documents),
        dropped=tuple(dropped),
    )
    positions = Convention.stated(choices.positions)
    ways = (positions,) if positions else PROGRAM
    return place_passages(coding, marks, sources, "QualCoder", ways)


def _documents(
    database: Database, drop: Callable[[str, object, str], None]
) -> tuple[dict[int | None, Document], dict[str, ToolText]]:
    rows = {
        read_integer(row["id"]): row
        for row in database.rows("source", ("id", "name", "fulltext", "mediapath", "memo"), "id")
    }
    variables = _read_variables(database, "file")
    ids = document_ids({key: read_text(row["name"]) for key, row in rows.items()})
    documents: dict[int | None, Document] = {}
    sources: dict[str, ToolText] = {}
    for key, row in rows.items():
        name = read_text(row["name"])
        if row["fulltext"] is None:
            drop(f"source {key}", name, "it has no text: a picture or recording")
            continue
        source = sources[ids[key]] = ToolText(read_text(row["fulltext"]))
        documents[key] = Document(
            ids[key], name, source.text, digest(source.text), "", variables.get(key, {})
        )
        if read_text(row["memo"]):
            drop(f"source {key}", row["memo"], "a note on a file; the study has no place for it")
    return documents, sources


def _codes(database: Database) -> tuple[tuple[Code, ...], dict[int | None, str]]:
    """Categories as codes that only group, and codes; and the codes by their number."""
    categories = database.rows("code_cat", ("catid", "name", "memo", "supercatid"), "catid")
    names = database.rows("code_name", ("cid", "name", "memo", "catid", "color", "supercid"), "cid")
    rows: dict[tuple[str, int | None], Row] = {
        ("cat", read_integer(row["catid"])): row for row in categories
    }
    rows |= {("code", read_integer(row["cid"])): row for row in names}

    def above(key: tuple[str, int | None]) -> tuple[str, int | None] | None:
        row = rows[key]
        if key[0] == "code" and read_integer(row["supercid"]) is not None:
            parent: tuple[str, int | None] = ("code", read_integer(row["supercid"]))
        else:
            parent = ("cat", read_integer(row["supercatid" if key[0] == "cat" else "catid"]))
        return parent if parent in rows else None

    lines = {key: path_to_root(key, above) for key in rows}
    ids = code_ids(
        {key: tuple(read_text(rows[one]["name"]) for one in line) for key, line in lines.items()}
    )
    codes = [
        Code(
            ids[key],
            ids[lines[key][-2]] if len(lines[key]) > 1 else None,
            read_text(row["name"]),
            read_text(row["memo"]),
            codable=key[0] == "code",
            color=read_text(row.get("color")),
        )
        for key, row in rows.items()
    ]
    codes.sort(key=lambda code: code.code_id)
    return tuple(codes), {key[1]: ids[key] for key in rows if key[0] == "code"}


def _read_variables(database: Database, kind: str) -> dict[int | None, dict[str, str]]:
    variables: dict[int | None, dict[str, str]] = {}
    for row in database.rows("attribute", ("attrid", "name", "attr_type", "value", "id"), "attrid"):
        if row["attr_type"] == kind and read_text(row["value"]):
            variables.setdefault(read_integer(row["id"]), {})[read_text(row["name"])] = read_text(
                row["value"]
            )
    return variables


def _cases(database: Database, documents: dict[int | None, Document]) -> tuple[Case, ...]:
    variables = _read_variables(database, "case")
    texts: dict[int | None, set[str]] = {}
    for row in database.rows("case_text", ("id", "caseid", "fid"), "id"):
        document = documents.get(read_integer(row["fid"]))
        if document is not None:
            texts.setdefault(read_integer(row["caseid"]), set()).add(document.document_id)
    cases = []
    for row in database.rows("cases", ("caseid", "name"), "caseid"):
        key = read_integer(row["caseid"])
        cases.append(
            Case(
                read_text(row["name"]), tuple(sorted(texts.get(key, set()))), variables.get(key, {})
            )
        )
    return tuple(cases)
