"""The intervention logic for readers: figure and table of the same links."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from evaltools.findings.conclusion_pages import Told, premise_text
from evaltools.findings.logic import STAGES, ExaminedLink, Logic
from evaltools.i18n.markdown import escape_markdown
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import MISSING

if TYPE_CHECKING:
    from evaltools.charts.figure import Figure

FIGURE_ID: Final = "fig-logic"
TABLE_ID: Final = "tbl-logic"


def logic_figure(logic: Logic, links: Sequence[ExaminedLink], words: Words) -> Figure:
    """The intervention logic drawn, each link in the style of what the evidence says of it."""
    # Loads matplotlib, which a figure that is there already need not wait for.
    from evaltools.charts.logic_model import Arrow, Element, LogicModel

    chart = LogicModel(
        words=words,
        stages={stage: words(f"logic.stage.{stage}") for stage in STAGES},
        elements=[
            Element(name, each.stage, each.text.in_language(words.language))
            for name, each in logic.elements.items()
        ],
        arrows=[Arrow(each.number, each.link.start, each.link.end, each.state) for each in links],
    )
    caption = words("logic.figure.caption")
    if links:
        states = [each.state for each in links]
        counts = {
            "of": (states.count("supported"), len(links)),
            "against": (states.count("contradicted"), len(links)),
        }
        caption = f"{words.counted('headline.logic', counts)} {caption}"
    return chart.figure(caption)


def logic_table(logic: Logic, links: Sequence[ExaminedLink], told: Told) -> str:
    """The same links as a table, each with its premises; empty without links."""
    if not links:
        return ""
    words = told.words
    names = ("link", "state", "premises")
    rows = ["| " + " | ".join(words(f"logic.column.{name}") for name in names) + " |"]
    rows.append("|:" + "|:".join("-" * width for width in (40, 27, 46)) + "|")
    for each in links:
        start, end = (
            logic.elements[name].text.in_language(words.language)
            for name in (each.link.start, each.link.end)
        )
        premises = "; ".join(premise_text(told, premise) for premise in each.link.premises)
        cells = (
            escape_markdown(words("logic.link", number=each.number, start=start, end=end)),
            escape_markdown(words(f"logic.state.{each.state}")),
            premises or MISSING,
        )
        rows.append("| " + " | ".join(cells) + " |")
    caption = words("logic.table.caption")
    return "\n".join(rows) + f"\n\n: {caption} {{#{TABLE_ID}}}\n"
