"""A page has no word of another language but what it quotes, and that says which it is."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import pikepdf
import pytest
from lxml import etree, html
from trail_report import ROOT, Material, used_names

from evaltools.evidence import load_descriptor
from evaltools.findings.checklists import included_pages, sections_of
from evaltools.findings.display import release_table
from evaltools.findings.matrix import matrix_page
from evaltools.i18n.messages import Words, all_phrases
from evaltools.i18n.numbers import Language
from evaltools.publish.method_card import method_card
from evaltools.report import generated_pages
from evaltools.report.data_files import (
    Chapter,
    describe_method,
    describe_run,
    indicator_sheets,
    name_method,
)
from evaltools.report.evidence_pages.passages import Passage
from evaltools.report.evidence_pages.quoted_passages import QuotePolicy, passage_record
from evaltools.report.glossary import Glossary
from evaltools.report.renderer.pandoc import pandoc

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
ENGLISH = frozenset({
    "about", "after", "and", "are", "because", "been", "between", "by", "codes", "coders",
    "counted", "does", "each", "euros", "fewer", "found", "from", "funded", "have", "how",
    "into", "its", "known", "many", "mentioned", "more", "not", "of", "only", "other", "others",
    "out", "project", "projects", "published", "read", "reader", "report", "reports", "share",
    "should", "than", "that", "the", "their", "there", "these", "they", "this", "those",
    "through", "to", "total", "until", "was", "wave", "were", "what", "when", "where", "which",
    "who", "whole", "why", "with", "within", "without", "word", "words", "would", "year",
    "years",
})  # fmt: skip
"""Words of English that are none of Finnish, nor, as they stand here, of Swedish."""
WORD = re.compile(r"(?<![\w./:*\\{@-])[^\W\d_]+(?!\w|[./:_*=\u200b-]+\w|=)")
QUOTED = re.compile(r"^``` \{\.evidence-passages\}.*?^```$", re.MULTILINE | re.DOTALL)


def english(text: str) -> list[str]:
    """Places of a text that have a word of English.

    Passages of reports, code, keys, addresses and the names of licences are not the page's own
    words.
    """
    text = unescape(QUOTED.sub("", text)).replace("\u200b", "").replace("CC BY", "")
    text = re.sub(r"`[^`\n]*`|^\| [a-z_]+ \|", "", text, flags=re.MULTILINE)
    text = re.sub(r"https?://\S+|CC BY", "", text)
    return [
        text[max(0, found.start() - 40) : found.end() + 40]
        for found in WORD.finditer(text)
        if found.group().lower() in ENGLISH
    ]


def in_language(source: Material, language: Language) -> Material:
    return replace(source, parameters=source.study.parameters({"language": language}))


def pages(source: Material) -> Iterator[tuple[str, str]]:
    """What is generated of a report, by name, with tables and card of its bundle."""
    study, parameters = source.study, source.parameters
    words = study.words(parameters.language)
    language = words.language
    descriptor, folder = load_descriptor(study.data), ROOT / "reports/fi"
    labels, used = Glossary.of(source.tables, words).labels, set(used_names())
    sections, included = sections_of(folder), included_pages(folder)
    run = SimpleNamespace(run="ab12", n=52, N=72, funded=122, descriptor=descriptor)
    yield "description", generated_pages.description_page(study, parameters, run)
    yield "parameters", generated_pages.parameter_table(parameters, words)
    yield "indicators", generated_pages.indicator_table(source.indicators, used, words)
    yield "data", generated_pages.data_table(descriptor, source.tables, words)
    yield "improbable", generated_pages.improbable_note({"projects.grant_eur": 2}, words)
    yield "release", release_table(source.judgements, words, labels)
    yield "matrix", matrix_page(study, source.indicators, source.judgements, words, labels)
    yield "evidence", source.pages(used_names())
    chapter = Chapter("01_all", "", source.indicators)
    cover = describe_run(study, parameters, "ab12", words, example=True)
    glossary = Glossary.of(source.tables, words, study.declaration)
    for sheet in indicator_sheets([chapter], cover, glossary):
        place = [column for column, label in enumerate(sheet.header) if label != _source(language)]
        rows = ([row[column] for column in place if column < len(row)] for row in sheet.rows)
        lines = [*sheet.above, *sheet.header, *(str(cell) for row in rows for cell in row)]
        yield f"sheet {sheet.title}", "\n".join(lines)
    candidate = SimpleNamespace(
        study=study, parameters=parameters, words=words, notice="", tables=source.tables,
        run=SimpleNamespace(key="ab12", indicators=lambda: source.indicators),
        judgements=source.judgements,
    )  # fmt: skip
    card = method_card(candidate, sections, included)
    yield "card", "\n".join(f"{name}\n{text}" for _, rows in card.sections for name, text in rows)


def _source(language: Language) -> str:
    return Words(language)("publishing.column.source")


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_no_phrase_has_a_word_of_english(language: str) -> None:
    found = {
        key: english(re.sub(r"\{\w+\}", "0", texts[language]))
        for key, texts in all_phrases().items()
    }
    assert {key: places for key, places in found.items() if places} == {}


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_nothing_that_is_generated_has_a_word_of_english(
    example: Material, language: Language
) -> None:
    found = {name: english(text) for name, text in pages(in_language(example, language))}
    assert len(found) > 9
    assert {name: places for name, places in found.items() if places} == {}


def test_english_is_noticed(example: Material) -> None:
    text = dict(pages(in_language(example, "en")))
    assert all(english(text[name]) for name in ("data", "matrix", "evidence", "card", "release"))
    assert english("Niistä 3 (known of 3 of 5 reports) on luettu") != []
    assert english("goals.achieved.share ja ”rate of return” `the code` x_of") == [
        "goals.achieved.share ja ”rate of return”  x_of"
    ]


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_every_method_of_an_interval_has_a_name_and_a_source(
    example: Material, language: Language
) -> None:
    words = Words(language)
    methods = {each.method for each in example.indicators} - {""}
    assert len(methods) > 8
    for method in methods:
        assert words.has(f"trail.method.{method}"), method
        assert words.has(f"publishing.method.{method}"), method
        assert len(describe_method(method, words)) > len(name_method(method, words))


def test_quotations_tell_their_language_in_every_format(
    example: Material, report: dict[str, Path]
) -> None:
    swedish = _documents(example, "sv")
    page = html.parse(report["html"]).getroot()
    told: dict[str, set[str | None]] = {"sv": set(), "fi": set()}
    for item in page.xpath("//li[.//span[contains(@class, 'evidence-place')]]"):
        place = item.xpath("string(.//span[contains(@class, 'evidence-place')])")
        of = "sv" if any(place.startswith(name) for name in swedish) else "fi"
        told[of] |= {each.get("lang") for each in item.xpath(".//span[contains(@class, 'quote')]")}
    assert told == {"sv": {"sv"}, "fi": {None}}
    with zipfile.ZipFile(report["docx"]) as archive:
        body = etree.fromstring(archive.read("word/document.xml"))
    runs = [run for run in body.iter(f"{W}r") if run.find(f"{W}rPr/{W}lang") is not None]
    assert {run.find(f"{W}rPr/{W}lang").get(f"{W}val") for run in runs} == {"sv"}
    assert any("och" in "".join(run.itertext()).split() for run in runs)
    with pikepdf.open(report["pdf"]) as pdf:
        drawn = b"".join(page.Contents.read_bytes() for page in pdf.pages)
    assert set(re.findall(rb"/Lang ?\((..)", drawn)) == {b"sv"}


def test_languages_reach_typst_through_quarto_too(tmp_path: Path) -> None:
    """Quarto's pandoc writes no language of a span; the filter does, where Quarto runs it."""
    filter_ = tmp_path / "in_quarto.lua"
    style = ROOT / "src/evaltools/report/project/style/evidence.lua"
    filter_.write_text(f"quarto = {{}}\nFORMAT = 'typst'\nreturn dofile('{style}')\n", "utf-8")
    arguments = ["-f", "markdown", "-t", "typst", f"--lua-filter={filter_}"]
    text = pandoc(arguments, "Sanottiin [”Det gick bra”]{lang=sv} ja [x]{lang='a\")'}.\n")[0]
    assert text.decode().split("\n")[0] == 'Sanottiin #text(lang: "sv")[”Det gick bra”] ja x.'


def _documents(source: Material, language: str) -> set[str]:
    documents = source.tables["documents"]
    return set(documents.loc[documents["language"] == language, "document_id"].astype(str))


@pytest.mark.parametrize(
    ("language", "told"), [("sv", "sv"), ("fi", None), ("", None), ("en", "en")]
)
def test_a_passage_says_what_language_it_is_in_where_it_is_another(
    language: str, told: str | None
) -> None:
    policy = QuotePolicy("verbatim", lambda segment, text: text)
    one = Passage("s", "d", 0, 3, "Det", section="Resultat", language=language)
    record = passage_record(one, policy, Words("fi"))
    assert record.get("lang") == told
    assert (record["place"], record["section"]) == ("d,", "Resultat:")


@pytest.mark.parametrize(
    ("lang", "printed"),
    [
        ("fi", ["2022a. ”Kuntien", "kuntien digitalisaatiota”. 3. kesäkuuta. https", "4. painos",
                "Namey ja Mario", "Viitattu 7.6.2024"]),
        ("sv", ["2022a. ”Kuntien", "kuntien digitalisaatiota”. 3 juni. https", "4:e uppl.",
                "Namey och Mario", "Hämtad 2024-06-07"]),
        ("en", ["2022a. “Kuntien", "kuntien digitalisaatiota.” 3 June. https", "4th ed.",
                "Namey and Mario", "Accessed"]),
    ],
)  # fmt: skip
def test_references_are_listed_in_the_language_of_the_report(
    tmp_path: Path, lang: str, printed: list[str]
) -> None:
    own = "@online{a, title={Sivu}, author={{Ministeriö}}, urldate={2024-06-07}, date={2024}}\n"
    listed = tmp_path / "all.bib"
    listed.write_text((ROOT / "reports/references.bib").read_text("utf-8") + own, "utf-8")
    arguments = ["-f", "markdown", "-t", "plain", "--wrap=none", "--citeproc"]
    arguments += [f"--csl={ROOT / 'reports/style/references.csl'}", f"--bibliography={listed}"]
    text = pandoc(arguments, f"---\nlang: {lang}\nnocite: '@*'\n---\n")[0].decode()
    assert [each for each in printed if each not in text] == []
    assert not re.search(r"[a-zåäö]+kuuta \d|\w+ \d{1,2}\. https", text)


@pytest.mark.parametrize("rejected", ["standardoi", "kuvio", r"\bteem", "väittäm", "toteamuk"])
def test_one_thing_has_one_name(rejected: str) -> None:
    texts = [texts["fi"] for texts in all_phrases().values()]
    texts += [path.read_text("utf-8") for path in sorted((ROOT / "reports/fi").rglob("*.qmd"))]
    texts += [(ROOT / "evaluation.yml").read_text("utf-8")]
    assert [text for text in texts if re.search(rejected, text, re.IGNORECASE)] == []


def workbook(source: Material, language: Language) -> dict[str, list[dict[str, object]]]:
    """Rows of the notes and of the numbers, by the names of columns."""
    study, words = source.study, source.study.words(language)
    cover = describe_run(study, source.parameters, "ab12", words, example=True)
    glossary = Glossary.of(source.tables, words, study.declaration)
    sheets = indicator_sheets([Chapter("01_all", "", source.indicators)], cover, glossary)
    rows = [[dict(zip(each.header, row, strict=True)) for row in each.rows] for each in sheets]
    return {"notes": rows[2], "numbers": rows[3]}


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_workbook_says_of_a_number_what_the_evidence_says(
    example: Material, language: Language
) -> None:
    words = example.study.words(language)
    book = workbook(example, language)
    spoken = words("publishing.column.speaks_of")
    terms = {row[words("publishing.notes.term")] for row in book["notes"]}
    wanted = {
        "appropriations.total.money": "trail.estimand.calls",
        "calls.applications.count": "trail.estimand.calls",
        "areas.reached.share": "trail.estimand.register",
        "reports.read.share": "trail.estimand.register",
        "network.organisations.count": "trail.estimand.register",
        "challenge.staff.share": "publishing.estimand.D",
    }
    found: dict[str, set[object]] = {key: set() for key in wanted}
    for item, row in zip(example.indicators, book["numbers"], strict=True):
        assert row[spoken] in terms
        if item.key in wanted and item.estimand == "D":
            found[item.key].add(row[spoken])
    assert found == {key: {words(phrase)} for key, phrase in wanted.items()}


@pytest.mark.parametrize(
    ("language", "schedule", "suitability", "region"),
    [
        ("fi", "aihe: {}; tunnusluku: Krippendorffin alfa", "kysymys: {}; arvosana: 4", "alue"),
        ("sv", "tema: {}; mått: Krippendorffs alfa", "fråga: {}; betyg: 4", "region"),
        ("en", "theme: {}; statistic: Krippendorff's alpha", "question: {}; mark: 4", "region"),
    ],
)
def test_the_workbook_names_in_words_what_numbers_are_broken_down_by(
    example: Material, language: Language, schedule: str, suitability: str, region: str
) -> None:
    column = example.study.words(language)("publishing.column.dimensions")
    numbers = workbook(example, language)["numbers"]
    told = {item.dimensions: str(row[column])
            for item, row in zip(example.indicators, numbers, strict=True)}  # fmt: skip
    names = {
        table: example.tables[table].set_index(key)[f"{label}_{language}"]
        for table, key, label in (
            ("codes", "code_id", "label"), ("rating_items", "item_id", "label"),
            ("regions", "region_code", "name"),
        )
    }  # fmt: skip
    label = names["codes"]["challenge.schedule"]
    code = (("code", "challenge.schedule"), ("statistic", "alpha"))
    assert told[code] == schedule.format(label)
    item = (("item", "grant_suitability"), ("value", "4"))
    assert told[item] == suitability.format(names["rating_items"]["grant_suitability"])
    regions = [dict(by)["region"] for by in told if "region" in dict(by)]
    assert regions
    for by, text in told.items():
        if "region" in dict(by):
            assert f"{region}: {names['regions'][dict(by)['region']]}" in text
    assert told[()] == "[z]"
    assert not [text for text in told.values() if "=" in text or "_" in text]
