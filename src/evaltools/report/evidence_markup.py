"""Markdown of evidence entries: their names, the links that lead to them, texts in one value.

An appendix of evidence holds tens of thousands of words, and every pass over the document would
handle each. So a text travels as an attribute of an empty span, where it also is what it is,
whatever it holds; `style/evidence.lua` puts it in its place as the last thing.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from typing import Any, Literal

from evaltools.i18n.markdown import escape_markdown

Dimensions = tuple[tuple[str, str], ...]
Medium = Literal["screen", "paper"]
"""HTML, or PDF and DOCX, where an entry has its numbers and references only."""

_OTHER = re.compile(r"[^A-Za-z0-9_]")
_BARE = re.compile(
    r'(?<!\[)\[[^\[\]]*\]\{\.indicator key="(?P<key>[^"]+)" estimand="\w"'
    r'(?: dimensions="(?P<dimensions>[^"]*)")? shows="\w+"\}'
)
_LINK = re.compile(r"\]\(#(ev-[A-Za-z0-9_-]+)\)\{\.evidence-link\}")

_NOT_TEXT = ("Cc", "Cs", "Co")
_MARKUP = re.compile("[<>`$@~%]")


def number_anchor(key: str, dimensions: Dimensions = ()) -> str:
    """`ev-challenge-staff-share`: the entry of an indicator.

    Bounds stand in the entry of the share that they bound. A value of a dimension may hold any
    character; what an identifier may not hold is written by its code point.
    """
    if key.endswith(".bounds"):
        key = f"{key.removesuffix('.bounds')}.share"
    by = "".join(f"--{_escape_anchor(name)}-{_escape_anchor(value)}" for name, value in dimensions)
    return f"ev-{key.replace('.', '-')}{by}"


def finding_anchor(finding: str) -> str:
    """`ev-finding-schedule-is-commonest`: the entry of a finding."""
    return f"ev-finding-{_OTHER.sub('-', finding)}"


def fact_anchor(fact: str) -> str:
    """`ev-fact-maximum_share`: the entry of a single public fact, a parameter or a count."""
    return f"ev-fact-{_OTHER.sub('-', fact)}"


def link_to_number(content: str, anchor: str) -> str:
    """Markdown that leads to an entry."""
    return f"[{content}](#{anchor}){{.evidence-link}}"


def link_to_fact(fact: str, text: str) -> str:
    """The text of a fact, leading to its entry."""
    return link_to_number(f'[{escape_markdown(text)}]{{.fact fact="{fact}"}}', fact_anchor(fact))


def link_numbers(markdown: str) -> str:
    """Markdown whose bare numbers lead to their entries; those that are in a link stay."""

    def link(match: re.Match[str]) -> str:
        pairs = (pair.partition("=") for pair in (match["dimensions"] or "").split(";") if pair)
        dimensions = tuple((name, value) for name, _, value in pairs)
        return link_to_number(match.group(), number_anchor(match["key"], dimensions))

    return _BARE.sub(link, markdown)


def find_anchors(texts: Iterable[str]) -> tuple[str, ...]:
    """Entries that markdown leads to, each once, in the order of first use."""
    return tuple(dict.fromkeys(name for text in texts for name in _LINK.findall(text)))


def _escape_anchor(value: str) -> str:
    return _OTHER.sub(lambda match: f"-{ord(match.group()):x}-", value)


def value(text: str) -> str:
    """A text as the value of an attribute, in one line."""
    return escape_markdown(plain(" ".join(text.split("\n"))))


def annotate(text: str, style: str = "") -> str:
    """A text; with a class, where it has a look of its own."""
    named = f' class-of-text="{style}"' if style else ""
    return f'[]{{.evidence-text text="{value(text)}"{named}}}'


def line(label: str, text: str, medium: Medium | None = None) -> str:
    """A text after its label: `Väli: 25–51 %`; on the screen or on paper only, where told."""
    told = f' medium="{medium}"' if medium else ""
    return f'[]{{.evidence-line label="{value(label)}:" text="{value(text)}"{told}}}'


def label(text: str) -> str:
    """A label before something that is no text."""
    return annotate(f"{text}:", "evidence-label")


def link(text: str, target: str) -> str:
    """A link to an entry, or to an address."""
    return f'[]{{.evidence-go text="{value(text)}" to="{value(target)}"}}'


def sentence(text: str) -> str:
    """A text with a full stop, if it has no end of its own."""
    return text if text.endswith((".", "!", "?", ".)")) else f"{text}."


def data_block(name: str, content: Any) -> str:
    """Data for `evidence.lua` as a block of code that holds JSON.

    Whatever markdown, shortcodes or formulas could be made of is written by its code point.
    """
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    # None of these is part of JSON's own structure, and no markup begins without one of them.
    inner = _MARKUP.sub(lambda match: f"\\u{ord(match.group()):04x}", text)
    return f"``` {{.{name}}}\n{inner}\n```\n\n"


def plain(text: str) -> str:
    """A text without control and private-use characters, which no format can hold."""
    if text.isprintable():  # as nearly all are
        return text
    return "".join(each for each in text if unicodedata.category(each) not in _NOT_TEXT)
