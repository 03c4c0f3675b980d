"""Words of a text with their places, sentence by sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evaltools.documents.superscripts import blank_marks

_TOKEN = re.compile(r"[^\W_]+(?:[-'’:][^\W_]+)*|[.!?](?=\s|$)|\n|[;•]")


@dataclass(frozen=True)
class TextWord:
    """A word: its form in lower case, where it starts and ends in code points."""

    form: str
    start: int
    end: int


def sentences(text: str) -> list[list[TextWord]]:
    """Words by sentence.

    Arguments:
        text: normalised; positions count its code points from 0.

    Returns:
        Sentences that have a word. One ends at a full stop, question mark or exclamation mark
        before a blank, at a semicolon, at a bullet and at the end of a line; a full stop after
        digits is that of an ordinal or a date and ends none. Marks of notes are no part of a word.
    """
    made: list[list[TextWord]] = [[]]
    for found in _TOKEN.finditer(blank_marks(text)):
        token = found[0]
        if token[0].isalnum():
            made[-1].append(TextWord(token.lower(), found.start(), found.end()))
        elif made[-1] and not (token == "." and made[-1][-1].form.isdigit()):
            made.append([])
    return [words for words in made if words]
