"""The study of this repository reads what it declares, on a machine that has never run it."""

import shutil
from pathlib import Path

import pytest

from evaltools.pipeline import run
from evaltools.pipeline.ingredients import declared_inputs
from evaltools.study import load_study

ROOT = Path(__file__).resolve().parents[2]


def test_no_notebook_reads_what_is_not_declared_and_each_reads_what_it_needs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    for name in ("MPLCONFIGDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(home))
    folder = tmp_path / "study"
    for name in ("data", "notebooks", "reports"):
        left_out = shutil.ignore_patterns("_build", ".ipynb_checkpoints")
        shutil.copytree(ROOT / name, folder / name, ignore=left_out)
    for name in ("evaluation.yml", "uv.lock"):
        shutil.copyfile(ROOT / name, folder / name)
    (folder / "data" / "notes.txt").write_text("Not described, and not read.\n")
    study = load_study(folder)
    done = run(study, study.parameters({}))
    inputs = declared_inputs(study)
    files = done.manifest.ingredients.files
    assert set(files) - set(inputs) == {"data/README.md", "data/notes.txt"}
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
