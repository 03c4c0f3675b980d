"""Metadata of the resolved document: title, authors, date and the author's own.

What catalogues and search engines read of a page, Highwire tags and Schema.org data, is made of its
part `catalogue`, which staging writes from what a study declares of its publication; a page without
it has neither.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from babel.dates import format_date
from babel.localedata import locale_identifiers

from evaltools.report.renderer.pandoc_tree import NBSP, Node, lone_paragraph, para, stringify
from evaltools.report.renderer.project import Project
from evaltools.report.renderer.shortcodes import TextPass

MARKDOWN_KEYS = ("title", "subtitle", "abstract", "abstract-title", "description", "toc-title",
                 "reference-section-title")  # fmt: skip
# A day does not part from its month at the end of a line.
_DAY = re.compile(r"(?<=\d) (?=[^\W\d])|(?<=\d\.) (?=[^\W\d])")
_SHOWN = ("title", "subtitle", "abstract", "abstract-title")
_PRIVATE = frozenset({"filters", "language", "metadata"})


def parse_metadata_texts(project: Project, values: Mapping[str, Any], text_pass: TextPass) -> None:
    """Have the metadata that is markdown parsed with the document."""
    for key in MARKDOWN_KEYS:
        if isinstance(values.get(key), str | int | float):
            where = project.where(key)
            text = "\n".join(text_pass.inline(line, where) for line in str(values[key]).split("\n"))
            text_pass.placeholders.fragment(f"meta|{key}", text, where, False)
    for index, (name, _) in enumerate(_authors(values)):
        where = project.where("author")
        text_pass.placeholders.fragment(f"meta|author|{index}", name, where, False)


def _authors(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names and affiliations of the authors, whichever way they were written."""
    written = values.get("author", [])
    result: list[tuple[str, str]] = []
    for author in written if isinstance(written, list) else [written]:
        if not isinstance(author, Mapping):
            result.append((str(author), ""))
            continue
        name = author.get("name", "")
        places = author.get("affiliation", author.get("affiliations", []))
        many = places if isinstance(places, list) else [places]
        named = [str(p.get("name", "") if isinstance(p, Mapping) else p) for p in many]
        literal = name.get("literal", "") if isinstance(name, Mapping) else name
        result.append((str(literal), ", ".join(named)))
    return result


def format_day(written: str, style: str, language: str, region: str = "") -> str:
    """A day as readers see it, in the style if one is given; other text stays as it is."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return written
    style = style or ("d.M.y" if language == "fi" else "d MMMM y")
    if style == "iso":
        return written
    # Babel's name of the language as it is written in the region, where Babel knows that.
    name = f"{language}_{region.upper()}"
    locale = name if name in locale_identifiers() else language
    return _DAY.sub(NBSP, format_date(day, style, locale=locale))


def document_metadata(
    values: Mapping[str, Any], parsed: Mapping[str, list[Node]], language: str
) -> dict[str, Any]:
    """Pandoc's metadata of a document."""
    meta = {key: _value(value) for key, value in sorted(values.items()) if key not in _PRIVATE}
    for key in MARKDOWN_KEYS:
        blocks = parsed.get(f"meta|{key}")
        if blocks is None:
            continue
        inlines = None if key == "abstract" else lone_paragraph(blocks)
        kind = "MetaBlocks" if inlines is None else "MetaInlines"
        meta[key] = {"t": kind, "c": blocks if inlines is None else inlines}
    people = _authors(values)
    if people:
        names = [parsed[f"meta|author|{index}"] for index in range(len(people))]
        inlines_of = [blocks[0]["c"] if blocks else [] for blocks in names]
        listed = [{"t": "MetaInlines", "c": each} for each in inlines_of]
        meta["author"] = {"t": "MetaList", "c": listed}
        meta["affiliation"] = _value([place for _, place in people])
    if values.get("date"):
        written = str(values["date"])
        style, region = str(values.get("date-format", "")), str(values.get("region", ""))
        meta["date"] = _value(format_day(written, style, language, region))
        meta["date-iso"] = _value(written)
    return meta


def _value(value: Any) -> Node:
    if isinstance(value, bool):
        return {"t": "MetaBool", "c": value}
    if isinstance(value, Mapping):
        return {"t": "MetaMap", "c": {str(k): _value(v) for k, v in sorted(value.items())}}
    if isinstance(value, list):
        return {"t": "MetaList", "c": [_value(item) for item in value]}
    return {"t": "MetaString", "c": "" if value is None else str(value)}


def find_plain_text(meta: Mapping[str, Any], key: str) -> str:
    """A value without markup; empty where there is none."""
    content = meta.get(key, {}).get("c", "")
    return content if isinstance(content, str) else stringify(content).strip()


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


def title_block(meta: Mapping[str, Any], words: Mapping[str, str]) -> dict[str, Any]:
    """The metadata that pandoc writes as text with markup."""
    shown = {key: meta[key] for key in _SHOWN if key in meta}
    # Pandoc fills in an English title of its own.
    shown.setdefault("abstract-title", _escaped(words["section-title-abstract"]))
    if shown.get("abstract", {}).get("t") == "MetaInlines":
        shown["abstract"] = {"t": "MetaBlocks", "c": [para(shown["abstract"]["c"])]}
    names = meta.get("author", {}).get("c", [])
    places = [_escaped(item["c"]) for item in meta.get("affiliation", {}).get("c", [])]
    people = [{"name": name, "place": place} for name, place in zip(names, places, strict=True)]
    shown["author"] = {"t": "MetaList", "c": [{"t": "MetaMap", "c": each} for each in people]}
    return shown


def _escaped(value: str) -> Node:
    """A plain text as metadata, quotation marks escaped too."""
    content = {"t": "RawInline", "c": ["html", html.escape(value)]}
    return {"t": "MetaInlines", "c": [content] if value else []}
