"""Short quotations, chosen by rule from what coders marked, and only what may be printed whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from evaltools.evidence import Evidence
from evaltools.evidence.redaction_checks import GAP, strip_controls
from evaltools.findings.declaration import NoneFound, Support
from evaltools.findings.judgement import Judgement
from evaltools.i18n.markdown import escape_markdown
from evaltools.indicators.case_selection import open_codes
from evaltools.indicators.disclosure.policy import policy_for
from evaltools.report.annexes.case_rules import QuoteLength, Voices
from evaltools.report.evidence_pages.entries import are_withheld
from evaltools.report.evidence_pages.passages import Passage, Passages, Polarity, collect_passages
from evaltools.report.evidence_pages.quoted_passages import QuotePolicy, passage_place, theme_label
from evaltools.report.glossary import Glossary
from evaltools.study.vocabulary import Role

Theme = tuple[str, Polarity]
ORDER: tuple[Role, ...] = ("challenge", "result", "response", "goal")
"""Of which themes a project is quoted, the first kind first."""


@dataclass(frozen=True)
class Quotation:
    """A passage that is printed.

    Arguments:
        passage: where it stands. text: its words, which may be printed.
        code: the theme that it is quoted for.
        polarity: whether it tells of the theme or denies it.
    """

    passage: Passage
    text: str
    code: str
    polarity: Polarity = "affirm"


@dataclass(frozen=True)
class Quotations:
    """What may be quoted in a run.

    Arguments:
        passages: of the reports in scope. policy: of the study. length: of a quotation.
        sensitive: by document, places that tell what may be told of many projects together only.
        mixed: passages and codes that one coder takes for and another against, or both in one.
    """

    passages: Passages
    policy: QuotePolicy
    length: QuoteLength
    sensitive: Mapping[str, tuple[tuple[int, int], ...]]
    mixed: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, evidence: Evidence, policy: QuotePolicy, length: QuoteLength) -> Quotations:
        """The quotations of a run."""
        places, mixed = _sensitive_places(evidence), _taken_both_ways(evidence.tables["codings"])
        return cls(collect_passages(evidence), policy, length, places, mixed)

    def text_of(self, passage: Passage) -> str | None:
        """The words of a passage as they may be printed; None where it is not quoted.

        It must be of the length that is asked for, and nothing of it taken out: a passage that
        needs a gap speaks of somebody or something that it is better not to point at.
        """
        if self.policy.name == "none":
            return None
        text = self.policy.public(passage.segment, passage.quote)
        if text is None or GAP in text:
            return None
        if self.policy.name != "paraphrase" and text != strip_controls(passage.quote):
            return None
        return text if self.length.least <= len(text) <= self.length.most else None

    def is_open(self, passage: Passage) -> bool:
        """Whether the words may stand beside the name of their report."""
        return not any(
            start < passage.end and end > passage.start
            for start, end in self.sensitive.get(passage.document, ())
        )

    def choose(
        self, groups: Sequence[Iterable[Theme]], most: int, document: str | None = None
    ) -> tuple[Quotation, ...]:
        """At most so many quotations, of each group of themes in turn one.

        A passage that is taken both ways is none. Of a group the passage that most coders marked
        comes first, then the longest, then the
        first by document and place. No words are quoted twice and, unless one report is asked
        for, no report.

        Arguments:
            document: the report that alone is quoted, by what may stand beside its name.
        """
        left = [self._in_order(themes, document) for themes in groups]
        chosen: list[Quotation] = []
        while any(left) and len(chosen) < most:
            for place, found in enumerate(left):
                told = {each.text for each in chosen}
                quoted = {each.passage.document for each in chosen} - {document}
                free = [
                    each
                    for each in found
                    if each.text not in told and each.passage.document not in quoted
                ]
                if free and len(chosen) < most:
                    chosen.append(free[0])
                left[place] = free[1:]
        return tuple(chosen)

    def _in_order(self, themes: Iterable[Theme], document: str | None) -> list[Quotation]:
        found = {
            passage.segment: Quotation(passage, text, code, polarity)
            for code, polarity in themes
            for passage in self.passages.of(code, polarity)
            if (passage.segment, code) not in self.mixed
            and (document is None or (passage.document == document and self.is_open(passage)))
            and (text := self.text_of(passage)) is not None
        }
        return sorted(
            found.values(),
            key=lambda each: (
                -each.passage.coders,
                -len(each.text),
                each.passage.document,
                each.passage.start,
                each.passage.segment,
            ),
        )

    def of_report(self, document: str, evidence: Evidence, most: int) -> tuple[Quotation, ...]:
        """Quotations of one report, one a kind of theme before a second of any."""
        roles = open_codes(evidence)
        groups: list[list[Theme]] = [
            [(code, "affirm") for code in sorted(roles) if roles[code] == role] for role in ORDER
        ]
        return self.choose(groups, most, document)

    def about(self, judgement: Judgement, voices: Voices) -> tuple[tuple[Quotation, ...], ...]:
        """Quotations for and against a finding; none where its passages are withheld."""
        if are_withheld(judgement, self.passages):
            return (), ()
        against = judgement.counter_evidence
        sides = (
            (judgement.evidence, voices.supporting),
            (() if isinstance(against, NoneFound) else against, voices.contradicting),
        )
        return tuple(self.choose(_themes(supports), most) for supports, most in sides)


def _themes(supports: Iterable[Support]) -> list[list[Theme]]:
    named = dict.fromkeys((each.code, each.polarity) for each in supports if each.code)
    return [[theme] for theme in named]


def quotation_lines(
    found: Iterable[Quotation], quotations: Quotations, glossary: Glossary, placed: bool
) -> str:
    """Quotations as one block in markdown: the words, what they are about, and where they stand.

    Arguments:
        placed: whether to name the report where it may be named.
    """
    words = glossary.words
    made = []
    for each in found:
        passage, open_ = each.passage, quotations.is_open(each.passage)
        mark = "{text}" if quotations.policy.name == "paraphrase" else words.template("trail.quote")
        text = escape_markdown(mark.format(text=each.text))
        language = (
            f" lang={passage.language}" if passage.language not in ("", words.language) else ""
        )
        segment = f' segment="{passage.segment}"' if open_ else ""
        about = theme_label(each.code, each.polarity, words, glossary.labels)
        if placed and open_:
            about += f"; {passage_place(passage, words)}"
        made.append(f"> [{text}]{{.quote{segment}{language}}} ({escape_markdown(about)})\n")
    return ">\n".join(made) + "\n" if made else ""


def voices_page(
    judgement: Judgement, voices: Voices, quotations: Quotations, glossary: Glossary
) -> str:
    """Quotations for and against a finding; empty where nothing may be quoted.

    What leads in to them is what they say, which is clear whatever the finding claims. Where only
    one side of a finding that is told has any, it is said what else was looked for.
    """
    words, made = glossary.words, ""
    found = quotations.about(judgement, voices)
    if not any(found):
        return ""
    against = judgement.counter_evidence
    supports = (judgement.evidence, () if isinstance(against, NoneFound) else against)
    for side, own in zip(supports, found, strict=True):
        for polarity in ("affirm", "deny"):
            if told := [each for each in own if each.polarity == polarity]:
                lines = quotation_lines(told, quotations, glossary, placed=True)
                made += f"{words(f'cases.voices.{polarity}')}\n\n{lines}\n"
        if not own and side and judgement.outcome != "cannot_be_told":
            themes = [
                theme_label(*theme, words, glossary.labels)
                for group in _themes(side)
                for theme in group
            ]
            if themes:
                missing = words("cases.voices.none", themes="; ".join(themes))
                made += f"{escape_markdown(missing)}\n\n"
    return f"::: {{.voices}}\n\n{made}:::\n"


def _taken_both_ways(codings: pd.DataFrame) -> frozenset[tuple[str, str]]:
    """Passages and codes that are marked both for and against, by whomever."""
    sides = {"affirm": {"affirm"}, "deny": {"deny"}, "mixed": {"affirm", "deny"}}
    marked: dict[tuple[str, str], set[str]] = {}
    rows = codings[["segment_id", "code_id", "polarity"]].astype(str)
    for segment, code, polarity in rows.itertuples(index=False, name=None):
        marked.setdefault((segment, code), set()).update(sides.get(polarity, ()))
    return frozenset(place for place, found in marked.items() if len(found) > 1)


def _sensitive_places(evidence: Evidence) -> dict[str, tuple[tuple[int, int], ...]]:
    """Where reports tell of what is not open: sensitive themes, denials, claims of savings."""
    tables, policy = evidence.tables, policy_for(evidence)
    codings = tables["codings"]
    affirmed = {
        code: policy.regime_of(f"{code}.share") != "open"
        for code in tables["codes"]["code_id"].astype(str)
    }
    denied = {code: policy.regime_of(f"{code}.denied.share") != "open" for code in affirmed}
    codes = codings["code_id"].astype(str)
    hidden = codes.map(affirmed).fillna(True).astype(bool) | (
        codings["polarity"].isin(["deny", "mixed"]) & codes.map(denied).fillna(True).astype(bool)
    )
    names = set(codings.loc[hidden, "segment_id"].astype(str))
    if policy.regime_of("savings.median.money") != "open":
        names |= set(tables["saving_claims"]["segment_id"].dropna().astype(str))
    segments = tables["segments"]
    segments = segments[segments["segment_id"].isin(names)].sort_values(["document_id", "start"])
    made: dict[str, tuple[tuple[int, int], ...]] = {}
    for document, start, end in zip(
        segments["document_id"], segments["start"], segments["end"], strict=True
    ):
        if not (pd.isna(start) or pd.isna(end)):
            made[str(document)] = (*made.get(str(document), ()), (int(start), int(end)))
    return made
