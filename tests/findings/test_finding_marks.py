"""The draft's marks: what the filter makes of judgements, in every format."""

import io
import json
import zipfile
from pathlib import Path

import pypandoc
import pytest
import yaml
from claims_by_hand import finding, shares, withheld

from evaltools.findings.display import findings_metadata
from evaltools.findings.judgement import judge
from evaltools.i18n.messages import Words
from evaltools.report.renderer.pandoc import check_filter, run_filters

FILTER = Path(__file__).parents[2] / "src/evaltools/report/project/style/findings.lua"
PROSE = (
    '[Väki puuttui.]{.finding finding="fails"} [Väki riitti.]{.finding finding="holds"} '
    '[Ei tiedetä.]{.finding finding="open"} [Muu.]{.finding finding="unheard"}\n'
)


@pytest.fixture(scope="module")
def metadata():
    condition = {"at_least": {"key": "challenge.aims.share", "value": 0.5}}
    asked = [
        finding(name="fails"),
        finding({"at_least": {"key": "challenge.staff.share", "value": 0.2}}, "holds"),
        finding(condition, "open"),
    ]
    numbers = [*shares(staff=16, partners=37), withheld("challenge.aims.share")]
    return findings_metadata(
        judge(asked, numbers, "D"), Words("fi"), {"challenge.staff": "väki <b> & co"}
    )


def rendered(to, metadata):
    text = f"---\n{yaml.safe_dump({'findings': metadata}, allow_unicode=True)}---\n\n{PROSE}"
    return pypandoc.convert_text(text, to, "markdown", extra_args=[f"--lua-filter={FILTER}"])


def test_sentences_that_hold_or_are_unheard_of_stay_as_they_are(metadata):
    html = rendered("html", metadata)
    assert 'data-finding="holds">Väki riitti.</span>' in html.replace("\n", " ")
    assert 'data-finding="unheard">Muu.</span>' in html.replace("\n", " ")
    assert html.count("finding-mark") == 2


def test_a_page_marks_the_sentence_and_says_why(metadata):
    html = " ".join(rendered("html", metadata).split())
    assert 'class="finding does-not-hold"' in html
    assert 'class="finding cannot-be-told"' in html
    assert "ei väki &lt;b&gt; &amp; co (16/52)]" in html
    assert "[Ei voida sanoa: lukua ei julkaista" in html
    assert html.count("<mark") == 2
    assert html.count('role="note"') == 2


def test_paper_and_word_say_the_same(metadata):
    typst = " ".join(rendered("typst", metadata).split())
    assert typst.count("#highlight[") == 2
    assert "\\[Ei pidä paikkaansa: suurin on" in typst
    path = Path(pypandoc.get_pandoc_path())
    assert path.exists()
    words = word_text(metadata)
    assert "[Ei pidä paikkaansa: suurin on" in words
    assert "väki &lt;b&gt; &amp; co (16/52)]" in words
    assert words.count('w:highlight w:val="yellow"') == 2


def word_text(metadata):
    import tempfile

    text = f"---\n{yaml.safe_dump({'findings': metadata}, allow_unicode=True)}---\n\n{PROSE}"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.docx"
        pypandoc.convert_text(
            text, "docx", "markdown", outputfile=str(path), extra_args=[f"--lua-filter={FILTER}"]
        )
        with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as package:
            return package.read("word/document.xml").decode("utf-8")


@pytest.mark.parametrize("name", ["html", "typst", "docx"])
def test_the_embedded_renderer_runs_the_filter_on_plain_metadata(metadata, name, tmp_path):
    assert check_filter(FILTER.parents[2], FILTER) == []
    tree = json.loads(pypandoc.convert_text(PROSE, "json", "markdown"))
    plain = {
        "t": "MetaMap",
        "c": {
            key: {
                "t": "MetaMap",
                "c": {part: {"t": "MetaString", "c": text} for part, text in value.items()},
            }
            for key, value in metadata.items()
        },
    }
    blocks, _ = run_filters(
        tree["blocks"], {"findings": plain}, [FILTER], name, tmp_path, FILTER.parents[2]
    )
    text = json.dumps(blocks, ensure_ascii=False)
    assert text.count("finding-mark") == 2
    assert text.count("does-not-hold") == 1
    assert "&#" not in text


def test_marking_is_the_same_each_time(metadata):
    assert len({rendered("html", metadata) for _ in range(5)}) == 1
