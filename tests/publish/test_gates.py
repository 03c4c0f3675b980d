"""Each gate alone keeps a report in the house and says why; all of them are told at once."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
import yaml
from published_study import docx_file, html_file, pdf_file, published

from evaltools.problems import Problem, ProblemError
from evaltools.publish.gates import Candidate, Gate, run_gates, standard_gates

Make = Callable[..., Candidate]


def told(candidate: Candidate, *gates: Gate) -> list[str]:
    return [str(problem) for problem in run_gates(candidate, [*standard_gates(), *gates])]


def codes(candidate: Candidate) -> set[str]:
    return {problem.code for problem in run_gates(candidate, standard_gates())}


def test_a_report_in_order_passes(make: Make) -> None:
    assert told(make()) == []


@pytest.mark.parametrize(
    ("report", "name"),
    [
        ({"html": html_file(notice="")}, "tiny-fi.html"),
        ({"docx": docx_file(notice="")}, "tiny-fi.docx"),
        ({"pdf": pdf_file(notice="")}, "tiny-fi.pdf"),
    ],
    ids=["html", "docx", "pdf"],
)
def test_example_data_without_its_mark_is_refused_in_every_format_and_named(
    make: Make, report: dict[str, bytes], name: str
) -> None:
    found = told(make(**report))
    assert len(found) == 1
    assert found[0].startswith(f"example data: {name}: ")


def test_a_notice_that_no_reader_sees_is_no_mark(make: Make) -> None:
    hidden = html_file(notice="").replace(b"<p>", b"<title>Esimerkkiaineisto</title><p>")
    assert codes(make(html=hidden)) == {"publish.example"}


def test_the_pages_of_a_pdf_that_lack_the_mark_are_named(make: Make) -> None:
    found = told(make(pdf=pdf_file(notice="")))
    assert "on page 2, 3" in found[0]


UUID = "3f0c6f0e-58a1-4d3b-9d52-0a1b2c3d4e5f"


@pytest.mark.parametrize(
    "shown",
    [UUID, f"<div id='{UUID}'></div>", "<object Thing 0x7f00aa11bb22>", '<table id="T_1f3a9">'],
)
def test_what_would_not_come_out_the_same_twice_is_refused_with_notebook_and_cell(
    make: Make, shown: str
) -> None:
    candidate = make()
    show(candidate, shown)
    found = [line for line in told(candidate) if "[publish.random]" in line]
    assert len(found) == 1
    assert found[0].startswith("reproducibility: notebooks/01_one.ipynb, cell 2: shows what looks ")


def test_name_that_stands_in_the_data_is_no_chance(make: Make) -> None:
    candidate = make()
    show(candidate, UUID)
    with (candidate.study.data / "coders.csv").open("a") as table:
        table.write(f"{UUID},coder,\n")
    assert "publish.random" not in codes(candidate)


def show(candidate: Candidate, html: str) -> None:
    path = candidate.run.notebooks[0]
    content = json.loads(path.read_text())
    output = {"output_type": "display_data", "metadata": {}, "data": {"text/html": html}}
    content["cells"][1]["outputs"].append(output)
    path.write_text(json.dumps(content))


def test_real_data_need_no_mark(make: Make) -> None:
    files = {"html": html_file(""), "docx": docx_file(""), "pdf": pdf_file("")}
    assert told(make(example=False, **files)) == []


@pytest.mark.parametrize(
    ("report", "name"),
    [
        ({"html": html_file(alt=" ")}, "tiny-fi.html: picture 1"),
        ({"docx": docx_file(alt="")}, "tiny-fi.docx: Kuva 1 in word/document.xml"),
        ({"pdf": pdf_file(alt=None)}, "tiny-fi.pdf: figure 1"),
    ],
    ids=["html", "docx", "pdf"],
)
def test_a_picture_without_words_is_refused_in_every_format_and_named(
    make: Make, report: dict[str, bytes], name: str
) -> None:
    found = told(make(**report))
    assert len(found) == 1
    assert f"alternative text: {name} has no alternative text" in found[0]


@pytest.mark.parametrize(
    ("report", "name"),
    [
        ({"html": html_file(language="")}, "tiny-fi.html: does not say its language"),
        ({"docx": docx_file(language="sv-FI")}, "tiny-fi.docx: is marked as 'sv-FI'"),
        ({"pdf": pdf_file(language="en")}, "tiny-fi.pdf: is marked as 'en'"),
    ],
    ids=["html", "docx", "pdf"],
)
def test_a_file_that_is_not_marked_as_being_in_its_language_is_refused(
    make: Make, report: dict[str, bytes], name: str
) -> None:
    found = told(make(**report))
    assert len(found) == 1
    assert found[0].startswith(f"language: {name}")


@pytest.mark.parametrize("suffix", ["docx", "pdf"])
def test_a_file_that_is_not_what_it_says_is_a_problem_and_no_crash(make: Make, suffix: str) -> None:
    assert "publish.unreadable" in codes(make(**{suffix: b"nothing of the kind"}))


def test_a_docx_that_declares_entities_is_not_read(make: Make) -> None:
    bomb = docx_file().replace(b"<w:hdr", b"<!DOCTYPE a><w:hdr")
    assert "publish.unreadable" in codes(make(docx=bomb))


def write(path: Path, text: str) -> None:
    path.write_text(path.read_text("utf-8") + text, "utf-8")


@pytest.mark.parametrize(
    ("file", "text", "reason"),
    [
        ("data/codes.csv", "challenge.aims,challenge,t,true\n", "data changed: data/codes.csv"),
        ("uv.lock", "# more\n", "installed packages changed: uv.lock"),
        ("notebooks/01_one.ipynb", "\n", ""),
        ("evaluation.yml", "# more\n", "data changed: evaluation.yml"),
    ],
)
def test_a_run_is_refused_once_what_it_depends_on_changes(
    make: Make, file: str, text: str, reason: str
) -> None:
    candidate = make()
    write(candidate.study.root / file, text)
    found = told(candidate)
    if not reason:
        assert found == []  # white space after a notebook changes nothing that it says
        return
    assert len(found) == 1
    assert found[0].startswith(f"currency: the run: is stale: {reason}")


def test_a_run_under_other_parameters_is_refused(make: Make) -> None:
    candidate = make()
    other = candidate.study.parameters({"wave": "2023"})
    found = told(Candidate(candidate.study, other, candidate.report, candidate.run))
    assert any("parameters changed: cutoff 2022-04-30 → 2023-04-30" in line for line in found)
    assert any("was made under other parameters" in line for line in found)


def test_a_report_is_refused_once_its_sources_change(make: Make) -> None:
    candidate = make()
    write(candidate.study.root / "reports" / "fi" / "report.qmd", "\nMore.\n")
    found = told(candidate)
    assert len(found) == 1
    assert "its sources or the code that renders changed" in found[0]


def test_a_report_that_was_edited_after_rendering_is_refused_by_name(make: Make) -> None:
    candidate = make()
    write(candidate.report / "tiny-fi.html", "<p>37 %</p>")
    assert [line for line in told(candidate) if "tiny-fi.html" in line] == told(candidate)
    assert "changed after rendering" in told(candidate)[0]


def test_a_run_that_was_edited_is_refused_by_name(make: Make) -> None:
    candidate = make()
    write(candidate.run.folder / "indicators.json", " ")
    assert any("indicators.json is missing or was changed" in line for line in told(candidate))


def test_a_folder_without_a_report_is_refused(make: Make, tmp_path: Path) -> None:
    candidate = make()
    empty = Candidate(candidate.study, candidate.parameters, tmp_path, candidate.run)
    assert {"publish.stale", "publish.format"} == codes(empty)


def test_nobody_publishes_without_a_name_a_date_and_a_licence(make: Make) -> None:
    from evaltools.study import load_study

    candidate = make()
    path = candidate.study.root / "evaluation.yml"
    declared = yaml.safe_load(path.read_text("utf-8"))
    del declared["publication"]
    path.write_text(yaml.safe_dump(declared, allow_unicode=True, sort_keys=False), "utf-8")
    nameless = Candidate(
        load_study(candidate.study.root), candidate.parameters, candidate.report, candidate.run
    )
    assert "publish.responsibility" in codes(nameless)


def failing(name: str) -> Gate:
    return Gate(name, lambda candidate: [Problem("a place", f"{name} is wrong", code="x")])


def raising(candidate: Candidate) -> list[Problem]:
    raise ProblemError([Problem("a place", "one"), Problem("a place", "two")])


def test_gates_of_others_block_and_are_named(make: Make) -> None:
    candidate = make()
    assert told(candidate, failing("findings")) == ["findings: a place: findings is wrong [x]"]
    assert told(candidate, Gate("verification", raising)) == [
        "verification: a place: one",
        "verification: a place: two",
    ]


def test_everything_that_is_wrong_is_told_at_once_and_nothing_is_written(
    make: Make, tmp_path: Path
) -> None:
    candidate = make(html=html_file(notice="", language=""), docx=docx_file(alt=""))
    write(candidate.study.root / "data" / "codes.csv", "challenge.aims,challenge,t,true\n")
    (tmp_path / "out").mkdir()
    with pytest.raises(ProblemError) as caught:
        published(candidate, tmp_path / "out", failing("findings"), failing("disclosure"))
    found = [str(problem) for problem in caught.value.problems]
    for start in ("currency", "example data", "alternative text", "language", "findings"):
        assert any(line.startswith(start) for line in found), start
    assert any(line.startswith("disclosure") for line in found)
    assert any("is there already" in line for line in found)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_pdf_without_tags_is_refused(make: Make) -> None:
    with pikepdf.open(io.BytesIO(pdf_file())) as pdf:
        del pdf.Root["/StructTreeRoot"]
        made = io.BytesIO()
        pdf.save(made)
    found = told(make(pdf=made.getvalue()))
    assert found == [
        "alternative text: tiny-fi.pdf: has no tags, so screen readers find no structure. "
        "Render it again. [publish.tags]"
    ]
