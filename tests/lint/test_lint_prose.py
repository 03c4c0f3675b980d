"""What is prose and what is not: digits show it, since a digit in prose is always reported."""

from __future__ import annotations

import time

import pypandoc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaltools.lint.claim_rules import check_digits
from evaltools.lint.findings_index import FindingsIndex
from evaltools.lint.source import Report, parse, parse_all

HIDDEN = [
    "{{< var grants.top_%s.share >}}",
    "{{< embed ../n/%s.ipynb#fig-a >}}",
    "{{{< var x%s >}}}",
    "https://vm.fi/-/%s/kannustin",
    "<https://vm.fi/%s>",
    "doi:10.1177/%s",
    "[teksti](https://vm.fi/%s)",
    '[teksti](https://vm.fi/a "Sivu %s")',
    "![kuvaus](kuva%s.png)",
    '[teksti]{.indicator n="%s"}',
    "[teksti]{#id%s .luokka%s}",
    "`x = %s`",
    "`` ` %s ``",
    "`{python} %s`",
    "$n = %s$",
    "$$n = %s$${#eq-x%s}",
    "<!-- raportteja on %s -->",
    '<span data-n="%s">teksti</span>',
    "[@vm%s]",
    "[-@sec-%s; @fig-%s]",
    "[@mayne2012, s. %s]",
    "@eq-%s",
    "nimi@kunta%s.fi",
]
HIDDEN_BLOCKS = [
    "```python\nx = %s\n\ny = %s\n```",
    "~~~\n%s\n~~~",
    "> ```\n> %s\n> ```",
    "    koodia %s",
    "<!-- monta\n\nriviä %s -->",
    "---\ntitle: %s\n---",
    '::: {.column width="%s"}\nteksti\n:::',
    "# Otsikko {#sec-%s .luokka}",
    "$$\nx = %s\n$$ {#eq-%s}",
    "%s. Järjestetty kohta",
    "(%s) Järjestetty kohta",
    "Huomautus[^%s].\n\n[^%s]: Huomautus ilman lukuja.",
    "[lähde]: https://vm.fi/%s",
    "<style>p { margin: %spx }</style>",
]
SHOWN = [
    "%s", "**%s**", "*on %s*", "(%s)", "”%s”", "[%s]", "{%s}", "on[]{.x}%s", "`koodi`%s",
    "$x$ %s", "{{< var a >}}%s", "<b>%s</b>", "[teksti %s](https://vm.fi)", "![kuvaus %s](k.png)",
    "[%s]{.indicator}", "[katso %s raporttia @vm2022]", "https://vm.fi on %s", "\\*%s",
    "20 $ ja %s $", "huomautus[^%s]",
    "huomautus^[jossa %s]", "`auki %s", "$ auki %s", "<!- %s", "{{ %s }}", "~~%s~~", "H~%s~O",
    "[@mayne2012, s. 3, jossa %s raporttia]", "a <%s", "&lt;%s&gt;", "[a][%s]", "<!-- a -->%s",
]  # fmt: skip
SHOWN_BLOCKS = [
    "- kohta %s", "1. kohta %s", "> lainaus %s", "Termi\n:   selitys %s",
    "| a | b |\n|---|---|\n| c | %s |",
    "[^a]: huomautus %s", "::: {.callout-note}\n\nteksti %s\n\n:::", "# Otsikko %s hanketta",
    "Otsikko %s\n=======", "rivi päättyy\n%s. Tämä jatkaa kappaletta", "- kohta\n\n    jatkuu %s",
    "```python\nauki %s", "teksti\n    %s sisennettynä", "teksti\n# %s ei ole otsikko",
    "    koodia\n\nteksti %s", "[tulos]: raportteja on %s", "> rivi\nja %s laiskasti",
]  # fmt: skip


def problems(text: str):
    source = parse(text, "reports/fi/a.qmd", "fi")
    # nothing of the study is read by the rule on digits
    return check_digits(Report(None, "fi", (source,), FindingsIndex()))  # type: ignore[arg-type]


# Not a year, which a title may name.
NUMBERS = (st.integers(3, 1_899) | st.integers(2_100, 99_999)).map(str)
WORDS = st.lists(
    st.sampled_from(["hanke", "raportti", "**kunta**", "*tulos*", "ä\u00adö", "osuus,", "(eli)"]),
    min_size=1, max_size=6,
).map(" ".join)  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(HIDDEN), NUMBERS, WORDS, WORDS)
def test_digit_that_is_not_prose_is_never_reported(frame, number, before, after):
    assert problems(f"Sanat {before} {frame.replace('%s', number)} {after}\n") == []


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(HIDDEN_BLOCKS), NUMBERS, WORDS, WORDS)
def test_block_that_is_not_prose_is_never_reported(frame, number, before, after):
    text = f"Sanat {before}\n\n{frame.replace('%s', number)}\n\n{after}\n"
    assert problems(text) == []


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(SHOWN), NUMBERS, WORDS, WORDS)
def test_digit_in_prose_is_always_reported_where_it_stands(frame, number, before, after):
    text = f"Sanat {before}\n{frame.replace('%s', number)} sana {after}\n"
    found = problems(text)
    column = frame.index("%s") + 1
    assert f"reports/fi/a.qmd:2:{column}" in [problem.where for problem in found]


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(SHOWN_BLOCKS), NUMBERS, WORDS)
def test_digit_in_a_block_of_prose_is_always_reported_where_it_stands(frame, number, before):
    lead = f"Sanat {before}\n\n"
    text = lead + frame.replace("%s", number)
    line = 3 + frame[: frame.index("%s")].count("\n")
    column = len(frame[: frame.index("%s")].rpartition("\n")[2]) + 1
    assert f"reports/fi/a.qmd:{line}:{column}" in [problem.where for problem in problems(text)]


@pytest.mark.parametrize("frame", [*SHOWN, *SHOWN_BLOCKS])
def test_what_is_taken_for_prose_is_what_pandoc_prints(frame):
    if frame.startswith("[tulos]: "):
        return  # pandoc takes the sentence for a link target; reporting it does no harm
    text = f"Sanat[^a]\n\n{frame.replace('%s', '4711')} sana"
    assert "4711" in pypandoc.convert_text(text, "html", format="markdown")


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(HIDDEN), st.sampled_from(SHOWN), NUMBERS)
def test_hidden_digit_does_not_hide_the_one_in_prose(hidden, shown, number):
    if hidden.startswith("$") and "$" in shown:
        return  # a lone dollar closes the mathematics before it, as in pandoc
    text = f"Sana {hidden.replace('%s', '7')}\n\nSana\n{shown.replace('%s', number)} sana\n"
    column = shown.index("%s") + 1
    assert f"reports/fi/a.qmd:4:{column}" in [problem.where for problem in problems(text)]


@settings(max_examples=30, deadline=None)
@given(st.text(alphabet="a5 \n`$*_[](){}<>@!^~:|#>-.\\\"'&;{}=", max_size=80))
def test_any_text_is_read_and_every_character_keeps_its_place(text):
    source = parse(text, "a.qmd", "fi")
    for block in source.blocks:
        assert len(block.text) == len(block.offsets)
        assert list(block.offsets) == sorted(block.offsets)
        for character, offset in zip(block.text, block.offsets, strict=True):
            if character == "5":
                assert source.text[offset] == "5"
        for span in block.spans:
            assert 0 <= span.start <= span.end <= len(block.text)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a\n\n\t7 koodia\n\nb\tc\t7\n", "5:5"),
        ("- kohta\n\n\tjatkuu 7\n", "3:9"),
        ("<div>\n7 <i>raporttia</i>\n</div>\n", "2:1"),
        ("<!-- ei\n8 --> 7\n", "2:7"),
        ("> ```\n> 7\n\nteksti\n", "2:3"),
        ("# Otsikko {-}\n\n7\n", "3:1"),
        ("# Otsikko {-}\n\n<p>7</p>\n", "3:4"),
        ("# Otsikko {#sec-a -}\n\n~~~\n7\n", "4:1"),
        ("Sana.\n\n[^a]: johon mikään ei viittaa, 7\n", "3:32"),
        ("40\\ 000 raporttia\n", "1:1"),
    ],
)
def test_what_commonmark_reads_otherwise_than_quarto_keeps_its_place(text, where):
    assert [problem.where for problem in problems(text)] == [f"reports/fi/a.qmd:{where}"]


def test_files_are_read_together_and_places_are_those_of_each():
    texts = {
        "a.qmd": "Yksi[^n] 7.\n\n```python\n8\n",
        "b.qmd": "# B {#sec-b .x -}\n\nKaksi 9.\n\n[^n]: 6",
    }
    first, second = parse_all(texts, "fi")
    found = check_digits(Report(None, "fi", (first, second), FindingsIndex()))  # type: ignore[arg-type]
    assert sorted(problem.where for problem in found) == [
        "a.qmd:1:10", "a.qmd:4:1", "b.qmd:3:7", "b.qmd:5:7"
    ]  # fmt: skip
    assert second.blocks[0].identifiers == ("sec-b",)


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(["\n", "\r\n"]), NUMBERS)
def test_line_ends_and_byte_order_mark_do_not_move_places(end, number):
    text = f"\ufeffEnsimmäinen rivi.{end}{end}Toinen {number}.{end}"
    assert [problem.where for problem in problems(text)] == ["reports/fi/a.qmd:3:8"]


@pytest.mark.parametrize(
    "text",
    ["[" * 10_000, "`" * 10_001, "` `` " * 4_000, "$a " * 5_000, "{" * 10_000, "<a " * 4_000,
     "*a " * 5_000, "> " * 5_000, "<!-- " * 4_000, "{{< " * 4_000, "[](" * 4_000, "~~~\n" * 2_501,
     "@a[" * 4_000, "a_" * 5_000, "&a" * 5_000, "---\na: b\n" * 1_500, "[^a" * 4_000,
     "1. " * 5_000, "|" * 10_000, "{.a" * 4_000, "osa " * 2_500, "kolme " * 2_500],
)  # fmt: skip
def test_hostile_text_is_read_in_reasonable_time(text, check):
    started = time.process_time()
    check(text)
    assert time.process_time() - started < 2


DUE = {
    "fi": ("Kaikista hankkeista, joiden oli määrä raportoida, kertyi säästöä.",
           "Kaikissa hankkeissa, joilta oli määrä saada raportti, syntyi verkosto.",
           "Jokaisesta hankkeesta, jonka oli määrä raportoida, kertyi säästöä."),
    "sv": ("Alla projekt som skulle rapportera sparade.",
           "Samtliga av de projekt som skulle rapportera lyckades.",
           "Varje projekt som skulle rapportera lyckades."),
    "en": ("All projects due to report saved money.",
           "Every project that was due to report learnt something.",
           "Each of the projects due to report saved money."),
}  # fmt: skip
READ = {
    "fi": "Aineistona ovat kaikki ne hankkeet, jotka raportoivat.",
    "sv": "Materialet är de projekt som rapporterade.",
    "en": "The material is the projects that reported.",
}


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_words_for_the_population_are_those_that_the_study_declares(check, tmp_path, language):
    (tmp_path / "evaluation.yml").write_text('reports_due: {calls: {"1": ["2019"]}}\n', "utf-8")
    for sentence in DUE[language]:
        assert "E06" in {problem.code for problem in check(sentence, language)}, sentence
    assert "E06" not in {problem.code for problem in check(READ[language], language)}


def test_a_study_may_call_its_population_otherwise(check, tmp_path):
    sentence = "All grants made by 2020 saved money."
    assert "E06" not in {problem.code for problem in check(sentence, "en")}
    told = 'noun.all_due: {en: "all grants made by the fund"}\n'
    (tmp_path / "reports" / "words.yml").write_text(told, "utf-8")
    assert "E06" not in {problem.code for problem in check(sentence, "en")}
    sentence = "Nearly every grant made by our fund saved money."
    assert [p.what for p in check(sentence, "en") if p.code == "E06"] == [
        '"every grant made by our fund" speaks of projects that have not reported, and the section '
        "does not lead to how these differ"
    ]
