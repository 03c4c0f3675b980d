"""Quotations: whole, verbatim, permitted, of the right side; none where the study wants none."""

from __future__ import annotations

import csv
import html
import re
from dataclasses import replace
from pathlib import Path

import pytest

from evaltools.evidence import Evidence
from evaltools.findings.declaration import load_findings
from evaltools.findings.judgement import Judgement
from evaltools.findings.reasons import Reason
from evaltools.report.annexes.case_boxes import case_page
from evaltools.report.annexes.case_rules import load_cases
from evaltools.report.annexes.quotations import Quotations, voices_page
from evaltools.report.evidence_pages.quoted_passages import make_quote_policy
from evaltools.report.glossary import Glossary

ROOT = Path(__file__).parents[3]
MARK = re.compile(r"> \[(?P<text>[^\]]*)\]\{\.quote(?: segment=\"(?P<segment>[^\"]+)\")?")
DENIED = "rooting.budget_line"


def rows(name):
    (path,) = ROOT.glob(f"data/*/{name}.csv")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def findings(study):
    return load_findings(study.root)


@pytest.fixture(scope="module")
def declared(study, findings):
    return load_cases(study, {each.id for each in findings})


def judged(finding):
    return Judgement(finding, "holds", Reason("holds", ()), ())


def pages_of(study, evidence, declared, findings, name="redacted"):
    """The page of the cases, and that of a finding whose codes are no pattern."""
    policy = make_quote_policy(name, evidence.tables, study.declaration.disclosure)
    quotations = Quotations.of(evidence, policy, declared.characters)
    glossary = Glossary.of(evidence.tables, study.words("fi"), study.declaration)
    boxes = case_page(declared, evidence, quotations, glossary, {}).markdown
    finding = judged(findings["rooting-is-seldom-complete"])
    return boxes, voices_page(finding, declared.voices, quotations, glossary)


@pytest.fixture(scope="module")
def pages(study, evidence, declared, findings):
    return pages_of(study, evidence, declared, findings)


def quoted(page):
    """Words and segment of every quotation, as a reader reads them."""
    return [
        (html.unescape(found["text"]).strip("”"), found["segment"]) for found in MARK.finditer(page)
    ]


def test_every_quotation_is_a_whole_passage_that_may_be_printed(pages, declared):
    approved = {row["segment_id"] for row in rows("redactions")}
    words = {row["segment_id"]: " ".join(row["quote"].split()) for row in rows("segments")}
    free = {text for segment, text in words.items() if segment not in approved}
    boxes, voices = pages
    assert len(quoted(boxes)) == 2 * len(declared.cases)
    assert quoted(voices)
    for text, segment in quoted(boxes + voices):
        assert text in free
        assert declared.characters.least <= len(text) <= declared.characters.most
        assert segment is None or words[segment] == text
    texts = [text for text, _ in quoted(voices)]
    assert len(set(texts)) == len(texts)


def test_voices_say_what_reports_say_whatever_the_finding_claims(study, pages):
    polarity = {}
    for row in rows("codings"):
        polarity.setdefault((row["segment_id"], row["code_id"]), set()).add(row["polarity"])
    texts = {row["segment_id"]: " ".join(row["quote"].split()) for row in rows("segments")}
    _, voices = pages
    words = study.words("fi")
    denying, _, telling = voices.partition(words("cases.voices.affirm"))

    def sides(text, *codes):
        return [
            found
            for (segment, code), found in polarity.items()
            if texts[segment] == text and code in codes
        ]

    denied = words("cases.voices.denied", label="")
    none = words("cases.voices.none", themes="").partition("(")[0]
    assert bool(quoted(denying)) == (words("cases.voices.deny") in denying) != (none in denying)
    assert quoted(telling)
    assert denying.count(denied) == max(1, len(quoted(denying)))
    assert denied not in telling
    for text, _ in quoted(denying):
        assert {"deny"} in sides(text, DENIED)
    for text, _ in quoted(telling):
        against = ("rooting.owner_named", "rooting.budget_line", "rooting.in_use")
        assert {"affirm"} in sides(text, *against)


def test_a_passage_that_tells_what_is_sensitive_does_not_stand_beside_its_report(study, pages):
    denied = {row["segment_id"] for row in rows("codings") if row["polarity"] != "affirm"}
    kinds = {row["code_id"]: row["kind"] for row in rows("codes")}
    told = {
        r["segment_id"] for r in rows("codings") if kinds[r["code_id"]] in ("saving", "steering")
    }
    claims = {row["segment_id"] for row in rows("saving_claims")}
    places = {
        r["segment_id"]: (r["document_id"], int(r["start"]), int(r["end"]))
        for r in rows("segments")
    }
    secret = [places[name] for name in denied | told | claims]
    boxes, voices = pages
    named = [segment for _, segment in quoted(boxes + voices) if segment is not None]
    assert named
    for segment in named:
        document, start, end = places[segment]
        assert not [s for s in secret if s[0] == document and s[1] < end and s[2] > start]
    # A denial may be quoted, since enough reports deny, but it bears no report's name.
    supporting = voices.partition(study.words("fi")("cases.voices.affirm"))[0]
    assert "-final" not in supporting


def changed(evidence, study, **tables):
    return Evidence.select(study, {**evidence.tables, **tables}, evidence.parameters)


NAMES = (
    "Projektipäällikkö Matti Virtanen kertoi tästä meille.",
    "Lisätietoja antaa etunimi.sukunimi@example.org tarvittaessa.",
)


@pytest.mark.parametrize("added", NAMES)
def test_a_passage_that_names_somebody_gives_way_to_another(
    study, evidence, declared, findings, pages, added
):
    boxes, voices = pages
    first = {segment for _, segment in quoted(boxes + voices) if segment}
    segments = evidence.tables["segments"].copy()
    hit = segments["segment_id"].isin(first).to_numpy(dtype=bool)
    segments.loc[hit, "quote"] = added
    other = changed(evidence, study, segments=segments)
    after = "".join(pages_of(study, other, declared, findings))
    assert "Virtanen" not in after
    assert "[...]" not in html.unescape(after)
    assert "example.org" not in html.unescape(after)
    assert first.isdisjoint(segment for _, segment in quoted(after))


def test_a_passage_of_which_part_was_taken_out_is_not_quoted(
    study, evidence, declared, findings, pages
):
    boxes, voices = pages
    first = {segment for _, segment in quoted(boxes + voices) if segment}
    redactions = evidence.tables["redactions"]
    more = redactions.iloc[[0] * len(first)].assign(
        segment_id=sorted(first), text_public="Vastuu [...]."
    )
    redactions = more.astype(redactions.dtypes.to_dict())
    after = pages_of(study, changed(evidence, study, redactions=redactions), declared, findings)
    assert first.isdisjoint(segment for _, segment in quoted("".join(after)))
    assert "Vastuu [...]" not in html.unescape("".join(after))


def test_where_nothing_is_quoted_there_are_no_voices_and_boxes_without_words(
    study, evidence, declared, findings
):
    boxes, voices = pages_of(study, evidence, declared, findings, "none")
    assert voices == ""
    assert boxes.count("{#tbl-case-") == len(declared.cases)
    assert ".quote" not in boxes


def test_passages_of_a_withheld_code_are_no_voices(study, evidence, declared, findings):
    finding = findings["additionality-told-by-few"]
    policy = make_quote_policy("redacted", evidence.tables, study.declaration.disclosure)
    own = Quotations.of(evidence, policy, declared.characters)
    code = finding.evidence[0].code
    hidden = replace(own, passages=replace(own.passages, withheld=frozenset({(code, "affirm")})))
    assert hidden.about(judged(finding), declared.voices) == ((), ())
