import json
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from evaltools.pipeline.jobs import ENGINES, Engine, Job, Limits
from evaltools.pipeline.notebook_failures import NotebookFailure
from evaltools.pipeline.pool import execute_all
from evaltools.pipeline.progress import Progress

from .conftest import output_text, processes_with

Make = Callable[..., Job]
MODULES = ("pandas", "matplotlib.pyplot", "numpy", "evaltools.study")


def go(jobs: Sequence[Job], engine: Engine, slots: int = 2) -> dict[str, NotebookFailure]:
    return execute_all(
        lambda: jobs,
        Progress(),
        engine=engine,
        slots=slots,
        modules=MODULES,
        environment=jobs[0].environment,
    )


def test_forked_kernels_give_the_same_bytes_as_spawned_ones(make_job: Make) -> None:
    cells = [
        "import pandas as pd, numpy as np, warnings, sys, os\npd.DataFrame({'a': [1.5, None]})",
        "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1, 2, 3]);",
        "warnings.warn('careful'); print(os.getcwd(), __name__, sys.argv, np.pi)",
        "print(sorted(k for k in os.environ if k.startswith(('EVAL', 'MPL', 'PYTHON'))))",
        "def broken(x):\n    return x['b']\nbroken({})",
    ]
    texts = {}
    for engine in ENGINES:
        job = make_job(*cells)
        failures = go([job], engine)
        texts[engine] = Path(job.output).read_text()
        assert failures["a.ipynb"].trace == (
            "cell 7, line 3: broken({})",
            "cell 7, line 2 in broken: return x['b']",
        )
    assert texts["forked"] == texts["spawned"]
    assert "image/png" in texts["forked"]
    assert "careful" in texts["forked"]


def test_forked_kernels_share_no_randomness_and_no_state(make_job: Make) -> None:
    cells = [
        "import numpy as np, random, os\nprint(np.random.rand(), random.random(), os.urandom(4))",
        "import pandas as pd\nprint(hasattr(pd, 'mark')); pd.mark = 1",
    ]
    jobs = [make_job(*cells, name=f"{name}.ipynb") for name in "abc"]
    assert go(jobs, "forked", slots=1) == {}
    texts = [output_text(json.loads(Path(job.output).read_text())) for job in jobs]
    assert len({text.splitlines()[0] for text in texts}) == 3
    assert {text.splitlines()[1] for text in texts} == {"False"}


def test_eight_at_once_all_finish(make_job: Make) -> None:
    jobs = [make_job(f"print({number})", name=f"{number}.ipynb") for number in range(8)]
    assert go(jobs, "spawned", slots=8) == {}
    texts = [output_text(json.loads(Path(job.output).read_text())) for job in jobs]
    assert texts == [f"{number}\n" for number in range(8)]


@pytest.mark.parametrize("engine", ENGINES)
def test_one_that_destroys_its_surroundings_does_not_take_others_along(
    make_job: Make, engine: Engine, mark: str
) -> None:
    # A spawned kernel kills its worker, a forked one the kernel server: the next ones get new ones.
    attack = (
        f"import os, subprocess; subprocess.Popen(['sleep', '{mark}']); os.kill(os.getppid(), 9)"
    )
    jobs = [
        make_job(attack, "import time; time.sleep(5)", name="attack.ipynb"),
        make_job("print('fine')", name="fine.ipynb"),
        make_job("print('fine')", name="fine-too.ipynb"),
    ]
    failures = go(jobs, engine, slots=1)
    assert list(failures) == ["attack.ipynb"]
    assert failures["attack.ipynb"].kind in ("worker", "died")
    assert processes_with(mark) == []


def test_limits_hold_for_a_kernel_that_ignores_everything(make_job: Make, mark: str) -> None:
    deaf = "import signal\nfor number in (2, 15): signal.signal(number, signal.SIG_IGN)"
    endless = f"while True: '{mark}'"
    job = make_job(deaf, endless, limits=Limits(notebook=1.5, cell=60))
    failure = go([job], "forked")["a.ipynb"]
    assert failure.kind == "time"


def test_worker_that_hangs_is_given_up(make_job: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evaltools.pipeline.pool.GRACE", 0.5)
    # The kernel stops its worker, which then cannot even watch the time.
    job = make_job(
        "import os, signal; os.kill(os.getppid(), signal.SIGSTOP)",
        "import time; time.sleep(300)",
        limits=Limits(1, 1),
    )
    start = time.monotonic()
    failure = go([job], "spawned")["a.ipynb"]
    assert failure.kind == "time"
    assert "nor could it be stopped" in failure.message
    assert time.monotonic() - start < 200


def test_refusal_before_the_start_leaves_no_process(make_job: Make) -> None:
    before = threading.active_count()

    def refuse() -> Sequence[Job]:
        raise LookupError("the data are wrong")

    with pytest.raises(LookupError):
        execute_all(refuse, Progress(), engine="forked", slots=2, environment=dict(os.environ))
    assert threading.active_count() == before
    assert not any(map(alive, descendants(os.getpid())))


@pytest.mark.parametrize("engine", ENGINES)
def test_killed_run_leaves_no_orphans(
    make_job: Make, mark: str, tmp_path: Path, engine: Engine
) -> None:
    job = make_job(
        f"import subprocess; subprocess.Popen(['sleep', '{mark}'])", "import time; time.sleep(60)"
    )
    script = tmp_path / "main.py"
    script.write_text(
        "import os, pickle, sys\n"
        "from evaltools.pipeline.pool import execute_all\n"
        "from evaltools.pipeline.progress import Progress\n"
        "job = pickle.load(open(sys.argv[1], 'rb'))\n"
        f"more = dict(engine={engine!r}, slots=1, environment=job.environment)\n"
        "execute_all(lambda: [job], Progress(), **more)\n"
    )
    (tmp_path / "job").write_bytes(pickle.dumps(job))
    main = subprocess.Popen([sys.executable, str(script), str(tmp_path / "job")])
    try:
        assert wait_until(lambda: processes_with(mark) != [], 20)
        started = descendants(main.pid)
        assert len(started) >= 3
    finally:
        main.kill()
        main.wait()
    assert wait_until(lambda: not processes_with(mark) and not any(map(alive, started)), 60)


def wait_until(holds: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.05)
    return False


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def descendants(pid: int) -> list[int]:
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents[int(entry.name)] = int(fields[1])
    found, fresh = [], [pid]
    while fresh:
        fresh = [child for child, parent in parents.items() if parent in fresh]
        found += fresh
    return found


def test_a_full_disk_is_told_as_such_and_of_no_notebook(make_job: Make) -> None:
    full = [replace(make_job("1", name=name), output="/dev/full") for name in ("a", "b")]
    failures = execute_all(
        lambda: full, Progress(), engine="spawned", slots=2, environment=full[0].environment
    )
    (problem,) = {failure.problem() for failure in failures.values()}
    assert problem.code == "notebook.system"
    assert "no space is left" in problem.what
    assert "Make room" in problem.remedy
