"""PDF files as readers and screen readers find them: text of pages, language, figures.

Text is taken from the pages' content streams through the fonts' ToUnicode maps (ISO 32000-1,
9.10.3), which PDF/A-2a requires of every font.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf

from evaltools.problems import Problem, ProblemError

_LOOK_DEEP = 8
_CHAR = re.compile(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f\s]*)>")
_RANGE = re.compile(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(<[0-9A-Fa-f\s]+>|\[[^\]]*\])")
_BLOCK = re.compile(r"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)


class Printed:
    """An open PDF file.

    Raises:
        ProblemError: it is not one.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._pdf = pikepdf.open(path)
        except pikepdf.PdfError as error:
            what = f"cannot be read: {error}"
            problem = Problem(path.name, what, "", "Render it again.", "publish.unreadable")
            raise ProblemError([problem]) from None

    @property
    def language(self) -> str:
        """Language of the document, `fi-FI`, or an empty text."""
        return str(self._pdf.Root.get("/Lang", ""))

    @property
    def tagged(self) -> bool:
        """Whether the file has a structure that a screen reader follows."""
        info = self._pdf.Root.get("/MarkInfo", pikepdf.Dictionary())
        return bool(info.get("/Marked", False)) and "/StructTreeRoot" in self._pdf.Root

    def pages(self) -> Iterator[str]:
        """The text of each page in the order in which it is drawn."""
        for page in self._pdf.pages:
            yield "".join(_texts(page.obj, page.obj.get("/Resources", {}), 0))

    def figures(self) -> Iterator[str]:
        """The alternative text of every figure in the structure, empty where there is none."""
        root = self._pdf.Root.get("/StructTreeRoot")
        waiting: list[Any] = [root] if root is not None else []
        while waiting:
            node = waiting.pop()
            if isinstance(node, pikepdf.Array):
                waiting += reversed(list(node))
            elif isinstance(node, pikepdf.Dictionary):
                if node.get("/S") == "/Figure":
                    yield str(node.get("/Alt", "")).strip()
                if "/K" in node:
                    waiting.append(node["/K"])


def _texts(content: Any, resources: Any, depth: int) -> Iterator[str]:
    fonts = {str(name): _decoder(font) for name, font in dict(resources.get("/Font", {})).items()}
    forms = resources.get("/XObject", {})
    decode = dict[int, str]()
    for instruction in pikepdf.parse_content_stream(content):
        operands, name = list(instruction.operands), str(instruction.operator)
        if name == "Tf":
            decode = fonts.get(str(operands[0]), {})
        elif name in ("Tj", "'", '"'):
            yield _decoded(operands[-1], decode)
        elif name == "TJ":
            yield "".join(
                _decoded(item, decode) for item in operands[0] if isinstance(item, pikepdf.String)
            )
        elif name == "Do" and depth < _LOOK_DEEP:
            form = forms.get(str(operands[0]))
            if form is not None and form.get("/Subtype") == "/Form":
                yield from _texts(form, form.get("/Resources", resources), depth + 1)


def _decoded(text: Any, decode: dict[int, str]) -> str:
    codes = bytes(text)
    return "".join(
        decode.get(int.from_bytes(codes[place : place + 2], "big"), "")
        for place in range(0, len(codes), 2)
    )


def _decoder(font: Any) -> dict[int, str]:
    """Two-byte codes of a composite font to text; a font of another kind gives nothing."""
    if "/ToUnicode" not in font or font.get("/Subtype") != "/Type0":
        return {}
    source = font.ToUnicode.read_bytes().decode("latin-1")
    found: dict[int, str] = {}
    for kind, block in _BLOCK.findall(source):
        if kind == "bfchar":
            found |= {int(code, 16): _unicode(text) for code, text in _CHAR.findall(block)}
            continue
        for first, last, target in _RANGE.findall(block):
            found |= _span(int(first, 16), int(last, 16), target)
    return found


def _span(first: int, last: int, target: str) -> dict[int, str]:
    codes = range(first, min(last, first + 0xFFFF) + 1)
    if target.startswith("["):
        texts = re.findall(r"<([0-9A-Fa-f\s]+)>", target)
        return {code: _unicode(text) for code, text in zip(codes, texts, strict=False)}
    start = _unicode(target[1:-1])
    if not start:
        return {}
    return {code: start[:-1] + chr(ord(start[-1]) + step) for step, code in enumerate(codes)}


def _unicode(digits: str) -> str:
    return bytes.fromhex("".join(digits.split())).decode("utf-16-be", "replace")
