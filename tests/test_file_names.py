"""Names of files in the engine: one meaning each, twice only where the name is a convention."""

from collections import defaultdict
from pathlib import Path

ENGINE = Path(__file__).parents[1] / "src" / "evaltools"

CONVENTIONS = {
    "__init__.py", "model.py", "read.py", "document.py", "shapes.py",  # of a format
    "run.py", "output.py",  # of a command: what carries it out, what it prints
    "panel.py", "session.py",  # of a panel in JupyterLab
}  # fmt: skip
COMMANDS = "cli"
MEASURE = ("statistics", "indicators", "chapters")
"""A formula, the numbers made by it and the figures of these have the name of what is measured."""


def test_a_file_name_stands_twice_only_by_convention():
    places: dict[str, list[str]] = defaultdict(list)
    for file in sorted(ENGINE.rglob("*.py")):
        if file.name not in CONVENTIONS:
            places[file.name].append(file.parent.relative_to(ENGINE).as_posix())
    twice = {
        name: folders
        for name, folders in places.items()
        if len([one for one in folders if one != COMMANDS]) > 1
        and not set(folders) <= {*MEASURE, COMMANDS}
    }
    assert not twice, twice
