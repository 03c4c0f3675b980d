"""The figure of a comparison, and a picture of it that stands alone."""

from __future__ import annotations

import io
from collections.abc import Mapping

from PIL import Image

from evaltools.charts.canvas import Canvas, Lettering
from evaltools.charts.figure import PNG_DPI, Figure
from evaltools.charts.lines import Slope, Slopes
from evaltools.charts.style import (
    DEEP_BLUE,
    PAPER,
    QUIET,
    RUST,
    SMALL,
    TEXT_WIDTH,
    Weight,
    house_style,
)
from evaltools.charts.text_metrics import height, wrap
from evaltools.compare import rows as tables
from evaltools.compare.changes import IndicatorChange
from evaltools.compare.compare import Comparison, ComparisonSide
from evaltools.i18n import numbers as say
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import Language

ROWS = 12
THEMES = ("goal", "result", "challenge", "response", "steering")


def draw_comparison(
    comparison: Comparison, language: Language, labels: Mapping[str, str], notice: str = ""
) -> Figure:
    """The themes whose share of the reports read moved most. A notice begins the caption."""
    words = Words(language)
    names = name_sides(comparison, language)
    caption = words.markdown(
        "comparison.caption.figure", old=names[0], new=names[1],
        old_n=say.number(comparison.old.reports, language),
        new_n=say.number(comparison.new.reports, language),
    )  # fmt: skip
    level = f"{say.percent(comparison.level, language)}"
    nothing = words("comparison.nothing")
    chart = Slopes(make_slopes(comparison, language, labels), names, words=words, nothing=nothing)
    note = words("comparison.note.figure", level=level)
    return chart.figure(f"{notice} {caption}".strip(), note=note)


def make_slopes(
    comparison: Comparison, language: Language, labels: Mapping[str, str]
) -> list[Slope]:
    """The rows: those that are clear first taken, then the largest of the others."""
    themes = [
        change
        for change in tables.select_headline_changes(comparison.changes)
        if change.key.partition(".")[0] in THEMES
        and change.unit == "share"
        and change.change is not None
    ]
    chosen = sorted(
        themes,
        key=lambda change: (change.verdict != "moved", -abs(change.change or 0.0), change.key),
    )[:ROWS]
    return [_make_slope(change, language, labels) for change in chosen]


def name_sides(comparison: Comparison, language: Language) -> tuple[str, str]:
    """What the two runs are called: by their wave where that differs, else by their runs."""
    waves = [str(side.parameters.get("wave", "")) for side in (comparison.old, comparison.new)]
    if waves[0] and waves[1] and waves[0] != waves[1]:
        return waves[0], waves[1]
    words = Words(language)
    return _name_side(words("comparison.column.old"), comparison.old), _name_side(
        words("comparison.column.new"), comparison.new
    )


def _name_side(word: str, side: ComparisonSide) -> str:
    return f"{word} ({side.name[:8]})"


def _make_slope(change: IndicatorChange, language: Language, labels: Mapping[str, str]) -> Slope:
    old, new = change.old, change.new
    assert old is not None
    assert new is not None
    return Slope(
        tables.find_label(change.key, language, labels), old.value, new.value, old.x, old.n, new.x,
        new.n, clear=change.verdict == "moved",
    )  # fmt: skip


_MARGIN = 12.0
_TITLE = 12.0


def encode_comparison(
    comparison: Comparison, language: Language, labels: Mapping[str, str], notice: str = ""
) -> bytes:
    """The picture as PNG, with a notice, such as that the data are an example."""
    figure = draw_comparison(comparison, language, labels)
    title = Words(language)("comparison.title")
    above = _draw_strip([(title, _TITLE, DEEP_BLUE, True), (notice, SMALL, RUST, True)])
    below = _draw_strip([(figure.full_caption, SMALL, QUIET, False)])
    parts = [Image.open(io.BytesIO(part)).convert("RGB") for part in (above, figure.png, below)]
    margin = round(_MARGIN / 72 * PNG_DPI)
    width = max(part.width for part in parts) + 2 * margin
    whole = Image.new("RGB", (width, sum(part.height for part in parts) + 2 * margin), PAPER)
    y = margin
    for part in parts:
        whole.paste(part, (margin, y))
        y += part.height
    buffer = io.BytesIO()
    # Few colours, and text on white: a palette takes a third of the bytes and shows no loss.
    whole.quantize(128).save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()


def _draw_strip(texts: list[tuple[str, float, str, bool]]) -> bytes:
    """Lines of text over the whole width as PNG."""
    room = TEXT_WIDTH - 4
    blocks = [
        (wrap(text, room, size, "bold" if bold else "regular", max_lines=4), size, color, bold)
        for text, size, color, bold in texts
        if text
    ]
    canvas = Canvas(sum(height(len(lines), size) for lines, size, *_ in blocks) + 10)
    y = 2.0
    for lines, size, color, bold in blocks:
        high = height(len(lines), size)
        weight: Weight = "bold" if bold else "regular"
        canvas.text(2, y + high / 2, lines, Lettering(size, color, weight))
        y += high
    buffer = io.BytesIO()
    with house_style():
        canvas.drawing.savefig(buffer, format="png", dpi=PNG_DPI, metadata={"Software": None})
    return buffer.getvalue()
