"""Tables that are changed in a few rows and otherwise kept byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaltools.evidence.descriptor import Field, Resource
from evaltools.ingest.table_edits import EditableTable, read_editable_table
from evaltools.problems import ProblemError

RESOURCE = Resource(
    "things",
    "things.csv",
    "Things",
    (Field("id", "string", required=True), Field("n", "integer"), Field("note", "string")),
    ("id",),
)


def read(folder: Path, data: bytes) -> EditableTable:
    (folder / "things.csv").write_bytes(data)
    return read_editable_table(folder, RESOURCE)


@pytest.mark.parametrize(
    "data",
    [
        b"id,n,note\na,1,x\nb,2,\n",
        b"id,n,note\r\na,1,\"x, y\"\r\nb,2,\"two\nlines\"\r\n",
        b"\xef\xbb\xbfid;n;note\na;1;x\n\n\nb;2;\"\"\n",
        "id\tn\tnote\na\t1\tå\n".encode("cp1252"),
        "id;n;note\na;1;ä\n".encode("utf-16"),
        b"sep=;\r\nid;n;note\r\na;1;x\r\n",
        b"id,n,note\na,1,x",
        b"id,n,note\n",
        b"note,id,n\nx,a,1\n",
    ],
)  # fmt: skip
def test_a_table_comes_back_as_it_was(tmp_path: Path, data: bytes) -> None:
    rows = read(tmp_path, data)
    again = rows.changed(dict)
    blank_lines_go = data.replace(b"\n\n\n", b"\n")
    assert again.content() == blank_lines_go


def test_one_changed_row_leaves_the_bytes_of_the_others(tmp_path: Path) -> None:
    rows = read(tmp_path, b'id;n;note\r\n"a";1;x\r\n"b";2;y\r\n"c";3;z\r\n')
    changed = rows.changed(lambda row: {**row, "note": "å;"} if row["id"] == "b" else row)
    assert changed.content() == 'id;n;note\r\n"a";1;x\r\nb;2;"å;"\r\n"c";3;z\r\n'.encode()
    fewer = rows.changed(lambda row: None if row["id"] == "b" else row)
    assert fewer.content() == b'id;n;note\r\n"a";1;x\r\n"c";3;z\r\n'


def test_rows_are_put_in_order_where_the_table_is_in_order(tmp_path: Path) -> None:
    row = {"id": "b", "n": "9", "note": "new"}
    rows = read(tmp_path, b"id,n,note\na,1,x\nc,3,z")
    assert rows.replace_groups("id", {"b": [row]}).content() == (
        b"id,n,note\na,1,x\nb,9,new\nc,3,z"
    )
    rows = read(tmp_path, b"id,n,note\nc,3,z\na,1,x\n")
    assert rows.replace_groups("id", {"b": [row]}).content() == (
        b"id,n,note\nc,3,z\na,1,x\nb,9,new\n"
    )


def test_a_group_is_replaced_and_its_same_rows_keep_their_bytes(tmp_path: Path) -> None:
    rows = read(tmp_path, b'id,n,note\na,1,"x"\na,2,y\nb,3,z\n')
    groups = {"a": [{"id": "a", "n": "1", "note": "x"}, {"id": "a", "n": "5", "note": ""}]}
    assert rows.replace_groups("id", groups).content() == b'id,n,note\na,1,"x"\na,5,\nb,3,z\n'


def test_a_table_that_is_not_there_begins_with_the_descriptors_columns(tmp_path: Path) -> None:
    rows = read_editable_table(tmp_path, RESOURCE)
    assert rows.replace_groups("id", {"a": [{"id": "a"}]}).content() == b"id,n,note\na,,\n"


def test_a_letter_that_the_file_cannot_hold_is_a_problem(tmp_path: Path) -> None:
    rows = read(tmp_path, "id,n,note\na,1,ä\n".encode("cp1252"))
    changed = rows.replace_groups("id", {"b": [{"id": "b", "note": "→"}]})
    with pytest.raises(ProblemError, match="UTF-8"):
        changed.content()


def test_workbooks_and_broken_tables_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="column id"):
        read(tmp_path, b"n,note\n1,x\n")
    with pytest.raises(ProblemError, match="row 2"):
        read(tmp_path, b"id,n,note\na,1,x,too,many\n")
    (tmp_path / "things.csv").unlink()
    (tmp_path / "things.xlsx").write_bytes(b"PK")
    with pytest.raises(ProblemError, match="workbook"):
        read_editable_table(tmp_path, RESOURCE)
