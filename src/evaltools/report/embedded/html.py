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
from evaltools.report.embedded.ast import stringify
from evaltools.report.embedded.fonts import face_rules
from evaltools.report.embedded.format_context import Context
from evaltools.report.embedded.html_tree import HtmlTree
from evaltools.report.embedded.metadata import plain_title
from evaltools.report.embedded.pandoc import pandoc
from evaltools.report.embedded.print.checks import message_problems

# Parts of what pandoc writes, in one run: the separator cannot occur in escaped HTML.
_PARTS = ("title", "subtitle", "authors", "abstracttitle", "abstract", "toc", "body")
_SEPARATOR = "<!--\ue000-->"
_PANDOC_TEMPLATE = _SEPARATOR.join(
    (
        "$title$",
        "$subtitle$",
        "$for(author)$<li>$author$</li>$endfor$",
        "$abstract-title$",
        "$abstract$",
        "$toc$",
        "$body$",
    )
)
_LOADS = re.compile(r"@import|url\(\s*[\"']?\s*(?!data:|#)|</style", re.IGNORECASE)


def finish_html(resolved: Path, context: Context) -> bytes:
    """Write the page.

    Arguments:
        resolved: pandoc's JSON of the resolved document.
        context: surroundings of the document.

    Returns the page as UTF-8: styles, script, fonts and pictures inside, scripts forbidden but
    for the page's own by its hash.
    Raises ProblemError where a style sheet of the project would load something, or pandoc could
    not write a part as it is meant.
    """
    document: dict[str, Any] = json.loads(resolved.read_text(encoding="utf-8"))
    meta = document["meta"]
    options = context.format
    titled = bool(plain_title(meta))
    tree = HtmlTree(
        context.media,
        context.words,
        1 if titled else 0,
        options.get("tbl-cap-location", "top") != "bottom",
        options.get("fig-cap-location", "bottom") == "top",
    )
    document["blocks"] = tree.blocks(document["blocks"])
    document["meta"] = _shown(meta)
    parts = _written(document, context, int(titled))
    parts["body"] = _footnotes(parts["body"], context.words)
    return _page(parts, meta, context).encode("utf-8")


def _shown(meta: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata that the page shows."""
    keys = ("title", "subtitle", "author", "abstract", "abstract-title")
    return {key: meta[key] for key in keys if key in meta}


def _written(document: dict[str, Any], context: Context, shift: int) -> dict[str, str]:
    """What pandoc writes, by part."""
    depth = int(context.format.get("toc-depth", 3)) + shift
    arguments = [
        "-f",
        "json",
        "-t",
        "html5-smart",
        "--mathml",
        "--wrap=none",
        "--toc",
        f"--toc-depth={min(depth, 6)}",
        "--section-divs",
        "--syntax-highlighting=none",
        "--email-obfuscation=none",
        "--sandbox",
    ]
    with TemporaryDirectory(prefix="evaltools-") as name:
        template = Path(name) / "parts.html"
        template.write_text(_PANDOC_TEMPLATE, encoding="utf-8")
        output, messages = pandoc(
            [*arguments, f"--template={template}"],
            json.dumps(document, ensure_ascii=False),
            context.epoch,
        )
    refuse(message_problems(messages, context))
    written = output.decode("utf-8").split(_SEPARATOR)
    return {key: part.strip() for key, part in zip(_PARTS, written, strict=True)}


def _footnotes(body: str, words: Mapping[str, str]) -> str:
    """Names for footnotes and for the ways back from them."""
    back = html.escape(words["back-to-text"], quote=True)
    name = html.escape(words["section-title-footnotes"], quote=True)
    note = html.escape(words["footnote"], quote=True)
    body = re.sub(
        r'(<a href="#fnref(\d+)" class="footnote-back" role="doc-backlink")',
        rf'\1 aria-label="{back} \2"',
        body,
    )
    body = re.sub(
        r'(<a href="#fn(\d+)" class="footnote-ref" id="fnref\d+" role="doc-noteref")',
        rf'\1 aria-label="{note} \2"',
        body,
    )
    return body.replace(
        ' role="doc-endnotes">\n<hr />', f' role="doc-endnotes" aria-label="{name}">', 1
    )


@cache
def _resource(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _page(parts: Mapping[str, str], meta: Mapping[str, Any], context: Context) -> str:
    words = {key: html.escape(value) for key, value in context.words.items()}
    script = _resource("page.js").strip()
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    notice = _plain(meta, "example-notice")
    title = plain_title(meta) or context.document.stem
    shown = str(context.format.get("pagetitle", title))
    values = {
        "lang": html.escape(str(context.format.get("lang", "en")), quote=True),
        "policy": "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        "pagetitle": html.escape(shown),
        "about": _about(meta),
        "css": "\n".join((face_rules(), _resource("page.css"), _own_css(context))),
        "script": script,
        "skip": words["skip"],
        "notice": f'<p class="notice">{html.escape(notice)}</p>' if notice else "",
        "header": _header(parts, meta, words),
        "toc": _contents(parts["toc"], meta, context) if context.format.get("toc") else "",
        "shape": "with-contents" if context.format.get("toc") and parts["toc"] else "plain",
        "body": parts["body"],
    }
    # One pass over the template, so that nothing in the values is taken for a name.
    return re.sub(r"@@(\w+)@@", lambda match: values[match[1]], _resource("page.html"))


def _about(meta: Mapping[str, Any]) -> str:
    """What search engines and catalogues read."""
    keywords = meta.get("keywords", {}).get("c", "")
    listed = (
        keywords if isinstance(keywords, str) else ", ".join(str(item["c"]) for item in keywords)
    )
    authors = [stringify(item["c"]) for item in meta.get("author", {}).get("c", [])]
    lines = {
        "description": _plain(meta, "description"),
        "keywords": listed,
        "author": ", ".join(name for name in authors if name),
    }
    return "\n".join(
        f'<meta name="{name}" content="{html.escape(value, quote=True)}">'
        for name, value in lines.items()
        if value
    )


def _plain(meta: Mapping[str, Any], key: str) -> str:
    content = meta.get(key, {}).get("c", "")
    return content if isinstance(content, str) else stringify(content).strip()


def _header(parts: Mapping[str, str], meta: Mapping[str, Any], words: Mapping[str, str]) -> str:
    if not parts["title"]:
        return ""
    lines = []
    if _plain(meta, "series"):
        lines.append(f'<p class="series">{html.escape(_plain(meta, "series"))}</p>')
    lines.append(f"<h1>{parts['title']}</h1>")
    if parts["subtitle"]:
        lines.append(f'<p class="subtitle">{parts["subtitle"]}</p>')
    if parts["authors"]:
        lines.append(f'<ul class="authors">{_with_places(parts["authors"], meta)}</ul>')
    if _plain(meta, "publisher"):
        lines.append(f'<p class="publisher">{html.escape(_plain(meta, "publisher"))}</p>')
    if _plain(meta, "date"):
        iso = html.escape(_plain(meta, "date-iso"), quote=True)
        stamp = f' datetime="{iso}"' if re.fullmatch(r"\d{4}-\d\d-\d\d", iso) else ""
        lines.append(f'<p class="date"><time{stamp}>{html.escape(_plain(meta, "date"))}</time></p>')
    if parts["abstract"]:
        # Pandoc fills in an English title of its own.
        given = "abstract-title" in meta
        name = parts["abstracttitle"] if given else words["section-title-abstract"]
        content = parts["abstract"]
        if not content.startswith("<"):
            content = f"<p>{content}</p>"
        lines.append(
            '<section class="abstract" aria-labelledby="abstract-title">'
            f'<h2 id="abstract-title">{name}</h2>{content}</section>'
        )
    return '<header class="title-block">' + "\n".join(lines) + "</header>"


def _with_places(authors: str, meta: Mapping[str, Any]) -> str:
    places = [html.escape(item["c"]) for item in meta.get("affiliation", {}).get("c", [])]
    people = authors.split("</li>")
    return "".join(
        person + (f', <span class="affiliation">{place}</span>' if place else "") + "</li>"
        for person, place in zip(people[: len(places)], places, strict=True)
    )


def _contents(toc: str, meta: Mapping[str, Any], context: Context) -> str:
    if not toc:
        return ""
    name = _plain(meta, "toc-title") or context.words["toc-title-document"]
    return (
        '<nav id="contents" class="contents" aria-labelledby="contents-title">'
        f'<details open><summary id="contents-title">{html.escape(name)}</summary>{toc}'
        "</details></nav>"
    )


def _own_css(context: Context) -> str:
    """The project's own style sheets."""
    texts = []
    problems = []
    for name in context.format.get("css", []):
        sheet = (context.project / name.lstrip("/")).read_text(encoding="utf-8")
        for number, line in enumerate(sheet.split("\n"), 1):
            if _LOADS.search(line):
                problems.append(
                    Problem(
                        f"{name.lstrip('/')}:{number}",
                        "the style sheet loads something from elsewhere",
                        remedy="Put it into the sheet as data:",
                        code="render.css",
                    )
                )
        texts.append(sheet)
    refuse(problems)
    return "\n".join(texts)
