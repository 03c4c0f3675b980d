import json
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evaltools.pipeline.jobs import Job, Limits
from evaltools.pipeline.notebook_engine import execute

from .conftest import notebook_text, output_text, processes_with

Make = Callable[..., Job]


def executed(job: Job) -> dict[str, Any]:
    return json.loads(Path(job.output).read_text())


def ignore(event: dict[str, Any]) -> None:
    pass


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of temporary files of this test alone, with a short path."""
    with tempfile.TemporaryDirectory(prefix="t") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def test_notebook_gets_its_parameters_and_fixed_surroundings(make_job: Make) -> None:
    job = make_job(
        "import os, sys, locale\nprint(wave, level)\nprint(os.listdir('.'), os.environ['TZ'])\n"
        "print(hash('a') == hash('a'), os.environ['PYTHONHASHSEED'], sys.executable)",
        "import matplotlib; print(matplotlib.rcParams['backend'] is not None)",
    )
    events: list[dict[str, Any]] = []
    assert execute(job, events.append) is None
    text = output_text(executed(job))
    assert text.startswith("2023 0.9\n[] UTC\nTrue 0 ")
    cells = [event["number"] for event in events if event["event"] == "cell"]
    assert cells == [1, 2, None, 3, 4]  # prose, parameters, the injected ones, two cells
    pids = [event["pid"] for event in events if "pid" in event]
    assert pids
    assert not Path(f"/proc/{pids[0]}").exists()


def test_failing_cell_is_told_in_the_authors_terms_and_the_rest_is_kept(make_job: Make) -> None:
    job = make_job(
        "print('before')",
        "def share(x, n):\n    return x / n",
        "#| label: fig-broken\ntotal = 0\nshare(1, total)",
        "print('after')",
    )
    failure = execute(job, ignore)
    assert failure is not None
    assert (failure.kind, failure.cell, failure.label, failure.line) == (
        "error", 5, "fig-broken", 3,
    )  # fmt: skip
    assert failure.trace == (
        "cell 5, line 3: share(1, total)",
        "cell 4, line 2 in share: return x / n",
    )
    problem = failure.problem()
    assert problem.where == "a.ipynb, cell 5 (fig-broken), line 3"
    assert (
        problem.what
        == "ZeroDivisionError: division by zero (at cell 4, line 2 in share: return x / n)"
    )
    assert output_text(executed(job)) == "before\n"


def test_syntax_error_is_placed(make_job: Make) -> None:
    failure = execute(make_job("x = 1\ny = = 2"), ignore)
    assert failure is not None
    assert (failure.error, failure.cell, failure.line) == ("SyntaxError", 3, 2)
    assert "y = = 2" in failure.problem().what


def test_expected_error_is_no_failure_and_exit_is_one(make_job: Make) -> None:
    content = json.loads(notebook_text("1 / 0", "print('after')", "raise SystemExit(0)"))
    content["cells"][2]["metadata"]["tags"] = ["raises-exception"]
    job = make_job(text=json.dumps(content))
    failure = execute(job, ignore)
    assert output_text(executed(job)).startswith("after\n")
    assert failure is not None
    assert failure.error == "SystemExit"
    assert failure.cell == 5


def test_kernel_that_kills_itself_is_told(make_job: Make) -> None:
    job = make_job("print('so far')", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    failure = execute(job, ignore)
    assert failure is not None
    assert (failure.kind, failure.cell) == ("died", 4)
    assert failure.message == "of signal SIGKILL, perhaps because memory ran out"
    assert output_text(executed(job)) == "so far\n"


def test_crash_of_the_interpreter_gives_its_signal(make_job: Make) -> None:
    failure = execute(make_job("import os; os.abort()"), ignore)
    assert failure is not None
    assert failure.kind == "died"
    assert failure.message.startswith("of signal SIGABRT")


def test_kernel_that_does_not_start_gives_its_last_words(make_job: Make, tmp_path: Path) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "ipykernel.py").write_text("raise ImportError('no kernel today')")
    job = make_job("1")
    broken = {**job.environment, "PYTHONPATH": str(tmp_path / "broken")}
    failure = execute(replace(job, environment=broken), ignore)
    assert failure is not None
    assert failure.kind == "start"
    assert "no kernel today" in failure.message


def test_endless_loop_is_stopped_at_the_limit(make_job: Make) -> None:
    job = make_job("print('so far')", "while True: pass", limits=Limits(notebook=60, cell=1))
    failure = execute(job, ignore)
    assert failure is not None
    assert (failure.kind, failure.cell) == ("time", 4)
    assert failure.message == "the cell took longer than 1 seconds"
    assert output_text(executed(job)) == "so far\n"


def test_limit_of_the_notebook_counts_all_cells(make_job: Make) -> None:
    naps = ["import time; time.sleep(0.7)"] * 4
    failure = execute(make_job(*naps, limits=Limits(notebook=2, cell=60)), ignore)
    assert failure is not None
    assert failure.message == "the notebook took longer than 2 seconds"


def test_nothing_is_left_behind(make_job: Make, mark: str, temporary: Path) -> None:
    job = make_job(
        f"import subprocess; child = subprocess.Popen(['sleep', '{mark}'])",
        "stubborn = subprocess.Popen("
        f"['sh', '-c', 'trap \"\" TERM; while :; do sleep 0.1; done; : {mark}'])",
        "import tempfile; open('litter.txt', 'w').write('x'); tempfile.mkdtemp()",
    )
    assert execute(job, ignore) is None
    assert processes_with(mark) == []
    assert list(temporary.iterdir()) == []


def test_five_megabytes_arrive_whole_and_more_is_cut(make_job: Make) -> None:
    job = make_job("for i in range(50_000): print(f'{i:099d}')")
    assert execute(job, ignore) is None
    lines = output_text(executed(job)).splitlines()
    assert lines == [f"{number:099d}" for number in range(50_000)]
    job = make_job("for i in range(2_000): print('x' * 999)", limits=Limits(60, 60, 1_000_000))
    assert execute(job, ignore) is None
    text = output_text(executed(job))
    assert len(text) < 1_000_100
    assert "[the rest is cut]" in text


def test_many_rich_outputs_arrive_in_their_order(make_job: Make) -> None:
    job = make_job("from IPython.display import display\nfor i in range(2000): display(i)")
    assert execute(job, ignore) is None
    outputs = executed(job)["cells"][3]["outputs"]
    assert [int("".join(output["data"]["text/plain"])) for output in outputs] == list(range(2000))


def test_same_bytes_in_another_folder(make_job: Make, tmp_path: Path) -> None:
    cells = [
        "import os, sys, warnings, tempfile\nprint(os.getcwd(), tempfile.gettempdir(), object())",
        "warnings.warn('careful')\nprint('a', file=sys.stderr); print('b')",
        "os.environ['EVALTOOLS_STUDY']",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "{'b', 'a', 'c'}",
    ]
    first, second = make_job(*cells), make_job(*cells, name="deep.ipynb")
    other = tmp_path / "elsewhere" / "deep"
    other.mkdir(parents=True)
    environment = {**second.environment, "EVALTOOLS_STUDY": str(other)}
    for job in (first, replace(second, study=str(other), environment=environment)):
        assert execute(job, ignore) is None
    text = Path(first.output).read_text()
    assert text == Path(second.output).read_text()
    assert str(tmp_path) not in text
    assert "papermill" not in text
    assert "image/png" in text


def test_old_notebooks_get_the_same_cell_names_each_time(make_job: Make) -> None:
    content = json.loads(notebook_text("1"))
    content["nbformat_minor"] = 4
    for cell in content["cells"]:
        del cell["id"]
    job = make_job(text=json.dumps(content))
    texts = []
    for _ in range(2):
        assert execute(job, ignore) is None
        texts.append(Path(job.output).read_text())
    assert texts[0] == texts[1]


def test_deep_folder_of_temporary_files_does_not_break_sockets(
    make_job: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("d" * 100)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    assert execute(make_job("1"), ignore) is None
    assert list(deep.iterdir()) == []


def test_profile_of_the_person_does_not_matter(
    make_job: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    startup = tmp_path / "home" / ".ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text("smuggled = 1")
    config = tmp_path / "home" / ".config" / "matplotlib"
    config.mkdir(parents=True)
    (config / "matplotlibrc").write_text("figure.dpi: 7\n")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    job = make_job(
        "print('smuggled' in globals())\nimport matplotlib as m; print(m.rcParams['figure.dpi'])"
    )
    job = replace(job, environment={**job.environment, "HOME": str(tmp_path / "home")})
    assert execute(job, ignore) is None
    assert output_text(executed(job)) == "False\n100.0\n"


@pytest.mark.usefixtures("temporary")
def test_kernel_dies_with_the_process_that_drives_it(make_job: Make, mark: str) -> None:
    job = make_job(f"import time; sign = '{mark}'\ntime.sleep(60)")
    told, tell = os.pipe()
    driver = os.fork()
    if driver == 0:

        def say(event: dict[str, Any]) -> None:
            if event["event"] == "kernel":
                os.write(tell, str(event["pid"]).encode())

        execute(job, say)
        os._exit(0)
    os.close(tell)
    kernel = int(os.read(told, 20))
    os.kill(driver, signal.SIGKILL)
    os.waitpid(driver, 0)
    deadline = time.monotonic() + 60
    while Path(f"/proc/{kernel}").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path(f"/proc/{kernel}").exists()
