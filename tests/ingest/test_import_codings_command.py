"""`evaltools import coding`, `export coding` and their kin, as a person types them."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from data_desk import Desk
from study_desk import codings, make_qualcoder, make_study

import evaltools.cli.codings  # noqa: F401  (adds the commands)
from evaltools.cli.main import main

EVALUATION = Path(__file__).parents[2] / "evaluation.yml"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr("os.fsync", lambda descriptor: None)  # no power is cut in a test
    root = tmp_path / "study"
    root.mkdir()
    (root / "evaluation.yml").write_bytes(EVALUATION.read_bytes())
    (root / "notebooks").mkdir()
    for name in re.findall(r"notebooks/\S+\.ipynb", EVALUATION.read_text(encoding="utf-8")):
        (root / name).touch()
    monkeypatch.chdir(root)
    return make_study(root)


def run(*words: str | Path, status: int = 0) -> Result:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == status, result.output + repr(result.exception)
    assert "Traceback" not in result.output
    return result


def test_summary_says_what_it_was_and_what_came_of_it(study: Desk, tmp_path: Path) -> None:
    path = make_qualcoder(tmp_path / "hanke.qda")
    output = run("import", "coding", path, "--into-study").output
    for words in (
        "Read as: QualCoder",
        "Positions: 4 at their positions, counted in Unicode code points",
        "Holds: 2 documents, 4 codes, 2 coders, 4 passages, 4 codings",
        'Coder "Minna Mallinen" is "Koodaaja 1" (coder-2)',
        "Documents known by",
        "Added to codings: 4",
        "A new reading counts as complete only where",
    ):
        assert words in output
    assert "Nothing is new" in run("import", "coding", path, "--into-study").output


def test_what_was_left_behind_is_listed_in_full(study: Desk, tmp_path: Path) -> None:
    texts = {"p-1-final.docx": "Henkilöstö vaihtui. Aivan muu teksti.\n"}
    marked = [
        ("p-1-final.docx", "Henkilöstö vaihtui", "staff turnover", "M"),
        ("p-1-final.docx", "Aivan muu teksti.", "staff turnover", "M"),
    ]
    path = make_qualcoder(tmp_path / "p.qda", marked, texts)
    output = run("import", "coding", path, "--into-study", status=1).output
    assert "Left behind (1): the text does not hold the quote" in output
    place = Path.cwd() / "reports" / "_build" / "imports" / "p.qda.dropped.csv"
    with place.open(encoding="utf-8") as file:
        assert [row["what"] for row in csv.DictReader(file)] == ["Aivan muu teksti."]


def test_export_comes_back_without_changing_a_byte(study: Desk, tmp_path: Path) -> None:
    run("import", "coding", make_qualcoder(tmp_path / "hanke.qda"), "--into-study")
    before = study.state()
    for target in (tmp_path / "out.qdpx", tmp_path / "out"):
        assert "5 codings" in run("export", "coding", target).output
        run("import", "coding", target, "--into-study")
        assert study.state() == before


def test_export_can_be_narrowed(study: Desk, tmp_path: Path) -> None:
    run("import", "coding", make_qualcoder(tmp_path / "hanke.qda"), "--into-study")
    output = run("export", "coding", tmp_path / "one", "--coder", "Koodaaja 2").output
    assert "1 codings of 1 passages" in output
    output = run("export", "coding", tmp_path / "x", "--coder", "Minna", status=1).output
    assert "no coder 'Minna'" in output
    run("export", "coding", tmp_path / "x", "--wave", "1999", status=1)
    run("export", "coding", tmp_path / "x.docx", status=1)
    assert not (tmp_path / "x").exists()


def test_codebook_goes_out_and_comes_in(study: Desk, tmp_path: Path) -> None:
    run("export", "codebook", tmp_path / "c.qdc")
    output = run("import", "codebook", tmp_path / "c.qdc", "--to", tmp_path / "codes").output
    assert "4 codes" in output
    with (tmp_path / "codes" / "codes.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["code_id"] for row in rows} == {
        row["code_id"] for row in study.rows("coding/codes.csv")
    }


def test_spreadsheet_with_columns_told(study: Desk, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(
        "Asia;Löydös;Aihe;Kuka\nVN/1/2020;Yhteistyö onnistui.;help;MM\n", encoding="utf-8"
    )
    (tmp_path / "columns.yml").write_text("document: Asia\nquote: Löydös\n", encoding="utf-8")
    (tmp_path / "coders.csv").write_text("name,coder_id\nMM,coder-1\n")
    words = ("import", "coding", tmp_path / "t.csv", "--into-study")
    output = run(*words, status=1).output
    assert "--column code=NAME" in output
    given = ("--columns", tmp_path / "columns.yml", "--column", "code=Aihe", "--column",
             "coder=Kuka", "--coders", tmp_path / "coders.csv")  # fmt: skip
    # Lukija A has coded this passage so already.
    before = codings(study)
    assert "Nothing is new" in run(*words, *given).output
    (tmp_path / "t.csv").write_text(
        "Asia;Löydös;Aihe;Kuka\nVN/1/2020;Yhteistyö;help;MM\n", encoding="utf-8"
    )
    assert "--created DATE" in run(*words, *given, status=1).output
    assert codings(study) == before
    run(*words, *given, "--created", "1.2.2024")
    assert codings(study) == [*before, ("Yhteistyö", "response.help", "coder-1")]


def test_wrong_use_is_told_in_words(study: Desk, tmp_path: Path) -> None:
    path = make_qualcoder(tmp_path / "hanke.qda")
    assert "--to FOLDER or --into-study" in run("import", "coding", path, status=2).output
    run("import", "coding", path, "--to", tmp_path / "a", "--into-study", status=2)
    output = run("import", "coding", path, "--into-study", "--positions", "spec", status=1).output
    assert "is no way to count" in output
    output = run("import", "coding", path, "--into-study", "--coder", "M", status=1).output
    assert "Map its coders by --coders" in output
    (tmp_path / "c.yml").write_text("- a\n")
    run("import", "coding", path, "--into-study", "--columns", tmp_path / "c.yml", status=1)
    run("import", "coding", path, "--into-study", "--column", "quote", status=1)


def test_outside_a_study_there_are_tables_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = make_qualcoder(tmp_path / "hanke.qda")
    output = run("import", "coding", path, "--to", tmp_path / "out").output
    assert "Everything is in" in output
    assert (tmp_path / "out" / "codings.csv").is_file()
    assert "there is no study here" in run("import", "coding", path, "--into-study",
                                           status=1).output  # fmt: skip


def test_every_unknown_code_is_named_whole_in_a_table_that_can_be_given_back(
    study: Desk, tmp_path: Path
) -> None:
    names = [f"teema {number:03d} " + "jonka nimi on pitkä " * 8 + "loppu" for number in range(60)]
    marked = [("p-1-final.docx", "Förseningar i upphandlingen.", name, "M") for name in names]
    path = make_qualcoder(tmp_path / "p.qda", marked)
    before = study.state()
    output = run("import", "coding", path, "--into-study", status=1).output
    assert names[0] in output  # not cut
    assert "All 60 codes" in output
    assert study.state() == before
    place = Path.cwd() / "reports" / "_build" / "imports" / "p.qda.codes.csv"
    with place.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert sorted(row["name"] for row in rows) == sorted(names)
    with place.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "code_id"])
        writer.writerows([row["name"], "challenge.schedule"] for row in rows)
    run("import", "coding", path, "--into-study", "--codes", place)
