"""Some of the reruns that `make reruns` renders whole: each builds, or has too few reports.

Others are those that `tests/end_to_end` builds anyhow.
"""

import pytest
from rendered_reruns import PARAMETERS, SEEDS, render

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("asked", "made"),
    [
        (("region=21",), "refused"),
        (8, "built"),
    ],
)
def test_a_rerun_builds_and_passes_lint_or_is_refused_for_few_reports(tmp_path, asked, made):
    assert asked in (*PARAMETERS, *SEEDS)
    assert render(tmp_path / "study", asked) == (made, [])


def test_thirty_are_rendered_by_make_reruns():
    assert len(set(PARAMETERS)) + len(set(SEEDS)) == 30
