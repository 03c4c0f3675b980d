"""What a PDF file tells: the text of its pages, alternative texts, links, notes and properties."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pikepdf
import pypdfium2

from evaltools.findings.disclosure.readable import Unit, UnreadableError

_BROKEN = re.compile(r"[\u00ad\ufffe\x02](?:\r?\n)?")
_SAYS = re.compile(r"[^\W\d_]{2}|\d{6}")
_MOST_OBJECTS = 2_000_000


def printed_units(content: bytes) -> Iterator[Unit]:
    """Pages as they are read aloud, then every text that the file holds outside of its pages.

    Raises:
        UnreadableError: the file holds other files, which are not examined.
    """
    document = pypdfium2.PdfDocument(content)
    try:
        for number in range(len(document)):
            page = document[number]
            text = page.get_textpage().get_text_range()
            yield Unit(f"page {number + 1}", _BROKEN.sub("", text).replace("\r\n", "\n"))
            page.close()
    finally:
        document.close()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        if len(pdf.objects) > _MOST_OBJECTS:
            raise UnreadableError("has too many parts to be examined")
        seen: set[str] = set()
        for number, thing in enumerate(pdf.objects):
            if isinstance(thing, pikepdf.Stream) and thing.get("/Type") == "/Metadata":
                found = [" ".join(re.sub(r"<[^<>]*>", " ", _decoded(thing)).split())]
                found += re.findall(r'="([^"]{2,})"', _decoded(thing))
            else:
                found = list(_strings(thing, 0))
            for text in found:
                if text not in seen and _SAYS.search(text):
                    seen.add(text)
                    yield Unit(f"object {number}", text)


def _strings(thing: Any, depth: int) -> Iterator[str]:
    """Texts within an object, not within those that it refers to, which have their own turn."""
    if isinstance(thing, pikepdf.String):
        yield str(thing)
    elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        if "/EF" in thing:
            raise UnreadableError("holds other files")
        for _, value in thing.items():
            if depth < 20 and not _is_elsewhere(value):
                yield from _strings(value, depth + 1)
    elif isinstance(thing, pikepdf.Array):
        for value in thing:
            if depth < 20 and not _is_elsewhere(value):
                yield from _strings(value, depth + 1)


def _is_elsewhere(value: Any) -> bool:
    """Whether an object stands elsewhere in the file and is only referred to."""
    return isinstance(value, pikepdf.Object) and value.is_indirect


def _decoded(stream: Any) -> str:
    return bytes(stream.read_bytes()).decode("utf-8", "replace")
