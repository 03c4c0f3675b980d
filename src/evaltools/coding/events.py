"""What a coder does, each event one line of a journal, and what the events amount to.

An event is made in the browser, identifier and all, so that sending it again makes no second one.
Nothing is ever taken out of a journal: taking back is an event too, and taking back a taking back
does the thing again. What the kernel knows and the browser does not (neighbours, page, section,
kind of the code, version of the codebook) is filled in before the event is written, so that the
tables follow from the journal alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from evaltools.qda.model import Certainty, Polarity

Name = Annotated[str, Field(min_length=1, max_length=200)]
Place = tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=1)]]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Passage(_Part):
    """A passage of a document, code points from 0, the end one past the last character.

    What stands there word for word, and up to 32 characters on either side.
    """

    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=1)]
    quote: Annotated[str, Field(min_length=1)]
    prefix: str = ""
    suffix: str = ""
    page: int | None = None
    section: str = ""

    @property
    def place(self) -> tuple[int, int]:
        """Start and end."""
        return self.start, self.end

    def bare(self) -> Passage:
        """The passage as the browser sends it."""
        return Passage(start=self.start, end=self.end, quote=self.quote)


class AcceptedSuggestion(_Part):
    """The suggestion that a coder took: which words brought it up, and by which pattern."""

    start: int
    end: int
    matched: str
    pattern: str
    lemma: str = ""


class _Event(_Part):
    """What all events have: an identifier made where they are made, and a document."""

    id: Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{8,64}$")]
    document_id: Name


class AddCode(_Event):
    """Give a code to a passage, or give it anew with another polarity or certainty.

    `text_sha256` is of the text that the coder saw, `day` by the coder's own calendar; the kind of
    the code is filled in.
    """

    act: Literal["code"] = "code"
    passage: Passage
    code_id: Name
    polarity: Polarity = "affirm"
    certainty: Certainty | None = None
    text_sha256: str
    day: date
    kind: str = ""
    suggestion: AcceptedSuggestion | None = None


class RemoveCode(_Event):
    """Take a code off a passage."""

    act: Literal["uncode"] = "uncode"
    place: Place
    code_id: Name


class MarkRead(_Event):
    """Say that the document has been read from beginning to end, or that it has not after all."""

    act: Literal["read"] = "read"
    complete: bool
    codebook_version: str = ""


class Relate(_Event):
    """Tie two passages; for `answers`, from the response to the challenge."""

    act: Literal["relate"] = "relate"
    source: Place
    target: Place
    kind: Literal["answers"] = "answers"


class Unrelate(_Event):
    """Untie two passages."""

    act: Literal["unrelate"] = "unrelate"
    source: Place
    target: Place
    kind: Literal["answers"] = "answers"


class AgreedCoding(_Part):
    """A coding that a decision puts down, and the codings of coders that it rests on."""

    passage: Passage
    code_id: Name
    polarity: Polarity = "affirm"
    certainty: Certainty | None = None
    kind: str = ""
    consensus_of: str = ""


class Decide(_Event):
    """Settle one unit on which coders differed, or on which they agreed.

    `choice` is whose reading was taken: a coder, `all`, `neither`, `edited` or `agreed`.
    """

    act: Literal["decide"] = "decide"
    unit: Name
    choice: Name
    codings: tuple[AgreedCoding, ...] = ()
    text_sha256: str
    day: date


class Undo(_Event):
    """Take back an event of the same document; of an undoing, do the thing again."""

    act: Literal["undo"] = "undo"
    of: str


Event = AddCode | RemoveCode | MarkRead | Relate | Unrelate | Decide | Undo

_EVENTS: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="act")])


def parse_event(value: object) -> Event:
    """An event from outside.

    Raises ValueError, saying in one line what is wrong, unless it is one to the letter.
    """
    try:
        return _EVENTS.validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{place}: {first['msg']}" if place else str(first["msg"])) from None


def parse_line(line: bytes) -> Event:
    """An event from a line of a journal; raises ValueError unless it is one."""
    try:
        return _EVENTS.validate_json(line)
    except ValidationError as error:
        raise ValueError(str(error.errors()[0]["msg"])) from None


def write_line(event: Event) -> bytes:
    """The event as a line of a journal, without the line's end; what is not known is left out."""
    return event.model_dump_json(exclude_none=True).encode()


def to_message(event: Event) -> Event:
    """The event without what the kernel fills in: whether two with one identifier are the same."""
    if isinstance(event, AddCode):
        return event.model_copy(update={"passage": event.passage.bare(), "kind": ""})
    if isinstance(event, MarkRead):
        return event.model_copy(update={"codebook_version": ""})
    if isinstance(event, Decide):
        bare = tuple(
            item.model_copy(update={"passage": item.passage.bare(), "kind": ""})
            for item in event.codings
        )
        return event.model_copy(update={"codings": bare})
    return event


CodingKey = tuple[str, int, int, str]
"""Document, start, end, code."""
RelationKey = tuple[str, tuple[int, int], tuple[int, int], str]
"""Document, where from, where to, kind."""


@dataclass(frozen=True)
class ActiveCode:
    """A code on a passage as it stands, and the event that put it there."""

    coding: AddCode | AgreedCoding
    event: AddCode | Decide


@dataclass(frozen=True)
class State:
    """What stands after all events, in order.

    Relations stand only while both passages carry the codes that they tie; readings are of every
    document the coder has done anything in.
    """

    codings: Mapping[CodingKey, ActiveCode]
    relations: tuple[RelationKey, ...]
    readings: Mapping[str, MarkRead]


def active_events(events: Sequence[Event]) -> tuple[Event, ...]:
    """The events that no later event in force takes back, in their order."""
    taken_back: set[str] = set()
    standing: list[Event] = []
    for event in reversed(events):
        if event.id in taken_back:
            continue
        standing.append(event)
        if isinstance(event, Undo):
            taken_back.add(event.of)
    return tuple(reversed(standing))


def replay(events: Sequence[Event]) -> State:
    """What a journal amounts to; an event named twice counts once."""
    by_id: dict[str, Event] = {}
    for event in events:
        by_id.setdefault(event.id, event)
    codings: dict[CodingKey, ActiveCode] = {}
    relations: set[RelationKey] = set()
    readings: dict[str, MarkRead] = {}
    decisions: dict[tuple[str, str], Decide] = {}
    for event in active_events(list(by_id.values())):
        document = event.document_id
        if isinstance(event, AddCode):
            codings[(document, *event.passage.place, event.code_id)] = ActiveCode(event, event)
        elif isinstance(event, RemoveCode):
            codings.pop((document, *event.place, event.code_id), None)
        elif isinstance(event, MarkRead):
            readings[document] = event
        elif isinstance(event, Relate):
            relations.add((document, event.source, event.target, event.kind))
        elif isinstance(event, Unrelate):
            relations.discard((document, event.source, event.target, event.kind))
        elif isinstance(event, Decide):
            decisions[document, event.unit] = event
    for decision in decisions.values():
        for item in decision.codings:
            key = (decision.document_id, *item.passage.place, item.code_id)
            codings[key] = ActiveCode(item, decision)
    for document in sorted({key[0] for key in codings} - set(readings)):
        readings[document] = MarkRead(id="implied-by-coding", document_id=document, complete=False)
    kinds: dict[tuple[str, int, int], set[str]] = {}
    for key, marked in codings.items():
        kinds.setdefault(key[:3], set()).add(marked.coding.kind)
    return State(
        dict(sorted(codings.items(), key=lambda item: item[0])),
        tuple(
            sorted(
                (document, source, target, kind)
                for document, source, target, kind in relations
                if "response" in kinds.get((document, *source), ())
                and "challenge" in kinds.get((document, *target), ())
            )
        ),
        dict(sorted(readings.items())),
    )
