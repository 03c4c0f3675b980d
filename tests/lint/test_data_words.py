"""Words that people have written into the data are signed, whatever form the table has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaltools.lint.data_words import data_texts

FILES = {
    "regions.csv": "region_code,name_fi,name_sv,tile_row\n06,Pirkanmaa,Birkaland,3\n",
    "calls.csv": "call_id,subject_fi,note,granted_amount\nc1,Tieto,koottu luettelosta,5\n",
    "projects.csv": "project_id,title_fi,grant\np1,Askel eteenpäin,5\n",
    "areas.csv": "code,name_fi,population\n005,Alajärvi,9700\n",
    "redactions.csv": "segment_id,text_public,reason,approved_by\n"
    "s1,Rahaa säästyi.,paraphrase,c\ns2,Työ [...] loppui.,person,c\n",
    "segments.csv": "segment_id,quote\ns1,Säästyi rahaa.\ns2,Työ Matilla loppui.\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    for name, text in FILES.items():
        (tmp_path / "data" / name).write_text(text, encoding="utf-8")
    return tmp_path


def entries(root: Path) -> dict[str, str]:
    found = data_texts(root, "fi")
    assert len({each.name for each in found}) == len(found)
    return {each.name: each.content for each in found}


@pytest.mark.parametrize(
    ("file", "old", "new", "entry"),
    [
        ("regions.csv", "Pirkanmaa", "Pirkanmaan onni", "data/regions.csv: 06, fi"),
        ("calls.csv", "Tieto", "Turha tieto", "data/calls.csv: c1, fi"),
        ("calls.csv", "koottu", "väärin koottu", "data/calls.csv: c1, fi"),
        ("projects.csv", "Askel", "Onnistunut askel", "data/projects.csv: names, fi"),
        ("areas.csv", "Alajärvi", "Rikas Alajärvi", "data/areas.csv: names, fi"),
        ("redactions.csv", "Rahaa", "Paljon rahaa", "data/redactions.csv: s1"),
        ("segments.csv", "Säästyi", "Ei säästynyt", "data/redactions.csv: s1"),
    ],
)
def test_changed_words_are_another_entry(
    root: Path, file: str, old: str, new: str, entry: str
) -> None:
    before = entries(root)
    (root / "data" / file).write_text(FILES[file].replace(old, new), encoding="utf-8")
    after = entries(root)
    assert [name for name in after if before.get(name) != after[name]] == [entry]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [("projects.csv", ",5", ",6"), ("areas.csv", "9700", "9701"), ("regions.csv", ",3", ",4"),
     ("redactions.csv", "Työ [...]", "[...]")],
)  # fmt: skip
def test_numbers_need_no_new_look(root: Path, file: str, old: str, new: str) -> None:
    before = entries(root)
    (root / "data" / file).write_text(FILES[file].replace(old, new), encoding="utf-8")
    assert entries(root) == before


@pytest.mark.parametrize(
    ("name", "content"),
    [("regions.csv", FILES["regions.csv"].replace(",", ";").encode()),
     ("regions.csv", FILES["regions.csv"].replace("Birk", "Bärk").encode("cp1252")),
     ("regions.xlsx", b"PK")],
)  # fmt: skip
def test_a_table_in_another_form_is_signed_as_it_stands(
    root: Path, name: str, content: bytes
) -> None:
    (root / "data" / name).write_bytes(content)
    assert entries(root)[f"data/{name}"].startswith("SHA-256 ")


def test_tables_and_columns_are_known_by_their_description(root: Path) -> None:
    field = {"name": "nimi", "evaltools:column": "name_fi"}
    resource = {"name": "kunnat", "evaltools:table": "regions", "path": "k.csv",
                "schema": {"fields": [field]}}  # fmt: skip
    described = root / "data" / "datapackage.json"
    described.write_text(json.dumps({"resources": [resource]}), encoding="utf-8")
    (root / "data" / "k.csv").write_text("koodi,nimi\n06,Pirkanmaa\n", encoding="utf-8")
    found = entries(root)
    assert found["data/k.csv: 06, fi"] == "name_fi: Pirkanmaa"
    described.write_text(described.read_text().replace("kunnat", "alueet"), encoding="utf-8")
    assert entries(root)["data/datapackage.json"] != found["data/datapackage.json"]
