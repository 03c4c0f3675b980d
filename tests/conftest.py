"""How long examples may take, which are drawn, and which tests run side by side: for all tests."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

# A busy machine is no fault of the code: no time limit an example. Where a change is judged the
# same examples are drawn every time; at a desk new ones are, and those that failed are kept.
settings.register_profile("desk", deadline=None, max_examples=50)
settings.register_profile("ci", settings.get_profile("desk"), derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The program of a real browser; without one the test says how to get it."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("EVALTOOLS_BROWSER") or next(filter(None, map(shutil.which, names)), "")
    if not found:
        message = "no Chromium here: install Debian's chromium, or set EVALTOOLS_BROWSER to one"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


# Folders of tests by the processor time they take, so that both workers end at the same time; the
# others take less. What a folder's tests build is built once, by the worker that runs them all.
LONGEST_FIRST = ("end_to_end", "pipeline", "findings", "studies", "sweep", "indicators")


def folder_of(path: str) -> str:
    """The folder of a test's file below `tests`; of those directly in it, the file's name."""
    parts = Path(path).relative_to("tests").parts
    return parts[0] if len(parts) == 1 else "/".join(parts[:-1])


class FolderScheduling(LoadScopeScheduling):
    """Gives a worker a whole folder of tests, in the order of the collection."""

    def _split_scope(self, nodeid: str) -> str:
        return folder_of(nodeid.partition("::")[0])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> FolderScheduling:
    config.option.loadscopereorder = False
    return FolderScheduling(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> int:
        folder = folder_of(item.nodeid.partition("::")[0])
        return LONGEST_FIRST.index(folder) if folder in LONGEST_FIRST else len(LONGEST_FIRST)

    if hasattr(config, "workerinput"):
        items.sort(key=rank)
