"""What catalogues and search engines read of a page: Highwire tags and Schema.org data.

Both are made from the metadata `catalogue`, which staging writes from what a study declares of its
publication; a page without it has neither.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from evaltools.report.renderer.pandoc_tree import stringify

Record = dict[str, Any]
"""Texts by name, and authors as a list of such."""

_TAGS = {
    "title": "citation_title",
    "published": "citation_publication_date",
    "publisher": "citation_publisher",
    "language": "citation_language",
    "series": "citation_series_title",
    "issn": "citation_issn",
    "isbn": "citation_isbn",
}
"""Highwire Press tags, as Google Scholar and reference managers read them."""


def read_record(meta: Mapping[str, Any]) -> Record:
    """The metadata `catalogue` in plain values; empty without it."""
    found = _plain(meta["catalogue"]) if "catalogue" in meta else {}
    return found if isinstance(found, dict) else {}


def _plain(value: Mapping[str, Any]) -> Any:
    if value["t"] == "MetaMap":
        return {name: _plain(each) for name, each in sorted(value["c"].items())}
    if value["t"] == "MetaList":
        return [_plain(each) for each in value["c"]]
    return value["c"] if isinstance(value["c"], str) else stringify(value["c"])


def highwire_tags(record: Record) -> Iterator[tuple[str, str]]:
    """Tags by name, an author each."""
    for name, tag in _TAGS.items():
        yield tag, str(record.get(name, "")).replace("-", "/" if name == "published" else "-")
    for author in record.get("authors", []):
        yield "citation_author", author["name"]


def structured_data(record: Record) -> str:
    """The report in the words of Schema.org, as JSON that no page takes for markup; or nothing."""
    if not record:
        return ""
    kinds = {"person": "Person", "organisation": "Organization"}
    made: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Report",
        "name": record["title"],
        "inLanguage": record["language"],
        "datePublished": record["published"],
        "author": [
            {"@type": kinds[each["kind"]], "name": each["name"]} for each in record["authors"]
        ],
        "license": record["licence"],
    }
    if record.get("publisher"):
        made["publisher"] = {"@type": "Organization", "name": record["publisher"]}
    if record.get("series"):
        made["isPartOf"] = {"@type": "CreativeWorkSeries", "name": record["series"]}
        if record.get("issn"):
            made["isPartOf"]["issn"] = record["issn"]
    names = [record["urn"]] if record.get("urn") else []
    names += [f"urn:isbn:{record['isbn']}"] if record.get("isbn") else []
    if names:
        made["identifier"] = names
    return json.dumps(made, ensure_ascii=False, sort_keys=True).replace("<", "\\u003c")
