"""The same table of indicators on every processor."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# The kernels of linear algebra that OpenBLAS would choose on processors of these kinds, and numpy
# without the instructions that newer ones have.
PROCESSORS = {
    "Prescott": {"OPENBLAS_CORETYPE": "Prescott"},
    "no AVX": {
        "OPENBLAS_CORETYPE": "Prescott",
        "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR X86_V3",
    },
}
FLAGS = set(Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").split())
if "avx2" in FLAGS:
    PROCESSORS |= {name: {"OPENBLAS_CORETYPE": name} for name in ("Haswell", "Zen")}
if {"avx512f", "avx512bw", "avx512dq", "avx512vl"} <= FLAGS:  # others cannot run its kernels
    PROCESSORS["SkylakeX"] = {"OPENBLAS_CORETYPE": "SkylakeX"}

SCRIPT = """
import sys
from importlib import import_module
from pathlib import Path
from evaltools.evidence import Evidence, load_descriptor, read_tables
from evaltools.indicators.indicator import to_table
from evaltools.study import load_study
study = load_study(Path(sys.argv[1]))
tables = read_tables(study.data, load_descriptor(study.data))
chapters = "portfolio evidence_base goals challenges networks effects steering".split()
evidence = Evidence.select(study, tables, study.parameters({}))
records = [
    record
    for chapter in chapters
    for record in import_module("evaltools.indicators." + chapter).compute(evidence)
]
sys.stdout.write(to_table(records).to_csv(index=False))
"""


def table_on(settings: dict[str, str]) -> str:
    outside = {k: v for k, v in os.environ.items() if k not in ("OPENBLAS_CORETYPE", *settings)}
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(ROOT)],
        env={**outside, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def differences(first: str, second: str) -> list[str]:
    pairs = zip(first.splitlines(), second.splitlines(), strict=True)
    return [f"{a}\n{b}" for a, b in pairs if a != b]


@pytest.fixture(scope="module")
def here() -> str:
    return table_on({})


@pytest.mark.parametrize("processor", PROCESSORS)
def test_indicators_are_the_same_bytes_on_every_processor(here: str, processor: str) -> None:
    table = table_on(PROCESSORS[processor])
    assert len(table.splitlines()) > 1500
    assert differences(here, table) == []
    assert table == here
