"""Codings of other tools in the study: exact, once, by pseudonym, and never a broken study."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from data_desk import Desk
from study_desk import CODES, MARKED, SECOND, TEXT, bring, codings, make_qualcoder, told

from evaltools.evidence import check_data
from evaltools.ingest.codings import CodingJob, import_to_folder
from evaltools.ingest.identification import key_path
from evaltools.ingest.summary import describe_codings
from evaltools.problems import ProblemError
from evaltools.qda.coding_tables import read_study_coding, write_tables
from evaltools.qda.model import Choices


def test_study_of_these_tests_is_valid(study: Desk) -> None:
    assert check_data(study.data) == []


def test_codings_come_in_exactly_and_the_study_stays_valid(study: Desk, project: Path) -> None:
    before = study.state()
    outcome = bring(study, project)
    assert sorted(codings(study)[1:]) == [
        ("Förseningar i upphandlingen.", "challenge.schedule", "coder-3"),
        ("Henkilöstö vaihtui 👩🏽‍💻 usein", "challenge.staff", "coder-2"),
        ("Personalen byttes ut.", "challenge.staff", "coder-2"),
        ("Yhteistyö onnistui.", "response.help", "coder-2"),
    ]
    assert check_data(study.data) == []
    for place, data in before.items():
        assert study.state()[place].startswith(data), place  # rows there keep their bytes
    assert outcome.merged is not None
    assert outcome.merged.added == {"coders": 2, "readings": 3, "segments": 3, "codings": 4}
    start = TEXT.index("Förseningar")
    assert f"p-1-final-{start}-{start + 28}" in {
        row["segment_id"] for row in study.rows("coding/segments.csv")
    }


def test_importing_again_changes_nothing(study: Desk, project: Path) -> None:
    bring(study, project)
    before = study.state()
    outcome = bring(study, project)
    assert study.state() == before
    assert outcome.merged is not None
    assert outcome.merged.tables == {}
    assert "Nothing is new; nothing was changed." in list(describe_codings(outcome))


@pytest.mark.parametrize("kind", ["qdpx", "tables"])
def test_export_of_the_study_itself_changes_not_a_byte(
    study: Desk, project: Path, tmp_path: Path, kind: str
) -> None:
    from evaltools.qda.refi.write import write_qdpx

    bring(study, project)
    study.add(
        "coding/codings.csv",
        {
            "coding_id": "own-c2",
            "segment_id": "own-1",
            "code_id": "challenge.staff",
            "coder_id": "consensus",
            "polarity": "deny",
            "round": "2",
            "created": "2022-05-02",
        },
    )
    study.add(
        "coding/readings.csv",
        {"document_id": "p-1-final", "coder_id": "consensus", "round": "2", "complete": "true"},
    )
    before = study.state()
    target = tmp_path / f"out.{kind}"
    coding = read_study_coding(study.data)
    if kind == "qdpx":
        write_qdpx(coding, target)
    else:
        write_tables(coding, target)
    outcome = bring(study, target)
    assert study.state() == before
    assert outcome.merged is not None
    assert outcome.merged.problems == ()
    assert outcome.merged.existing == len(coding.codings)
    assert outcome.dropped == ()
    assert not key_path(target).exists()


def test_round_is_told_for_formats_that_have_none(
    study: Desk, project: Path, tmp_path: Path
) -> None:
    from evaltools.qda.refi.write import write_qdpx

    bring(study, project)
    write_qdpx(read_study_coding(study.data, coders=["coder-1"]), tmp_path / "own.qdpx")
    bring(study, tmp_path / "own.qdpx", choices=Choices(round=2))
    last = study.rows("coding/codings.csv")[-1]
    assert (last["segment_id"], last["coder_id"], last["round"]) == ("own-1", "coder-1", "2")
    assert check_data(study.data) == []


def test_unknown_codes_are_refused_all_at_once_with_the_nearest(
    study: Desk, tmp_path: Path
) -> None:
    marked = [
        ("p-1-final.docx", "Ei tietoa.", "Aikatauluu", "M"),
        ("p-1-final.docx", "Förseningar", "aivan muuta", "M"),
        ("p-1-final.docx", "Loppuraportti", "people", "M"),
    ]
    path = make_qualcoder(tmp_path / "p.qda", marked)
    before = study.state()
    with pytest.raises(ProblemError) as caught:
        bring(study, path)
    text = told(caught.value.problems)
    assert len(caught.value.problems) == 3
    assert "Did you mean challenge.schedule?" in text
    assert '"aivan muuta"' in text
    assert "only groups other codes" in text
    assert "--codes" in text
    assert "--add-codes" in text
    assert study.state() == before
    mapping = {"Aikatauluu": "challenge.schedule", "aivan muuta": "response.help"}
    with pytest.raises(ProblemError, match=r"Did you mean challenge\.staff"):
        bring(study, path, codes=mapping | {"people": "challenge.staf"})
    bring(study, path, codes=mapping | {"people": "challenge.staff"})
    assert len(codings(study)) == 4
    assert check_data(study.data) == []


def test_codes_can_be_added_where_their_kind_is_told(study: Desk, tmp_path: Path) -> None:
    path = make_qualcoder(
        tmp_path / "p.qda", [("p-1-final.docx", "Förseningar", "challenge.procurement", "M")]
    )
    bring(study, path, add_codes=True)
    assert study.rows("coding/codes.csv")[-1]["code_id"] == "challenge.procurement"
    assert study.rows("coding/codes.csv")[-1]["codebook_version"] == "1.0"
    assert check_data(study.data) == []
    other = make_qualcoder(tmp_path / "q.qda", [("p-1-final.docx", "usein", "muu", "M")])
    with pytest.raises(ProblemError, match="of which kind"):
        bring(study, other, add_codes=True)


def test_passages_of_a_text_that_differs_are_found_again_or_named(
    study: Desk, tmp_path: Path
) -> None:
    text = (
        'Kansilehti\r\n\r\nHenkilöstö vaihtui 👩🏽‍💻 usein, ja työ "viivästyi".\r\n'
        "Förseningar i upphandlingen. Poistettu lause on tässä.\r\n\r\nEi tietoa.\r\n"
    )
    marked = [
        ("P-1 Final.docx", "Henkilöstö vaihtui 👩🏽‍💻 usein", "staff turnover", "M"),
        ("P-1 Final.docx", 'työ "viivästyi".\r\nFörseningar', "schedule", "M"),
        ("P-1 Final.docx", "Poistettu lause on tässä.", "schedule", "M"),
        ("P-1 Final.docx", "Ei tietoa.", "schedule", "M"),
    ]
    path = make_qualcoder(tmp_path / "p.qda", marked, {"P-1 Final.docx": text})
    outcome = bring(study, path)
    assert sorted(quote for quote, _, coder in codings(study) if coder == "coder-2") == [
        "Henkilöstö vaihtui 👩🏽‍💻 usein",
        "työ \u201dviivästyi\u201d.\n\nFörseningar",
    ]
    assert outcome.matches is not None
    assert outcome.matches.how == {"exact": 1, "normalised": 1}
    whys = {one.what: one.why for one in outcome.dropped}
    assert whys.keys() == {"Poistettu lause on tässä.", "Ei tietoa."}
    assert "2 places" in whys["Ei tietoa."]
    assert outcome.lost
    assert check_data(study.data) == []


def test_reading_is_complete_only_when_somebody_says_so(study: Desk, project: Path) -> None:
    outcome = bring(study, project)
    assert any("says nothing" in line for line in describe_codings(outcome))

    def complete(coder: str) -> set[str]:
        return {
            row["complete"] for row in study.rows("coding/readings.csv") if row["coder_id"] == coder
        }

    assert complete("coder-2") == {"false"}
    outcome = bring(study, project, complete=True)
    assert complete("coder-2") == complete("coder-3") == {"true"}
    assert outcome.merged is not None
    assert outcome.merged.finished == 3
    assert check_data(study.data) == []


def test_documents_are_matched_by_register_number_or_mapping(study: Desk, tmp_path: Path) -> None:
    path = make_qualcoder(
        tmp_path / "p.qda",
        [("Raportti 7.docx", "Personalen byttes", "staff turnover", "M")],
        {"Raportti 7.docx": "Försättsblad. " + SECOND},
    )
    with pytest.raises(ProblemError, match="--documents"):
        bring(study, path)
    bring(study, path, choices=Choices(documents={"Raportti 7.docx": "p-2-final"}))
    assert codings(study)[-1][0] == "Personalen byttes"
    with pytest.raises(ProblemError, match="no document 'p-9-final'"):
        bring(study, path, choices=Choices(documents={"Raportti 7.docx": "p-9-final"}))


def test_day_of_codings_is_asked_for_where_the_file_has_none(study: Desk, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (
        ["document", "tag", "content"],
        ["p-1-final", "challenge.staff", "Henkilöstö vaihtui"],
    ):
        book.active.append(row)
    book.save(tmp_path / "h.xlsx")
    choices = Choices(coder="Lukija A")
    with pytest.raises(ProblemError, match="--created DATE"):
        bring(study, tmp_path / "h.xlsx", choices=choices)
    bring(study, tmp_path / "h.xlsx", choices=choices, created=date(2024, 1, 2))
    assert study.rows("coding/codings.csv")[-1]["created"] == "2024-01-02"
    assert codings(study)[-1] == ("Henkilöstö vaihtui", "challenge.staff", "coder-1")
    assert len(study.rows("coding/coders.csv")) == 2


def test_dry_run_tells_and_writes_nothing(study: Desk, project: Path) -> None:
    before = study.state()
    outcome = bring(study, project, dry=True)
    assert "Would be added to codings: 4" in list(describe_codings(outcome))
    assert study.state() == before
    assert not key_path(project).exists()


def test_import_that_would_break_the_study_is_refused(study: Desk, project: Path) -> None:
    # An identifier that the import would make is taken by something else.
    start = TEXT.index("Förseningar")
    study.add(
        "coding/segments.csv",
        {
            "segment_id": f"p-1-final-{start}-{start + 28}",
            "document_id": "p-1-final",
            "start": "0",
            "end": "13",
            "quote": "Loppuraportti",
        },
    )
    assert check_data(study.data) == []
    before = study.state()
    with pytest.raises(ProblemError, match="already"):
        bring(study, project)
    assert study.state() == before
    assert [path.name for path in study.data.parent.glob(".evaltools-*")] == []


def test_study_that_waits_for_its_coders_can_be_coded(study: Desk, project: Path) -> None:
    path = study.data / "coding" / "readings.csv"
    path.write_text(
        "".join(line for line in path.read_text().splitlines(True) if "p-2-final" not in line)
    )
    assert [one.code for one in check_data(study.data)] == ["data.unread"]
    bring(study, project)
    bring(study, project, complete=True)
    assert check_data(study.data) == []


def test_folder_has_the_tables_under_pseudonyms(study: Desk, project: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    import_to_folder(CodingJob(project, study.data), target)
    for name in ("segments", "codings", "codes", "coders", "readings"):
        header = (target / f"{name}.csv").read_text(encoding="utf-8").splitlines()[0]
        wanted = (study.data / "coding" / f"{name}.csv").read_text().splitlines()[0]
        # Other tools know one description of a code.
        assert header.startswith(
            re.sub(r"(definition|include|exclude)_fi,\1_sv,\1_en", r"\1", wanted)
        )
    for path in target.rglob("*"):
        if path.is_file():
            assert b"Minna" not in path.read_bytes()
    before = codings(study)
    bring(study, target)
    assert len(codings(study)) == len(before) + 4
    with pytest.raises(ProblemError, match="not written by this command"):
        import_to_folder(CodingJob(project, study.data), study.data)


def test_without_a_study_tables_can_be_written_all_the_same(project: Path, tmp_path: Path) -> None:
    outcome = import_to_folder(CodingJob(project), tmp_path / "out")
    assert [coder.pseudonym for coder in outcome.coding.coders] == ["Coder 1", "Coder 2"]


def test_marks_of_these_tests_name_every_way_to_know_a_code() -> None:
    labels = {label.casefold() for code in CODES for label in code}
    assert all(mark[2].casefold() in labels for mark in MARKED)


def _take_out(study: Desk, *names: str) -> None:
    """Take tables, with their files and what refers to them, out of the data folder."""
    path = study.data / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    for resource in package["resources"]:
        if resource["name"] in names:
            (study.data / resource["path"]).unlink(missing_ok=True)
        keys = resource["schema"].get("foreignKeys", [])
        kept = [key for key in keys if key["reference"]["resource"] not in names]
        if kept:
            resource["schema"]["foreignKeys"] = kept
        else:
            resource["schema"].pop("foreignKeys", None)
    package["resources"] = [one for one in package["resources"] if one["name"] not in names]
    path.write_text(json.dumps(package), encoding="utf-8")


def test_a_study_may_have_codings_only(study: Desk, project: Path) -> None:
    _take_out(study, "coders", "readings", "relations")
    assert check_data(study.data) == []
    outcome = bring(study, project)
    assert outcome.merged is not None
    assert outcome.merged.added == {"segments": 3, "codings": 4}
    told_of = [line for line in describe_codings(outcome) if "no such table" in line]
    assert told_of == ["Left behind (2): the study has no such table: table coders, table readings"]
    assert not outcome.lost
    assert {row[2] for row in codings(study)} == {"coder-1", "coder-2", "coder-3"}
    assert check_data(study.data) == []
    before = study.state()
    again = bring(study, project)
    assert again.merged is not None
    assert again.merged.tables == {}
    assert study.state() == before


def test_codings_need_their_tables(study: Desk, project: Path) -> None:
    _take_out(study, "codings", "relations")
    with pytest.raises(ProblemError) as raised:
        bring(study, project)
    assert told(raised.value.problems) == (
        "datapackage.json: declares no table codings. Declare it, with its columns, and import "
        "again. [import.table]"
    )


def test_a_table_without_a_column_holds_only_what_rows_without_it_say(
    study: Desk, project: Path
) -> None:
    path = study.data / "coding" / "codings.csv"
    for name, value in (("round", "1"), ("polarity", "affirm")):
        rows = study.rows("coding/codings.csv")
        assert {row[name] for row in rows} == {value}
        columns = [column for column in rows[0] if column != name]
        lines = [columns, *([row[column] for column in columns] for row in rows)]
        path.write_text("".join(",".join(line) + "\n" for line in lines), encoding="utf-8")
        package = json.loads((study.data / "datapackage.json").read_text(encoding="utf-8"))
        for resource in package["resources"]:
            if resource["name"] == "codings":
                fields = resource["schema"]["fields"]
                resource["schema"]["fields"] = [one for one in fields if one["name"] != name]
        (study.data / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    assert check_data(study.data) == []
    with pytest.raises(ProblemError, match=r"has no column round, and a row .* round is 2"):
        bring(study, project, choices=Choices(round=2))
    outcome = bring(study, project)
    assert outcome.merged is not None
    assert outcome.merged.added["codings"] == 4
    assert check_data(study.data) == []
