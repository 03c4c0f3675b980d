"""The figure of a comparison, and a picture of it that stands alone."""

from __future__ import annotations

import io
from collections.abc import Mapping

from PIL import Image

from evaltools.charts.canvas import Canvas
from evaltools.charts.figure import PNG_DPI, Figure
from evaltools.charts.slope_chart import Slope, Slopes
from evaltools.charts.style import DEEP_BLUE, PAPER, QUIET, RUST, SMALL, TEXT_WIDTH, house_style
from evaltools.charts.text_metrics import height, wrap
from evaltools.compare import rows as tables
from evaltools.compare.changes import IndicatorChange
from evaltools.compare.compare import Comparison, Side
from evaltools.i18n import numbers as say
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import Language

ROWS = 12
THEMES = ("goal", "result", "challenge", "response", "steering")


def comparison_figure(
    made: Comparison, language: Language, labels: Mapping[str, str], notice: str = ""
) -> Figure:
    """The themes whose share of the reports read moved most. A notice begins the caption."""
    words = Words(language)
    names = side_names(made, language)
    caption = words.markdown(
        "comparison.caption.figure", old=names[0], new=names[1],
        old_n=say.number(made.old.reports, language), new_n=say.number(made.new.reports, language),
    )  # fmt: skip
    level = f"{say.percent(made.level, language)}"
    nothing = words("comparison.nothing")
    chart = Slopes(slope_rows(made, language, labels), names, words=words, nothing=nothing)
    note = words("comparison.note.figure", level=level)
    return chart.figure(f"{notice} {caption}".strip(), note=note)


def slope_rows(made: Comparison, language: Language, labels: Mapping[str, str]) -> list[Slope]:
    """The rows: those that are clear first taken, then the largest of the others."""
    themes = [
        move
        for move in tables.headline(made.moves)
        if move.key.partition(".")[0] in THEMES and move.unit == "share" and move.change is not None
    ]
    chosen = sorted(themes, key=lambda move: (move.verdict != "moved", -abs(move.change or 0.0),
                                              move.key))[:ROWS]  # fmt: skip
    return [_slope(move, language, labels) for move in chosen]


def side_names(made: Comparison, language: Language) -> tuple[str, str]:
    """What the two runs are called: by their wave where that differs, else by their runs."""
    waves = [str(side.parameters.get("wave", "")) for side in (made.old, made.new)]
    if waves[0] and waves[1] and waves[0] != waves[1]:
        return waves[0], waves[1]
    words = Words(language)
    return _named(words("comparison.column.old"), made.old), _named(
        words("comparison.column.new"), made.new
    )


def _named(word: str, side: Side) -> str:
    return f"{word} ({side.name[:8]})"


def _slope(move: IndicatorChange, language: Language, labels: Mapping[str, str]) -> Slope:
    old, new = move.old, move.new
    assert old is not None
    assert new is not None
    return Slope(
        tables.label_of(move.key, language, labels), old.value, new.value, old.x, old.n, new.x,
        new.n, clear=move.verdict == "moved",
    )  # fmt: skip


_MARGIN = 12.0
_TITLE = 12.0


def comparison_picture(
    made: Comparison, language: Language, labels: Mapping[str, str], notice: str = ""
) -> bytes:
    """The picture as PNG, with a notice, such as that the data are an example."""
    figure = comparison_figure(made, language, labels)
    title = Words(language)("comparison.title")
    above = _strip([(title, _TITLE, DEEP_BLUE, True), (notice, SMALL, RUST, True)])
    below = _strip([(figure.full_caption, SMALL, QUIET, False)])
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


def _strip(texts: list[tuple[str, float, str, bool]]) -> bytes:
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
        weight = "bold" if bold else "regular"
        canvas.text(2, y + high / 2, lines, size=size, color=color, weight=weight)  # type: ignore[arg-type]
        y += high
    buffer = io.BytesIO()
    with house_style():
        canvas.drawing.savefig(buffer, format="png", dpi=PNG_DPI, metadata={"Software": None})
    return buffer.getvalue()
