"""The study of this repository reads what it declares, on a machine that has never run it."""

from __future__ import annotations

import pytest
from places import Place

from evaltools.pipeline import current_run
from evaltools.pipeline.ingredients import declared_inputs
from evaltools.study import load_study

pytestmark = pytest.mark.slow


def test_no_notebook_reads_what_is_not_declared_and_each_reads_what_it_needs(
    elsewhere: tuple[Place, list[int]],
) -> None:
    study = load_study(elsewhere[0].root)
    done = current_run(study, study.parameters())
    assert done is not None
    inputs = declared_inputs(study)
    files = done.manifest.ingredients.files
    assert set(files) - set(inputs) == {"data/README.md"}
    reads = {name: set(read) for name, read in done.manifest.reads.items()}
    assert set(reads) == set(done.manifest.ingredients.notebooks)
    assert all(read <= set(inputs) for read in reads.values())
    # Each reads what it needs, so that an edit of one table runs those that read it.
    assert all("data/datapackage.json" in read for read in reads.values())
    by_table = {name for name, read in reads.items() if "data/coding/rooting.csv" in read}
    assert by_table < set(reads)
    assert "notebooks/06_effects_and_rooting.ipynb" in by_table
    assert all(
        digest == files[path]
        for read in done.manifest.reads.values()
        for path, digest in read.items()
    )
