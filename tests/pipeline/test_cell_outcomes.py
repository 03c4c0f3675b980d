"""A notebook that did not do all that its cells say fails, with cell and reason."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from evaltools.pipeline.environment import kernel_environment
from evaltools.pipeline.jobs import Job, Limits
from evaltools.pipeline.notebook_failures import NotebookFailure
from evaltools.pipeline.pool import execute_all
from evaltools.pipeline.progress import Progress

from .conftest import indicator_cell, notebook_text

# Each with the words that its problem must hold. The cell is the third of the file (after prose
# and parameters), and one more comes after it where the name does not begin with `last`.
FAULTS = {
    "unknown_magic": ("%load_extt autoreload", "UsageError: Line magic function `%load_extt`"),
    "unknown_cell_magic": ("%%nosuchcell\n1", "UsageError: Cell magic `%%nosuchcell` not found"),
    "magic_without_argument": ("%load_ext", "UsageError: Missing module name"),
    "magic_with_wrong_option": ("%time_it_not 1", "UsageError"),
    "magic_in_a_function": ("def f():\n    %nosuch\nf()", "UsageError"),
    "own_usage_error": (
        "from IPython.core.error import UsageError\nraise UsageError('used wrongly')",
        "UsageError: used wrongly",
    ),
    "captured_magic": ("%%capture\n%load_extt x", "UsageError: Line magic function"),
    "captured_error": ("%%capture\n1 / 0", "ZeroDivisionError"),
    "timed_error": ("%time 1 / 0", "ZeroDivisionError"),
    "nested_run": ("get_ipython().run_cell('1 / 0');", "ZeroDivisionError"),
    "last_unknown_magic": ("%load_extt autoreload", "UsageError: Line magic"),
    "wrong_extension": ("%load_ext no_such_extension", "No module named 'no_such_extension'"),
    "wrong_setting": ("%config NoSuchClass.a", "'NoSuchClass' is not in list"),
    "folder_that_is_not_there": ("%cd /nowhere/at/all", "%cd prints what goes wrong"),
    "nothing_stored": ("%store -r nothing", "%store prints what goes wrong"),
    "profiled_exit": ("%prun import sys; sys.exit(3)", "%prun prints what goes wrong"),
    "profiled_cell": ("%%prun\n1 / 0", "%prun prints what goes wrong"),
    "system_exit": ("raise SystemExit", "SystemExit"),
    "system_exit_zero": ("import sys; sys.exit(0)", "SystemExit: 0"),
    "exit": ("exit()", "asks the kernel to end"),
    "bare_quit": ("quit", "asks the kernel to end"),
    "quit_keeping_the_kernel": ("exit(True)", "asks the kernel to end"),
    "ask_exit": ("get_ipython().ask_exit()", "asks the kernel to end"),
    "last_exit": ("exit()", "asks the kernel to end"),
    "stop_iteration": ("raise StopIteration", "StopIteration"),
    "generator_exit": ("raise GeneratorExit('gone')", "GeneratorExit: gone"),
    "keyboard_interrupt": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "interrupt_by_signal": (
        "import signal, time; signal.raise_signal(signal.SIGINT); time.sleep(5)",
        "KeyboardInterrupt",
    ),
    "cancelled": ("import asyncio; raise asyncio.CancelledError('off')", "CancelledError"),
    "awaited_error": ("async def f(): 1 / 0\nawait f()", "ZeroDivisionError"),
    "base_exception": ("class Odd(BaseException): pass\nraise Odd('odd')", "Odd: odd"),
    "broken_html": (
        "class A:\n    def _repr_html_(self): raise LookupError('no table')\nA()",
        "LookupError: no table",
    ),
    "broken_html_in_the_middle": (
        "class A:\n    def _repr_html_(self): raise LookupError('no table')\ndisplay(A()); 1",
        "LookupError: no table",
    ),
    "broken_repr": (
        "class A:\n    def __repr__(self): raise LookupError('no text')\nA()",
        "LookupError: no text",
    ),
    "html_that_is_no_text": (
        "class A:\n    def _repr_html_(self): return 5\nA()", "FormatterWarning",
    ),
    "broken_display": (
        "class A:\n    def _ipython_display_(self): raise LookupError('no view')\nA()",
        "LookupError: no view",
    ),
    "hook_after_the_cell": (
        "def hook(*_): raise LookupError('hooked')\n"
        "get_ipython().events.register('post_run_cell', hook)",
        "LookupError: hooked",
    ),
    "error_handled_by_a_handler": (
        "get_ipython().set_custom_exc((ValueError,), lambda *a, **k: print('never mind'))\n"
        "get_ipython().run_cell('raise ValueError(1)')",
        "ValueError: 1",
    ),
    "thread": (
        "import threading\nt = threading.Thread(target=lambda: 1 / 0); t.start(); t.join()",
        "ZeroDivisionError",
    ),
    "last_task_failed": (
        "import asyncio\nasync def f(): raise LookupError('lost')\n"
        "task = asyncio.create_task(f()); await asyncio.sleep(0.01)",
        "unfinished what it started: task f",
    ),
    "last_task_pending": (
        "import asyncio\nasync def later(): await asyncio.sleep(99)\n"
        "task = asyncio.create_task(later())",
        "unfinished what it started: task later",
    ),
    "last_thread_at_work": (
        "import threading as t, time\nt.Thread(target=time.sleep, args=(99,), name='slow').start()",
        "unfinished what it started: thread slow",
    ),
    "load": ("get_ipython().set_next_input('1 / 0', replace=True)", "loads code"),
    "process_ends": ("import os; os._exit(0)", "the kernel died: with status 0"),
    "last_process_ends": ("import os; os._exit(0)", "the kernel died: with status 0"),
    "parameter_by_code": ("exec('wave' + ' = \"2022\"')", "sets the parameter wave again"),
    "parameter_by_namespace": ("vars()['lev' + 'el'] = 0.5", "parameter level again, to 0.5"),
    "parameter_of_another_type": ("exec('wave' + ' = 2023')", "parameter wave again, to 2023"),
    "parameter_deleted": ("globals().pop('wa' + 've');", "wave again, to nothing"),
    "parameter_by_star": ("from star_module import *", "No module named"),
}  # fmt: skip

HARMLESS = {
    "prints_to_stderr": "import sys; print('careful', file=sys.stderr)",
    "warns": "import warnings; warnings.warn('careful')",
    "catches": "try:\n    1 / 0\nexcept ZeroDivisionError:\n    pass",
    "sets_what_no_class_has": "%config NoSuchClass.a = 1",
    "captures": "%%capture output\nprint(1)",
    "blank": "   \n",
    "only_a_comment": "# nothing yet",
    "times": "%time 1 + 1",
    "awaits": "import asyncio\nasync def f(): return 1\nawait asyncio.gather(f(), f())",
    "pool": "from concurrent.futures import ThreadPoolExecutor as P\nlist(P(2).map(abs, [-1, 2]))",
    "page": "print?",
    "local_names": "def f(wave):\n    level = 1\n    return [level for level in wave]\nf('ab')",
    "representation_not_implemented": (
        "class A:\n    def _repr_html_(self): raise NotImplementedError\nA()"
    ),
}


def jobs_of(folder: Path, sources: Mapping[str, str]) -> list[Job]:
    environment = kernel_environment(folder, "")
    jobs = []
    for name, source in sources.items():
        path = folder / f"{name}.ipynb"
        after = [] if name.startswith("last") else ["print('after')"]
        path.write_text(notebook_text(source, *after))
        jobs.append(
            Job(name, str(path), str(folder / f"executed-{name}.ipynb"), str(folder),
                {"wave": "2023", "level": 0.9}, environment, Limits(60, 60))
        )  # fmt: skip
    return jobs


def run_all(jobs: list[Job], slots: int = 2) -> dict[str, NotebookFailure]:
    environment = jobs[0].environment
    return execute_all(
        lambda: jobs, Progress(), engine="forked", slots=slots, environment=environment
    )


@pytest.fixture(scope="module")
def failures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, NotebookFailure]:
    folder = tmp_path_factory.mktemp("outcomes")
    sources = {name: source for name, (source, _) in FAULTS.items()} | HARMLESS
    return run_all(jobs_of(folder, sources))


@pytest.mark.parametrize("name", FAULTS)
def test_cell_that_was_passed_over_fails_its_notebook(
    name: str, failures: dict[str, NotebookFailure]
) -> None:
    problem = failures[name].problem()
    assert problem.where.startswith(f"{name}, cell 3")
    assert FAULTS[name][1] in str(problem)


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_no_fault_is_none(name: str, failures: dict[str, NotebookFailure]) -> None:
    assert name not in failures


Make = Callable[..., Job]


def test_error_that_is_expected_may_also_be_one_that_is_passed_over(make_job: Make) -> None:
    content = json.loads(notebook_text("%load_extt x", "print('after')"))
    content["cells"][2]["metadata"]["tags"] = ["raises-exception"]
    job = make_job(text=json.dumps(content))
    assert run_all([job]) == {}
    assert "after" in Path(job.output).read_text()


def test_cell_that_is_skipped_fails_its_notebook(make_job: Make) -> None:
    content = json.loads(notebook_text("assert False", "print('after')"))
    content["cells"][2]["metadata"]["tags"] = ["skip-execution"]
    failure = run_all([make_job(text=json.dumps(content))])["a.ipynb"]
    assert str(failure.problem()) == (
        "a.ipynb, cell 3: the cell was not executed. Take the tag skip-execution away, or make it "
        "no code cell. [notebook.skipped]"
    )


CHAPTER = """
from dataclasses import dataclass

@dataclass
class Record:
    key: str
    @property
    def identity(self):
        return (self.key, "D", (("region", "06"),))

def compute(evidence):
    return [Record(f"a{number}.count") for number in range(8)]
"""


CHAPTERS = {
    "nothing": (["chapter.compute(None);"], "leaves out 8 of the 8 indicators that "
                "chapter.compute(evidence) gives: a0.count, a1.count, a2.count, a3.count, a4.count "
                "and 3 more keys"),
    "one_too_few": (["chapter.compute(None);", "emit(7)"], "leaves out 1 of the 8 indicators that "
                    "chapter.compute(evidence) gives: a7.count."),
    "all": (["chapter.compute(None);", "emit(8)"], ""),
    "more": (["from chapter import compute\ncompute(evidence=None);", "emit(9)"], ""),
    "in_two_cells": (["chapter.compute(None); emit(4)", "emit(8, 4)"], ""),
    "captured": (["chapter.compute(None);", "%%capture\nemit(8)"], "leaves out 8 of the 8"),
    "never": (["if False: emit(8)"], "does not compute the indicators of its chapter, chapter."),
    "by_other_means": (["emit(8)"], "does not compute the indicators of its chapter, chapter."),
}  # fmt: skip


@pytest.fixture(scope="module")
def chapters(tmp_path_factory: pytest.TempPathFactory) -> dict[str, NotebookFailure]:
    folder = tmp_path_factory.mktemp("chapters")
    (folder / "modules").mkdir()
    (folder / "modules" / "chapter.py").write_text(CHAPTER)
    emit = (
        "import chapter\n"
        "def emit(end, start=0):\n"
        "    records = [{'key': f'a{i}.count', 'value': 1.0, 'unit': 'count', 'dimensions':"
        " {'region': '06'}} for i in range(start, end)]\n"
        "    display({'application/vnd.evaltools.indicators+json': records}, raw=True)"
    )
    environment = kernel_environment(folder, "") | {"PYTHONPATH": str(folder / "modules")}
    jobs = []
    for name, (cells, _) in CHAPTERS.items():
        (folder / f"{name}.ipynb").write_text(notebook_text(emit, *cells))
        jobs.append(
            Job(name, str(folder / f"{name}.ipynb"), str(folder / f"executed-{name}.ipynb"),
                str(folder), {"wave": "2023", "level": 0.9}, environment, chapter="chapter")
        )  # fmt: skip
    return run_all(jobs)


@pytest.mark.parametrize("name", CHAPTERS)
def test_notebook_hands_over_all_that_its_chapter_computes(
    name: str, chapters: dict[str, NotebookFailure]
) -> None:
    said = CHAPTERS[name][1]
    if not said:
        assert name not in chapters
    else:
        problem = chapters[name].problem()
        assert problem.where == name
        assert said in str(problem)


def test_chapter_that_cannot_be_loaded_is_told(make_job: Make) -> None:
    failure = run_all([make_job("1", chapter="no_such_chapter")])["a.ipynb"]
    assert "No module named 'no_such_chapter'" in str(failure.problem())


GREEDY = {
    "at_once": "x = bytearray(600_000_000)",
    "by_numpy": "import numpy as np; x = np.ones(10**8)",
    "bit_by_bit": "x = []\nwhile True: x.append(bytearray(1000))",
    "deep": "x = ['a']\nwhile True: x = [x, 'a' * 10**5 + str(len(x))]",
}


@pytest.fixture(scope="module")
def greedy(tmp_path_factory: pytest.TempPathFactory) -> dict[str, NotebookFailure]:
    jobs = jobs_of(tmp_path_factory.mktemp("greedy"), GREEDY)
    return run_all([replace(job, limits=Limits(60, 60, memory=400)) for job in jobs])


@pytest.mark.parametrize("name", GREEDY)
def test_memory_that_runs_out_is_told_with_its_limit(
    name: str, greedy: dict[str, NotebookFailure]
) -> None:
    assert greedy[name].kind in ("memory", "died")
    said = str(greedy[name].problem())
    assert said.startswith(f"{name}, cell 3")
    assert "may use 400 MB of memory; need less of it, or raise notebook_megabytes" in said


def test_memory_limit_leaves_room_for_the_libraries_and_what_is_below_it(make_job: Make) -> None:
    cells = (
        "import pandas, scipy.stats, matplotlib.pyplot, networkx, numpy as np",
        "x = np.ones(50_000_000 // 8)",
        indicator_cell("a.count"),
    )
    assert run_all([make_job(*cells, limits=Limits(60, 60, memory=512))]) == {}


def test_memory_limit_holds_for_what_a_notebook_starts(make_job: Make) -> None:
    source = (
        "import os\npid = os.fork()\nif pid == 0:\n"
        "    try:\n        x = bytearray(600_000_000)\n"
        "    except MemoryError:\n        os._exit(3)\n    os._exit(0)\n"
        "assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 3"
    )
    assert run_all([make_job(source, limits=Limits(60, 60, memory=400))]) == {}
