"""Metadata of the resolved document: title, authors, date and the author's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from babel.dates import format_date
from babel.localedata import locale_identifiers

from evaltools.report.embedded.ast import NBSP, Node, stringify
from evaltools.report.embedded.placeholders import Holders
from evaltools.report.embedded.project import Project
from evaltools.report.embedded.shortcodes import TextPass

MARKDOWN_KEYS = (
    "title",
    "subtitle",
    "abstract",
    "abstract-title",
    "description",
    "toc-title",
    "reference-section-title",
)
# A day does not part from its month at the end of a line.
_DAY = re.compile(r"(?<=\d) (?=[^\W\d])|(?<=\d\.) (?=[^\W\d])")
_PRIVATE = frozenset({"filters", "language", "metadata"})


def ask_for_metadata(project: Project, values: Mapping[str, Any], passed: TextPass) -> None:
    """Have the metadata that is markdown parsed with the document."""
    holders: Holders = passed.holders
    for key in MARKDOWN_KEYS:
        if isinstance(values.get(key), str | int | float):
            where = project.where(key)
            lines = str(values[key]).split("\n")
            text = "\n".join(passed.inline(line, where) for line in lines)
            holders.fragment(f"meta|{key}", text, where, False)
    for index, author in enumerate(authors(values)):
        where = project.where("author")
        holders.fragment(f"meta|author|{index}", author["name"], where, False)


def authors(values: Mapping[str, Any]) -> list[dict[str, str]]:
    """Authors with `name` and `affiliation`, whichever way they were written."""
    written = values.get("author", [])
    result: list[dict[str, str]] = []
    for author in written if isinstance(written, list) else [written]:
        if isinstance(author, Mapping):
            name = author.get("name", "")
            places = author.get("affiliation", author.get("affiliations", []))
            many = places if isinstance(places, list) else [places]
            named = [str(p.get("name", "") if isinstance(p, Mapping) else p) for p in many]
            result.append(
                {
                    "name": str(name.get("literal", "") if isinstance(name, Mapping) else name),
                    "affiliation": ", ".join(named),
                }
            )
        else:
            result.append({"name": str(author), "affiliation": ""})
    return result


def shown_date(values: Mapping[str, Any], language: str) -> str:
    """The date as readers see it; what is not an ISO date is shown as written."""
    written = str(values.get("date", ""))
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return written
    style = str(values.get("date-format", "d.M.y" if language == "fi" else "d MMMM y"))
    if style == "iso":
        return written
    shown = format_date(day, style, locale=_locale(language, str(values.get("region", ""))))
    return _DAY.sub(NBSP, shown)


def _locale(language: str, region: str) -> str:
    """Babel's name of the language as it is written in the region, where Babel knows that."""
    name = f"{language}_{region.upper()}"
    return name if name in locale_identifiers() else language


def document_metadata(
    values: Mapping[str, Any],
    parsed: Mapping[str, list[Node]],
    language: str,
) -> dict[str, Any]:
    """Pandoc's metadata of a document.

    Arguments:
        values: merged options and metadata. parsed: assembled fragments by name.
        language: base language, for the date.
    """
    meta = {key: _value(value) for key, value in sorted(values.items()) if key not in _PRIVATE}
    for key in MARKDOWN_KEYS:
        blocks = parsed.get(f"meta|{key}")
        if blocks is None:
            continue
        if len(blocks) == 1 and blocks[0]["t"] in {"Para", "Plain"} and key != "abstract":
            meta[key] = {"t": "MetaInlines", "c": blocks[0]["c"]}
        else:
            meta[key] = {"t": "MetaBlocks", "c": blocks}
    people = authors(values)
    if people:
        names = [parsed[f"meta|author|{index}"] for index in range(len(people))]
        meta["author"] = {
            "t": "MetaList",
            "c": [{"t": "MetaInlines", "c": blocks[0]["c"] if blocks else []} for blocks in names],
        }
        meta["affiliation"] = {
            "t": "MetaList",
            "c": [{"t": "MetaString", "c": author["affiliation"]} for author in people],
        }
    if values.get("date"):
        meta["date"] = {"t": "MetaString", "c": shown_date(values, language)}
        meta["date-iso"] = {"t": "MetaString", "c": str(values["date"])}
    return meta


def _value(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"t": "MetaBool", "c": value}
    if isinstance(value, Mapping):
        return {"t": "MetaMap", "c": {str(k): _value(v) for k, v in sorted(value.items())}}
    if isinstance(value, list):
        return {"t": "MetaList", "c": [_value(item) for item in value]}
    return {"t": "MetaString", "c": "" if value is None else str(value)}


def plain_title(meta: Mapping[str, Any]) -> str:
    """The title without markup."""
    return stringify(meta.get("title", {}).get("c", [])).strip()
