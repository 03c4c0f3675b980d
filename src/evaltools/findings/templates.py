"""Templates of sentences: fixed words, and slots for numbers and names from the data.

A slot is `{name}`, with a form after a colon, an addition after a plus, and a choice between two
words after `|` or `?`:

- `{challenge.staff.x}` is a number by the name that prose uses; `.fraction` of a share is `37/52`.
- `{reports.read.x:elative}` is a number in a form of the language: `kolmesta`, `52:sta`.
- `{reports.read.x:words|raportti|raporttia}` is a number and the noun that agrees with it.
- `{top}` is a list of names that the finding declares, `{top:elative}` in a form of
  `reports/forms.yml`, `{top+fraction}` with the counts of each in brackets, `{top+value}`
  with its number.
- `{top?on|ovat}` is only the word, chosen by the number, or by how many names a list has.
- A third word is said of nought: `{a.x?kertoo|kertoo|ei kerro}`; after `|` it is said without the
  number: `{a.x:words|raportti|raporttia|yksikään raportti}`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

Addition = Literal["", "fraction", "value"]

_SLOT: Final = re.compile(
    r"\{(?P<name>[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*)(?::(?P<form>[a-z_]+))?"
    r"(?:\+(?P<addition>[a-z]+))?(?:(?P<choice>[|?])(?P<one>[^{}|]*)\|(?P<other>[^{}|]*)"
    r"(?:\|(?P<nought>[^{}|]*))?)?\}"
)


@dataclass(frozen=True)
class Slot:
    """A place in a sentence that the data fill.

    Arguments:
        name: of a number, or of a list of names.
        form: in which it is wanted; empty for digits, or for the plain name.
        addition: what follows each name of a list.
        words: singular and plural of a word that agrees with it, and what is said of nought where
            that is something else; empty where none does.
        silent: whether only the word is printed.
    """

    name: str
    form: str = ""
    addition: Addition = ""
    words: tuple[str, ...] = ()
    silent: bool = False


Template = tuple[str | Slot, ...]
LONGEST_HEADLINE: Final = 25
"""So many words of one sentence are read in a glance at a figure."""


def is_long(text: str, words: int) -> bool:
    """Whether a text is of several sentences, or of more words than that."""
    return len(text.split()) > words or re.search(r"[.!?]\s+\S", text) is not None


class TemplateError(ValueError):
    """A template that cannot be read, and why."""


@lru_cache(maxsize=4096)
def parse_template(text: str) -> Template:
    """The pieces of a template.

    Raises:
        TemplateError: a brace that belongs to no slot, or an unknown addition.
    """
    pieces: list[str | Slot] = []
    at = 0
    for found in _SLOT.finditer(text):
        pieces += _plain(text[at : found.start()])
        addition = found["addition"] or ""
        if addition not in ("", "fraction", "value"):
            raise TemplateError(f"'+{addition}' is not known; allowed: +fraction, +value")
        words = tuple(
            word for word in (found["one"], found["other"], found["nought"]) if word is not None
        )
        silent = found["choice"] == "?"
        pieces.append(Slot(found["name"], found["form"] or "", addition, words, silent))  # type: ignore[arg-type]
        at = found.end()
    return (*pieces, *_plain(text[at:]))


def slots_of(text: str) -> tuple[Slot, ...]:
    """The slots of a template.

    Raises:
        TemplateError: it cannot be read.
    """
    return tuple(piece for piece in parse_template(text) if isinstance(piece, Slot))


def _plain(text: str) -> list[str]:
    if brace := re.search(r"[{}]", text):
        near = text[max(0, brace.start() - 10) : brace.start() + 15]
        raise TemplateError(f"a brace is not part of a slot, at '{near}'")
    return [text] if text else []
