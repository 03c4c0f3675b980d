"""Reports taken into a study: matched, named once, written all at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from data_desk import Desk, final, wrong_in

from evaltools.ingest.document_metadata import Options
from evaltools.problems import ProblemError


def problems(desk: Desk, **given: object) -> dict[str, str]:
    """Code of what is wrong by file."""
    return {problem.where: problem.code for problem in desk.bring(**given).skipped}


def test_reports_are_filed_under_their_projects_with_text_sections_and_file(desk: Desk) -> None:
    desk.receive(eka__docx=final("VN/2/2020"), toka__pdf=final("VN / 0001 / 2020"))
    outcome = desk.bring()
    assert outcome.complete
    assert outcome.changed
    assert [item.state for item in outcome.taken] == ["new", "new"]
    first, second = desk.rows("reports/documents.csv")
    assert (first["document_id"], second["document_id"]) == ("p-1-final", "p-2-final")
    assert first["received"] == "2022-01-04"
    assert first["wave"] == "2022"
    assert first["pages"] == "1"
    assert second["pages"] == ""
    assert second["file"] == "reports/received/p-2-final.docx"
    assert (desk.data / second["file"]).read_bytes() == (desk.inbox / "eka.docx").read_bytes()
    text = (desk.data / second["text_file"]).read_text(encoding="utf-8")
    assert [
        (row["section"], text[int(row["start"]) : int(row["end"])], row["page"])
        for row in desk.rows("reports/sections.csv")
        if row["document_id"] == "p-2-final"
    ] == [
        ("goals", "1 Tavoitteet\n\nParemmat palvelut.", ""),
        ("results", "2 Tulokset\n\nSyntyi.", ""),
    ]
    assert wrong_in(desk.data) == []


def test_importing_again_changes_nothing_and_says_so(desk: Desk) -> None:
    desk.receive(eka__docx=final("VN/2/2020"), rikki__docx="!the file is broken")
    desk.bring()
    before = desk.state()
    outcome = desk.bring()
    assert not outcome.changed
    assert [item.state for item in outcome.taken] == ["there"]
    assert desk.state() == before


def test_a_dry_run_tells_the_same_and_writes_nothing(desk: Desk) -> None:
    desk.receive(eka__docx=final("VN/2/2020"), rikki__docx="!the file is broken")
    before = desk.state()
    told = desk.bring(dry=True)
    assert desk.state() == before
    real = desk.bring()
    assert [item.document_id for item in told.taken] == [item.document_id for item in real.taken]
    assert told.skipped == real.skipped
    assert told.changed


def test_what_cannot_be_taken_is_named_and_the_rest_is_imported(desk: Desk) -> None:
    desk.receive(
        hyva__docx=final("VN/1/2020"),
        rikki__docx="!the file ends too early",
        vieras__docx=final("VN/9/2020"),
        epaselva__docx="# Loppuraportti\n\nVN/1/2020 ja VN/2/2020\tx\nSaapunut\t1.1.2022\n",
        paivaton__docx=final("VN/2/2020").replace("4.1.2022", "joskus"),
        laji__docx=final("VN/3/2020").replace("Loppuraportti", "Raportti"),
        kieli__docx=final("VN/3/2020", goals="???"),
        myohassa__docx=final("VN/3/2020").replace("4.1.2022", "4.1.2029"),
    )
    assert problems(desk) == {
        "rikki.docx": "document.broken",
        "vieras.docx": "import.unmatched",
        "epaselva.docx": "import.ambiguous",
        "paivaton.docx": "import.particulars",
        "laji.docx": "import.particulars",
        "kieli.docx": "import.particulars",
        "myohassa.docx": "import.particulars",
    }
    assert [row["document_id"] for row in desk.rows("reports/documents.csv")] == ["p-1-final"]


def test_the_same_file_twice_and_the_same_text_in_two_formats_are_taken_once(desk: Desk) -> None:
    desk.receive(
        a__pdf=final("VN/1/2020", goals="Paremmat palve-\nlut."),
        b__docx=final("VN/1/2020", goals="Paremmat palvelut."),
        c__docx=final("VN/1/2020", goals="Paremmat palvelut."),
    )
    outcome = desk.bring()
    assert outcome.complete
    assert [item.file for item in outcome.taken] == ["b.docx"]
    assert outcome.twice == (("a.pdf", "b.docx"), ("c.docx", "b.docx"))
    before = desk.state()
    assert not desk.bring().changed
    (desk.inbox / "b.docx").unlink()
    (desk.inbox / "c.docx").unlink()
    again = desk.bring()
    assert again.taken[0].state == "there"
    assert "same text" in again.taken[0].notes[0]
    del before["reports/import.csv"]
    assert {path: data for path, data in desk.state().items() if path in before} == before


def test_two_texts_for_one_project_and_wave_are_both_left(desk: Desk) -> None:
    desk.receive(a__docx=final("VN/1/2020"), b__docx=final("VN/1/2020", goals="Muuta."))
    assert problems(desk) == {"a.docx": "import.ambiguous", "b.docx": "import.ambiguous"}
    assert desk.rows("reports/documents.csv") == []


def test_a_second_wave_of_a_project_gets_a_number(desk: Desk) -> None:
    desk.receive(
        a__docx=final("VN/1/2020"),
        b__docx=final("VN/1/2020", goals="Muuta.").replace("4.1.2022", "4.1.2023"),
        c__docx=final("VN/1/2020").replace("Loppuraportti", "Väliraportti"),
    )
    assert desk.bring().complete
    assert [(row["document_id"], row["wave"]) for row in desk.rows("reports/documents.csv")] == [
        ("p-1-final", "2022"),
        ("p-1-final-2", "2023"),
        ("p-1-interim", "2022"),
    ]
    before = desk.state()
    assert not desk.bring().changed
    assert desk.state() == before


def test_the_mapping_goes_before_form_and_options(desk: Desk, tmp_path: Path) -> None:
    desk.receive(a__docx=final("VN/1/2020"), b__docx="# Raportti\n\nhei\n")
    mapping = tmp_path / "mapping.csv"
    mapping.write_text(
        "file;register_number;kind;wave;received;public_status\n"
        "A.docx;;;;5.2.2022;partly_secret\n"
        "b.docx;vn / 3 / 2020;interim;2023;2022-03-01;\n",
        encoding="cp1252",
    )
    desk.options = Options(kind="decision", received=date(2020, 1, 1), waves=desk.options.waves)
    assert desk.bring(mapping=mapping).complete
    first, second = desk.rows("reports/documents.csv")
    assert (first["kind"], first["received"], first["public_status"]) == (
        "final",
        "2022-02-05",
        "partly_secret",
    )
    assert (second["document_id"], second["wave"]) == ("p-3-interim", "2023")
    desk.bring()
    assert desk.rows("reports/documents.csv")[0]["public_status"] == "partly_secret"


def test_options_hold_where_the_document_says_nothing(desk: Desk) -> None:
    desk.receive(p_3__docx="# Raportti\n\nVN/3/2020\n")
    desk.options = Options("interim", 2023, date(2022, 5, 1), {})
    assert desk.bring().complete
    row = desk.rows("reports/documents.csv")[0]
    assert (row["kind"], row["wave"], row["received"]) == ("interim", "2023", "2022-05-01")


def test_a_wrong_mapping_file_is_told_by_row_and_nothing_is_imported(
    desk: Desk, tmp_path: Path
) -> None:
    desk.receive(a__docx=final("VN/1/2020"))
    mapping = tmp_path / "mapping.csv"
    mapping.write_text(
        "file,project_id,register_number,kind,received,wave,public_status\n"
        "b.docx,p-1,,,,,\n"
        "a.docx,p-9,,,,,\n"
        "a.docx,p-1,VN/2/2020,loppu,31.2.2022,22,open\n"
        ",p-1,,,,,\n",
        encoding="utf-8",
    )
    before = desk.state()
    with pytest.raises(ProblemError) as caught:
        desk.bring(mapping=mapping)
    where = [problem.where for problem in caught.value.problems]
    assert where == [
        "mapping.csv, row 2, column file",
        "mapping.csv, row 3, column project_id",
        "mapping.csv, row 4, column file",
        "mapping.csv, row 4, column kind",
        "mapping.csv, row 4, column public_status",
        "mapping.csv, row 4, column received",
        "mapping.csv, row 4, column register_number",
        "mapping.csv, row 4, column wave",
        "mapping.csv, row 5, column file",
    ]
    assert desk.state() == before


def test_the_mapping_may_lie_among_the_documents_and_be_a_workbook(desk: Desk) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["file", "project_id", "received", "wave"])
    book.active.append(["a.docx", "p-2", date(2022, 2, 1), 2023])
    book.save(desk.inbox / "mapping.xlsx")
    desk.receive(a__docx=final("VN/1/2020"))
    outcome = desk.bring(mapping=desk.inbox / "mapping.xlsx")
    assert outcome.complete
    assert outcome.files == 1
    row = desk.rows("reports/documents.csv")[0]
    assert (row["project_id"], row["received"], row["wave"]) == ("p-2", "2022-02-01", "2023")


def test_hidden_and_temporary_files_and_links_out_are_passed_over(
    desk: Desk, tmp_path: Path
) -> None:
    desk.receive(a__docx=final("VN/1/2020"))
    (tmp_path / "secret.docx").write_text(final("VN/2/2020"))
    (desk.inbox / "~$a.docx").write_text("x")
    (desk.inbox / ".hidden.docx").write_text("x")
    (desk.inbox / "link.docx").symlink_to(tmp_path / "secret.docx")
    (desk.inbox / "round").symlink_to(desk.inbox)
    outcome = desk.bring()
    assert [item.name for item in outcome.passed] == [
        ".hidden.docx", "link.docx", "round", "~$a.docx",
    ]  # fmt: skip
    assert outcome.complete
    assert len(outcome.taken) == 1


def test_no_file_is_named_after_a_project_that_would_lead_astray(desk: Desk) -> None:
    desk.receive(a__docx=final("VN/4/2020"))
    assert problems(desk) == {"a.docx": "import.name"}


def test_names_of_files_are_no_formulas_in_the_log(desk: Desk) -> None:
    (desk.inbox / "=HYPERLINK(1).docx").write_text(final("VN/1/2020"))
    (desk.inbox / "@x\u202e.docx").write_text("!broken")
    desk.bring()
    text = (desk.data / "reports/import.csv").read_text(encoding="utf-8")
    lines = text.splitlines()[1:]
    assert lines[0].startswith("'=HYPERLINK(1).docx")
    assert lines[1].startswith("'@x\\u202e.docx")


def test_other_rows_and_their_bytes_stay(desk: Desk) -> None:
    desk.receive(a__docx=final("VN/2/2020"))
    desk.bring()
    table = desk.data / "reports/documents.csv"
    odd = table.read_bytes().replace(b",2022-01-04,", b',"2022-01-04",').replace(b"\n", b"\r\n")
    table.write_bytes(b"\xef\xbb\xbf" + odd)
    desk.empty_inbox().receive(b__docx=final("VN/1/2020"), c__docx=final("VN/3/2020"))
    desk.bring()
    lines = table.read_bytes().splitlines(keepends=True)
    assert lines[0] == b"\xef\xbb\xbf" + odd.splitlines(keepends=True)[0]
    assert lines[1].startswith(b"p-1-final,")
    assert lines[2] == odd.splitlines(keepends=True)[1]
    assert lines[3].startswith(b"p-3-final,")
    assert all(line.endswith(b"\r\n") for line in lines)


def test_a_table_that_cannot_be_written_back_stops_the_import(desk: Desk) -> None:
    desk.receive(a__docx=final("VN/2/2020"))
    (desk.data / "reports/documents.csv").write_text("document_id,kind\n")
    with pytest.raises(ProblemError, match="column"):
        desk.bring()


def test_a_row_mended_by_hand_is_not_undone(desk: Desk) -> None:
    desk.receive(a__docx=final("VN/2/2020").replace("Saapunut\t4.1.2022\n", ""))
    desk.options = Options(received=date(2022, 1, 1), waves=desk.options.waves)
    desk.bring()
    table = desk.data / "reports/documents.csv"
    table.write_text(table.read_text().replace("2022-01-01", "2022-01-07"))
    outcome = desk.bring()
    assert not outcome.changed
    assert desk.rows("reports/documents.csv")[0]["received"] == "2022-01-07"


def test_missing_sections_and_strange_headings_are_told_by_document(desk: Desk) -> None:
    text = final("VN/2/2020").replace("# 2 Tulokset", "# Liite")
    desk.receive(a__docx=text)
    item = desk.bring().taken[0]
    assert item.missing == ("results",)
    assert item.unknown == ("Liite",)


def test_a_copy_is_told_to_be_the_copy_also_when_it_is_imported_again(desk: Desk) -> None:
    for name in ("Raportti.docx", "Raportti (kopio).docx"):
        (desk.inbox / name).write_text(final("VN/1/2020"), encoding="utf-8")
    assert desk.bring().twice == (("Raportti (kopio).docx", "Raportti.docx"),)
    again = desk.bring()
    assert again.twice == (("Raportti (kopio).docx", "Raportti.docx"),)
    assert not again.changed
