"""Projects that are SQLite databases: Taguette's highlights, QualCoder's codings.

Taguette's offsets count the UTF-8 bytes of the text between the tags of documents held as HTML. A
highlight carries the HTML that was cut at them, which shows whether they still fit. Who highlighted
is in the log of commands only, and is lost when a project is exported; the user of a Taguette of
one's own is called admin. QualCoder's positions are of `source.fulltext`; the
windows in which passages are marked count in UTF-16 units and line ends as one, the program
elsewhere in code points. Each is held against `seltext`.
Sources of the schemas: taguette/database/models.py (Taguette 1.0 to 1.5, BSD licence); QualCoder's
database versions 3 to 14 (github.com/ccbogel/QualCoder).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cached_property
from html import unescape

from evaltools.documents.superscripts import blank_superscripts
from evaltools.documents.text_normalisation import clean
from evaltools.problems import list_values, nearest_value, quote_value
from evaltools.qda.model import (
    Case,
    Choices,
    CodingSet,
    Document,
    DroppedItem,
    Loss,
    parse_day,
    refusal,
)
from evaltools.qda.names import document_ids
from evaltools.qda.offsets.conventions import Convention, OffsetScale
from evaltools.qda.placement import PROGRAM, CodedPassage, Span, ToolText, digest, place_passages
from evaltools.qda.quote_search import UnlocatedQuote, locate
from evaltools.qda.sqlite import Database, Row, read_codes, read_integer, read_text

TAGUETTE_TABLES = frozenset({"projects", "documents", "tags", "highlights", "highlight_tags"})
BYTES = Convention("utf8")
_NOBODY = frozenset(("", "admin"))


def read_taguette(database: Database, choices: Choices) -> CodingSet:
    """The coding of a project, which must be clear; an empty coder where nothing says who coded."""
    project = _project(database, choices.project)

    def mine(table: str, *columns: str) -> list[Row]:
        rows = database.rows(table, ("id", "project_id", *columns), "id")
        return [row for row in rows if row["project_id"] == project["id"]]

    dropped: list[DroppedItem] = []
    rows = mine("documents", "name", "description", "filename", "contents", "created")
    ids = document_ids({row["id"]: read_text(row["name"]) for row in rows})
    sources = {ids[row["id"]]: HtmlText(read_text(row["contents"])) for row in rows}
    documents = []
    for row in rows:
        text = sources[ids[row["id"]]].text
        file = {"filename": read_text(row["filename"])} if row["filename"] else {}
        name = read_text(row["name"])
        documents.append(Document(ids[row["id"]], name, text, digest(text), "", file))
        if (what := read_text(row["description"])).strip():
            why = "a description of a document; the study has no place for it"
            dropped.append(DroppedItem(f"document {row['id']}", what[:200], why, "unsupported"))
    by_id = {row["id"]: row for row in mine("tags", "path", "description", "parent_id")}
    codes, code_of = read_codes(by_id, lambda key: by_id[key]["parent_id"], "path", "description")
    tags: dict[object, list[object]] = {}
    for row in database.rows("highlight_tags", ("highlight_id", "tag_id"), "highlight_id"):
        tags.setdefault(row["highlight_id"], []).append(row["tag_id"])
    log = _log(mine("commands", "date", "user_login", "payload"))
    marks: list[CodedPassage] = []
    columns = ("id", "document_id", "start_offset", "end_offset", "snippet")
    for row in database.rows("highlights", columns, "id"):
        if row["document_id"] not in ids:
            continue  # of another project
        where, document_id = f"highlight {read_text(row['id'])}", ids[row["document_id"]]
        shown = remove_tags(read_text(row["snippet"]))
        found = [code_of[tag] for tag in tags.get(row["id"], ()) if tag in code_of]
        position = _position(row, sources[document_id], shown)
        if isinstance(position, str):
            dropped.append(DroppedItem(where, shown[:200], position, "passage"))
            continue
        start, end, quote = position
        if not found:
            dropped.append(DroppedItem(where, quote[:200], "a highlight without a tag", "uncoded"))
        coder, moment = log.get(row["id"], ("", None))
        marks += [
            CodedPassage(
                *(where, document_id, code, coder, start, end, quote, where),
                parse_day(read_text(moment)),
                round=choices.round,
            )
            for code in sorted(found)
        ]
    coding = CodingSet(
        origin=f"Taguette, project {read_text(project['name'])}",
        documents=tuple(documents),
        codes=codes,
        dropped=tuple(dropped),
    )
    return place_passages(coding, marks, sources, "Taguette", (BYTES,))


def _project(database: Database, wanted: str | None) -> Row:
    rows = database.rows("projects", ("id", "name"), "id")
    projects = [
        row for row in rows if wanted in (None, read_text(row["name"]), read_text(row["id"]))
    ]
    if len(projects) == 1:
        return projects[0]
    names = [f"{read_text(row['name'])} ({read_text(row['id'])})" for row in rows]
    if not rows:
        what, remedy = "it holds no project", "Is it the right file?"
    elif wanted is None or projects:
        what = "it holds several projects" if wanted is None else "several have that name"
        remedy = "Choose one by --project, by its name or its number."
    else:
        near = nearest_value(wanted, [read_text(row["name"]) for row in rows])
        what = f"it holds no project {quote_value(wanted)}"
        remedy = f"Did you mean {quote_value(near)}?" if near else "Choose one by --project."
    raise refusal(database.where, what, list_values(names), remedy, "exchange.project")


def _log(rows: list[Row]) -> dict[object, tuple[str, object]]:
    """Who first made each highlight, and when, as far as the log of commands has it."""
    authors: dict[object, tuple[str, object]] = {}
    for row in rows:
        try:
            payload = json.loads(read_text(row["payload"]))
        except (ValueError, RecursionError):
            continue
        if isinstance(payload, dict) and payload.get("type") == "highlight_add":
            number = payload.get("highlight_id")
            if isinstance(number, int):
                user = read_text(row["user_login"])
                authors.setdefault(number, ("" if user in _NOBODY else user, row["date"]))
    return authors


def _position(row: Row, source: HtmlText, shown: str) -> tuple[int | None, int | None, str] | str:
    """Start, end and quote of a highlight, as far as they can be believed; else why not."""
    start, end = read_integer(row["start_offset"]), read_integer(row["end_offset"])
    at = None if start is None or end is None else source.passage((start, end), BYTES)
    if at and source.text[at[0] : at[1]] == clean(shown):
        return start, end, shown
    # Old versions cut what they show at the wrong bytes where letters take more than one, and
    # documents may have been changed: what begins and ends between words is believed.
    again = locate(source.text, clean(shown).strip())
    by_offset = at is not None and _between_words(source.text, *at)
    by_words = not isinstance(again, UnlocatedQuote) and _between_words(
        source.text, again.start, again.end
    )
    if by_offset and by_words:
        return "its offsets and what it shows are two different passages"
    if by_offset:
        return start, end, ""
    if by_words:
        return None, None, shown
    return "neither its offsets nor what it shows fit its document"


def _between_words(text: str, start: int, end: int) -> bool:
    bare = blank_superscripts(text)

    def inside(place: int) -> bool:
        around = bare[place - 1 : place + 1] if place else ""
        return len(around) == 2 and around.isalnum()

    return not inside(start) and not inside(end)


_PARAGRAPHS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "div", "dl", "figure", "footer", "form"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav", "ol", "p", "pre"),
        *("section", "table", "ul"),
    )
)
_LINES = frozenset(("br", "dd", "dt", "li", "tr", "tbody", "thead", "tfoot"))
_TAG = re.compile(r"<!--|<[!?]|<(/?)([A-Za-z][^\s/>]*)")
_REST_OF_TAG = re.compile(r"""(?:[^>"']+|"[^"]*"|'[^']*')*+>""")
_UNSEEN = frozenset(("head", "script", "style", "template", "title"))


class _TagStripper:
    """Text between the tags, in one pass: html.parser takes minutes for a few broken tags."""

    def __init__(self, html: str) -> None:
        self.text = ""
        self.put: list[int] = []  # places of line ends that part paragraphs
        self._parts: list[str] = []
        self._length = self._gap = self._ended = 0  # line ends to come, and at the end so far
        at = unseen = 0
        while opening := _TAG.search(html, at):
            past = _past_tag(html, opening)
            if past is None:
                break  # a tag that nothing ends: what follows is taken for text
            if not unseen:
                self._add_text(unescape(html[at : opening.start()]))
            name = (opening.group(2) or "").lower()
            if name in _UNSEEN:
                unseen = max(0, unseen + (-1 if opening.group(1) else 1))
            self._gap = max(self._gap, 2 * (name in _PARAGRAPHS), 1 * (name in _LINES))
            at = past
        if not unseen:
            self._add_text(unescape(html[at:]))
        self.text = "".join(self._parts)

    def _add_text(self, data: str) -> None:
        if data and not data.isspace():
            leading = data[: len(data) - len(data.lstrip())].count("\n")
            missing = self._gap - self._ended - leading if self._length else 0
            for _ in range(missing):
                self.put.append(self._length)
                self._add("\n")
            self._gap = 0
        if data:
            self._add(data)

    def _add(self, data: str) -> None:
        self._parts.append(data)
        self._length += len(data)
        ending = data[len(data.rstrip()) :].count("\n")
        self._ended = ending + (self._ended if data.isspace() else 0)


def _past_tag(html: str, opening: re.Match[str]) -> int | None:
    """Where a tag, a comment or a declaration ends; None where nothing ends it."""
    if opening.group().startswith("<!--"):
        end = html.find("-->", opening.end())
        return len(html) if end < 0 else end + 3
    rest = _REST_OF_TAG.match(html, opening.end())
    return rest.end() if rest else None


class HtmlText(ToolText):
    """HTML as a text whose places are counted over what stands between the tags; line ends that
    part paragraphs do not count."""

    def __init__(self, html: str) -> None:
        # As HTML is read: all line ends are LF before anything is counted.
        stripper = _TagStripper(html.replace("\r\n", "\n").replace("\r", "\n"))
        self._put = frozenset(stripper.put)
        super().__init__(stripper.text)

    @cached_property
    def _bare(self) -> tuple[str, list[int]]:
        """The text between the tags, and for each of its characters the place in the raw one."""
        places = [place for place in range(len(self.raw)) if place not in self._put]
        return "".join(self.raw[place] for place in places), places

    @cached_property
    def scale(self) -> OffsetScale:
        """By which places between the tags are counted."""
        return OffsetScale(self._bare[0])

    def _in_raw(self, start: int, end: int) -> Span:
        places = self._bare[1]
        return places[start], places[end - 1] + 1


def remove_tags(html: str) -> str:
    """The text of HTML, not normalised: as a piece of a text it keeps its blanks."""
    return HtmlText(html).raw


FILE_NAME = "data.qda"
QUALCODER_TABLES = frozenset({"code_text", "code_name", "source"})
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
