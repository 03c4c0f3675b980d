from pathlib import Path

from evaltools.pipeline.environment import FIXED, kernel_environment


def test_surroundings_are_fixed_whatever_they_were() -> None:
    outer = {
        "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONOPTIMIZE": "2", "MATPLOTLIBRC": "/home/me/mine", "PATH": "/bin",
    }  # fmt: skip
    made = kernel_environment(Path("/study"), "abc", outer)
    assert FIXED.items() <= made.items()
    assert made["EVALTOOLS_STUDY"] == "/study"
    assert made["EVALTOOLS_VALIDATED"] == "abc"
    assert made["PATH"] == "/bin"
    assert "PYTHONDONTWRITEBYTECODE" not in made
    assert "PYTHONOPTIMIZE" not in made
    assert made["MATPLOTLIBRC"] != "/home/me/mine"
