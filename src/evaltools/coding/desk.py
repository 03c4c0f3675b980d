"""The desk of one coder: answers what the panel in the browser asks, and keeps what it sends.

No widget is known here: a message goes in, messages come out. So what a coder can see is what
this file sends, and a test can read all of it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from evaltools.coding.acts import Act, act_from
from evaltools.coding.checking import Refused, checked
from evaltools.coding.material import Material
from evaltools.coding.state import fold
from evaltools.coding.store import Clash, Journal, open_journal
from evaltools.coding.suggestions import Suggestion, suggest
from evaltools.coding.tables import write_coder
from evaltools.coding.words import words
from evaltools.evidence.paths import CODERS
from evaltools.problems import ProblemError

if TYPE_CHECKING:
    from evaltools.study import Language, Study

Message = dict[str, Any]


class Desk:
    """What a coder works on in a round.

    Arguments:
        study: around the notebook.
        coder: identifier in coders.csv.
        document: opened first; else the first that has not been read whole.
        round_: round of coding, from 1.
        language: of the panel.

    A journal that another process holds is tried again at every message: it may have ended.

    Raises ProblemError for an unknown coder or document, or a journal that cannot be read.
    """

    def __init__(
        self, study: Study, coder: str, document: str | None, round_: int, language: Language
    ) -> None:
        self.material = Material(study)
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
        asked = content if isinstance(content, Mapping) else {}
        kind = asked.get("kind")
        with self._guard:
            if kind == "hello":
                yield self._hello()
            elif kind == "open":
                yield from self._open(str(asked.get("document_id")))
            elif kind == "acts" and isinstance(asked.get("acts"), Sequence):
                yield self._record(asked["acts"])

    def close(self) -> None:
        """Let the journal go."""
        self.journal.close()

    def _hello(self) -> Message:
        self._try_again()
        state = fold(self.journal.acts)
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
        """What every panel is told first."""
        return {
            "kind": "study",
            "key": self.material.key,
            "coder": {"id": self.coder.coder_id, "name": self.coder.pseudonym},
            "round": self.round,
            "language": self.language,
            "version": self.material.version,
            "codes": list(self.material.codes.values()),
            "words": words(self.language),
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
            found = self.material.text(document_id)
        except (KeyError, OSError, UnicodeError) as error:
            return {"kind": "unreadable", "document_id": document_id, "detail": str(error)}
        acts = [act for act in self.journal.acts if act.document_id == document_id]
        return {
            "kind": "document",
            "document_id": document_id,
            "text": found.text,
            "text_sha256": found.sha256,
            "sections": self.material.sections(document_id),
            "acts": [act.model_dump(mode="json") for act in acts],
        }

    def _suggest(self, document_id: str) -> Message:
        """What the words of the text bring up; a broken pattern stops no one from coding."""
        found: tuple[Suggestion, ...] = ()
        problems: list[str] = []
        language = str(self.material.documents[document_id]["language"])
        try:
            found = suggest(self.material.text(document_id).text, language, self.material.keywords)
        except ProblemError as error:
            problems = [str(problem) for problem in error.problems]
        return {
            "kind": "suggestions",
            "document_id": document_id,
            "suggestions": [asdict(one) for one in found if one.code_id in self.material.codes],
            "problems": problems,
        }

    def _record(self, sent: Sequence[object]) -> Message:
        """Record acts in their order; each is on the disk or refused when this returns."""
        self._try_again()
        saved: list[str] = []
        refused: list[dict[str, str]] = []
        for value in sent:
            name = str(value.get("id", "")) if isinstance(value, Mapping) else ""
            try:
                self._keep(value)
                saved.append(name)
            except Refused as error:
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
            act: Act = act_from(value)
        except ValueError as error:
            raise Refused("form", str(error)) from None
        if act in self.journal:
            return
        if self.journal.locked_by:
            raise Refused("locked", self.journal.locked_by)
        try:
            self.journal.record(checked(act, self.journal.acts, self.material))
        except Clash:
            raise Refused("clash", act.id) from None
        except PermissionError:
            raise Refused("locked", self.journal.locked_by) from None
        except OSError as error:
            raise Refused("disk", error.strerror or str(error)) from None

    def _try_again(self) -> None:
        """Open a journal anew that another process held; it may have ended."""
        if self.journal.locked_by == "other":
            self.journal = open_journal(self.folder, self.round)
            if not self.journal.locked_by:
                write_coder(self.folder, self.coder)


def _reading(complete: bool | None) -> str:
    return {None: "unread", False: "begun", True: "complete"}[complete]
