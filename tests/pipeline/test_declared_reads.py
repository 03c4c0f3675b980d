import shlex

import pytest

from evaltools.pipeline.declared_reads import (
    AllowedPaths,
    Event,
    Read,
    classify,
    input_paths,
    undeclared_read_problems,
)

DECLARED = AllowedPaths(
    study="/home/eva/study",
    data="/home/eva/study/data",
    inputs={
        "/home/eva/study/data/regions.csv": "data/regions.csv",
        "/home/eva/study/evaluation.yml": "evaluation.yml",
    },
    readable=("/home/eva/study/.venv", "/usr/lib/python3", "/proc", "/usr/share/fonts"),
    writable=("/tmp/evaltools-a", "/home/eva/.cache/matplotlib"),
    listed=("/home/eva/study/src",),
    home="/home/eva",
)


def told(kind: str, what: str) -> Read | None:
    return classify(Event(kind, what), DECLARED)


def test_declared_input_is_told_by_its_path_below_the_study() -> None:
    read = told("read", "/home/eva/study/data/regions.csv")
    assert read == Read("data/regions.csv", "read", declared=True)
    assert undeclared_read_problems("a.ipynb", [read]) == []
    assert input_paths([read, read, Read("x", "read")]) == ("data/regions.csv",)


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        ("read", "/home/eva/study/.venv/lib/python3.11/site-packages/pandas/core/frame.py"),
        ("load", "/home/eva/study/.venv/lib/python3.11/site-packages/numpy/x.so"),
        ("read", "/usr/lib/python3/os.py"),
        ("read", "/proc/12/status"),
        ("read", "/usr/share/fonts/a.ttf"),
        ("read", "/dev/urandom"),
        ("write", "/dev/null"),
        ("write", "/tmp/evaltools-a/work/scratch.txt"),
        ("read", "/tmp/evaltools-a/work/scratch.txt"),
        ("write", "/home/eva/.cache/matplotlib/fontlist.json"),
        ("make", "/home/eva/.cache"),
        ("write", "/home/eva/study/.venv/lib/m/__pycache__/a.cpython-311.pyc.1402"),
        ("list", "/home/eva/study/src"),
        ("list", "/home/eva/study/data/text"),
        ("run", shlex.join(["fc-list", "--format=%{file}\\n"])),
        ("socket", "/tmp/evaltools-a/tmp/pymp-1/listener"),
    ],
)
def test_infrastructure_is_not_told(kind: str, what: str) -> None:
    assert told(kind, what) is None


@pytest.mark.parametrize(
    ("kind", "what", "name", "as_kind"),
    [
        ("read", "/home/eva/study/notes.xlsx", "notes.xlsx", "read"),
        ("read", "/home/eva/study/data/notes.csv", "data/notes.csv", "read"),
        ("read", "/home/eva/study/data/regions.csv.bak", "data/regions.csv.bak", "read"),
        ("read", "/home/eva/study-old/data/regions.csv", "~/study-old/data/regions.csv", "read"),
        ("read", "/home/evald/x", "/home/evald/x", "read"),
        ("read", "/tmp/evaltools-ab/x", "/tmp/evaltools-ab/x", "read"),
        ("read", "/dev/sda", "/dev/sda", "read"),
        ("list", "/home/eva", "/home/eva", "list"),
        ("list", "/home/eva/study", "the study's own folder", "list"),
        ("list", "/home/eva/study/src/deeper", "src/deeper", "list"),
        ("write", "/home/eva/study/data/regions.csv", "data/regions.csv", "write"),
        ("write", "/home/eva/study/.venv/lib/a.py", ".venv/lib/a.py", "write"),
        ("make", "/home/eva/study/results", "results", "write"),
        ("connect", "10.0.0.1:80", "10.0.0.1:80", "network"),
        ("socket", "/run/docker.sock", "/run/docker.sock", "network"),
        ("run", "cat /etc/hosts", "cat /etc/hosts", "program"),
        ("run", "fc-list --help; cat a", "fc-list --help; cat a", "program"),
        ("load", "/home/eva/x.so", "~/x.so", "library"),
    ],
)  # fmt: skip
def test_what_nobody_declared_is_told(kind: str, what: str, name: str, as_kind: str) -> None:
    read = told(kind, what)
    assert read is not None
    assert (read.what, read.kind, read.declared) == (name, as_kind, False)
    assert len(undeclared_read_problems("a.ipynb", [read])) == 1


def test_bytecode_is_told_as_the_module_it_was_made_from() -> None:
    read = told("read", "/home/eva/study/notebooks/__pycache__/helper.cpython-311.pyc")
    assert read is not None
    assert read.what == "notebooks/helper.py"


def test_study_below_a_readable_folder_is_not_readable_for_that() -> None:
    inside = AllowedPaths(study="/opt/python/study", readable=("/opt/python",))
    assert classify(Event("read", "/opt/python/lib/os.py"), inside) is None
    assert classify(Event("read", "/opt/python/study/notes.txt"), inside) == Read(
        "notes.txt", "read"
    )


def test_problem_names_place_thing_and_remedy() -> None:
    read = Read("notes.xlsx", "read", cell=4, label="tbl-x")
    (problem,) = undeclared_read_problems("notebooks/a.ipynb", [read])
    assert str(problem) == (
        "notebooks/a.ipynb, cell 4 (tbl-x): reads notes.xlsx, which is not declared. "
        "Put it in data/ and describe it in data/datapackage.json. [read.undeclared]"
    )


def test_everything_is_told_at_once_but_not_twice() -> None:
    reads = [
        Read("~/a.csv", "read", cell=3),
        Read("~/a.csv", "read", cell=3),
        Read("~/a.csv", "read", cell=5),
        Read("~", "list", cell=3),
        Read("example.org", "network", cell=3),
        Read("example.org:80", "network", cell=3),
        Read("data/b.csv", "write", cell=3),
    ]
    problems = undeclared_read_problems("a.ipynb", reads)
    assert [(problem.where, problem.code) for problem in problems] == [
        ("a.ipynb, cell 3", "read.undeclared"),
        ("a.ipynb, cell 5", "read.undeclared"),
        ("a.ipynb, cell 3", "write.undeclared"),
        ("a.ipynb, cell 3", "read.network"),
    ]
    assert problems[-1].what == "connects to example.org, example.org:80"
