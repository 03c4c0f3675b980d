"""Names of passages: many tools put the quote, or its beginning, there."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from math import log

MATCH_RIGHT = 0.9  # names are made from quotes by machine, but a tool may shorten in the middle
PROOF_WEIGHT = 7.0  # a checksum does not agree by chance; a passage may have been moved by hand
WHOLE_WEIGHT = 2.0  # of a name that is the whole quote and not just its beginning
SHORTEST = 4  # a name of fewer characters is in any text by chance


def squeezed(text: str) -> str:
    """Composed, without white space and without what is invisible, as names are compared."""
    return "".join(
        c
        for c in unicodedata.normalize("NFC", text)
        if not c.isspace() and c not in "\u00ad\ufeff\ufffe"
    )


def proof(quote: str) -> str:
    """Short checksum of a quote in normalised form, which a passage can carry along."""
    return hashlib.sha256(quote.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True)
class Hint:
    """A name that may hold the quote.

    Arguments:
        text: squeezed.
        cut: whether it says by its end that it is only the beginning.
        weight: natural log of how much likelier a match is for the right passage than by chance.
    """

    text: str
    cut: bool
    weight: float

    def match(self, quote: str) -> float:
        """Weight of this hint for a quote, squeezed; 0 if it does not agree."""
        if not quote.startswith(self.text):
            return 0.0
        return self.weight + (WHOLE_WEIGHT if len(quote) == len(self.text) else 0.0)


def hint(name: str, squeezed_text: str) -> Hint | None:
    """A name as evidence; None if it is none, such as `Quotation 6:1` or a coder's own title.

    Arguments:
        name: of the passage, or its description.
        squeezed_text: the whole text, squeezed.
    """
    text = squeezed(name)
    cut = text.endswith(("…", "..."))
    text = text.removesuffix("…").removesuffix("...") if cut else text
    count = squeezed_text.count(text) if len(text) >= SHORTEST else 0
    if not count:
        return None
    return Hint(text, cut, max(0.0, log(MATCH_RIGHT * (len(squeezed_text) + 1) / count)))
