"""What of a document came into its text: counted from the file, apart from the reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from evaltools.documents.blocks import flat
from evaltools.documents.normalising import visible
from evaltools.documents.record import Coverage, LeftOut, PageFurniture
from evaltools.documents.symbol_fonts import UNKNOWN, is_private

LONGEST_TEXT = 1_000  # characters of what was left out that are kept


def measure(
    present: Iterable[str],
    text: str,
    left_out: Iterable[tuple[str, str]] = (),
    tables: tuple[int, int] = (0, 0),
    notes: Iterable[str] = (),
    replaced: Iterable[tuple[str, str]] = (),
) -> Coverage:
    """Hold the characters of a file against those of the text that was made of it.

    Characters are matched one by one as a bag: each character of the file must be found in the
    text, or else among what was left out by name, or else it counts as unread. The order of the
    text is not judged. A character that says nothing by itself, private or U+FFFD, is never read,
    though it stands in the text.

    Arguments:
        present: every piece of text in the file, found without the reader's help.
        text: the reader's result.
        left_out: (what it is, its text; empty where it has none), merged by what it is.
        tables: how many the file has, and how many were read.
        notes: kept in order, each once.
        replaced: (characters of the file, those that the text has for them), of symbol fonts.
    """
    there = _bag(present)
    replaced = tuple(replaced)
    there -= _bag(given for given, _ in replaced)
    there += _bag(shown for _, shown in replaced)
    inside = Counter(visible(text))
    unread = there - Counter({c: n for c, n in inside.items() if not _says_nothing(c)})
    read = there.total() - unread.total()
    named: dict[str, int] = {}
    said: dict[str, str] = {}
    for what, piece in left_out:
        bag = Counter(visible(piece))
        named[what] = named.get(what, 0) + bag.total()
        said[what] = f"{said.get(what, '')} {flat(piece)}".strip()[:LONGEST_TEXT]
        unread -= bag
    return Coverage(
        characters_present=there.total(),
        characters_read=read,
        characters_unread=unread.total(),
        tables_present=tables[0],
        tables_read=tables[1],
        left_out=tuple(
            LeftOut(str(what), characters, isinstance(what, PageFurniture), said[what])
            for what, characters in named.items()
        ),
        notes=tuple(dict.fromkeys(notes)),
    )


def _says_nothing(character: str) -> bool:
    return character == UNKNOWN or is_private(character)


def _bag(pieces: Iterable[str]) -> Counter[str]:
    bag: Counter[str] = Counter()
    for piece in pieces:
        bag.update(visible(piece))
    return bag
