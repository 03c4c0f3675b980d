"""Figures as a page shows them: drawings with real words, their data as a table, and to save.

Everything but enlarging and saving as PNG works without scripts.
"""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from evaltools.charts.data import MISSING, WITHHELD
from evaltools.report.renderer.figure_files import Caption, Publication, write_csv, write_svg
from evaltools.report.renderer.inline_svg import clean_svg, size_of

SIDECAR = ".figure.json"
"""What a page needs of a picture lies beside it under its name with this ending."""
MARKS = {WITHHELD, MISSING}


def make_sidecar(figure: object, name: str) -> str:
    """What a page makes of a figure, drawings cleaned, as JSON.

    Arguments:
        figure: `wide`, and where there are any `narrow` and `data`.
        name: of the figure, unique in the document.

    Raises ValueError where it is not of that form, or a drawing holds more than shapes and words.
    """
    if not isinstance(figure, dict) or not isinstance(figure.get("wide"), str):
        raise ValueError("has no drawing")
    kept: dict[str, Any] = {}
    for width in ("wide", "narrow"):
        if isinstance(figure.get(width), str):
            kept[width] = clean_svg(figure[width], f"{name}-{width}")
    data = figure.get("data")
    if data is not None:
        kept["data"] = {key: _check_rows(data, key) for key in ("rows", "raw")}
        kept["data"]["columns"] = [str(each) for each in data["columns"]]
        if any(len(row) != len(data["columns"]) for row in data["rows"] + data["raw"]):
            raise ValueError("has data that are no table")
    return json.dumps(kept, ensure_ascii=False)


def write_sidecar(folder: Path, picture: str, sidecar: str) -> None:
    """Keep what `make_sidecar` gave beside a picture of the folder."""
    (folder / f"{Path(picture).stem}{SIDECAR}").write_text(sidecar, encoding="utf-8")


def read_sidecar(picture: Path) -> dict[str, Any] | None:
    """What lies beside a picture; None where nothing does."""
    path = picture.with_name(f"{picture.stem}{SIDECAR}")
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def write_figure(
    alt: str,
    figure: Mapping[str, Any],
    caption: Caption,
    publication: Publication,
    words: Mapping[str, str],
) -> str:
    """The HTML of a figure without its caption.

    Arguments:
        alt: what it shows, in words.
        figure: as `read_sidecar` gives it. caption: of which saved files tell.
        publication: that the figure is in. words: the renderer's words.
    """
    wide, narrow, data = figure["wide"], figure.get("narrow"), figure.get("data")
    parts = []
    scrolls = html.escape(f"{words['figure-scrolls']}: {caption.label}")
    if narrow:
        parts.append(f'<div class="chart chart-wide">{_named(wide, alt)}</div>')
        parts.append(f'<div class="chart chart-narrow">{_named(narrow, alt)}</div>')
    else:
        opening = (
            f'<div class="chart chart-scroll" tabindex="0" role="group" aria-label="{scrolls}">'
        )
        parts.append(f"{opening}{_named(wide, alt)}</div>")
    told = {key: html.escape(words[key]) for key in ("enlarge", "close", "save-png")}
    told |= {"label": html.escape(caption.label), "scrolls": scrolls}
    pairs = "".join(f' data-{key}="{value}"' for key, value in told.items())
    parts.append(f'<div class="figure-tools"{pairs}>')
    if data:
        parts.append(_table(caption.label, data, words))
    stem = publication.file_stem(caption.label, words)
    file = write_svg(wide, alt, caption, publication, words)
    svg = f"data:image/svg+xml;base64,{base64.b64encode(file.encode('utf-8')).decode('ascii')}"
    parts.append(_link(f"{stem}.svg", svg, words["save-svg"], caption.label))
    if data:
        rows = write_csv(data, publication.notice, words)
        address = "data:text/csv;charset=utf-8," + quote("\ufeff" + rows, safe="")
        parts.append(_link(f"{stem}.csv", address, words["save-csv"], caption.label))
    return "".join([*parts, "</div>"])


def _named(svg: str, alt: str) -> str:
    width, height = size_of(svg)
    more = f'role="img" aria-label="{html.escape(alt)}" style="aspect-ratio:{width:g}/{height:g}"'
    return svg.replace("<svg ", f"<svg {more} ", 1)


def _table(called: str, data: Mapping[str, Any], words: Mapping[str, str]) -> str:
    text = html.escape(words["show-table"])
    label = f"{text}: {html.escape(called)}"
    numbers = [
        all(not isinstance(row[place], str) or row[place] in MARKS for row in data["raw"])
        for place in range(len(data["columns"]))
    ]
    classes = [' class="number"' if each else "" for each in numbers]
    head = "".join(
        f'<th scope="col"{own}>{html.escape(column)}</th>'
        for own, column in zip(classes, data["columns"], strict=True)
    )
    body = "".join(
        f'<tr><th scope="row">{html.escape(row[0])}</th>'
        + "".join(
            f"<td{own}>{html.escape(cell)}</td>"
            for own, cell in zip(classes[1:], row[1:], strict=True)
        )
        + "</tr>"
        for row in data["rows"]
    )
    return (
        f'<details class="figure-data"><summary aria-label="{label}">{text}</summary>'
        f'<div class="table-scroll" tabindex="0" role="group" aria-label="{label}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></details>"
    )


def _link(file: str, address: str, text: str, label: str) -> str:
    told, named = html.escape(text), html.escape(f"{text}: {label}")
    return (
        f'<a class="save" download="{html.escape(file)}" aria-label="{named}" '
        f'href="{address}">{told}</a>'
    )


def _check_rows(data: object, key: str) -> list[list[Any]]:
    rows = data.get(key) if isinstance(data, dict) else None
    if not isinstance(rows, Sequence) or not all(isinstance(row, list) for row in rows):
        raise ValueError("has data that are no table")
    kinds = (str, int, float, type(None)) if key == "raw" else (str,)
    if not all(isinstance(cell, kinds) for row in rows for cell in row):
        raise ValueError("has data that are neither words nor numbers")
    return [list(row) for row in rows]
