"""A coder's work in a round: what the panel asks, what is recorded or refused, and its words."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from evaltools.coding.coder_view import CoderView
from evaltools.coding.events import (
    AddCode,
    AgreedCoding,
    Decide,
    Event,
    MarkRead,
    Passage,
    Relate,
    State,
    Undo,
    active_events,
    parse_event,
    replay,
)
from evaltools.coding.journal import Journal, WriteConflict, open_journal, write_coder
from evaltools.coding.suggestions.keywords import Suggestion, suggest
from evaltools.evidence.data_hash import CODERS
from evaltools.problems import ProblemError
from evaltools.qda.model import neighbours
from evaltools.study import Language, Study

Reason = Literal[
    "form", "document", "text", "changed", "place", "quote", "code", "group", "relation", "undo",
    "clash", "locked", "disk",
]  # fmt: skip


class RefusedEvent(Exception):
    """An event that was not recorded, why, and what was found."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


@cache
def read_words() -> dict[str, dict[str, str]]:
    """Words of the panels by key and language, from words.yml."""
    text = (files("evaltools.coding") / "words.yml").read_text(encoding="utf-8")
    words: dict[str, dict[str, str]] = yaml.safe_load(text)
    return words


def load_words(language: Language) -> dict[str, str]:
    """Every word of the panels in a language, by key."""
    return {key: entry[language] for key, entry in read_words().items()}


def validate_event(event: Event, events: Sequence[Event], material: CoderView) -> Event:
    """The event with what the kernel fills in.

    Raises RefusedEvent where it does not fit the text, the codebook or what was done before, of
    which `events` are those of the journal.
    """
    if event.document_id not in material.documents:
        raise RefusedEvent("document", event.document_id)
    own = [one for one in events if one.document_id == event.document_id]
    if isinstance(event, AddCode):
        return event.model_copy(update=_filled(event, event, material))
    if isinstance(event, Decide):
        settled = (one.model_copy(update=_filled(one, event, material)) for one in event.codings)
        return event.model_copy(update={"codings": tuple(settled)})
    if isinstance(event, MarkRead):
        return event.model_copy(update={"codebook_version": material.version})
    if isinstance(event, Relate):
        _check_ends(event, replay(own))
    if isinstance(event, Undo) and event.of not in {one.id for one in active_events(own)}:
        raise RefusedEvent("undo", event.of)
    return event


def _filled(
    coding: AddCode | AgreedCoding, event: AddCode | Decide, material: CoderView
) -> dict[str, object]:
    kind = _kind(coding.code_id, material)
    return {"passage": _locate(coding.passage, event, material), "kind": kind}


def _kind(code_id: str, material: CoderView) -> str:
    code = material.codes.get(code_id)
    if code is None:
        raise RefusedEvent("code", code_id)
    if not code["codable"]:
        raise RefusedEvent("group", code_id)
    return str(code["kind"])


def _locate(passage: Passage, event: AddCode | Decide, material: CoderView) -> Passage:
    """The passage with its neighbours, page and section, if it stands in the text."""
    try:
        found = material.text(event.document_id)
    except (OSError, UnicodeError) as error:
        raise RefusedEvent("text", str(error)) from None
    if found.sha256 != event.text_sha256:
        raise RefusedEvent("changed", event.document_id)
    text, start, end = found.text, passage.start, passage.end
    if not start < end <= len(text):
        raise RefusedEvent("place", f"{start}–{end}")
    if text[start:end] != passage.quote:
        raise RefusedEvent("quote", text[start:end][:80])
    sections = material.sections(event.document_id)
    around = [one for one in sections if one["start"] <= start < one["end"]]
    section: Mapping[str, Any] = around[-1] if around else {"heading": "", "page": None}
    prefix, suffix = neighbours(text, start, end)
    return Passage(
        start=start,
        end=end,
        quote=passage.quote,
        prefix=prefix,
        suffix=suffix,
        page=section["page"],
        section=section["heading"],
    )


def _check_ends(event: Relate, state: State) -> None:
    """A relation leads from a passage with a response to another with a challenge."""
    kinds: dict[tuple[int, int], set[str]] = {}
    for (_, start, end, _), marked in state.codings.items():
        kinds.setdefault((start, end), set()).add(marked.coding.kind)
    for place, kind in ((event.source, "response"), (event.target, "challenge")):
        if kind not in kinds.get(place, ()):
            raise RefusedEvent("relation", f"{place[0]}–{place[1]}: {kind}")


Message = dict[str, Any]


class CodingSession:
    """What a coder works on in a round; `document` is opened first, else the first not read whole.

    A journal that another process holds is tried again at every message: it may have ended.

    Raises ProblemError for an unknown coder or document, or a journal that cannot be read.
    """

    def __init__(
        self, study: Study, coder: str, document: str | None, round_: int, language: Language
    ) -> None:
        self.material = CoderView(study)
        self.coder = self.material.coder(coder)
        self.folder = study.data / CODERS / self.coder.coder_id
        self.round = round_
        self.language = language
        self.material.document(document)
        self.document = document
        self._guard = threading.RLock()
        self.journal: Journal = open_journal(self.folder, round_)
        if not self.journal.locked_by:
            write_coder(self.folder, self.coder)

    def receive(self, content: object) -> Iterator[Message]:
        """Answer a message of the panel; what it asks for is done before the answer is given."""
        request = content if isinstance(content, Mapping) else {}
        kind = request.get("kind")
        with self._guard:
            if kind == "hello":
                yield self._hello()
            elif kind == "open":
                yield from self._open(str(request.get("document_id")))
            elif kind == "acts" and isinstance(request.get("acts"), Sequence):
                yield self._record(request["acts"])

    def close(self) -> None:
        """Let the journal go."""
        self.journal.close()

    def _hello(self) -> Message:
        self._try_again()
        state = replay(self.journal.events)
        done = {name: reading.complete for name, reading in state.readings.items()}
        first = self.document or next(
            (name for name in self.material.documents if not done.get(name)),
            next(iter(self.material.documents), None),
        )
        return {
            **self._introduction(),
            "documents": [
                {**row, "state": _reading(done.get(name))}
                for name, row in self.material.documents.items()
            ],
            "first": first,
        }

    def _introduction(self) -> Message:
        """What every panel is sent first."""
        return {
            "kind": "study",
            "key": self.material.key,
            "coder": {"id": self.coder.coder_id, "name": self.coder.pseudonym},
            "round": self.round,
            "language": self.language,
            "version": self.material.version,
            "codes": self.material.codebook(self.language),
            "words": load_words(self.language),
            "locked_by": self.journal.locked_by,
            "set_aside": self.journal.set_aside.name if self.journal.set_aside else "",
        }

    def _open(self, document_id: str) -> Iterator[Message]:
        message = self._document(document_id)
        yield message
        if message["kind"] == "document":
            yield self._suggest(document_id)

    def _document(self, document_id: str) -> Message:
        """The text, and what this coder has done in it."""
        try:
            text = self.material.text(document_id)
        except (KeyError, OSError, UnicodeError) as error:
            return {"kind": "unreadable", "document_id": document_id, "detail": str(error)}
        events = [event for event in self.journal.events if event.document_id == document_id]
        return {
            "kind": "document",
            "document_id": document_id,
            "text": text.text,
            "text_sha256": text.sha256,
            "sections": self.material.sections(document_id),
            "acts": [event.model_dump(mode="json") for event in events],
        }

    def _suggest(self, document_id: str) -> Message:
        """What the words of the text bring up; a broken pattern stops no one from coding."""
        suggestions: tuple[Suggestion, ...] = ()
        problems: list[str] = []
        language = str(self.material.documents[document_id]["language"])
        try:
            suggestions = suggest(
                self.material.text(document_id).text, language, self.material.keywords
            )
        except ProblemError as error:
            problems = [str(problem) for problem in error.problems]
        return {
            "kind": "suggestions",
            "document_id": document_id,
            "suggestions": [
                asdict(one) for one in suggestions if one.code_id in self.material.codes
            ],
            "problems": problems,
        }

    def _record(self, sent: Sequence[object]) -> Message:
        """Record events in their order; each is on the disk or refused when this returns."""
        self._try_again()
        saved: list[str] = []
        refused: list[dict[str, str]] = []
        for value in sent:
            name = str(value.get("id", "")) if isinstance(value, Mapping) else ""
            try:
                self._keep(value)
                saved.append(name)
            except RefusedEvent as error:
                refused.append({"id": name, "reason": error.reason, "detail": error.detail})
        if saved:
            write_coder(self.folder, self.coder)
        return {
            "kind": "recorded",
            "saved": saved,
            "refused": refused,
            "locked_by": self.journal.locked_by,
        }

    def _keep(self, value: object) -> None:
        try:
            event: Event = parse_event(value)
        except ValueError as error:
            raise RefusedEvent("form", str(error)) from None
        if event in self.journal:
            return
        if self.journal.locked_by:
            raise RefusedEvent("locked", self.journal.locked_by)
        try:
            self.journal.record(validate_event(event, self.journal.events, self.material))
        except WriteConflict:
            raise RefusedEvent("clash", event.id) from None
        except PermissionError:
            raise RefusedEvent("locked", self.journal.locked_by) from None
        except OSError as error:
            raise RefusedEvent("disk", error.strerror or str(error)) from None

    def _try_again(self) -> None:
        """Open a journal anew that another process held; it may have ended."""
        if self.journal.locked_by == "other":
            self.journal = open_journal(self.folder, self.round)
            if not self.journal.locked_by:
                write_coder(self.folder, self.coder)


def _reading(complete: bool | None) -> str:
    return {None: "unread", False: "begun", True: "complete"}[complete]
