"""How a notebook hands its indicators over: as a rich output, so that it is the whole record."""

from __future__ import annotations

from collections.abc import Iterable

from evaltools.indicators.indicator import MIME_TYPE, Indicator, to_record, to_table


def emit(indicators: Iterable[Indicator]) -> None:
    """Show the indicators to the person in JupyterLab and to the pipeline at once.

    Raises:
        ValueError: two indicators share key, estimand and dimensions.
    """
    from IPython.display import publish_display_data  # is there in a kernel only

    records = sorted(indicators, key=lambda indicator: indicator.identity)
    table = to_table(records)
    shown = table[
        ["key", "dimensions", "estimand", "value", "x", "n", "N", "low", "high", "method"]
    ]
    publish_display_data(  # type: ignore[no-untyped-call]
        {
            MIME_TYPE: [to_record(record) for record in records],
            "text/html": shown.to_html(index=False, max_rows=40, na_rep="–", border=0),
            "text/plain": f"{len(records)} indicators",
        }
    )
