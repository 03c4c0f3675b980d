"""Resolved documents for the tests of the printed formats, written as markdown that pandoc reads
straight into the shapes of the resolved tree."""

from __future__ import annotations

import json
from pathlib import Path
from types import MappingProxyType
from typing import Any

from evaltools.report.renderer.format_context import Context, words
from evaltools.report.renderer.pandoc import pandoc

HERE = Path(__file__).parent
EPOCH = 1_654_214_400
BARS = """<svg xmlns="http://www.w3.org/2000/svg" width="453pt" height="{height}pt"
 viewBox="0 0 453 {height}"><rect width="453" height="{height}" fill="#f4f6f8"/>{bars}</svg>"""
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c"
    "6360606060f80f0001040100b5a5fe8d0000000049454e44ae426082"
)


def drawing(height: int = 180) -> str:
    """A bar chart without text, as SVG."""
    bars = "".join(
        f'<rect x="20" y="{12 + 24 * row}" width="{400 - 43 * row}" height="15" fill="#17395c"/>'
        for row in range(height // 24)
    )
    return BARS.format(height=height, bars=bars)


def resolved(
    folder: Path, text: str, reader: str = "markdown-citations", title: str = ""
) -> dict[str, Any]:
    """Markdown as a resolved document; the images it may name are written into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "kuva.svg").write_text(drawing(), encoding="utf-8")
    (folder / "pieni.svg").write_text(drawing(96), encoding="utf-8")
    for name in ("kuva.png", "pieni.png"):
        (folder / name).write_bytes(PIXEL)
    more = ["-M", f"title={title}"] if title else []
    output, _ = pandoc(["-f", reader, "-t", "json", *more], text)
    # pandoc's reader makes something of its own of `alt`; the core writes it as an attribute
    tree: dict[str, Any] = json.loads(output.replace(b'["fig-alt",', b'["alt",'))
    return tree


def context(folder: Path, language: str = "fi", **options: Any) -> Context:
    """Surroundings of a document whose project and media are one folder."""
    return Context(
        project=folder,
        document=folder / "reports" / language / "report.qmd",
        media=folder,
        format=MappingProxyType({"toc": True, **options}),
        language=language,
        words=words(language),
        epoch=EPOCH,
    )


def demanding() -> str:
    """A report with everything in it that tends to go wrong on paper."""
    text = (HERE / "pdf_sample.md").read_text(encoding="utf-8")
    return text.replace("{{long}}", long_table()).replace("{{wide}}", wide_table())


def long_table(rows: int = 70) -> str:
    """A table over several pages."""
    head = "| Hanke | Hallinnoija | Avustus, € | Osuus |\n|:--|:--|--:|--:|\n"
    body = "".join(
        f"| Asiointipalveluiden kehittämishanke {row} | Kuntayhtymä {row % 7} "
        f"| {12_345 + 9_871 * row:,} | {row % 9},{row % 10} % |\n".replace(",", "\u00a0", 1)
        for row in range(1, rows + 1)
    )
    caption = '\n: [Taulukko 2.]{.caption-label} Hankkeet. {#tbl-long row-headers="1"}\n'
    return head + body + caption


def wide_table(columns: int = 11) -> str:
    """A table with more columns than the page likes."""
    names = ["Maakunta", "Vuorovaikutteisuus", "Henkilöstöresurssit", "Järjestelmätoimittajat"]
    names += [f"Tavoitteisto {number}" for number in range(len(names), columns)]
    lines = ["| " + " | ".join(names) + " |", "|:--" + "|--:" * (columns - 1) + "|"]
    for region in ("Etelä-Pohjanmaa", "Pohjois-Karjala", "Varsinais-Suomi"):
        lines.append(
            "| " + region + "".join(f" | {17 * n % 101},{n % 10}" for n in range(1, columns)) + " |"
        )
    return "\n".join(lines) + "\n\n: [Taulukko 3.]{.caption-label} Leveä taulukko. {#tbl-wide}\n"
