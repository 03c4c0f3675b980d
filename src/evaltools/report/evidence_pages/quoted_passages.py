"""As much of the words of passages as may be published, and how they are printed."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

import pandas as pd

from evaltools.coding.suggestions.lemmas import Answer, list_answers
from evaltools.disclosure.persons import KnownNames
from evaltools.disclosure.quotes import Policy, public_quote, redactions_of
from evaltools.evidence import Evidence
from evaltools.i18n.messages import Words
from evaltools.indicators.disclosure.policy import Policy as DisclosurePolicy
from evaltools.indicators.savings import amounts_by_segment
from evaltools.report.evidence_markup import data_block, line, plain, sentence
from evaltools.report.evidence_pages.passages import (
    Passage,
    Polarity,
    collect_passages,
    sample_evenly,
)
from evaltools.study.schema import Disclosure

Side = Literal["for", "against"]
SUMS = "savings.median.money"
"""The number whose regime is that of the sums it is made of."""
MOST_PRINTED = 1
"""Places of passages for and against in PDF and DOCX."""
MOST_ON_SCREEN = 12
MOST_THEMES = 4
"""Passages for and against in HTML."""


@dataclass(frozen=True)
class QuotePolicy:
    """What may be quoted.

    Arguments:
        name: the study's policy.
        public: from segment identifier and words to the words that may be published, or None
            where none may.
        spans: by document, the places (start, end in code points) whose words may not be
            published as they stand; context that touches one is left out.
        sums: by document, euros that are told by no word of it.
    """

    name: Policy
    public: Callable[[str, str], str | None]
    spans: Mapping[str, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    sums: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def context(self, passage: Passage) -> tuple[str, str]:
        """What stands before and after a quote, where it may be shown; empty where not.

        Nobody has approved the words around a quote. So under `redacted` whole words only are
        shown, and only if there is nothing in them that would be taken out and no name-like
        word within a sentence: of a name that the cut leaves in half nobody would know.
        """
        if self.name not in ("verbatim", "redacted"):
            return "", ""
        low, high = passage.start - len(passage.prefix), passage.end + len(passage.suffix)
        touched = self.spans.get(passage.document, ())
        before = any(start < passage.start and end > low for start, end in touched)
        after = any(start < high and end > passage.end for start, end in touched)
        # The cut words at the far ends are left out.
        first = passage.prefix.partition(" ")[2].strip()
        last = passage.suffix.rpartition(" ")[0].strip()
        secret = self.sums.get(passage.document, ())
        return (
            "" if before else self._shown(first, secret),
            "" if after else self._shown(last, secret),
        )

    def _shown(self, text: str, secret: Sequence[float]) -> str:
        flat = " ".join(text.split())
        if states_sum(flat, secret):
            return ""
        if self.name == "redacted" and _NAME_LIKE.search(flat):
            return ""
        return flat if flat and self.public("", flat) == flat else ""


_NAME_LIKE = re.compile(r"(?<![.!?:] )(?<!^)\b[^\W\d_a-zåäö]")
"""A capital that does not begin a sentence."""
_NUMBER = re.compile(r"\d(?:[\d.,'’\s]*\d)?")


def make_quote_policy(
    name: Policy, tables: Mapping[str, pd.DataFrame], disclosure: Disclosure | None = None
) -> QuotePolicy:
    """The policy that a study declares, with what people approved and the names it knows.

    Of a report that is partly secret only what people approved is quoted, of a secret one
    nothing; of neither what stands around a quote. Where sums that single projects claim are
    sensitive, a passage that claims one is quoted without any number, and no other passage of
    the report is that tells the sum.
    """
    known, approved = KnownNames.of(tables), redactions_of(tables)
    sealed = find_sealed_documents(tables)
    segments = tables["segments"][tables["segments"]["document_id"].isin(list(sealed))]
    status = {
        str(segment): sealed[str(document)]
        for segment, document in zip(segments["segment_id"], segments["document_id"], strict=True)
    }

    rules = DisclosurePolicy.declared(disclosure or Disclosure())
    amounts = amounts_by_segment(tables) if rules.regime_of(SUMS) != "open" else {}
    claims = _Claims.of(tables["segments"], amounts)

    @cache
    def public(segment: str, words: str) -> str | None:
        seal = status.get(segment)
        if seal == "secret" or (seal is not None and segment not in approved):
            return None
        text = public_quote(words, name, approved.get(segment), known)
        return None if text is None or claims.sums_stated_in(segment, text) else text

    whole = dict.fromkeys(sealed, ((0, sys.maxsize),))
    spans = {document: list(found) for document, found in find_redacted_spans(tables).items()}
    for document, found in claims.spans.items():
        spans.setdefault(document, []).extend(found)
    kept = {document: tuple(sorted(set(found))) for document, found in sorted(spans.items())}
    return QuotePolicy(name, public, {**kept, **whole}, claims.sums)


@dataclass(frozen=True)
class _Claims:
    """Sums that single projects claim, and where they do.

    Arguments:
        places: document, start and end of every passage.
        spans: by document, where a sum is claimed.
        sums: by document, the sums, euros.
    """

    places: Mapping[str, tuple[str, int, int]]
    spans: Mapping[str, tuple[tuple[int, int], ...]]
    sums: Mapping[str, tuple[float, ...]]

    @classmethod
    def of(cls, segments: pd.DataFrame, amounts: Mapping[str, float]) -> _Claims:
        columns = (segments[name] for name in ("segment_id", "document_id", "start", "end"))
        places = {
            str(name): (str(document), int(start), int(end))
            for name, document, start, end in zip(*columns, strict=True)
        }
        spans: dict[str, tuple[tuple[int, int], ...]] = {}
        sums: dict[str, tuple[float, ...]] = {}
        for segment, amount in sorted(amounts.items()):
            if segment in places:
                document, start, end = places[segment]
                spans[document] = (*spans.get(document, ()), (start, end))
                sums[document] = (*sums.get(document, ()), amount)
        return cls(places, spans, sums)

    def sums_stated_in(self, segment: str, text: str) -> bool:
        """Whether the words of a passage tell a sum, or may: a part of a claim with a number."""
        if segment not in self.places:
            return False
        document, start, end = self.places[segment]
        within = any(low < end and high > start for low, high in self.spans.get(document, ()))
        if within and re.search(r"\d", text):
            return True
        return states_sum(text, self.sums.get(document, ()))


def states_sum(text: str, sums: Sequence[float]) -> bool:
    """Whether a text has one of these sums as a number, however its thousands are parted."""
    wanted = {str(round(amount)) for amount in sums}
    for found in _NUMBER.findall(text):
        digits = re.sub(r"\D", "", re.sub(r"[.,]\d{1,2}$", "", found))
        if digits.lstrip("0") in wanted:
            return True
    return False


def find_sealed_documents(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    """Documents that are not public as a whole, with their `public_status`."""
    documents = tables.get("documents")
    if documents is None or "public_status" not in documents:
        return {}
    found = documents[["document_id", "public_status"]].astype(str)
    closed = found[found["public_status"].isin(["partly_secret", "secret"])]
    return dict(closed.itertuples(index=False, name=None))


def find_redacted_spans(
    tables: Mapping[str, pd.DataFrame],
) -> dict[str, tuple[tuple[int, int], ...]]:
    """Places of all passages that the table `redactions` names, by document."""
    if "redactions" not in tables:
        return {}
    named = tables["redactions"]["segment_id"]
    hidden = tables["segments"][tables["segments"]["segment_id"].isin(named)]
    spans: dict[str, list[tuple[int, int]]] = {}
    places = hidden[["document_id", "start", "end"]].itertuples(index=False, name=None)
    for document, start, end in places:
        spans.setdefault(str(document), []).append((int(start), int(end)))
    return {document: tuple(sorted(found)) for document, found in sorted(spans.items())}


def theme_label(code: str, polarity: Polarity, words: Words, labels: Mapping[str, str]) -> str:
    """What was coded of a passage: a theme, or that there was none of it."""
    label = labels.get(code, code)
    return words("cases.voices.denied", label=label) if polarity == "deny" else label


def quote_side(
    found: Sequence[Passage],
    side: Side,
    policy: QuotePolicy,
    words: Words,
    themes: Collection[str] = (),
) -> str:
    """Passages for, or against, as markdown: their words on the screen, their places on paper.

    `evidence.lua` takes what is meant for its format.

    Arguments:
        themes: what was coded of them; named where they are few.
    """
    title = words(f"trail.{side}")
    if 0 < len(themes) <= MOST_THEMES:
        title += f" ({'; '.join(themes)})"
    if not found:
        whole = line(title, sentence(words(f"trail.none_{side}")), "screen")
        return f"{whole} {line(title, sentence(words('trail.paper.none')), 'paper')}\n\n"
    screen, paper = sample_evenly(found, MOST_ON_SCREEN), sample_evenly(found, MOST_PRINTED)
    counts = {"all": len(found), "documents": len({passage.document for passage in found})}
    text = words("trail.passages", shown=len(screen), **counts)
    items = [passage_record(each, policy, words) for each in screen]
    places = "; ".join(dict.fromkeys(passage_place(each, words) for each in paper))
    by_reference = words("trail.passages_at", places=places, **counts)
    return data_block("evidence-passages", {
        "label": f"{title}:", "text": sentence(text), "items": items,
        "paper": sentence(by_reference),
    })  # fmt: skip


def look_up_words(evidence: Evidence, disclosure: Disclosure) -> list[Answer]:
    """What dictionaries say of the words of all passages that the rules for names ask for."""
    policy = make_quote_policy(disclosure.quotes, evidence.tables, disclosure)
    for passage in collect_passages(evidence).by_segment.values():
        if policy.public(passage.segment, passage.quote) == passage.quote:
            policy.context(passage)
    return list_answers()


def passage_place(passage: Passage, words: Words) -> str:
    """Where a passage stands: its report and, where it is known, the page."""
    if not passage.page:
        return passage.document
    return words("trail.place", document=passage.document, page=passage.page)


def withheld_side(name: str, words: Words) -> str:
    """In place of passages for, or against: that they are not published with their number."""
    return f"{line(words(f'trail.{name}'), words('trail.passages_withheld'))}\n\n"


def passage_record(passage: Passage, policy: QuotePolicy, words: Words) -> dict[str, str]:
    """One passage: its place, and as much of its words as may be published.

    `place`, and `withheld` or else `quote` and, where they may be shown, `before`, `after`;
    `section`, where it is known; `lang`, where the report's words are in another language.
    """
    place = passage_place(passage, words)
    parts = {"place": f"{place},", "section": f"{passage.section}:"}
    if not passage.section:
        parts = {"place": f"{place}:"}
    if passage.language != words.language:
        parts["lang"] = passage.language
    public = None if policy.name == "none" else policy.public(passage.segment, passage.quote)
    if public is None:
        parts["withheld"] = words("trail.withheld")
    else:
        before, after = policy.context(passage) if public == passage.quote else ("", "")
        parts |= {"before": before, "quote": words("trail.quote", text=public), "after": after}
    # Passages may hold line breaks; a reader needs none of them.
    flat = {name: plain(" ".join(text.split())) for name, text in parts.items()}
    return {name: text for name, text in flat.items() if text}
