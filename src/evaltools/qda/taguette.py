"""Taguette databases: highlights of documents held as HTML.

Offsets count the UTF-8 bytes of the text between the tags. A highlight carries the HTML that was
cut at them, which shows whether they still fit. Who highlighted is in the log of commands only,
and is lost when a project is exported; the user of a Taguette of one's own is called admin.
Source of the schema: taguette/database/models.py (Taguette 1.0 to 1.5, BSD licence).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from html import unescape
from pathlib import Path

from evaltools.documents.superscripts import blank_superscripts
from evaltools.documents.text_normalisation import clean
from evaltools.evidence.messages import list_values, nearest_value, quote_value
from evaltools.problems import Problem, ProblemError
from evaltools.qda.model import (
    NO_CHOICES,
    Choices,
    Code,
    Coder,
    CodingSet,
    Document,
    DroppedItem,
    parse_day,
)
from evaltools.qda.names import code_ids, document_ids, path_to_root
from evaltools.qda.offsets.conventions import Convention, OffsetScale
from evaltools.qda.placement import CodedPassage, Span, ToolText, digest, place_passages
from evaltools.qda.quote_search import UnlocatedQuote, locate
from evaltools.qda.sqlite import Database, Row, open_database, read_integer, read_text

TABLES = frozenset({"projects", "documents", "tags", "highlights", "highlight_tags"})
BYTES = Convention("utf8")
_NOBODY = frozenset(("", "admin"))


def read_taguette(path: Path, choices: Choices = NO_CHOICES) -> CodingSet:
    """The coding of a project in a Taguette database.

    Arguments:
        path: the database.
        choices: of the project, where there are several, and round.

    Codings of which the log does not say who made them have an empty coder.
    Raises ProblemError where it is no such database or the project is not clear.
    """
    with open_database(path) as database:
        if not database.tables >= TABLES:
            raise ProblemError(
                [Problem(path.name, "it is no Taguette database", code="exchange.database")]
            )
        return _read(database, _project(database, choices.project), choices.round)


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
    raise ProblemError(
        [Problem(database.where, what, list_values(names), remedy, code="exchange.project")]
    )


def _read(database: Database, project: Row, round_: int) -> CodingSet:
    def mine(table: str, columns: tuple[str, ...]) -> list[Row]:
        rows = database.rows(table, ("id", "project_id", *columns), "id")
        return [row for row in rows if row["project_id"] == project["id"]]

    dropped: list[DroppedItem] = []
    rows = mine("documents", ("name", "description", "filename", "contents", "created"))
    ids = document_ids({row["id"]: read_text(row["name"]) for row in rows})
    sources = {ids[row["id"]]: HtmlText(read_text(row["contents"])) for row in rows}
    documents = []
    for row in rows:
        text = sources[ids[row["id"]]].text
        file = {"filename": read_text(row["filename"])} if row["filename"] else {}
        documents.append(
            Document(ids[row["id"]], read_text(row["name"]), text, digest(text), "", file)
        )
        if read_text(row["description"]).strip():
            why = "a description of a document; the study has no place for it"
            what = read_text(row["description"])[:200]
            dropped.append(DroppedItem(f"document {row['id']}", what, why, "unsupported"))
    codes, code_of = _codes(mine("tags", ("path", "description", "parent_id")))
    tags: dict[object, list[object]] = {}
    for row in database.rows("highlight_tags", ("highlight_id", "tag_id"), "highlight_id"):
        tags.setdefault(row["highlight_id"], []).append(row["tag_id"])
    log = _log(mine("commands", ("date", "user_login", "payload")))
    marks: list[CodedPassage] = []
    columns = ("id", "document_id", "start_offset", "end_offset", "snippet")
    for row in database.rows("highlights", columns, "id"):
        if row["document_id"] not in ids:
            continue  # of another project
        document_id = ids[row["document_id"]]
        where = f"highlight {read_text(row['id'])}"
        found = [code_of[tag] for tag in tags.get(row["id"], ()) if tag in code_of]
        mark = _mark(row, where, document_id, sources[document_id], log, round_)
        if isinstance(mark, DroppedItem):
            dropped.append(mark)
        elif not found:
            dropped.append(
                DroppedItem(where, mark.quote[:200], "a highlight without a tag", "uncoded")
            )
        else:
            marks += [replace(mark, code_id=code) for code in sorted(found)]
    coding = CodingSet(
        origin=f"Taguette, project {read_text(project['name'])}",
        documents=tuple(documents),
        codes=codes,
        coders=tuple(Coder(name, name) for name in sorted({mark.coder_id for mark in marks})),
        dropped=tuple(dropped),
    )
    return place_passages(coding, marks, dict(sources), "Taguette", (BYTES,))


def _codes(rows: list[Row]) -> tuple[tuple[Code, ...], dict[object, str]]:
    by_id = {row["id"]: row for row in rows}

    def above(key: object) -> object:
        parent = by_id[key]["parent_id"]
        return parent if parent in by_id else None

    lines = {key: path_to_root(key, above) for key in by_id}
    ids = code_ids(
        {key: tuple(read_text(by_id[one]["path"]) for one in line) for key, line in lines.items()}
    )
    codes = [
        Code(
            ids[key],
            ids[lines[key][-2]] if len(lines[key]) > 1 else None,
            read_text(row["path"]),
            read_text(row["description"]),
        )
        for key, row in by_id.items()
    ]
    return tuple(sorted(codes, key=lambda code: code.code_id)), dict(ids)


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


def _mark(
    row: Row,
    where: str,
    document_id: str,
    source: HtmlText,
    log: dict[object, tuple[str, object]],
    round_: int,
) -> CodedPassage | DroppedItem:
    start, end = read_integer(row["start_offset"]), read_integer(row["end_offset"])
    shown = remove_tags(read_text(row["snippet"]))
    coder, moment = log.get(row["id"], ("", None))

    def mark(first: int | None, last: int | None, quote: str) -> CodedPassage:
        return CodedPassage(
            *(
                where,
                document_id,
                "",
                coder,
                first,
                last,
                quote,
                where,
                parse_day(read_text(moment)),
            ),
            round=round_,
        )

    at = None if start is None or end is None else source.passage((start, end), BYTES)
    if at and source.text[at[0] : at[1]] == clean(shown):
        return mark(start, end, shown)
    # Old versions cut what they show at the wrong bytes where letters take more than one, and
    # documents may have been changed: what begins and ends between words is believed.
    again = locate(source.text, clean(shown).strip())
    by_offset = at is not None and _between_words(source.text, *at)
    by_words = not isinstance(again, UnlocatedQuote) and _between_words(
        source.text, again.start, again.end
    )
    if by_offset and not by_words:
        return mark(start, end, "")
    if by_words and not by_offset:
        return mark(None, None, shown)
    if by_offset:
        why = "its offsets and what it shows are two different passages"
    else:
        why = "neither its offsets nor what it shows fit its document"
    return DroppedItem(where, shown[:200], why, "passage")


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
_TAG_END = re.compile("[>\"']")
_UNSEEN = frozenset(("head", "script", "style", "template", "title"))


class _TagStripper:
    """Text between the tags, in one pass: html.parser takes minutes for a few broken tags."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.put: list[int] = []
        self._length = 0
        self._gap = 0
        self._unseen = 0
        self._ended = 0  # line ends at the end of what there is

    def feed(self, html: str) -> None:
        """Take in a whole document."""
        at = 0
        while at < len(html):
            opening = _TAG.search(html, at)
            if opening is None:
                break
            past = _past_tag(html, opening)
            if past is None:
                break  # a tag that nothing ends: what follows is taken for text
            self._text(html[at : opening.start()])
            name = (opening.group(2) or "").lower()
            if name:
                step = -1 if opening.group(1) else 1
                if name in _UNSEEN:
                    self._unseen = max(0, self._unseen + step)
                self._part(name)
            at = past
        self._text(html[at:])

    def _part(self, tag: str) -> None:
        self._gap = max(self._gap, 2 * (tag in _PARAGRAPHS), 1 * (tag in _LINES))

    def _text(self, html: str) -> None:
        data = unescape(html)
        if self._unseen or not data:
            return
        if not data.isspace():
            leading = data[: len(data) - len(data.lstrip())].count("\n")
            missing = self._gap - self._ended - leading if self._length else 0
            for _ in range(missing):
                self.put.append(self._length)
                self._add("\n")
            self._gap = 0
        self._add(data)

    def _add(self, data: str) -> None:
        self.parts.append(data)
        self._length += len(data)
        ending = data[len(data.rstrip()) :].count("\n")
        self._ended = ending + (self._ended if data.isspace() else 0)


def _past_tag(html: str, opening: re.Match[str]) -> int | None:
    """Where a tag, a comment or a declaration ends; None where nothing ends it."""
    if opening.group().startswith("<!--"):
        end = html.find("-->", opening.end())
        return len(html) if end < 0 else end + 3
    at = opening.end()
    while True:
        match = _TAG_END.search(html, at)
        if match is None:
            return None
        if match.group() == ">":
            return match.end()
        closing = html.find(match.group(), match.end())
        if closing < 0:
            return None
        at = closing + 1


class HtmlText(ToolText):
    """HTML as a text whose places are counted over what stands between the tags.

    Paragraphs are parted by line ends, which do not count.

    Arguments:
        html: the document.
    """

    def __init__(self, html: str) -> None:
        stripper = _TagStripper()
        # As HTML is read: all line ends are LF before anything is counted.
        stripper.feed(html.replace("\r\n", "\n").replace("\r", "\n"))
        self._put = frozenset(stripper.put)
        super().__init__("".join(stripper.parts))

    @cached_property
    def _bare(self) -> tuple[str, list[int]]:
        """The text between the tags, and for each of its characters the place in the raw one."""
        places = [place for place in range(len(self.raw)) if place not in self._put]
        return "".join(self.raw[place] for place in places), places

    @cached_property
    def _ruler(self) -> OffsetScale:
        return OffsetScale(self._bare[0])

    def _measured(self, spans: Sequence[Span], convention: Convention) -> list[Span]:
        places = self._bare[1]
        return [
            (places[start], places[end - 1] + 1) if 0 <= start < end else (-1, -1)
            for start, end in super()._measured(spans, convention)
        ]


def remove_tags(html: str) -> str:
    """The text of HTML, not normalised: as a piece of a text it keeps its blanks."""
    return HtmlText(html).raw
