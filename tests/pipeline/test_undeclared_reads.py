"""Real kernels that read what nobody declared."""

import json
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from evaltools.pipeline import run
from evaltools.pipeline.jobs import ENGINES, Engine
from evaltools.problems import Problem, ProblemError
from evaltools.study import Study

from .conftest import notebook_text, write_study

STUDY = "import os, pathlib\nroot = pathlib.Path(os.environ['EVALTOOLS_STUDY'])"


def problems_of(study: Study, engine: Engine = "forked") -> list[Problem]:
    with pytest.raises(ProblemError) as caught:
        run(study, study.parameters({}), engine=engine)
    assert list((study.build / "runs").iterdir()) == []
    return list(caught.value.problems)


@pytest.fixture
def port() -> Iterator[int]:
    """A port of this machine on which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("engine", ENGINES)
def test_every_undeclared_read_is_told_with_its_cell(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch, engine: Engine
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "notes.txt").write_text("private")
    monkeypatch.setenv("HOME", str(home))
    sqlite3.connect(tmp_path / "elsewhere.db").close()
    (tmp_path / "elsewhere.db").write_bytes(b"")
    cells = [
        STUDY,
        "#| label: tbl-home\n(pathlib.Path.home() / 'notes.txt').read_text()",
        "(root / 'data' / 'notes.csv').read_bytes()",
        f"import socket\nsocket.create_connection(('127.0.0.1', {port})).close()",
        "import sqlite3\nsqlite3.connect(root.parent / 'elsewhere.db').close()",
        "(root / 'results.csv').write_text('1')",
        "import subprocess\nsubprocess.run(['cat', '/etc/hostname'])",
        "import sys\nsys.path.insert(0, str(root / 'notebooks'))\nimport helper_of_the_study",
        "os.listdir(pathlib.Path.home())",
        "import threading\n"
        "reader = threading.Thread(target=lambda: open(root / 'thread.txt').close())\n"
        "reader.start(); reader.join()",
        "import multiprocessing\n"
        "child = multiprocessing.get_context('fork').Process(\n"
        "    target=lambda: open(root / 'child.txt').close())\n"
        "child.start(); child.join()",
    ]
    study = write_study(tmp_path / "study", one=notebook_text(*cells))
    (study.root / "data" / "notes.csv").write_text("a\n1\n")
    (study.root / "notebooks" / "helper_of_the_study.py").write_text("x = 1\n")
    for name in ("thread.txt", "child.txt"):
        (study.root / name).write_text("x")
    found = problems_of(study, engine)
    told = [(problem.where.partition(", ")[2], problem.what, problem.code) for problem in found]
    assert told == [
        ("cell 4 (tbl-home)", "reads ~/notes.txt, which is not declared", "read.undeclared"),
        ("cell 5", "reads data/notes.csv, which is not described", "read.undeclared"),
        ("cell 7", f"reads {tmp_path}/elsewhere.db, which is not declared", "read.undeclared"),
        ("cell 8", "writes results.csv", "write.undeclared"),
        (
            "cell 9",
            "starts a program, and what that reads cannot be seen: cat /etc/hostname",
            "read.undeclared",
        ),
        (
            "cell 10",
            "runs or reads code that is no part of the study: notebooks/helper_of_the_study.py",
            "read.undeclared",
        ),
        ("cell 11", f"looks through the folder {home}", "read.undeclared"),
        ("cell 12", "reads thread.txt, which is not declared", "read.undeclared"),
        ("cell 13", "reads child.txt, which is not declared", "read.undeclared"),
        ("cell 6", f"connects to 127.0.0.1, 127.0.0.1:{port}", "read.network"),
    ]  # fmt: skip
    assert all(problem.remedy for problem in found)


def test_run_says_which_inputs_each_notebook_read(tmp_path: Path) -> None:
    study = write_study(
        tmp_path / "study",
        reader=notebook_text(
            f"{STUDY}\nimport pandas\npandas.read_csv(root / 'data' / 'projects.csv')",
            "open('scratch.txt', 'w').write('x')\nopen('scratch.txt').read()",
            "import tempfile, shutil\nwith tempfile.TemporaryDirectory() as folder:\n"
            "    shutil.copytree(root / 'data', folder, dirs_exist_ok=True)",
        ),
        idler=notebook_text("1 + 1"),
    )
    done = run(study, study.parameters({}))
    files = done.manifest.ingredients.files
    names = ("data/datapackage.json", "data/projects.csv")
    expected = {
        "notebooks/reader.ipynb": {name: files[name] for name in names},
        "notebooks/idler.ipynb": {},
    }
    assert done.manifest.reads == expected
    content = json.loads((done.folder / "manifest.json").read_text())
    assert content["reads"] == expected


def test_failure_and_undeclared_read_are_told_together(tmp_path: Path) -> None:
    study = write_study(
        tmp_path / "study",
        one=notebook_text(f"{STUDY}\n(root / 'uv.lock').read_text()", "1 / 0"),
        two=notebook_text("import socket\nsocket.gethostbyname('localhost')"),
    )
    assert [problem.code for problem in problems_of(study)] == [
        "notebook.error", "read.undeclared", "read.network",
    ]  # fmt: skip


ATTEMPTS = [
    # The record is in the kernel's own folder, where a notebook may write.
    "import os\nos.unlink('../reads.jsonl')",
    "import os\nos.truncate('../reads.jsonl', 0)",
    "import os\nos.closerange(100, 200)\nopen('/etc/hostname').close()",
    "get_ipython().events.callbacks['pre_run_cell'].clear()\nopen('/etc/hostname').close()",
    "!cat /etc/hostname",
    "import os\nos.system('true')",
    "import multiprocessing as m\nm.get_context('spawn').Process(target=print).start()",
    "import os\nos.symlink('/etc/hostname', 'link')\nopen('link').close()",
    "import os\nos.chdir('/etc')\nopen('hostname').close()",
    # Libraries that open files by themselves.
    "import python_calamine\npython_calamine.load_workbook(BOOK)",
    "import python_calamine\npython_calamine.CalamineWorkbook.from_path(path=BOOK)",
    "import scipy.io\nscipy.io.mmread(BOOK)",
    "import sqlite3\nsqlite3.connect(':memory:').execute(f'attach \"{BOOK}\" as x')",
]


def test_hook_is_not_got_round_by_accident(tmp_path: Path) -> None:
    book = tmp_path / "book"
    book.write_text("no book")
    names = [f"n{number:02d}" for number in range(len(ATTEMPTS))]
    # What a library says of a file that it cannot read is its own; here the hook matters.
    cells = [
        f"BOOK = {str(book)!r}\ntry:\n    {attempt.replace(chr(10), chr(10) + '    ')}\n"
        "except Exception:\n    pass"
        for attempt in ATTEMPTS
    ]
    texts = {name: notebook_text(cell, "1 + 1") for name, cell in zip(names, cells, strict=True)}
    study = write_study(tmp_path / "study", **texts)
    found = problems_of(study)
    caught = {problem.where.partition(",")[0] for problem in found if "read" in problem.code}
    missed = [
        attempt
        for name, attempt in zip(names, ATTEMPTS, strict=True)
        if f"notebooks/{name}.ipynb" not in caught
    ]
    assert missed == []
