"""Acts: what a coder does, each one line of a journal, checked as anything from outside is.

An act is made in the browser, identifier and all, so that sending it again makes no second one.
Nothing is ever taken out of a journal: taking back is an act too, and taking back a taking back
does the thing again. What the kernel knows and the browser does not (neighbours, page, section,
kind of the code, version of the codebook) is filled in before the act is written, so that the
tables follow from the journal alone.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from evaltools.exchange.record import Certainty, Polarity

Name = Annotated[str, Field(min_length=1, max_length=200)]
Place = tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=1)]]
RELATION_KINDS = ("answers",)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Passage(_Part):
    """A passage of a document, code points from 0, the end one past the last character.

    Arguments:
        quote: what stands there, word for word.
        prefix, suffix: up to 32 characters on either side.
        page: from 1, where it is known.
        section: heading it stands under.
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


class Taken(_Part):
    """The suggestion that a coder took: which words brought it up, and by which pattern."""

    start: int
    end: int
    matched: str
    pattern: str
    lemma: str = ""


class _Act(_Part):
    """What all acts have: an identifier made where they are made, and a document."""

    id: Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{8,64}$")]
    document_id: Name


class Code(_Act):
    """Give a code to a passage, or give it anew with another polarity or certainty.

    Arguments:
        text_sha256: of the text that the coder saw.
        day: when, by the coder's own calendar.
        kind: of the code; filled in.
        suggestion: where the coder took one, what it rested on.
    """

    act: Literal["code"] = "code"
    passage: Passage
    code_id: Name
    polarity: Polarity = "affirm"
    certainty: Certainty | None = None
    text_sha256: str
    day: date
    kind: str = ""
    suggestion: Taken | None = None


class Uncode(_Act):
    """Take a code off a passage."""

    act: Literal["uncode"] = "uncode"
    place: Place
    code_id: Name


class Read(_Act):
    """Say that the document has been read from beginning to end, or that it has not after all."""

    act: Literal["read"] = "read"
    complete: bool
    codebook_version: str = ""


class Relate(_Act):
    """Tie two passages; for `answers`, from the response to the challenge."""

    act: Literal["relate"] = "relate"
    source: Place
    target: Place
    kind: Literal["answers"] = "answers"


class Unrelate(_Act):
    """Untie two passages."""

    act: Literal["unrelate"] = "unrelate"
    source: Place
    target: Place
    kind: Literal["answers"] = "answers"


class Settled(_Part):
    """A coding that a decision puts down, and the codings of coders that it rests on."""

    passage: Passage
    code_id: Name
    polarity: Polarity = "affirm"
    certainty: Certainty | None = None
    kind: str = ""
    consensus_of: str = ""


class Decide(_Act):
    """Settle one unit on which coders differed, or on which they agreed.

    Arguments:
        unit: name of the unit of agreement within the document.
        choice: whose reading was taken: a coder, `all`, `neither`, `edited` or `agreed`.
        codings: what the consensus holds there; none for `neither`.
    """

    act: Literal["decide"] = "decide"
    unit: Name
    choice: Name
    codings: tuple[Settled, ...] = ()
    text_sha256: str
    day: date


class Undo(_Act):
    """Take back an act of the same document; of an undoing, do the thing again."""

    act: Literal["undo"] = "undo"
    of: str


Act = Code | Uncode | Read | Relate | Unrelate | Decide | Undo

_ACTS: TypeAdapter[Act] = TypeAdapter(Annotated[Act, Field(discriminator="act")])


def act_from(value: object) -> Act:
    """An act from outside.

    Raises ValueError, saying in one line what is wrong, unless it is one to the letter.
    """
    try:
        return _ACTS.validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ValueError(f"{place}: {first['msg']}" if place else str(first["msg"])) from None


def act_from_line(line: bytes) -> Act:
    """An act from a line of a journal; raises ValueError unless it is one."""
    try:
        return _ACTS.validate_json(line)
    except ValidationError as error:
        raise ValueError(str(error.errors()[0]["msg"])) from None


def as_line(act: Act) -> bytes:
    """The act as a line of a journal, without the line's end; what is not known is left out."""
    return act.model_dump_json(exclude_none=True).encode()


def as_sent(act: Act) -> Act:
    """The act without what the kernel fills in: whether two with one identifier are the same."""
    if isinstance(act, Code):
        return act.model_copy(update={"passage": act.passage.bare(), "kind": ""})
    if isinstance(act, Read):
        return act.model_copy(update={"codebook_version": ""})
    if isinstance(act, Decide):
        bare = tuple(
            item.model_copy(update={"passage": item.passage.bare(), "kind": ""})
            for item in act.codings
        )
        return act.model_copy(update={"codings": bare})
    return act
