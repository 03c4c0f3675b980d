"""Markdown of entries in which a text is one value, not a node for every word.

An appendix of evidence holds tens of thousands of words, and every pass over the document would
handle each. So a text travels as an attribute of an empty span, where it also is what it is,
whatever it holds; `reports/style/evidence.lua` puts it in its place as the last thing.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

from evaltools.present.markdown import escape_markdown

_NOT_TEXT = ("Cc", "Cs", "Co")
_MARKUP = re.compile("[<>`$@~%]")


def value(text: str) -> str:
    """A text as the value of an attribute, in one line."""
    return escape_markdown(plain(" ".join(text.split("\n"))))


def said(text: str, style: str = "") -> str:
    """A text; with a class, where it has a look of its own."""
    named = f' class-of-text="{style}"' if style else ""
    return f'[]{{.evidence-text text="{value(text)}"{named}}}'


def line(label: str, text: str) -> str:
    """A text after its label: `Väli: 25–51 %`."""
    return f'[]{{.evidence-line label="{value(label)}:" text="{value(text)}"}}'


def label(text: str) -> str:
    """A label before something that is no text."""
    return said(f"{text}:", "evidence-label")


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
