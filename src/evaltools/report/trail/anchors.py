"""Names of evidence entries, and the links from prose that lead to them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from evaltools.present.markdown import escape_markdown

Dimensions = tuple[tuple[str, str], ...]

_OTHER = re.compile(r"[^A-Za-z0-9_]")
_BARE = re.compile(
    r'(?<!\[)\[[^\[\]]*\]\{\.indicator key="(?P<key>[^"]+)" estimand="\w"'
    r'(?: dimensions="(?P<dimensions>[^"]*)")? shows="\w+"\}'
)
_LINK = re.compile(r"\]\(#(ev-[A-Za-z0-9_-]+)\)\{\.evidence-link\}")


def number_anchor(key: str, dimensions: Dimensions = ()) -> str:
    """`ev-challenge-staff-share`: the entry of an indicator.

    Bounds stand in the entry of the share that they bound. A value of a dimension may hold any
    character; what an identifier may not hold is written by its code point.
    """
    if key.endswith(".bounds"):
        key = f"{key.removesuffix('.bounds')}.share"
    by = "".join(f"--{_safe(name)}-{_safe(value)}" for name, value in dimensions)
    return f"ev-{key.replace('.', '-')}{by}"


def finding_anchor(finding: str) -> str:
    """`ev-finding-schedule-is-commonest`: the entry of a finding."""
    return f"ev-finding-{_OTHER.sub('-', finding)}"


def fact_anchor(fact: str) -> str:
    """`ev-fact-maximum_share`: the entry of a single public fact, a parameter or a count."""
    return f"ev-fact-{_OTHER.sub('-', fact)}"


def linked(content: str, anchor: str) -> str:
    """Markdown that leads to an entry.

    Arguments:
        content: markdown of the number or the sentence.
        anchor: identifier of the entry.
    """
    return f"[{content}](#{anchor}){{.evidence-link}}"


def linked_fact(fact: str, text: str) -> str:
    """The text of a fact, leading to its entry."""
    return linked(f'[{escape_markdown(text)}]{{.fact fact="{fact}"}}', fact_anchor(fact))


def link_numbers(markdown: str) -> str:
    """Markdown whose bare numbers lead to their entries; those that are in a link stay."""

    def link(match: re.Match[str]) -> str:
        pairs = (pair.partition("=") for pair in (match["dimensions"] or "").split(";") if pair)
        dimensions = tuple((name, value) for name, _, value in pairs)
        return linked(match.group(), number_anchor(match["key"], dimensions))

    return _BARE.sub(link, markdown)


def anchors_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Entries that markdown leads to, each once, in the order of first use."""
    return tuple(dict.fromkeys(name for text in texts for name in _LINK.findall(text)))


def _safe(value: str) -> str:
    return _OTHER.sub(lambda match: f"-{ord(match.group()):x}-", value)
