"""E17, E18 and E13 in chapters on results: what is bound to nothing stops wherever it stands."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from evaltools.lint.binding import split_sentences
from evaltools.lint.run import lint
from evaltools.problems import Problem

SAMPLES = dict(
    re.findall(
        r"^- ([a-z]+):\n\n  ````\n(.*?)\n  ````$",
        (Path(__file__).parent / "prose-that-passed.md").read_text(encoding="utf-8"),
        re.MULTILINE | re.DOTALL,
    )
)
CODES = (
    "code_id,kind,label_fi,label_sv,label_en\n"
    "challenge.schedule,challenge,aikataulu,tidtabell,schedule\n"
    "result.awareness,result,ymmärrys digitalisaatiosta,förståelse,understanding\n"
    "saving.claimed,saving,säästö,inbesparing,saving\n"
)
FINDINGS = """findings:
  follows:
    text: {fi: Näin on., sv: Så är det., en: So it is.}
    sentences: {holds: {fi: Näin.}}
    counter_evidence: [{code: a.b}]
  fixed:
    text: {fi: Hankkeita on monta., sv: Projekten är många., en: Projects are many.}
    counter_evidence: [{code: a.b}]
"""
HEAD = "# Tulokset {#sec-results}\n\n"


@pytest.fixture
def chapter(tmp_path, monkeypatch):
    """Lint a text as a chapter on results: `chapter("Teksti.", "fi")`."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "codes.csv").write_text(CODES, encoding="utf-8")
    (tmp_path / "evaluation.yml").write_text(
        "codes_of_numbers: {savings.claimed: saving.claimed}\n", encoding="utf-8"
    )

    def run(text: str, language: str = "fi", head: str = HEAD, **files: str) -> list[Problem]:
        folder = tmp_path / "reports" / language
        folder.mkdir(parents=True, exist_ok=True)
        (tmp_path / "reports" / "findings.yml").write_text(FINDINGS, encoding="utf-8")
        for name, content in {"report": head + text, **files}.items():
            (folder / f"{name}.qmd").write_text(content, encoding="utf-8")
        return [p for p in lint(tmp_path, [language]) if p.code in ("E13", "E17", "E18")]

    return run


def plain(sample: str) -> str:
    return "\n".join(line.removeprefix("  ") for line in sample.split("\n"))


@pytest.mark.parametrize("name", SAMPLES)
def test_prose_that_passed_is_stopped(chapter, name):
    assert len(SAMPLES) == 21
    assert chapter(plain(SAMPLES[name]) + "\n")


UNBOUND = {
    "fi": "Hankkeet epäonnistuivat.",
    "sv": "Projekten misslyckades.",
    "en": "The projects failed.",
}
FRAMES = {
    "callout title": '::: {.callout-note title="%s"}\n\n:::',
    "alternative text": '![](x.png){fig-alt="%s"}',
    "caption": '::: {#fig-a fig-cap="%s"}\n\n:::',
    "caption of a table": '::: {#tbl-a tbl-cap="%s"}\n\n:::',
    "caption below a table": "| {{< var a.x >}} |\n|---|\n| {{< var a.n >}} |\n\n: %s {#tbl-a}",
    "description of an image": "![%s](x.png)",
    "title of an image": '![](x.png "%s")',
    "title of a link": '[{{< var a.x >}}](x.html "%s")',
    "raw html": "`<b>%s</b>`{=html}",
    "html": "<b>%s</b>",
    "block of html": "<p>\n%s\n</p>",
    "attribute of html": '<img src="x.png" alt="%s">',
    "style": "<style>p::after { content: '%s' }</style>",
    "raw block": "```{=html}\n<p>%s</p>\n```",
    "raw block of another format": "```{=latex}\n%s\n```",
    "raw text of another format": "`%s`{=typst}",
    "code": "`%s`",
    "shortcode that is shown": "{{{< var %s >}}}",
    "code beside a number": "{{< var a.x >}} raporttia `%s`",
    "block of code": "```\n%s\n```",
    "indented code": "Luku {{< var a.x >}}.\n\n    %s",
    "file name of code": '```{.python filename="%s"}\n```',
    "maths": "$\\text{%s}$",
    "displayed maths": "$$\\text{%s}$$",
    "superscript": "^%s^",
    "crossed out": "~~%s~~",
    "term": "%s\n:   {{< var a.x >}}",
    "definition": "{{< var a.x >}}\n:   %s",
    "cell": "| {{< var a.x >}} |\n|---|\n| %s |",
    "head of a table": "| %s |\n|---|\n| {{< var a.x >}} |",
    "footnote": "{{< var a.x >}}[^a]\n\n[^a]: %s",
    "inline footnote": "{{< var a.x >}}^[%s]",
    "block quote": "> %s",
    "list item": "- %s",
    "numbered item": "1. %s",
    "after a finding": "{{< var finding.follows >}} %s",
    "before a finding": "%s {{< var finding.follows >}}",
    "after a number": "Luettiin {{< var a.x >}} raporttia. %s",
    "after a number that is shortened": "Luettiin {{< var a.x >}} raporttia jne. %s",
    "clause beside a number": "Luettiin {{< var a.x >}} raporttia; %s",
    "after a reference": "Luvut ovat kuvassa @fig-a. %s",
    "clause beside a reference": "Luvut ovat kuvassa @fig-a – %s",
    "reference in brackets": "%s (kuva @fig-a)",
    "behind a colon": "Kuvassa @fig-a: %s",
    "written as a finding that follows the data": '[%s]{.finding finding="follows"}',
    "begun in a finding": '[Hankkeita]{.finding finding="fixed"} %s',
    "begun in a quotation": '["Hyvä"]{.quote segment="a"} %s',
    "in a section below": "## Osa\n\n%s",
    "parameter": "{{< var parameter.region >}}: %s",
    "shortcode": "{{< kbd %s >}}",
}


@pytest.mark.parametrize("language", UNBOUND)
@pytest.mark.parametrize("frame", FRAMES)
def test_unbound_sentence_is_stopped_wherever_it_stands(chapter, frame, language):
    text = FRAMES[frame].replace("%s", UNBOUND[language])
    assert "E17" in {problem.code for problem in chapter(text + "\n", language)}


@pytest.mark.parametrize("frame", FRAMES)
def test_elsewhere_the_sentence_may_stand(chapter, frame):
    text = FRAMES[frame].replace("%s", UNBOUND["fi"])
    assert not [p for p in chapter(text + "\n", head="# Muuta {#sec-other}\n\n") if p.code == "E17"]


CLAUSES = {
    "fi": "Kuvassa @fig-a näkyy, että hankkeet epäonnistuivat.",
    "sv": "Figur @fig-a visar att projekten misslyckades.",
    "en": "Figure @fig-a shows that the projects failed.",
}


@pytest.mark.parametrize("language", CLAUSES)
def test_reference_does_not_bear_a_clause_that_says_what_is_so(chapter, language):
    assert [p.code for p in chapter(CLAUSES[language] + "\n", language)] == ["E17"]


@pytest.mark.parametrize(
    "text",
    [
        "{{< var finding.follows >}}",
        "**Aihe.** {{< var finding.follows >}} Kuvassa @fig-a ovat kaikki.",
        "Luettiin {{< var a.x >}} raporttia.",
        "Luettiin noin {{< var a.x >}}. kierroksella.",
        "Luettiin {{< var a.x >}} raporttia, esim. Helsingin.",
        "Osuus on 3.5-kertainen {{< var a.x >}}.",
        "[Taulukossa @tbl-a] ovat luvut; perusteet ovat luvussa [-@sec-results].",
        "[Raportit ovat hankkeiden omia.]{.caution}",
        "::: {.method}\n\nLuokittelu tehtiin kahdesti.\n\n- Ensin yksin.\n\n:::",
        "[Avustus on harkinnanvarainen [@laki].]{.background}",
        '[Hankkeita on monta.]{.finding finding="fixed"}',
        '[Hankkeet epäonnistuivat.]{.quote segment="a"}',
        "{{< embed ../notebooks/a.ipynb#fig-a >}}",
        "<!-- huomautus tekijälle -->",
    ],
)
def test_what_may_stand_among_results(chapter, text):
    assert [p for p in chapter(text + "\n") if p.code == "E17"] == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fi", "Haasteista mainitaan useimmin aikataulu ({{< var challenge.schedule.x >}})."),
        ("sv", "Oftast nämns tidtabellen ({{< var challenge.schedule.x >}})."),
        ("en", "The schedule is mentioned most often ({{< var challenge.schedule.x >}})."),
        ("en", "The schedule ({{< var challenge.schedule.x >}}) is commoner than savings."),
    ],
)
def test_an_order_told_beside_numbers_is_a_judgement(chapter, language, text):
    assert [p.code for p in chapter(text, language)] == ["E17"]


def test_background_without_a_citation_is_an_opinion(chapter):
    assert "cites nothing" in str(chapter("[Avustus on riittävä.]{.background}\n")[0])


@pytest.mark.parametrize("number", ["³⁷", "XXXVII", "③", "½", "Ⅷ", "XII"])
def test_number_in_other_signs_is_a_typed_number(chapter, number):
    found = chapter(f"Luettiin {{{{< var a.x >}}}} eli {number} raporttia.\n")
    assert [problem.code for problem in found] == ["E13"]


@pytest.mark.parametrize("name", ["m²", "CO₂", "CV", "IV-hanke", "I", "MILD", "X"])
def test_what_only_looks_like_a_number_is_none(chapter, name):
    assert chapter(f"Luettiin {{{{< var a.x >}}}} raporttia, {name}.\n") == []


@pytest.mark.parametrize(
    ("language", "text", "stopped"),
    [
        ("fi", "Aikatauluhaasteesta kertoo {{< var result.awareness.quantity >}}.", True),
        ("fi", "Ymmärryksen kerrotaan kasvaneen {{< var result.awareness.quantity >}}.", False),
        ("fi", "Aikataulusta kertoo {{< var savings.claimed.x >}} raporttia.", True),
        ("fi", "Kustannussäästöistä kertoo {{< var savings.claimed.x >}} raporttia.", False),
        ("sv", "Om inbesparingar berättar {{< var challenge.schedule.x >}}.", True),
        ("sv", "Om tidtabellen berättar {{< var challenge.schedule.x >}}.", False),
        ("en", "Savings are told of in {{< var challenge.schedule.x >}} reports.", True),
        ("en", "The schedule is told of in {{< var challenge.schedule.x >}} reports.", False),
    ],
)
def test_number_stands_in_a_sentence_about_its_theme(chapter, language, text, stopped):
    assert ("E18" in {p.code for p in chapter(text + "\n", language)}) is stopped


def test_file_that_a_chapter_on_results_includes_is_part_of_it(chapter):
    found = chapter("{{< include _more.qmd >}}\n", _more="Hankkeet epäonnistuivat.\n")
    assert [problem.where for problem in found] == ["reports/fi/_more.qmd:1:1"]


def test_what_stands_behind_an_include_belongs_to_its_chapter(chapter):
    results = "# Tulokset {#sec-results}\n\nLuettiin {{< var a.x >}} raporttia.\n"
    other = "# Muuta {#sec-other}\n\nTeksti.\n"
    found = chapter(
        "{{< include _a.qmd >}}\n\nHankkeet epäonnistuivat.\n\n{{< include _b.qmd >}}\n\nTeksti.\n",
        head="", _a=results, _b=other,
    )  # fmt: skip
    assert [problem.where for problem in found] == ["reports/fi/report.qmd:3:1"]


def test_note_belongs_to_the_chapter_that_refers_to_it(chapter):
    notes = "# Muuta {#sec-other}\n\nTeksti.\n\n[^n]: Hankkeet epäonnistuivat.\n\n[^m]: Muu.\n"
    for text in ("Luettiin {{< var a.x >}} raporttia.[^n]\n", "[^n]\n"):
        found = chapter(text, _notes=notes)
        assert [problem.where for problem in found] == ["reports/fi/_notes.qmd:5:7"]


@pytest.mark.parametrize("path", ["/etc/passwd", "../style/more.qmd", "more.md"])
def test_include_that_no_rule_reads_is_stopped_in_any_chapter(chapter, path):
    found = chapter(f"{{{{< include {path} >}}}}\n", head="# Muuta {#sec-other}\n\n")
    assert [problem.code for problem in found] == ["E17"]


def test_text_of_an_author_among_generated_pages_is_stopped(chapter, tmp_path):
    folder = tmp_path / "reports" / "fi" / "_generated"
    folder.mkdir(parents=True)
    include = "{{< include _generated/_parameters.qmd >}}\n"
    assert chapter(include) == []
    (folder / "_parameters.qmd").write_text("Kannustin epäonnistui.\n", encoding="utf-8")
    assert [problem.code for problem in chapter(include)] == ["E17"]


def notebook(root: Path, *cells: tuple[str, list[str]]) -> None:
    (root / "notebooks").mkdir()
    content = [
        {"cell_type": "markdown", "metadata": {"tags": tags} if tags else {}, "source": [text]}
        for text, tags in cells
    ]
    code = {"cell_type": "code", "metadata": {}, "source": ["1 + 1"], "outputs": []}
    text = json.dumps({"cells": [code, *content], "nbformat": 4})
    (root / "notebooks" / "a.ipynb").write_text(text, encoding="utf-8")


def test_markdown_of_a_notebook_that_results_show_is_read_by_the_same_rule(chapter, tmp_path):
    notebook(
        tmp_path,
        ("# Challenges", []),
        ("The projects failed.", []),
        ("Each report counts once.", ["method"]),
        ("The test takes 37 reports.", ["method"]),
    )
    embed = "{{< embed ../notebooks/a.ipynb#fig-a >}}\n"
    assert [(problem.where, problem.code) for problem in chapter(embed)] == [
        ("notebooks/a.ipynb, cell 3:1:1", "E17"),
        ("notebooks/a.ipynb, cell 5:1:16", "E13"),
    ]
    assert chapter(embed, head="# Muuta {#sec-other}\n\n") == []


SHOWN = {
    "caption": '#| label: fig-a\n#| fig-cap: "Kannustin epäonnistui"\nfigure()',
    "caption over two lines": "#| fig-cap: >\n#|   Kannustin epäonnistui\nfigure()",
    "alternative text": "#| fig-alt: Kunnat pettyivät\nfigure()",
    "markdown": 'display(Markdown("**Kannustin epäonnistui täysin.**"))',
    "one word": 'Markdown("Pettymys")',
    "bare name": 'print("pettymys")',
    "html": 'IPython.display.HTML("<b>pettymys</b>")',
    "name for a value": 'said = "Kannustin epäonnistui"\nMarkdown(said)',
    "argument of a helper": 'chapter.figure(evidence, title="Kannustin epäonnistui")',
    "filled text": 'Markdown(f"Hankkeista {count} epäonnistui")',
    "value of a cell": '"pettymys"',
    "bytes": 'show(b"Kannustin failed")',
    "another name": 'from IPython.display import Markdown as M\nM("pettymys")',
    "joined words": 'show(" ".join([word, "pettymys"]))',
    "magic": "%%html\n<b>Kannustin epäonnistui</b>",
}
CALLS = (
    "#| label: fig-a\nchapter.figure(evidence)",
    'records = goals.compute(evidence, ["legacy", "result.*"])\nemit(records)',
    'language = "fi"\ncalls = ["2019", "2020"]',
)


def code_notebook(root: Path, source: str, tags: list[str] = [], kind: str = "code") -> None:  # noqa: B006
    (root / "notebooks").mkdir(exist_ok=True)
    cell = {"cell_type": kind, "metadata": {"tags": tags}, "source": [source], "outputs": []}
    text = json.dumps({"cells": [cell], "nbformat": 4})
    (root / "notebooks" / "a.ipynb").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", SHOWN)
def test_words_that_code_shows_are_read_by_the_same_rule(chapter, tmp_path, name):
    embed = "{{< embed ../notebooks/a.ipynb#fig-a >}}\n"
    code_notebook(tmp_path, SHOWN[name])
    for head in (HEAD, "# Muuta {#sec-other}\n\n"):  # of every notebook that is shown
        found = chapter(embed, head=head)
        assert [problem.code for problem in found] == ["E17"]
        assert found[0].where.startswith("notebooks/a.ipynb, cell 1:")
    code_notebook(tmp_path, SHOWN[name], ["method"])
    assert chapter(embed) == []


def test_place_of_words_that_code_shows(chapter, tmp_path):
    code_notebook(tmp_path, 'ä = 1\nshow("ä", "Kannustin epäonnistui 37 kertaa")')
    found = chapter("{{< embed ../notebooks/a.ipynb#fig-a >}}\n")
    assert [(problem.where, problem.code) for problem in found] == [
        ("notebooks/a.ipynb, cell 1:2:6", "E17"),
        ("notebooks/a.ipynb, cell 1:2:11", "E17"),
        ("notebooks/a.ipynb, cell 1:2:34", "E13"),
    ]


def test_raw_cell_is_read_by_the_same_rule(chapter, tmp_path):
    code_notebook(tmp_path, "Kannustin epäonnistui.", kind="raw")
    assert [p.code for p in chapter("{{< embed ../notebooks/a.ipynb#fig-a >}}\n")] == ["E17"]


@pytest.mark.parametrize("source", CALLS)
def test_calls_of_helpers_say_nothing(chapter, tmp_path, source):
    code_notebook(tmp_path, source)
    assert chapter("{{< embed ../notebooks/a.ipynb#fig-a >}}\n") == []


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Yksi. Kaksi! Kolme?", ["Yksi.", "Kaksi!", "Kolme?"]),
        ("Ks. Virtanen, esim. Helsinki. Toinen.", ["Ks. Virtanen, esim. Helsinki.", "Toinen."]),
        ("Osuus on 3.5 yhteensä. Toinen.", ["Osuus on 3.5 yhteensä.", "Toinen."]),
        ("Tehtiin 2. kierroksella. Toinen.", ["Tehtiin 2. kierroksella.", "Toinen."]),
        ("Vuonna 2. Kaksi.", ["Vuonna 2.", "Kaksi."]),
        ("Aika, raha jne. Toinen.", ["Aika, raha jne.", "Toinen."]),
        ("Aika, raha jne. ja muuta.", ["Aika, raha jne. ja muuta."]),
        ("Sanottiin ”hyvä.” Toinen.", ["Sanottiin ”hyvä.”", "Toinen."]),
        ("T.ex. projekt A. Virtanen.", ["T.ex. projekt A. Virtanen."]),
    ],
)
def test_sentences_end_where_readers_end_them(text, sentences):
    assert [text[start:end] for start, end in split_sentences(text)] == sentences
