"""Small pieces of HTML for notebooks; everything in them is escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape


def describe_as_html(title: str, rows: Iterable[tuple[str, object]]) -> str:
    """A heading and a row for each thing that is known; rows without a value are left out."""
    cells = "".join(
        f'<tr><th scope="row" style="text-align:left">{escape(name)}</th>'
        f'<td style="text-align:left">{escape(str(value))}</td></tr>'
        for name, value in rows
        if value not in ("", None)
    )
    return f"<div><p><b>{escape(title)}</b></p><table>{cells}</table></div>"


def tabulate_as_html(title: str, head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A heading and a table with a head."""
    top = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join(
        "<tr>" + "".join(f'<td style="text-align:left">{escape(str(one))}</td>' for one in row)
        + "</tr>"
        for row in rows
    )  # fmt: skip
    return (
        f"<div><p><b>{escape(title)}</b></p>"
        f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>"
    )
