"""Functions called in processes of their own: results in order, no error or death passed over."""

import os
import signal
import sys
import time

import pytest

from evaltools.problems import Problem, ProblemError
from evaltools.processes import call_apart

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks on Linux only")


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

    with pytest.raises(OSError, match="ended before it was done"):
        call_apart([die, lambda: time.sleep(60)])
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)
