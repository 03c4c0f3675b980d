"""How long examples may take, and which are drawn, is decided once for all tests."""

import os
import shutil

import pytest
from hypothesis import settings

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
