import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from evaltools.pipeline import Progress, Run, current_run, reason_to_run, run
from evaltools.problems import ProblemError
from evaltools.study import Study, load_study

from .conftest import indicator_cell, notebook_text, processes_with, svg_cell, write_study


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def refused(study: Study, **values: Any) -> list[str]:
    with pytest.raises(ProblemError) as caught:
        run(study, study.parameters(values))
    return [str(problem) for problem in caught.value.problems]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Run]:
    """A run of two notebooks, made once; tests that change it copy its study."""
    study = write_study(
        tmp_path_factory.mktemp("made") / "study",
        one=notebook_text("print(wave, level)", indicator_cell("a.count"), svg_cell("fig-a")),
        two=notebook_text(indicator_cell("b.count", "c.count"), svg_cell("fig-b")),
    )
    return study, run(study, study.parameters({}))


def test_run_holds_what_the_notebooks_hand_over(made: tuple[Study, Run]) -> None:
    study, done = made
    assert done.folder == study.build / "runs" / done.key[:16]
    assert sorted(tree(done.folder)) == [
        "figures/fig-a.svg",
        "figures/fig-b.svg",
        "indicators.csv",
        "indicators.json",
        "manifest.json",
        "notebooks/one.ipynb",
        "notebooks/two.ipynb",
    ]
    assert [item.key for item in done.indicators()] == ["a.count", "b.count", "c.count"]
    assert (
        (done.folder / "indicators.csv").read_text().splitlines()[1].startswith("a.count,1.0,count")
    )
    assert [path.name for path in done.notebooks] == ["one.ipynb", "two.ipynb"]
    assert str(done.reason) == "first run"
    assert [path.name for path in (study.build / "runs").iterdir()] == [done.folder.name]


def test_manifest_says_what_came_from_what_without_clock_or_place(made: tuple[Study, Run]) -> None:
    study, done = made
    content = json.loads((done.folder / "manifest.json").read_text())
    assert set(content["ingredients"]["files"]) == {
        "data/datapackage.json", "data/projects.csv", "evaluation.yml",
    }  # fmt: skip
    assert content["made"]["notebooks/one.ipynb"] == ["notebooks/one.ipynb", "figures/fig-a.svg"]
    assert content["ingredients"]["parameters"] == {"wave": "2022", "level": 0.95}
    assert set(content["outputs"]) == set(tree(done.folder)) - {"manifest.json"}
    assert str(study.root) not in (done.folder / "manifest.json").read_text()


def test_second_run_has_nothing_to_do(made: tuple[Study, Run]) -> None:
    study, done = made
    again = run(study, study.parameters({}))
    assert again.reason is None
    assert again.folder == done.folder
    assert current_run(study, study.parameters({})) is not None
    assert current_run(study, study.parameters({"wave": "2023"})) is None


def test_same_study_elsewhere_gives_the_same_bytes_by_either_engine(
    made: tuple[Study, Run], tmp_path: Path
) -> None:
    study, done = made
    other = copied(study, tmp_path / "other" / "place")
    elsewhere = run(other, other.parameters({}), engine="spawned", slots=1)
    assert elsewhere.key == done.key
    assert tree(elsewhere.folder) == tree(done.folder)


def copied(study: Study, folder: Path) -> Study:
    import shutil

    shutil.copytree(study.root, folder, ignore=shutil.ignore_patterns("_build"))
    return load_study(folder)


def with_runs(study: Study, folder: Path) -> Study:
    import shutil

    shutil.copytree(study.root, folder)
    return load_study(folder)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("data/projects.csv", "02", "03"), "data changed: data/projects.csv"),
        (("notebooks/two.ipynb", "b.count", "d.count"), "notebook changed: notebooks/two.ipynb"),
        (
            ("notebooks/one.ipynb", "# Why?", "# How?"),
            "text of notebook changed: notebooks/one.ipynb",
        ),
        (("uv.lock", "1", "2"), "installed packages changed: uv.lock"),
        (("evaluation.yml", "name: tiny", "name: small"), "data changed: evaluation.yml"),
    ],
)
def test_reason_names_what_changed(
    made: tuple[Study, Run], tmp_path: Path, change: tuple[str, str, str], reason: str
) -> None:
    study = with_runs(made[0], tmp_path / "study")
    assert reason_to_run(study, study.parameters({})) is None
    edit(study.root / change[0], *change[1:])
    assert str(reason_to_run(study, study.parameters({}))) == reason


def test_reason_names_parameters_with_old_and_new_value(made: tuple[Study, Run]) -> None:
    study, _ = made
    reason = reason_to_run(study, study.parameters({"wave": "2023", "level": 0.9}))
    assert str(reason) == "parameters changed: level 0.95 → 0.9, wave 2022 → 2023"


def test_outputs_and_metadata_saved_by_a_person_do_not_count(
    made: tuple[Study, Run], tmp_path: Path
) -> None:
    study = with_runs(made[0], tmp_path / "study")
    path = study.notebooks[0]
    content = json.loads(path.read_text())
    content["metadata"] = {"kernelspec": {"name": "whatever", "display_name": "x"}}
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell["execution_count"] = 7
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "old"}]
        cell["source"] = cell["source"].splitlines(keepends=True)
    path.write_text(json.dumps(content, indent=4))
    assert current_run(study, study.parameters({})) is not None


def test_damaged_run_is_made_again(made: tuple[Study, Run], tmp_path: Path) -> None:
    study = with_runs(made[0], tmp_path / "study")
    folder = current_run(study, study.parameters({})).folder  # type: ignore[union-attr]
    before = tree(folder)
    (folder / "indicators.csv").write_text("key,value\na.count,2\n")
    assert current_run(study, study.parameters({})) is None
    again = run(study, study.parameters({}))
    assert str(again.reason) == "files of the run were changed or deleted: indicators.csv"
    assert tree(again.folder) == before


def test_looking_is_quick_and_loads_no_heavy_library(made: tuple[Study, Run]) -> None:
    script = (
        "import sys, time\nfrom pathlib import Path\n"
        "from evaltools.study import load_study\nfrom evaltools.pipeline import current_run\n"
        "study = load_study(Path(sys.argv[1]))\nparameters = study.parameters({})\n"
        "times = []\n"
        "for _ in range(5):\n"
        "    start = time.process_time(); assert current_run(study, parameters)\n"
        "    times.append(time.process_time() - start)\n"
        "heavy = {'pandas', 'numpy', 'papermill', 'nbformat', 'matplotlib', 'rich', 'zmq'}\n"
        "print(sorted(heavy & set(sys.modules)), min(times))\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", script, str(made[0].root)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    heavy, seconds = said.rsplit(" ", 1)
    assert heavy == "[]"
    assert float(seconds) < 0.1


def test_all_failures_are_told_at_once_and_kept(tmp_path: Path) -> None:
    study = write_study(
        tmp_path / "study",
        good=notebook_text("print(1)"),
        bad=notebook_text("print('so far')", "1 / 0"),
        worse=notebook_text("#| label: tbl-x\nnothing_of_this_name"),
    )
    told = refused(study)
    assert told == [
        "notebooks/bad.ipynb, cell 4, line 1: ZeroDivisionError: division by zero (at 1 / 0). "
        "Open reports/_build/failed/bad.ipynb: it is executed up to there. [notebook.error]",
        "notebooks/worse.ipynb, cell 3 (tbl-x), line 2: NameError: name 'nothing_of_this_name' is "
        "not defined (at nothing_of_this_name). "
        "Open reports/_build/failed/worse.ipynb: it is executed up to there. [notebook.error]",
    ]
    assert "so far" in (study.build / "failed" / "bad.ipynb").read_text()
    assert list((study.build / "runs").iterdir()) == []
    edit(study.root / "notebooks" / "bad.ipynb", "1 / 0", "1 / 1")
    edit(study.root / "notebooks" / "worse.ipynb", "nothing_of_this_name", "'something'")
    run(study, study.parameters({}))
    assert not (study.build / "failed").exists()


def test_same_label_and_same_indicator_twice_are_refused(tmp_path: Path) -> None:
    study = write_study(
        tmp_path / "study",
        one=notebook_text(svg_cell("fig-a"), indicator_cell("a.count")),
        two=notebook_text(svg_cell("fig-a"), indicator_cell("a.count")),
    )
    told = refused(study)
    assert told[0].startswith("notebooks/two.ipynb, cell 4 (fig-a): the label 'fig-a' is taken by ")
    assert told[1].startswith(
        "notebooks/two.ipynb, cell 5: the indicator a.count (D) is handed over"
    )
    assert list((study.build / "runs").iterdir()) == []


def test_misspelt_parameter_in_a_notebook_is_refused_before_anything_runs(tmp_path: Path) -> None:
    study = write_study(
        tmp_path / "study", one=notebook_text("1", parameters='wavve = "2022"\nlevel = None')
    )
    told = refused(study)
    assert told == [
        "notebooks/one.ipynb, cell 2 (parameters): sets 'wavve', which is no parameter of the "
        "study; allowed: wave, level. Did you mean wave? [notebook.parameters]"
    ]
    assert not study.build.exists()


def test_wrong_data_are_refused_before_anything_runs(
    made: tuple[Study, Run], tmp_path: Path
) -> None:
    study = copied(made[0], tmp_path / "study")
    edit(study.root / "data" / "projects.csv", "02", "01")
    assert "projects.csv" in refused(study)[0]
    assert list((study.build / "runs").iterdir()) == []


def test_chapter_that_is_not_installed_is_refused_before_anything_runs(
    made: tuple[Study, Run], tmp_path: Path
) -> None:
    study = copied(made[0], tmp_path / "study")
    with (study.root / "evaluation.yml").open("a") as declaration:
        declaration.write("chapters: {notebooks/two.ipynb: no_such_package.chapter}\n")
    study = load_study(study.root)
    assert refused(study) == [
        "evaluation.yml, chapters, notebooks/two.ipynb: there is no module no_such_package"
        ".chapter. "
        "Correct the name, or install the package in the environment of the study. "
        "[chapter.missing]"
    ]


class ChangesData(Progress):
    """Somebody saves the data while the notebooks run."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def finished(self, notebook: str, failed: bool) -> None:
        self.path.write_text("project_id\n07\n")


def test_data_that_change_while_notebooks_run_make_no_run(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", one=notebook_text("1"))
    with pytest.raises(ProblemError) as caught:
        run(study, study.parameters({}), ChangesData(study.data / "projects.csv"))
    assert [str(problem) for problem in caught.value.problems] == [
        "the run: data changed: data/projects.csv, while it was made. Run again. [run.changed]"
    ]
    assert list((study.build / "runs").iterdir()) == []


RUN = (
    "import sys\nfrom pathlib import Path\n"
    "from evaltools.study import load_study\nfrom evaltools.pipeline import Lines, run\n"
    "study = load_study(Path(sys.argv[1]))\n"
    "done = run(study, study.parameters({}), Lines(), slots=1)\n"
    "print(done.folder.name, done.reason)\n"
)


def start(study: Study) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(study.root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_that_build_the_same_run_make_one(made: tuple[Study, Run], tmp_path: Path) -> None:
    study = copied(made[0], tmp_path / "study")
    both = [start(study), start(study)]
    said = [process.communicate(timeout=60) for process in both]
    assert sorted(text.split(maxsplit=1)[1] for text, _ in said) == ["None\n", "first run\n"]
    assert any("waiting" in errors for _, errors in said)
    assert len(list((study.build / "runs").iterdir())) == 1


def test_run_that_is_killed_at_any_moment_is_whole_or_absent(tmp_path: Path, mark: str) -> None:
    study = write_study(
        tmp_path / "study",
        one=notebook_text(
            f"import time; sign = '{mark}'; time.sleep(0.2)", indicator_cell("a.count")
        ),
        two=notebook_text(svg_cell("fig-b")),
    )
    parameters = study.parameters({})
    moments = random.Random(7)
    for _ in range(5):
        process = start(study)
        time.sleep(moments.uniform(0.3, 3.0))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        visible = list((study.build / "runs").glob("[!.]*"))
        found = current_run(study, parameters)
        assert len(visible) == (found is not None)
    done = run(study, parameters, again=True)
    assert [path.name for path in (study.build / "runs").iterdir()] == [done.folder.name]
    deadline = time.monotonic() + 60
    while (left := processes_with(str(study.root))) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == []


def test_interrupt_stops_everything_at_once(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", one=notebook_text("import time; time.sleep(600)"))
    process = start(study)
    assert process.stderr is not None
    assert "first run" in process.stderr.readline()
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=300)  # half of what the notebook would sleep
    assert process.returncode != 0
    assert list((study.build / "runs").iterdir()) == []
