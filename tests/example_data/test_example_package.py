from __future__ import annotations

import json
import shutil

import pytest

from evaltools.problems import ProblemError
from tools.example_data import generate, package, read_public, write_example
from tools.example_data.__main__ import main
from tools.example_data.rng import Draws


def contents(folder):
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.suffix in (".csv", ".txt", ".json", ".docx", ".pdf")
    }


@pytest.fixture
def pages_as_committed(monkeypatch, table):
    """Pages as the committed tables have them, so that 36 files need not be read again.

    That reading gives these is held in `test_example_documents.py`.
    """
    counts = {row["document_id"]: row["pages"] for row in table("reports/documents")}
    starts = {name: [0] * int(pages) for name, pages in counts.items() if pages}
    for row in (*table("reports/sections"), *table("coding/segments")):
        for page in range(2, int(row["page"] or 0) + 1):
            found = starts[row["document_id"]]
            found[page - 1] = min(found[page - 1] or int(row["start"]), int(row["start"]))
    monkeypatch.setattr(package, "pages_of", lambda *_: starts)


@pytest.mark.usefixtures("pages_as_committed")
def test_committed_data_are_what_the_generator_makes(data, tmp_path):
    write_example(tmp_path, public=data)
    assert contents(tmp_path) == contents(data)


@pytest.mark.usefixtures("pages_as_committed")
def test_a_folder_is_rewritten_from_its_own_public_rows(data, tmp_path):
    shutil.copytree(data, tmp_path, dirs_exist_ok=True)
    for stray in ("text/ex-2019-1-99-final.txt", "received/ex-2019-1-99-final.pdf"):
        (tmp_path / "reports" / stray).write_text("left over\n", encoding="utf-8")
    for name in ("register/projects.csv", "coding/segments.csv", "reports/documents.csv"):
        lines = (tmp_path / name).read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith("ex-2019")]
        (tmp_path / name).write_text("".join(kept), encoding="utf-8")
    assert contents(tmp_path) != contents(data)
    assert main([str(tmp_path)]) == 0
    assert contents(tmp_path) == contents(data)


def test_public_rows_survive_whatever_the_seed(data):
    public = read_public(data)
    example = generate(public, 5)
    for name, rows in public.items():
        assert [row for row in example.tables[name] if row in rows] == rows


def test_same_seed_same_example_and_another_seed_another(data):
    public = read_public(data)
    first, again, other = generate(public, 7), generate(public, 7), generate(public, 8)
    assert first == again
    for name in ("organisations", "projects", "documents", "codings", "ratings"):
        assert first.tables[name] != other.tables[name]
    assert first.texts != other.texts
    assert first.forms != other.forms


def test_real_data_are_never_written_over(data, tmp_path):
    shutil.copytree(data, tmp_path / "data")
    descriptor = tmp_path / "data" / "datapackage.json"
    content = json.loads(descriptor.read_text(encoding="utf-8"))
    content["evaltools:example"] = False
    descriptor.write_text(json.dumps(content), encoding="utf-8")
    before = contents(tmp_path / "data")
    with pytest.raises(ProblemError, match=r"example\.not-example"):
        write_example(tmp_path / "data", seed=3)
    assert contents(tmp_path / "data") == before


def test_a_missing_table_is_told_and_not_traced(data, tmp_path, capsys):
    shutil.copytree(data, tmp_path / "data")
    (tmp_path / "data" / "register" / "calls.csv").unlink()
    assert main([str(tmp_path / "data")]) == 1
    assert "calls.csv: is missing" in capsys.readouterr().err


def test_data_are_small_and_plain(data):
    files = contents(data)
    assert sum(len(content) for content in files.values()) < 9_000_000
    for name, content in files.items():
        if name.startswith("reports/received/"):
            continue
        assert b"\r" not in content, name
        assert not content.startswith(b"\xef\xbb\xbf"), name
        content.decode("utf-8")


def test_every_resource_says_its_origin_licence_and_source(data):
    descriptor = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    assert descriptor["evaltools:example"] is True
    for resource in descriptor["resources"]:
        assert resource["evaltools:origin"] in ("public", "example", "mixed")
        assert resource["licenses"]
        assert resource["sources"]


def test_beta_draws_have_the_mean_and_spread_of_the_distribution():
    draws = Draws(1, "beta")
    values = [draws.beta(3, 6) for _ in range(4000)]
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / len(values)
    assert mean == pytest.approx(1 / 3, abs=0.01)
    assert variance == pytest.approx(3 * 6 / (81 * 10), rel=0.08)


def test_weighted_draws_follow_their_weights_and_skip_nought():
    draws = Draws(1, "weights")
    found = [draws.weighted({"a": 1.0, "b": 3.0, "c": 0.0}) for _ in range(4000)]
    assert found.count("b") / len(found) == pytest.approx(0.75, abs=0.02)
    assert "c" not in found
    with pytest.raises(ValueError, match="nought"):
        draws.weighted({"c": 0.0})


def test_some_draws_no_key_twice_and_shuffling_keeps_all():
    draws = Draws(1, "some")
    assert sorted(draws.some(dict.fromkeys("abc", 1.0), 5)) == ["a", "b", "c"]
    assert sorted(draws.shuffled(range(50))) == list(range(50))
    assert draws.shuffled(range(50)) != list(range(50))
