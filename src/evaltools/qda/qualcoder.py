"""QualCoder projects: a folder `.qda` with the database `data.qda`, or that database.

Positions are of `source.fulltext`; the windows in which passages are marked count in UTF-16 units
and line ends as one, the program elsewhere in code points. Each is held against `seltext`.
Source of the schema: QualCoder's database versions 3 to 14 (github.com/ccbogel/QualCoder).
"""

from __future__ import annotations

from collections.abc import Mapping

from evaltools.qda.model import Case, Choices, CodingSet, Document, DroppedItem, Loss, parse_day
from evaltools.qda.names import document_ids
from evaltools.qda.placement import PROGRAM, CodedPassage, ToolText, digest, place_passages
from evaltools.qda.sqlite import Database, Row, read_codes, read_integer, read_text

FILE_NAME = "data.qda"
TABLES = frozenset({"code_text", "code_name", "source"})
# What is left behind, with its table, what tells the row, and why.
_LEFT = (
    ("code_image", "imid", "memo", "a code on a picture; the study codes texts"),
    ("code_av", "avid", "memo", "a code on sound or film; the study codes texts"),
    ("annotation", "anid", "memo", "a note on a text; the study has no place for it"),
    ("journal", "name", "jentry", "a journal; the study has no place for it"),
)
_PASSAGE = ("ctid", "cid", "fid", "seltext", "pos0", "pos1", "owner", "date", "memo", "important")


def read_qualcoder(database: Database, choices: Choices) -> CodingSet:
    """The coding of a QualCoder project."""
    project = _Project(database)
    marks = project.read_passages(choices.round)
    for table, key, content, why in _LEFT:
        for row in database.rows(table, (key, content), key):
            project.drop(f"{table} {read_text(row[key])}", row[content], why)
    version = database.rows("project", ("databaseversion", "about"), "databaseversion")
    about = read_text(version[0]["about"]) if version else ""
    coding = CodingSet(
        origin=about if about.startswith("QualCoder") else f"QualCoder {about}".strip(),
        documents=tuple(project.documents.values()),
        codes=project.codes,
        cases=project.read_cases(),
        dropped=tuple(project.dropped),
    )
    return place_passages(coding, marks, project.sources, "QualCoder", PROGRAM, choices.positions)


class _Project:
    """The documents and codes of a project by their numbers, and what was left behind."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.dropped: list[DroppedItem] = []
        self.documents: dict[int | None, Document] = {}
        self.sources: dict[str, ToolText] = {}
        self._read_documents()
        columns: tuple[str, ...] = ("catid", "name", "memo", "supercatid")
        rows: dict[tuple[str, int | None], Row] = {
            ("cat", read_integer(row["catid"])): row
            for row in database.rows("code_cat", columns, "catid")
        }
        groups = set(rows)
        columns = ("cid", "name", "memo", "catid", "color", "supercid")
        for row in database.rows("code_name", columns, "cid"):
            rows["code", read_integer(row["cid"])] = row

        def above(key: tuple[str, int | None]) -> object:
            row = rows[key]
            if key[0] == "cat":
                return ("cat", read_integer(row["supercatid"]))
            code = read_integer(row["supercid"])
            return ("cat", read_integer(row["catid"])) if code is None else ("code", code)

        self.codes, ids = read_codes(rows, above, "name", "memo", groups)
        self.code_ids = {key[1]: name for key, name in ids.items() if key not in groups}

    def drop(self, where: str, what: object, why: str, loss: Loss = "unsupported") -> None:
        """Leave something behind."""
        self.dropped.append(DroppedItem(where, read_text(what)[:200], why, loss))

    def _read_documents(self) -> None:
        columns = ("id", "name", "fulltext", "mediapath", "memo")
        rows = {read_integer(row["id"]): row for row in self.database.rows("source", columns, "id")}
        variables = self._variables("file")
        ids = document_ids({key: read_text(row["name"]) for key, row in rows.items()})
        for key, row in rows.items():
            name, where = read_text(row["name"]), f"source {key}"
            if row["fulltext"] is None:
                self.drop(where, name, "it has no text: a picture or recording")
                continue
            source = self.sources[ids[key]] = ToolText(read_text(row["fulltext"]))
            values = variables.get(key, {})
            self.documents[key] = Document(
                ids[key], name, source.text, digest(source.text), "", values
            )
            if read_text(row["memo"]):
                self.drop(where, row["memo"], "a note on a file; the study has no place for it")

    def read_passages(self, round_: int) -> list[CodedPassage]:
        """Codes on passages, as the database has them."""
        marks = []
        for row in self.database.rows("code_text", _PASSAGE, "ctid"):
            where, quote = f"code_text {read_text(row['ctid'])}", read_text(row["seltext"])
            document = self.documents.get(read_integer(row["fid"]))
            code = self.code_ids.get(read_integer(row["cid"]))
            if document is None or code is None:
                lost = "file" if document is None else "code"
                self.drop(where, quote, f"its {lost} is not in the project", "passage")
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
                    round=round_,
                )
            )
            if read_text(row["memo"]):
                self.drop(where, row["memo"], "a note on a coding; the study has no place for it")
            if read_integer(row["important"]):
                self.drop(where, "important", "the study does not mark importance")
        return marks

    def read_cases(self) -> tuple[Case, ...]:
        """Cases with their documents and values."""
        variables = self._variables("case")
        texts: dict[int | None, set[str]] = {}
        for row in self.database.rows("case_text", ("id", "caseid", "fid"), "id"):
            if document := self.documents.get(read_integer(row["fid"])):
                texts.setdefault(read_integer(row["caseid"]), set()).add(document.document_id)
        rows = self.database.rows("cases", ("caseid", "name"), "caseid")
        numbered = [(read_integer(row["caseid"]), read_text(row["name"])) for row in rows]
        return tuple(
            Case(name, tuple(sorted(texts.get(key, ()))), variables.get(key, {}))
            for key, name in numbered
        )

    def _variables(self, kind: str) -> Mapping[int | None, dict[str, str]]:
        """Values by name of each `file` or `case`."""
        variables: dict[int | None, dict[str, str]] = {}
        columns = ("attrid", "name", "attr_type", "value", "id")
        for row in self.database.rows("attribute", columns, "attrid"):
            if row["attr_type"] == kind and (value := read_text(row["value"])):
                variables.setdefault(read_integer(row["id"]), {})[read_text(row["name"])] = value
        return variables
