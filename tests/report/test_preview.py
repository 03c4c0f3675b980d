"""The preview follows the sources, and a browser always gets the newest page that could be made."""

import json
import shutil
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from evaltools.pipeline import Run
from evaltools.problems import ProblemError
from evaltools.report import material
from evaltools.report.material import gather_material
from evaltools.report.part_store import PartStore
from evaltools.report.preview import Preview, follow_changes, serve, take_snapshot, update_forever
from evaltools.study import Study, load_study

FUND = Path(__file__).parents[1] / "studies" / "research_fund"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("preview") / "fund"
    shutil.copytree(FUND, root, ignore=shutil.ignore_patterns("_build"))
    (root / "uv.lock").write_text("version = 1\n")
    return root


@pytest.fixture(scope="module")
def shown(root: Path) -> Iterator[tuple[Preview, int]]:
    """A preview that is served, and the port."""

    def open_study():
        study = load_study(root)
        return study, study.parameters()

    preview = Preview(open_study, "embedded")
    preview.update(lambda line: None)
    with serve(preview) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield preview, server.server_port
        server.shutdown()


def ask(port: int, path: str, host: str = "127.0.0.1") -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={"Host": f"{host}:{port}"})
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_an_edit_of_the_prose_is_in_the_next_page(root: Path, shown: tuple[Preview, int]) -> None:
    preview, port = shown
    before = json.loads(ask(port, "/state")[1])
    source = next((root / "reports/en").rglob("*.qmd"))
    text = source.read_text()
    source.write_text(f"{text}\n\nA paragraph that was added later.\n")
    runs = sorted((root / "reports/_build/runs").iterdir())
    preview.update(lambda line: None)
    assert b"added later" in ask(port, "/page?2")[1]
    assert json.loads(ask(port, "/state")[1])["number"] == before["number"] + 1
    assert sorted((root / "reports/_build/runs").iterdir()) == runs  # no notebook was run


def test_what_is_remembered_gives_the_page_of_a_new_process(
    root: Path, shown: tuple[Preview, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    preview, port = shown
    gathered: list[str] = []

    def gather(study: Study, made: Run, parts: PartStore) -> material.ReportMaterial:
        gathered.append(made.key)
        return gather_material(study, made, parts)

    monkeypatch.setattr(material, "gather_material", gather)
    source, declared = next((root / "reports/en").rglob("*.qmd")), root / "reports/words.yml"
    before = source.read_text(), declared.read_text()
    source.write_text(f"{before[0]}\n\nAnother paragraph.\n")
    preview.update(lambda line: None)
    assert not gathered  # it rests on no prose
    remembered = ask(port, "/page")[1]
    monkeypatch.setattr(material, "_last", [])
    preview.update(lambda line: None)
    assert ask(port, "/page")[1] == remembered
    assert len(gathered) == 1
    declared.write_text(f"{before[1]}# a comment\n")
    preview.update(lambda line: None)
    assert len(gathered) == 2
    source.write_text(before[0])
    declared.write_text(before[1])


def test_what_is_wrong_is_told_and_the_page_stays(root: Path, shown: tuple[Preview, int]) -> None:
    preview, port = shown
    page = ask(port, "/page")[1]
    source = next((root / "reports/en").rglob("*.qmd"))
    text = source.read_text()
    source.write_text(f"{text}\n\n{{{{< var no.such.number >}}}}\n")
    with pytest.raises(ProblemError):
        preview.update(lambda line: None)
    assert "no.such.number" in json.loads(ask(port, "/state")[1])["told"]
    assert ask(port, "/page")[1] == page
    source.write_text(text)
    preview.update(lambda line: None)
    assert json.loads(ask(port, "/state")[1])["told"] == ""


def test_only_this_machine_by_its_own_name_is_answered(shown: tuple[Preview, int]) -> None:
    _, port = shown
    assert ask(port, "/", "localhost")[0] == 200
    assert ask(port, "/", "somebody.example")[0] == 403
    assert ask(port, "/../evaluation.yml")[0] == 404


def test_what_was_built_is_not_followed_and_sources_are(tmp_path: Path) -> None:
    for name in ("reports/fi/a.qmd", "reports/_build/x.html", "data/a.csv", "data/.a.csv.swp"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    assert {Path(name).name for name in take_snapshot(tmp_path)} == {"a.qmd", "a.csv"}
    changes = follow_changes(tmp_path, pause=0.01)
    next(changes)  # at once
    threading.Timer(0.1, (tmp_path / "data/a.csv").write_text, ["2, and longer"]).start()
    next(changes)
    assert (tmp_path / "data/a.csv").read_text() == "2, and longer"


def test_an_update_that_fails_is_not_the_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evaltools.report.preview.follow_changes", lambda root: iter([None] * 3))
    outcomes = iter([OSError(28, "No space left on device"), None, None])
    said: list[str] = []

    def update() -> None:
        outcome = next(outcomes)
        if outcome is not None:
            raise outcome
        said.append("updated")

    update_forever(tmp_path, update, said.append)
    assert said.count("updated") == 2
    assert "space" in said[0].lower()
