"""Lines joined into the text they were broken from, and words that were parted put together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from evaltools.documents.pdf.letters import HYPHENS
from evaltools.documents.pdf.lines import Line

_SOFT = tuple(HYPHENS)  # of a line's end, which typesetting put in
_HARD = ("-", "\u2010")
# After these words' hyphen a part of a compound was left out: palvelu- ja tukipyynnöt.
_CONJUNCTIONS = frozenset(
    ["ja", "tai", "eli", "sekä", "että", "vai", "och", "eller", "samt", "respektive", "and", "or"]
)
_WORD = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)*")


class Words:
    """Words of a document that stand whole in it: the witnesses for those that are parted."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._known = Counter(word.lower() for line in lines for word in _WORD.findall(line.text))
        self.kept = 0

    def join(self, before: str, after: str) -> str:
        """Join two lines of a paragraph.

        A soft hyphen goes, except before a digit. A hyphen that is drawn like any other stays,
        unless the document has the word without it and not with it; before `ja` and its like a
        blank follows it.
        """
        before, after = before.rstrip(" "), after.lstrip(" ")
        if not before or not after:
            return before + after
        if before.endswith(_SOFT):
            return before.rstrip("".join(_SOFT)) + ("-" if after[0].isdigit() else "") + after
        if not before.endswith(_HARD) or not before[-2:-1].isalnum():
            return f"{before} {after}"
        next_word = re.match(r"[^\W_]+", after)
        if next_word is None or next_word[0].lower() in _CONJUNCTIONS:
            return f"{before} {after}"
        head, tail = _WORD.findall(before[:-1])[-1:], _WORD.match(after)
        if head and tail and before[:-1].endswith(head[0]):
            whole = (head[0] + tail[0]).lower()
            parted = f"{head[0]}-{tail[0]}".lower()
            if self._known[whole] and not self._known[parted] and tail[0][0].islower():
                return before[:-1] + after
        self.kept += 1
        return before + after


def join(lines: Sequence[Line], words: Words) -> tuple[str, int, tuple[tuple[int, int], ...]]:
    """Join the lines of one paragraph.

    Returns:
        Its text, the page it begins on, and (offset, page) where it runs over to another one.
    """
    text, page, breaks = "", lines[0].page, []
    for line in lines:
        joined = words.join(text, line.text) if text else line.text
        if line.page != page:
            breaks.append((len(joined) - len(line.text.lstrip(" ")), line.page))
            page = line.page
        text = joined
    if text.endswith(_SOFT):  # no other part of a word follows: it is what is drawn
        text = text.rstrip("".join(_SOFT)) + "-"
    return text, lines[0].page, tuple(breaks)
