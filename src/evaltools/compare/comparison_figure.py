"""The figure of a comparison, and a picture of it that stands alone."""

from __future__ import annotations

import io
from collections.abc import Mapping

from PIL import Image

from evaltools.charts import palette, style
from evaltools.charts.canvas import Canvas, Lettering
from evaltools.charts.figure import PNG_DPI, Figure
from evaltools.charts.line_charts import Slope, Slopes
from evaltools.charts.text_metrics import height, wrap
from evaltools.compare import rows as tables
from evaltools.compare.compare import Comparison
from evaltools.i18n import numbers as say
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import Language
from evaltools.provenance.indicator_changes import select_headline_changes

ROWS = 12
THEMES = ("goal", "result", "challenge", "response", "steering")


def draw_comparison(
    comparison: Comparison, language: Language, labels: Mapping[str, str]
) -> Figure:
    """The themes whose share of the reports read moved most."""
    words = Words(language)
    names = name_sides(comparison, language)
    caption = words.markdown(
        "comparison.caption.figure", old=names[0], new=names[1],
        old_n=say.number(comparison.old.reports, language),
        new_n=say.number(comparison.new.reports, language),
    )  # fmt: skip
    nothing = words("comparison.nothing")
    chart = Slopes(make_slopes(comparison, language, labels), names, words=words, nothing=nothing)
    note = (
        words("comparison.note.figure_reread")
        if comparison.relation == "same"
        else words("comparison.note.figure", level=say.percent(comparison.level, language))
    )
    return chart.figure(caption, note=note)


def make_slopes(
    comparison: Comparison, language: Language, labels: Mapping[str, str]
) -> list[Slope]:
    """The rows: those that are clear first taken, then the largest of the others."""
    themes = [
        change
        for change in select_headline_changes(comparison.changes)
        if change.key.partition(".")[0] in THEMES
        and change.either.unit == "share"
        and not change.few
    ]
    clear = ("moved", "reread")
    slopes = [
        ((change.verdict not in clear, -abs(change.change), change.key), change.old, change.new)
        for change in themes
        if change.change is not None and change.old is not None and change.new is not None
    ]
    return [
        Slope(
            tables.find_label(key, language, labels),
            *(old.value, new.value, old.x, old.n, new.x, new.n),
            clear=not unclear,
        )
        for (unclear, _, key), old, new in sorted(slopes, key=lambda slope: slope[0])[:ROWS]
    ]


def name_sides(comparison: Comparison, language: Language) -> tuple[str, str]:
    """What the two runs are called: by their wave where that differs, else by their runs."""
    sides = (comparison.old, comparison.new)
    old, new = (str(side.ingredients.parameters.get("wave", "")) for side in sides)
    if old and new and old != new:
        return old, new
    words = Words(language)
    return (
        f"{words('comparison.column.old')} ({comparison.old.name[:8]})",
        f"{words('comparison.column.new')} ({comparison.new.name[:8]})",
    )


_MARGIN = 12.0
_TITLE = 12.0


def encode_comparison(
    comparison: Comparison, language: Language, labels: Mapping[str, str], notice: str = ""
) -> bytes:
    """The picture as PNG, with a notice, such as that the data are an example."""
    figure = draw_comparison(comparison, language, labels)
    title = Words(language)("comparison.title")
    above = _draw_strip(
        (title, _TITLE, palette.DEEP_BLUE, "bold"), (notice, style.SMALL, palette.RUST, "bold")
    )
    below = _draw_strip((figure.full_caption, style.SMALL, palette.QUIET, "regular"))
    parts = [Image.open(io.BytesIO(part)).convert("RGB") for part in (above, figure.png, below)]
    margin = round(_MARGIN / 72 * PNG_DPI)
    width = max(part.width for part in parts) + 2 * margin
    whole = Image.new(
        "RGB", (width, sum(part.height for part in parts) + 2 * margin), palette.PAPER
    )
    y = margin
    for part in parts:
        whole.paste(part, (margin, y))
        y += part.height
    buffer = io.BytesIO()
    # Few colours, and text on white: a palette takes a third of the bytes and shows no loss.
    whole.quantize(128).save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()


def _draw_strip(*texts: tuple[str, float, str, style.Weight]) -> bytes:
    """Lines of text over the whole width as PNG."""
    blocks = [
        (wrap(text, style.TEXT_WIDTH - 4, size, weight, max_lines=4), size, color, weight)
        for text, size, color, weight in texts
        if text
    ]
    canvas = Canvas(sum(height(len(lines), size) for lines, size, *_ in blocks) + 10)
    y = 2.0
    for lines, size, color, weight in blocks:
        high = height(len(lines), size)
        canvas.text(2, y + high / 2, lines, Lettering(size, color, weight))
        y += high
    buffer = io.BytesIO()
    with style.house_style():
        canvas.drawing.savefig(buffer, format="png", dpi=PNG_DPI, metadata={"Software": None})
    return buffer.getvalue()
