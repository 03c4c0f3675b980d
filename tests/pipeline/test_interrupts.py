"""Ctrl-C ends a run at whatever moment it comes, also where the exception itself is dropped."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest

from evaltools.interrupts import note_interrupts
from evaltools.pipeline.jobs import ENGINES, Engine, Job
from evaltools.pipeline.pool import execute_all
from evaltools.pipeline.progress import Progress

from .conftest import notebook_text, processes_with, write_study

Make = Callable[..., Job]


@pytest.fixture(autouse=True)
def as_from_a_terminal() -> Iterator[None]:
    """Interrupts come through also where the tests themselves were started in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def drop_one() -> None:
    """What compiled modules do while they are imported: an interrupt comes, and is gone."""
    try:
        signal.raise_signal(signal.SIGINT)
    except BaseException:
        return


class DropsInACallback:
    """Errors of `__del__` go nowhere: Python writes them down as ignored."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGINT)


def go(prepare: Callable[[], Sequence[Job]], engine: Engine, **more: object) -> None:
    execute_all(prepare, Progress(), engine=engine, slots=1, environment=dict(os.environ), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("engine", ENGINES)
def test_interrupt_that_is_dropped_while_the_run_is_prepared_ends_it(
    make_job: Make, engine: Engine, mark: str
) -> None:
    job = make_job(f"import time; time.sleep(600); '{mark}'")

    def prepare() -> list[Job]:
        drop_one()
        return [job]

    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        go(prepare, engine)
    assert threading.active_count() == before


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_interrupt_within_a_callback_ends_the_run(make_job: Make) -> None:
    job = make_job("import time; time.sleep(600)")

    def prepare() -> list[Job]:
        DropsInACallback()
        return [job]

    with pytest.raises(KeyboardInterrupt):
        go(prepare, "spawned")


class InterruptsAt(Progress):
    """An interrupt comes when a certain cell begins, and the exception would be dropped."""

    def cell(self, notebook: str, number: int | None, label: str) -> None:
        if number == 3:
            drop_one()


def test_interrupt_while_a_cell_is_at_work_ends_it_with_its_kernel(
    make_job: Make, mark: str
) -> None:
    job = make_job(f"import subprocess; subprocess.run(['sleep', '{mark}'])")
    with pytest.raises(KeyboardInterrupt):
        execute_all(
            lambda: [job], InterruptsAt(), engine="forked", slots=1, environment=job.environment
        )
    assert processes_with(mark) == []


def test_interrupt_is_raised_later_where_it_would_break_something_now() -> None:
    events: list[str] = []

    def work() -> None:
        with note_interrupts() as interrupts:
            with interrupts.defer():
                signal.raise_signal(signal.SIGINT)
                events.append("went on")
            interrupts.check()
            events.append("never")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert events == ["went on"]


def test_interrupt_that_nobody_looked_at_is_raised_at_the_end() -> None:
    with pytest.raises(KeyboardInterrupt), note_interrupts():
        drop_one()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_interrupt_before_a_waiting_began_ends_the_waiting() -> None:
    events: list[str] = []

    def work() -> None:
        with note_interrupts() as interrupts:
            drop_one()
            with interrupts.defer():
                events.append("waits")
                with interrupts.raise_again():
                    events.append("never")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert events == ["waits"]


def test_signal_that_somebody_else_has_taken_is_left_to_them() -> None:
    caught: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: caught.append(number))
    try:
        with note_interrupts() as interrupts:
            signal.raise_signal(signal.SIGINT)
            assert not interrupts.number
    finally:
        signal.signal(signal.SIGINT, before)
    assert caught == [signal.SIGINT]


STARTS = (
    "import sys\nfrom pathlib import Path\n"
    "from evaltools.study import load_study\nfrom evaltools.pipeline import Lines, run\n"
    "study = load_study(Path(sys.argv[1]))\n"
    "run(study, study.parameters({}), Lines(), slots=1)\n"
)


def test_none_of_several_interrupts_during_the_start_is_lost(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Moments spread over the start; a notebook that sleeps for hours ends with its run."""
    running = []
    for moment in range(8):
        folder = tmp_path_factory.mktemp("run") / "study"
        study = write_study(folder, one=notebook_text("import time; time.sleep(9999)"))
        command = [sys.executable, "-c", STARTS, str(study.root)]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert process.stderr is not None
        assert "first run" in process.stderr.readline()
        time.sleep(0.2 * moment)
        process.send_signal(signal.SIGINT)
        running.append((process, study))
    for process, study in running:
        process.communicate()
        assert process.returncode not in (0, None)
        assert list((study.build / "runs").iterdir()) == []
