"""PDF of short sources: what is awkward in them, what is wrong, and the same bytes each time."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import page
import pdf_samples as samples
import pdfplumber
import pikepdf
import pypdf
import pytest
from pdf_reading import attribute, rendered, tagged

from evaltools.problems import ProblemError
from evaltools.report.renderer.print.pdf import write_pdf


def test_row_header_over_several_rows_names_all_of_them(tmp_path: Path) -> None:
    markdown = """---
title: T
lang: fi
---
# A

<table data-row-headers="1"><thead><tr><th>Alue</th><th>Vuosi</th><th>n</th></tr></thead>
<tbody><tr><td rowspan="2">Lappi</td><td>2021</td><td>3</td></tr><tr><td>2022</td><td>4</td></tr>
<tr><td>Kainuu</td><td>2021</td><td>5</td></tr></tbody></table>
"""
    file = samples.resolved(tmp_path, markdown, reader="html+native_divs", title="T")
    with pikepdf.open(io.BytesIO(write_pdf(file, samples.context(tmp_path)))) as opened:
        rows = list(tagged(opened, "/TR"))[1:]
        kinds = [[str(cell.S) for cell in row.K] for row in rows]
        assert kinds == [["/TH", "/TD", "/TD"], ["/TD", "/TD"], ["/TH", "/TD", "/TD"]]
        lappi, kainuu = str(rows[0].K[0].ID), str(rows[2].K[0].ID)
        over = [str(attribute(row.K[-1], "/Headers")[-1]) for row in rows]
        assert over == [lappi, lappi, kainuu]


def test_document_without_metadata_but_a_title_is_set(tmp_path: Path) -> None:
    pdf = rendered(tmp_path, "---\ntitle: Lyhyt\nlang: sv\n---\n\nVain tekstiä.\n")
    assert page.is_pdf_compliant_bytes(pdf, profile="ua1")


@pytest.mark.parametrize("rows", [1, 2, 4, 12])
def test_rows_longer_than_a_page_are_all_there(tmp_path: Path, rows: int) -> None:
    cells = "".join(
        f"<tr><td>{row}</td><td>{'pitkä ' * 1500}loppu{row}</td></tr>" for row in range(rows)
    )
    markdown = f"""---
title: T
lang: fi
---
# A

<table id="tbl-a"><caption>Rivit</caption><thead><tr><th>Nro</th><th>Teksti</th></tr></thead>
<tbody>{cells}</tbody></table>
"""
    file = samples.resolved(tmp_path, markdown, reader="html+native_divs", title="T")
    pdf = pypdf.PdfReader(io.BytesIO(write_pdf(file, samples.context(tmp_path))))
    text = "".join(each.extract_text() for each in pdf.pages)
    assert [f"loppu{row}" in text for row in range(rows)] == [True] * rows
    assert text.count("pitkä") == 1500 * rows


def test_signs_of_markup_are_text(tmp_path: Path) -> None:
    signs = r'#let a = 1 \$ \* _a_ @b <c> [d] {e} \\ " // /* x */ -- ~ = 1. + 2'
    markdown = f"""---
title: 'T "quoted" \\\\ #x'
lang: fi
---
# {signs}

{signs}

| - a | 1. b |
|:--|--:|
| - 5 | + 3 |
| = x | / y |

: - caption {{#tbl-a}}
"""
    pdf = rendered(tmp_path, markdown)
    text = "".join(each.extract_text() for each in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    assert 'T "quoted" \\ #x' in text
    for sign in ("#let a = 1", "// /* x */", "- 5", "+ 3", "= x", "/ y"):
        assert sign in text


def test_several_problems_are_told_at_once(tmp_path: Path) -> None:
    markdown = """---
title: T
lang: fi
---
# Luku

![Ei vaihtoehtoa](kuva.svg){#fig-a}

### Liian syvä

[linkki](#ei-ole)
"""
    with pytest.raises(ProblemError) as caught:
        rendered(tmp_path, markdown)
    codes = [problem.code for problem in caught.value.problems]
    assert codes == ["render.alt", "render.heading", "render.link"]
    assert "fig-a" in caught.value.problems[0].where


def test_missing_glyph_is_named_with_its_sentence(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as caught:
        rendered(tmp_path, "---\ntitle: T\nlang: fi\n---\n# Luku\n\nHyvä hanke 🎉 päättyi.\n\n漢\n")
    first, second = caught.value.problems
    assert "🎉" in first.what
    assert "U+1F389" in first.what
    assert "Hyvä hanke" in first.what
    assert "“Luku”" in first.where
    assert "漢" in second.what


SCRIPT = """
import sys, hashlib
from pathlib import Path
sys.path.insert(0, {tests!r})
import pdf_samples as samples
from evaltools.report.renderer.print.pdf import write_pdf
from evaltools.report.renderer.docx.document import write_docx
folder = Path(sys.argv[1])
file = samples.resolved(folder, samples.demanding())
for render in (write_pdf, write_docx):
    print(hashlib.sha256(render(file, samples.context(folder))).hexdigest())
"""


def test_bytes_are_the_same_wherever_and_whenever(tmp_path: Path) -> None:
    script = SCRIPT.format(tests=str(Path(__file__).parent))
    runs = []
    for number, (seed, zone) in enumerate((("0", "UTC"), ("4711", "Pacific/Auckland"))):
        folder = tmp_path / f"kansio {number}" / ("x" * number)
        environment = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"}
        runs.append(subprocess.Popen([sys.executable, "-c", script, str(folder)], text=True,
                                     stdout=subprocess.PIPE, env=environment))  # fmt: skip
    results = {run.communicate()[0] for run in runs}
    assert [run.returncode for run in runs] == [0, 0]
    assert len(results) == 1
    assert len(results.pop().split()) == 2


def test_on_paper_the_word_for_evidence_has_the_number_of_its_entry(tmp_path: Path) -> None:
    markdown = """---
title: T
lang: en
---
# A

It holds. [evidence](#ev-second){.evidence-link .evidence-mark #use-1}

# Annex

:::::: evidence-entries

::::: {.evidence #ev-first}
[Alpha]{.evidence-term} `a.share`{.evidence-key}
:::::

::::: {.evidence #ev-second}
[Beta]{.evidence-term} `b.share`{.evidence-key}
:::::

::::::
"""
    with pdfplumber.open(io.BytesIO(rendered(tmp_path, markdown))) as opened:
        text = " ".join(each.extract_text() for each in opened.pages)
        letters = [each for page_ in opened.pages for each in page_.chars]
    assert "It holds. evidence 2" in " ".join(text.split())
    assert "1. Alpha" in text
    assert "2. Beta" in text
    keys = [each["size"] for each in letters if "Mono" in each["fontname"]]
    assert keys
    assert min(keys) >= 9


def test_tables_under_one_head_are_in_letters_of_one_size(tmp_path: Path) -> None:
    """A matrix in parts, of which one is long."""
    table = "| Question | Judgement |\n|:---|:---|\n| {} | {} |\n\n: Part {} {{#tbl-{}}}\n\n"
    parts = table.format("Why", "Wordy " * 500, 1, "a") + table.format("How", "Brief", 2, "b")
    other = "| Other | Head |\n|:---|:---|\n| Plain | Free |\n\n: Apart {#tbl-c}\n"
    pdf = rendered(tmp_path, f"---\ntitle: T\nlang: en\n---\n# A\n\n{parts}{other}")
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        words = [
            each for page_ in opened.pages for each in page_.extract_words(extra_attrs=["size"])
        ]
    size = {each["text"]: round(each["size"], 1) for each in words}
    assert size["Brief"] == size["Wordy"]
    assert size["Free"] > size["Brief"]
