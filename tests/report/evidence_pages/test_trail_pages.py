"""The appendix in its three formats: links both ways, and texts that stay texts."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pypdf
import pytest
from lxml import etree, html
from trail_report import Material, material, prose_of, rendered, used_names, write

from evaltools.i18n.messages import Words
from evaltools.indicators import effects
from evaltools.report.evidence_markup import finding_anchor
from evaltools.report.evidence_pages.passages import Passage
from evaltools.report.evidence_pages.quoted_passages import (
    QuotePolicy,
    make_quote_policy,
    passage_record,
)

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
HOSTILE = (
    "<script>alert(1)</script> **lihava** {{< include /etc/passwd >}} $x^2$ [a](http://e.example)"
    ' `koodi` ```` :::: ::: \\" " \' =HYPERLINK(1) @patton #otsikko <!-- piilo --> &lt; {.a} ~~'
)


def test_every_number_on_the_page_leads_to_its_entry_and_back(report: dict[str, Path]) -> None:
    page = html.parse(str(report["html"]))
    ids = Counter(page.xpath("//@id"))
    assert [name for name, count in ids.items() if count > 1] == []
    numbers = page.xpath("//span[contains(concat(' ', @class, ' '), ' indicator ')]")
    bound = {name.rpartition(".")[0] for name in used_names() if not name.endswith(".told")}
    shown = {number.get("data-key").rpartition(".")[0] for number in numbers}
    unbound = {name for name in bound if name.partition(".")[0] in ("fact", "parameter", "scope")}
    assert bound - shown == unbound
    for number in numbers:
        link = number.getparent()
        assert link.tag == "a"
        assert "evidence-link" in link.get("class")
        (entry,) = page.xpath(f"//*[@id='{link.get('href')[1:]}']")
        assert f"#{link.get('id')}" in entry.xpath(".//a/@href")
    targets = {link[1:] for link in page.xpath("//a/@href") if link.startswith("#")}
    assert targets - set(ids) == set()


def test_an_entry_tells_what_the_number_is_and_what_it_rests_on(
    report: dict[str, Path], example: Material
) -> None:
    page = html.parse(str(report["html"]))
    (entry,) = page.xpath("//*[@id='ev-result-automation-share']")
    text = " ".join(entry.text_content().split())
    record = next(each for each in example.indicators
                  if each.key == "result.automation.share" and each.estimand == "D")  # fmt: skip
    assert f"({record.x}/{record.n})" in text
    for part in ("joissa kerrotaan tuloksesta ”työvaiheiden digitalisointi ja automaatio”",
                 "tarkka hypergeometrinen, taso 95", "Wilson, taso 95", "ilman oletuksia",
                 "data/coding/codings.csv",
                 "muistikirja 03_goals_and_results.ipynb, solu 2 (numbers)",
                 "Puolesta: 12/", "Vastaan:", "-final, s. "):  # fmt: skip
        assert part.replace("95", "95") in text.replace("\u00a0", " "), part
    assert len(entry.xpath(".//ul[1]/li")) == 12


def test_findings_tell_condition_outcome_class_and_strength(
    report: dict[str, Path], example: Material
) -> None:
    page = html.parse(str(report["html"]))
    assert example.judgements
    for judgement in example.judgements:
        finding = judgement.finding
        (entry,) = page.xpath(f"//*[@id='{finding_anchor(finding.id)}']")
        text = " ".join(entry.text_content().split())
        for part in (finding.text.fi, judgement.reason.outcome_text(Words("fi")), "Ehto: ",
                     "Näytön laji: ", "Vahvuus: ", "Luvut: "):  # fmt: skip
            assert part in text, (finding.id, part)
        own = f"#{finding_anchor(finding.id)}"  # the numbers of the sentence have links as well
        (mark,) = page.xpath(f"//span[@data-finding='{finding.id}']//a[@href='{own}']")
        assert f"#{mark.get('id')}" in entry.xpath(".//a/@href")


def test_on_paper_an_entry_has_its_limits_and_places_and_no_words_of_reports(
    report: dict[str, Path], example: Material
) -> None:
    """Passages by reference: the document and page of each, and how many there are."""
    with zipfile.ZipFile(report["docx"]) as archive:
        tree = etree.fromstring(archive.read("word/document.xml"))
    paragraphs = ("".join(each.itertext()) for each in tree.iter(f"{WORD}p"))
    told = [" ".join(re.sub("[\u00ad\u200b]", "", each).split()) for each in paragraphs]
    annex = told[len(told) - told[::-1].index("Liite 5. Näyttö") :]
    record = next(each for each in example.indicators
                  if each.key == "result.automation.share" and each.estimand == "D")  # fmt: skip
    (place,) = (number for number, each in enumerate(annex) if record.key in each)
    entry = " ".join(annex[place : place + 2])
    assert f"({record.x}/{record.n}) Niiden luettujen" in entry
    assert re.search(r"Väli: P \d+–\d+ %; S \d+–\d+ %; ilman oletuksia \d+–\d+ %\.", entry), entry
    assert f"Puolesta: raportteja {record.x}, tekstikohtia" in entry
    assert (
        len(re.findall(r"ex-2019-\S+", entry.partition("Puolesta")[2].partition("Vastaan")[0])) == 1
    )
    quotes = example.tables["segments"]["quote"].astype(str)
    long = [words for words in quotes if len(words) > 30]
    assert len(long) > 500
    whole = " ".join(annex)
    assert not [words for words in long if " ".join(words.split()) in whole]


def test_what_others_say_has_an_entry_on_paper_only_where_the_text_names_it(
    example: Material, tmp_path: Path
) -> None:
    others = [each.finding.id for each in example.judgements if not each.finding.asserted]
    own = [each.finding.id for each in example.judgements if each.finding.asserted][:1]
    names = ["result.automation.share"]
    told = {}
    for place, findings in {"silent": own, "naming": [*own, others[0]]}.items():
        folder = write(tmp_path / place, example, prose_of(names, findings), example.pages(names))
        document = rendered(folder, ("docx",))["docx"]
        with zipfile.ZipFile(document) as archive:
            tree = etree.fromstring(archive.read("word/document.xml"))
        marks = {each.get(f"{WORD}name") for each in tree.iter(f"{WORD}bookmarkStart")}
        told[place] = [name for name in others if finding_anchor(name) in marks]
    assert told == {"silent": [], "naming": others[:1]}


def test_the_pdf_with_its_evidence_is_for_everyone(report: dict[str, Path]) -> None:
    import page

    assert page.is_pdf_compliant_bytes(report["pdf"].read_bytes(), profile="ua1")


def test_links_of_the_pdf_lead_both_ways(report: dict[str, Path]) -> None:
    with pikepdf.open(report["pdf"]) as document:
        links = list(inner_links(document))
        texts = [each.extract_text() for each in pypdf.PdfReader(report["pdf"]).pages]
    first = max(number for number, text in enumerate(texts) if "Liite 5. Näyttö" in text)
    there = [each for each in links if 1 < each.page < first <= each.to_page]
    back = [each for each in links if each.page >= first > each.to_page]
    assert len(there) > 100
    # An entry leads back to every page that leads to it, where the first link there stands.
    entries = {(each.to_page, round(each.to_top)) for each in there}
    assert len(entries) > 30
    assert {each.page for each in there} == {each.to_page for each in back}
    for each in back:
        assert any(abs(each.to_top - link.top) < 30 for link in there if link.page == each.to_page)


@dataclass(frozen=True)
class InnerLink:
    """A link within the document, by numbers of pages from nought and heights in points."""

    page: int
    top: float
    to_page: int
    to_top: float


def inner_links(document: pikepdf.Pdf) -> Iterator[InnerLink]:
    """All links within a document."""
    numbers = {sheet.objgen: number for number, sheet in enumerate(document.pages)}
    for number, sheet in enumerate(document.pages):
        for each in sheet.get("/Annots", []):
            goal = each.get("/Dest") if "/Dest" in each else each.get("/A", {}).get("/D")
            if each.Subtype == "/Link" and isinstance(goal, pikepdf.Array):
                top = float(max(each.Rect[1], each.Rect[3]))
                yield InnerLink(number, top, numbers[goal[0].objgen], float(goal[3]))


def test_links_of_the_word_document_lead_both_ways(report: dict[str, Path]) -> None:
    with zipfile.ZipFile(report["docx"]) as archive:
        tree = etree.fromstring(archive.read("word/document.xml"))
    bookmarks = [each.get(f"{WORD}name") for each in tree.iter(f"{WORD}bookmarkStart")]
    anchors = Counter(each.get(f"{WORD}anchor") for each in tree.iter(f"{WORD}hyperlink"))
    own = {name for name in bookmarks if name}
    assert len(own) == len(bookmarks)
    assert [name for name in anchors if name and name not in own] == []
    assert sum(count for name, count in anchors.items() if name and name.startswith("ev-")) > 100
    assert all(anchors[name] for name in own if name.startswith("use-"))


@pytest.fixture(scope="module")
def hostile(example: Material, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Texts of a report whose every passage, section and label is hostile, by format."""
    source = example
    tables = dict(source.tables)
    segments = tables["segments"].copy()
    for column in ("quote", "prefix", "suffix", "section"):
        segments[column] = HOSTILE
    codes = tables["codes"].copy()
    codes["label_fi"] = HOSTILE
    tables |= {"segments": segments, "codes": codes}
    bad = Material(source.study, source.parameters, tables, source.indicators,
                   source.notebooks, source.judgements)  # fmt: skip
    folder = tmp_path_factory.mktemp("hostile") / "project"
    names = ["challenge.staff.share", "goals.achieved.share"]
    policy = QuotePolicy("verbatim", lambda segment, words: words)
    write(folder, bad, prose_of(names, [source.judgements[0].finding.id]), bad.pages(names, policy))
    paths = rendered(folder, ("html", "typst", "docx"))
    with zipfile.ZipFile(paths["docx"]) as archive:
        word = etree.fromstring(archive.read("word/document.xml"))
    return {
        "source": paths["html"].read_text(encoding="utf-8"),
        "html": html.parse(str(paths["html"])).getroot().body.text_content(),
        "pdf": "".join(each.extract_text() for each in pypdf.PdfReader(paths["pdf"]).pages),
        "docx": "".join(each.text or "" for each in word.iter(f"{WORD}t")),
    }


@pytest.mark.parametrize("kind", ["html", "pdf", "docx"])
def test_hostile_passages_are_text_in_every_format(hostile: dict[str, str], kind: str) -> None:
    def bare(text: str) -> str:
        return re.sub(r"[\s\u00ad\u2010-]+", "", text)

    shown = bare(hostile[kind])
    assert shown.count(bare(HOSTILE)) >= (6 if kind == "html" else 1)
    assert "root:" not in shown


def test_hostile_passages_make_nothing_in_the_page(hostile: dict[str, str]) -> None:
    page = html.fromstring(hostile["source"])
    assert len(page.xpath("//script")) == 1
    entries = page.xpath("//div[@class='evidence']")
    assert entries
    for entry in entries:
        assert entry.xpath(".//script | .//math | .//del | .//strong | .//h1 | .//img") == []
        assert all(link.startswith("#") for link in entry.xpath(".//a/@href"))


def test_words_around_a_quote_are_shown_only_where_they_may_be() -> None:
    words = Words("fi")
    one = Passage("s", "d", 100, 110, "Meni hyvin.", "ttu ja sovittu yhdessä. ", " Kiitos kaikil")
    named = Passage("s", "d", 100, 110, "Meni hyvin.", "nen ja Virtanen totesi: ", " jonka Ma")

    def shown(passage: Passage, name: str, **spans: tuple[tuple[int, int], ...]) -> dict[str, str]:
        policy = QuotePolicy(name, lambda segment, text: text, spans)  # type: ignore[arg-type]
        return passage_record(passage, policy, words)

    assert shown(one, "verbatim")["before"] == "ja sovittu yhdessä."
    assert shown(one, "redacted")["after"] == "Kiitos"
    assert "before" not in shown(one, "redacted", d=((80, 95),))
    assert "after" in shown(one, "redacted", d=((80, 95),))
    assert "before" not in shown(named, "redacted")
    assert "before" not in shown(one, "paraphrase")
    assert set(shown(one, "none")) == {"place", "withheld"}


def test_no_quote_is_shown_where_the_policy_allows_none(example: Material) -> None:
    text = example.pages(used_names(), make_quote_policy("none", example.tables))
    quotes = example.tables["segments"]["quote"].astype(str)
    assert [quote for quote in set(quotes) if len(quote) > 20 and quote in text] == []
    assert "lainausta ei julkaista" in text


def test_withheld_numbers_show_no_passages() -> None:
    text = material([effects], minimum_cell=50).pages(["savings.with_sum.share"])
    entry = text.partition("#ev-savings-with_sum-share")[2].partition(":::::\n")[0]
    assert "liian harvaan" in entry
    assert "evidence-passages" not in entry


def test_a_link_to_nothing_is_refused(example: Material) -> None:
    from evaltools.report.evidence_pages.page import write_evidence_pages

    policy = make_quote_policy("none", example.tables)
    with pytest.raises(ValueError, match="ev-no-such"):
        write_evidence_pages(example, ["ev-no-such"], example.study, example.parameters, policy)
