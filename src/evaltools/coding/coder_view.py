"""Material: what a coder may see of the study, and nothing of what others have done with it.

Only the register, the documents, their sections and the codebook are read here. The tables of
codings are not opened, so they cannot be shown.
"""

from __future__ import annotations

import hashlib
import re
from difflib import get_close_matches
from functools import cached_property
from typing import Any, Literal, NamedTuple

from evaltools.coding.suggestions.keywords import Keyword, read_keywords
from evaltools.evidence.codebook import texts_of_codes, version_order
from evaltools.files import resolve_inside
from evaltools.problems import Problem, ProblemError
from evaltools.qda.coding_tables import make_records, read_study_tables, table_rows
from evaltools.qda.model import Coder
from evaltools.study import Study
from evaltools.study.vocabulary import LANGUAGES, Language

TABLES = ("projects", "documents", "sections", "codes", "code_changes", "keywords", "coders")
_CodeText = Literal["definition", "include", "exclude"]
_CODE_TEXTS: tuple[_CodeText, ...] = ("definition", "include", "exclude")


class CodedText(NamedTuple):
    """A document's text as its file holds it now, and the digest it is known by."""

    text: str
    sha256: str


class CoderView:
    """The study as a coder sees it.

    Arguments:
        study: its tables are read once, texts when they are opened.
    """

    def __init__(self, study: Study) -> None:
        self.study = study
        needed = ("projects", "documents", "codes", "coders")
        self.tables = read_study_tables(study.data, TABLES, needed, "coding.table")
        self._texts: dict[str, CodedText] = {}

    @property
    def key(self) -> str:
        """Name under which a browser keeps what is not yet saved, for this study on this disk."""
        path = str(self.study.root.resolve())
        digest = hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()[:12]
        return f"{self.study.declaration.name}-{digest}"

    @cached_property
    def documents(self) -> dict[str, dict[str, Any]]:
        """Documents in order of wave and identifier, with the title of their project."""
        projects = {row["project_id"]: row for row in reversed(table_rows(self.tables["projects"]))}
        by_id: dict[str, dict[str, Any]] = {}
        rows = self.tables["documents"].dropna(subset=["document_id", "text_file"])
        for row in table_rows(rows.sort_values(["wave", "document_id"], kind="stable")):
            project, language = _words(row["project_id"]), _words(row["language"])
            titles = projects.get(project, {})
            order = dict.fromkeys((language, *LANGUAGES))
            named = (_words(titles.get(f"title_{name}")) for name in order)
            name = str(row["document_id"])
            by_id[name] = {
                "id": name,
                "project": project,
                "title": next(filter(None, named), project),
                "language": language,
                "kind": _words(row["kind"]),
                "wave": _words(row["wave"]),
            }
        return by_id

    @cached_property
    def codes(self) -> dict[str, dict[str, Any]]:
        """Codes in use, in the order of the codebook; retired ones are left out."""
        columns = (
            "code_id", "parent_id", "kind", "label_fi", "label_sv", "label_en", "retired",
        )  # fmt: skip
        by_id: dict[str, dict[str, Any]] = {}
        for row in table_rows(self.tables["codes"].dropna(subset=["code_id"])):
            if row["code_id"] not in by_id and not _words(row["retired"]):
                code = {column: _words(row[column]) for column in columns}
                # In the panel a kind goes by its role, whatever the study calls it.
                code["kind"] = self.study.declaration.role_of(code["kind"]) or code["kind"]
                by_id[code["code_id"]] = code | {"codable": bool(row["codable"])}
        return by_id

    def codebook(self, language: Language) -> list[dict[str, Any]]:
        """Those codes with what the codebook says of them in a language."""
        by_text: dict[_CodeText, dict[str, str]] = {
            name: texts_of_codes(self.tables["codes"].dropna(subset=["code_id"]), name, language)
            for name in _CODE_TEXTS
        }
        return [
            code | {name: texts[code_id] for name, texts in by_text.items()}
            for code_id, code in self.codes.items()
        ]

    @cached_property
    def version(self) -> str:
        """The newest version that the codebook speaks of."""
        codes, changes = self.tables["codes"], self.tables["code_changes"]
        named = [codes["codebook_version"], codes["retired"], changes["to_version"]]
        versions = {str(name) for column in named for name in column.dropna() if str(name)}
        return max(versions, key=version_order, default="")

    @cached_property
    def coders(self) -> dict[str, Coder]:
        """Coders of the study by identifier."""
        return {one.coder_id: one for one in make_records(self.tables["coders"], Coder)}

    def coder(self, coder_id: str) -> Coder:
        """A coder of the study; raises ProblemError, with those there are, for another name."""
        if coder_id in self.coders and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", coder_id):
            return self.coders[coder_id]
        path = f"{self.study.declaration.data}/coding/coders.csv"
        remedy = (
            f"Add a line to {path}, such as '{coder_id},Reader D,coder,2022-04-11': identifier, "
            "name to be used in publications, role, day the coder had been trained."
        )
        known = ", ".join(self.coders) or "no coder is there yet"
        what = f"no coder has the identifier '{coder_id}'"
        raise ProblemError([Problem(path, what, known, remedy, "coding.coder")])

    def document(self, document_id: str | None) -> None:
        """Raise ProblemError for a document that the study does not have."""
        if document_id is not None and document_id not in self.documents:
            near = ", ".join(get_close_matches(document_id, self.documents, 3))
            where = f"document {document_id}"
            what, remedy = "there is no such document", "See documents.csv for those there are."
            raise ProblemError([Problem(where, what, near, remedy, "coding.document")])

    def text(self, document_id: str) -> CodedText:
        """The text of a document; raises KeyError for an unknown one, OSError, UnicodeError."""
        if document_id not in self._texts:
            rows = self.tables["documents"]
            names = rows.loc[rows["document_id"] == document_id, "text_file"]
            if names.empty:
                raise KeyError(document_id)
            path = resolve_inside(self.study.data, str(names.iloc[0]))
            if path is None:
                raise FileNotFoundError(str(names.iloc[0]))
            data = path.read_bytes()
            text = CodedText(data.decode("utf-8"), hashlib.sha256(data).hexdigest())
            self._texts[document_id] = text
        return self._texts[document_id]

    def sections(self, document_id: str) -> list[dict[str, Any]]:
        """Sections of a document in order: heading, start, end, page where it is known."""
        rows = self.tables["sections"]
        own = rows[(rows["document_id"] == document_id).fillna(False)]
        own = own.dropna(subset=["start", "end"]).sort_values("start", kind="stable")
        return [
            {"heading": _words(row["heading"]), "start": int(row["start"]), "end": int(row["end"]),
             "page": None if row["page"] is None else int(row["page"])}
            for row in table_rows(own)
        ]  # fmt: skip

    @cached_property
    def keywords(self) -> tuple[Keyword, ...]:
        """Patterns that bring up suggestions; raises ProblemError where one cannot be read."""
        return read_keywords(self.tables["keywords"])


def _words(value: object) -> str:
    return "" if value is None else str(value)
