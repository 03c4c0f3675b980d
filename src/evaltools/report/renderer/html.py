"""A resolved document as one self-contained, accessible page."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evaltools.problems import Problem, refuse
from evaltools.report.renderer.final_pass import message_problems
from evaltools.report.renderer.fonts import face_rules
from evaltools.report.renderer.format_context import Context
from evaltools.report.renderer.html_tree import HtmlTree
from evaltools.report.renderer.metadata import find_plain_text
from evaltools.report.renderer.pandoc import pandoc
from evaltools.report.renderer.pandoc_tree import stringify

# Parts of what pandoc writes, in one run: the separator cannot occur in escaped HTML.
_SEPARATOR = "<!--\ue000-->"
_PARTS = {
    "title": "$title$",
    "subtitle": "$subtitle$",
    "authors": "$for(author)$<li>$author$</li>$endfor$",
    "abstracttitle": "$abstract-title$",
    "abstract": "$abstract$",
    "toc": "$toc$",
    "body": "$body$",
}
_SHOWN = ("title", "subtitle", "author", "abstract", "abstract-title")
_LOADS = re.compile(r"@import|url\(\s*[\"']?\s*(?!data:|#)|</style", re.IGNORECASE)


def write_html(resolved: Path, context: Context) -> bytes:
    """Write the page.

    Arguments:
        resolved: pandoc's JSON of the resolved document.

    Returns the page as UTF-8: styles, script, fonts and pictures inside, scripts forbidden but
    for the page's own by its hash.
    Raises ProblemError where a style sheet of the project would load something, or pandoc could
    not write a part as it is meant.
    """
    document: dict[str, Any] = json.loads(resolved.read_text(encoding="utf-8"))
    meta = document["meta"]
    options = context.format
    shift = int(bool(find_plain_text(meta, "title")))
    tree = HtmlTree(
        context.media,
        context.words,
        shift,
        tables_above=options.get("tbl-cap-location", "top") != "bottom",
        figures_above=options.get("fig-cap-location", "bottom") == "top",
    )
    document["blocks"] = tree.blocks(document["blocks"])
    document["meta"] = {key: meta[key] for key in _SHOWN if key in meta}
    parts = _write_parts(document, context, shift)
    parts["body"] = _footnotes(parts["body"], context.words)
    return _page(parts, meta, context).encode("utf-8")


def _write_parts(document: dict[str, Any], context: Context, shift: int) -> dict[str, str]:
    """What pandoc writes, by part."""
    depth = min(int(context.format.get("toc-depth", 3)) + shift, 6)
    arguments = ["-t", "html5-smart", "--mathml", "--wrap=none", "--toc", f"--toc-depth={depth}",
                 "--section-divs", "--syntax-highlighting=none", "--email-obfuscation=none",
                 "--sandbox"]  # fmt: skip
    with TemporaryDirectory(prefix="evaltools-") as name:
        template = Path(name) / "parts.html"
        template.write_text(_SEPARATOR.join(_PARTS.values()), encoding="utf-8")
        arguments.append(f"--template={template}")
        output, messages = pandoc(arguments, document, context.epoch)
    refuse(message_problems(messages, context))
    written = output.decode("utf-8").split(_SEPARATOR)
    return {key: part.strip() for key, part in zip(_PARTS, written, strict=True)}


def _footnotes(body: str, words: Mapping[str, str]) -> str:
    """Names for footnotes and for the ways back from them."""
    links = {
        r'(<a href="#fnref(\d+)" class="footnote-back" role="doc-backlink")': "back-to-text",
        r'(<a href="#fn(\d+)" class="footnote-ref" id="fnref\d+" role="doc-noteref")': "footnote",
    }
    for pattern, word in links.items():
        name = html.escape(words[word], quote=True)
        body = re.sub(pattern, rf'\1 aria-label="{name} \2"', body)
    section, name = (
        ' role="doc-endnotes"',
        html.escape(words["section-title-footnotes"], quote=True),
    )
    return body.replace(f"{section}>\n<hr />", f'{section} aria-label="{name}">', 1)


@cache
def _resource(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _page(parts: Mapping[str, str], meta: Mapping[str, Any], context: Context) -> str:
    words = {key: html.escape(value) for key, value in context.words.items()}
    script = _resource("page.js").strip()
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    notice = find_plain_text(meta, "example-notice")
    title = find_plain_text(meta, "title") or context.document.stem
    toc = parts["toc"] if context.format.get("toc") else ""
    values = {
        "lang": html.escape(str(context.format.get("lang", "en")), quote=True),
        "policy": "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        "pagetitle": html.escape(str(context.format.get("pagetitle", title))),
        "about": _about(meta),
        "css": "\n".join((face_rules(), _resource("page.css"), _own_css(context))),
        "script": script,
        "skip": words["skip"],
        "notice": f'<p class="notice">{html.escape(notice)}</p>' if notice else "",
        "header": _header(parts, meta, words),
        "toc": _contents(toc, meta, words) if toc else "",
        "shape": "with-contents" if toc else "plain",
        "body": parts["body"],
    }
    # One pass over the template, so that nothing in the values is taken for a name.
    return re.sub(r"@@(\w+)@@", lambda match: values[match[1]], _resource("page.html"))


def _about(meta: Mapping[str, Any]) -> str:
    """What search engines and catalogues read."""
    keywords = meta.get("keywords", {}).get("c", "")
    if not isinstance(keywords, str):
        keywords = ", ".join(str(item["c"]) for item in keywords)
    authors = [stringify(item["c"]) for item in meta.get("author", {}).get("c", [])]
    lines = {
        "description": find_plain_text(meta, "description"),
        "keywords": keywords,
        "author": ", ".join(name for name in authors if name),
    }
    return "\n".join(
        f'<meta name="{name}" content="{html.escape(value, quote=True)}">'
        for name, value in lines.items()
        if value
    )


def _header(parts: Mapping[str, str], meta: Mapping[str, Any], words: Mapping[str, str]) -> str:
    if not parts["title"]:
        return ""
    series, publisher, day, iso = (
        html.escape(find_plain_text(meta, key))
        for key in ("series", "publisher", "date", "date-iso")
    )
    stamp = f' datetime="{iso}"' if re.fullmatch(r"\d{4}-\d\d-\d\d", iso) else ""
    abstract = parts["abstract"]
    if abstract:
        # Pandoc fills in an English title of its own.
        given = "abstract-title" in meta
        name = parts["abstracttitle"] if given else words["section-title-abstract"]
        content = abstract if abstract.startswith("<") else f"<p>{abstract}</p>"
        abstract = (
            '<section class="abstract" aria-labelledby="abstract-title">'
            f'<h2 id="abstract-title">{name}</h2>{content}</section>'
        )
    lines = (
        (series, f'<p class="series">{series}</p>'),
        (True, f"<h1>{parts['title']}</h1>"),
        (parts["subtitle"], f'<p class="subtitle">{parts["subtitle"]}</p>'),
        (parts["authors"], f'<ul class="authors">{_add_affiliations(parts["authors"], meta)}</ul>'),
        (publisher, f'<p class="publisher">{publisher}</p>'),
        (day, f'<p class="date"><time{stamp}>{day}</time></p>'),
        (abstract, abstract),
    )
    shown = "\n".join(line for present, line in lines if present)
    return f'<header class="title-block">{shown}</header>'


def _add_affiliations(authors: str, meta: Mapping[str, Any]) -> str:
    places = [html.escape(item["c"]) for item in meta.get("affiliation", {}).get("c", [])]
    people = authors.split("</li>")
    return "".join(
        person + (f', <span class="affiliation">{place}</span>' if place else "") + "</li>"
        for person, place in zip(people[: len(places)], places, strict=True)
    )


def _contents(toc: str, meta: Mapping[str, Any], words: Mapping[str, str]) -> str:
    name = html.escape(find_plain_text(meta, "toc-title")) or words["toc-title-document"]
    return (
        '<nav id="contents" class="contents" aria-labelledby="contents-title">'
        f'<details open><summary id="contents-title">{name}</summary>{toc}</details></nav>'
    )


def _own_css(context: Context) -> str:
    """The project's own style sheets."""
    texts, problems = [], []
    what, remedy = (
        "the style sheet loads something from elsewhere",
        "Put it into the sheet as data:",
    )
    for path in context.format.get("css", []):
        name = path.lstrip("/")
        sheet = (context.project / name).read_text(encoding="utf-8")
        texts.append(sheet)
        problems += [
            Problem(f"{name}:{number}", what, "", remedy, "render.css")
            for number, line in enumerate(sheet.split("\n"), 1)
            if _LOADS.search(line)
        ]
    refuse(problems)
    return "\n".join(texts)
