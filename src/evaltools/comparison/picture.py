"""The figure of a comparison as a picture that stands alone: with a title and what the data are."""

from __future__ import annotations

import io
from collections.abc import Mapping

from evaltools.comparison.comparison import Comparison
from evaltools.comparison.figure import comparison_figure
from evaltools.present.figure import PNG_DPI
from evaltools.present.language import Language
from evaltools.present.sheet import Canvas
from evaltools.present.style import DEEP_BLUE, PAPER, QUIET, RUST, SMALL, TEXT_WIDTH, house_style
from evaltools.present.text import height, wrap
from evaltools.present.words import Words

_MARGIN = 12.0
_TITLE = 12.0


def comparison_picture(
    made: Comparison, language: Language, labels: Mapping[str, str], notice: str = ""
) -> bytes:
    """The picture as PNG.

    Arguments:
        made: the comparison.
        language: fi, sv or en.
        labels: of codes, by id.
        notice: written into the picture, such as that the data are an example.
    """
    from PIL import Image

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
