"""Reports that once came out wrong: what was typed is in every format, or nothing is written."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pypdf
import pytest

from evaltools.problems import ProblemError
from evaltools.report.renderer.conversion import render

from .conftest import SVG, Report, png

FORMULAS = r"""# Yksi

$$
\alpha = 1 - \frac{D_o}{D_e} \\
\beta = 2
$$

$$
\osuus
= x + y
$$
"""
HYPHENS = """# Kunta-? vai valtio

Onko pisteitä -? Puuttuva tieto on -?-merkki, 5-?6 ja -–2020. Vain vaihto.

| Kysymys | Vastaus |
|---|---|
| Onko data-? | -?kyllä |

: Selite -? loppu {#tbl-k}

@tbl-k
"""
TYPED = ["Kunta-? vai valtio", "Onko pisteitä -? Puuttuva tieto on -?-merkki, 5-?6 ja -–2020.",
         "Vain vaihto.", "Onko data-?", "-?kyllä", "Selite -? loppu"]  # fmt: skip


def texts(files: list[Path]) -> dict[str, str]:
    """The text of each format without blanks."""
    pdf = "".join(page.extract_text() for page in pypdf.PdfReader(files[1]).pages)
    with zipfile.ZipFile(io.BytesIO(files[2].read_bytes())) as archive:
        word = archive.read("word/document.xml").decode("utf-8")
    page = files[0].read_text(encoding="utf-8").partition("<main")[2]
    found = {"html": re.sub("<[^>]*>", "", page), "pdf": pdf, "docx": re.sub("<[^>]*>", "", word)}
    return {name: re.sub(r"[\s\u200b\u00ad]", "", text) for name, text in found.items()}


def rendered(report: Report, body: str) -> list[Path]:
    report.write(body)
    formats = ["html", "typst", "docx"]
    return render(report.project, Path("fi/report.qmd"), formats, report.folder / "out")  # type: ignore[arg-type]


def test_formulas_over_several_lines_are_refused(report: Report) -> None:
    with pytest.raises(ProblemError) as caught:
        rendered(report, FORMULAS)
    places = [(problem.where, problem.code) for problem in caught.value.problems]
    assert places == [("fi/report.qmd:7", "render.math"), ("fi/report.qmd:12", "render.math")]
    assert not (report.folder / "out").exists()


def test_hyphens_before_question_marks_stay(report: Report) -> None:
    found = texts(rendered(report, HYPHENS))
    for name, text in found.items():
        for typed in TYPED:
            assert re.sub(r"\s", "", typed) in text, name
    # In PDF and Word the heading stands in the contents, too.
    assert found["pdf"].count("Kunta-?vaivaltio") >= 2


def test_pictures_with_blanks_in_their_names_are_shown(report: Report) -> None:
    report.file("img/kuva yksi.svg", SVG)
    report.file("img/kuva yksi.png", png())
    body = "# Yksi\n\n![Kuva](<../img/kuva yksi.svg>){#fig-a}\n\n@fig-a\n"
    page, pdf, word = rendered(report, body)
    assert "data:image/svg+xml" in page.read_text(encoding="utf-8")
    assert pdf.read_bytes().startswith(b"%PDF")
    with zipfile.ZipFile(word) as archive:
        assert any(name.endswith(".png") for name in archive.namelist())
