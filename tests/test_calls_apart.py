"""Functions called in processes of their own: results in order, no error or death passed over."""

import os
import signal
import subprocess
import sys
import threading
import time

import psutil
import pytest

from evaltools import processes
from evaltools.problems import Problem, ProblemError
from evaltools.processes import call_apart, is_safe_to_fork, start_apart


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """These functions use nothing that the test's own threads hold."""
    monkeypatch.setattr(processes, "is_safe_to_fork", lambda: True)


def test_beside_other_threads_and_libraries_that_have_some_nothing_is_forked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(processes, "is_safe_to_fork", is_safe_to_fork)
    assert sys.platform.startswith("linux")
    held, done = threading.Lock(), threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert not is_safe_to_fork()
        with held:  # a process that was forked now would never get it
            assert call_apart([os.getpid, os.getpid]) == [os.getpid(), os.getpid()]
    finally:
        done.set()
        thread.join()
    asked = "from evaltools import processes as p; print(p.is_safe_to_fork())"
    loaded = "import sys; sys.modules['typst'] = sys; "
    for script, safe in ((asked, "True"), (loaded + asked, "False")):
        made = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
        assert made.stdout.strip() == safe


def test_results_come_in_order_from_processes_of_their_own() -> None:
    seen: list[int] = []

    def work(number: int) -> tuple[int, int, bytes]:
        seen.append(number)
        time.sleep(0.1 * (2 - number))
        return number, os.getpid(), b"x" * 1_000_000

    results = call_apart([lambda number=number: work(number) for number in range(3)])
    assert [number for number, _, _ in results] == [0, 1, 2]
    assert len({os.getpid(), *(process for _, process, _ in results)}) == 4
    assert {len(content) for _, _, content in results} == {1_000_000}
    assert seen == []


def test_a_single_function_is_called_here() -> None:
    assert call_apart([os.getpid]) == [os.getpid()]


def test_the_first_error_in_order_is_raised_as_it_was() -> None:
    def wrong(where: str, seconds: float) -> None:
        time.sleep(seconds)
        raise ProblemError([Problem(where, "is wrong")])

    with pytest.raises(ProblemError) as error:
        call_apart([lambda: wrong("a", 0.2), lambda: None, lambda: wrong("b", 0)])
    assert [problem.where for problem in error.value.problems] == ["a"]


def test_a_process_that_dies_is_told_and_none_is_left() -> None:
    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    before = _children()  # other tests of this process may have left a server of theirs
    with pytest.raises(OSError, match="ended before it was done"):
        call_apart([die, lambda: time.sleep(60)])
    assert _children() == before


def test_the_others_give_way_to_the_one_that_takes_longest() -> None:
    nice = os.nice(0)
    first, longest, last = call_apart([lambda: os.nice(0)] * 3, longest=1)
    assert (longest, os.nice(0)) == (nice, nice)
    assert first == last == min(nice + 3, 19)


def test_one_that_was_started_works_meanwhile_and_ends_with_its_context() -> None:
    before = _children()
    reader, writer = os.pipe()
    with start_apart(lambda: (os.write(writer, b"x"), os.getpid())) as wait:
        assert os.read(reader, 1) == b"x"  # before anybody waits for it
        assert wait()[1] != os.getpid()
    with (
        pytest.raises(ValueError, match="here"),
        start_apart(lambda: time.sleep(60)),
        start_apart(lambda: time.sleep(60)),
    ):
        raise ValueError("here")
    assert _children() == before


def _children() -> set[int]:
    """The processes that this one has started and has not waited for, dead ones too."""
    return {child.pid for child in psutil.Process().children()}
