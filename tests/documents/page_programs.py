"""PDF pages written by hand: what stands on them is known, however the letters are drawn."""

from __future__ import annotations

import io
from dataclasses import dataclass, field

import pikepdf

# Widths of Helvetica from the blank to ~, in thousandths of the size (Adobe's metrics).
_METRICS = """
278 278 355 556 556 889 667 222 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556
556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667
778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 222 556 556 500 556 556 278 556 556 222
222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 260 334 584
"""
_WIDTHS = [int(number) for number in _METRICS.split()]
WIDTH, HEIGHT = 595.0, 842.0


def width(text: str, size: float, spacing: float = 0.0) -> float:
    """How wide a text is in Helvetica, in points."""
    letters = sum(_WIDTHS[ord(_plain(c)) - 32] for c in text) * size / 1000
    return letters + spacing * len(text)


def _plain(character: str) -> str:
    return {"ä": "a", "ö": "o", "å": "a", "Ä": "A", "Ö": "O", "é": "e", "\xad": "-"}.get(
        character, character
    )


def escaped(text: str) -> bytes:
    """A text as a string of a page's program, in WinAnsi."""
    return (
        b"("
        + text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)").encode("cp1252")
        + b")"
    )


@dataclass
class Page:
    """A page that is being written; y is from the lower edge, as in PDF."""

    content: list[bytes] = field(default_factory=list)

    def put(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 11,
        font: str = "F1",
        before: str = "",
        after: str = "",
    ) -> float:
        """Draw a text, and return where it ends."""
        self.raw(
            f"BT {before} /{font} {size} Tf 1 0 0 1 {x:.3f} {y:.3f} Tm ".encode()
            + escaped(text) + f" Tj {after} ET".encode()
        )  # fmt: skip
        return x + width(text, size)

    def raw(self, program: bytes | str) -> None:
        """Add a piece of program as it is."""
        self.content.append(program.encode("cp1252") if isinstance(program, str) else program)

    def line(
        self, x: float, y: float, text: str, size: float = 11, way: str = "line", font: str = "F1"
    ) -> float:
        """Draw a line in one of the ways in which programs do.

        Arguments:
            way: `line` in one go; `words` each by itself without blanks; `letters` each by
                itself; `kerned` with small moves between letters; `justified` with wider blanks.
        """
        if way == "line":
            return self.put(x, y, text, size, font)
        if way == "words":
            for word in text.split(" "):
                x = self.put(x, y, word, size, font) + width(" ", size)
            return x - width(" ", size)
        if way == "letters":
            for letter in text:
                x = self.put(x, y, letter, size, font) if letter != " " else x + width(" ", size)
            return x
        if way == "justified":
            return self.put(x, y, text, size, font, "1.7 Tw", "0 Tw") + 1.7 * text.count(" ")
        pieces = b" ".join(escaped(c) + (b" 12" if i % 2 else b" -9") for i, c in enumerate(text))
        self.raw(
            f"BT /{font} {size} Tf 1 0 0 1 {x:.3f} {y:.3f} Tm [".encode() + pieces + b"] TJ ET"
        )
        return x + width(text, size)


def document(*pages: Page, change: object = None) -> bytes:
    """A PDF of pages in Helvetica (F1) and Helvetica-Bold (F2).

    Arguments:
        change: called with the `pikepdf.Pdf` before it is saved, to add what pages have besides.
    """
    pdf = pikepdf.new()
    fonts = pikepdf.Dictionary(
        {
            f"/F{number}": pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1,
                BaseFont=pikepdf.Name(f"/{name}"), Encoding=pikepdf.Name.WinAnsiEncoding,
            )
            for number, name in ((1, "Helvetica"), (2, "Helvetica-Bold"))
        }
    )  # fmt: skip
    for page in pages:
        pdf.add_blank_page(page_size=(WIDTH, HEIGHT))
        made = pdf.pages[-1]
        made.Resources = pikepdf.Dictionary(Font=fonts)
        made.Contents = pdf.make_stream(b"\n".join(page.content))
    if callable(change):
        change(pdf)
    target = io.BytesIO()
    pdf.save(target)
    return target.getvalue()
