"""Small numbers in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

NUMERALS: Final[Mapping[Literal["fi", "sv", "en"], tuple[str, ...]]] = {
    "fi": (
        "nolla",
        "yksi",
        "kaksi",
        "kolme",
        "neljä",
        "viisi",
        "kuusi",
        "seitsemän",
        "kahdeksan",
        "yhdeksän",
        "kymmenen",
    ),
    "sv": ("noll", "ett", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio"),
    "en": (
        "nought",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
    ),
}
"""Nought to ten; Swedish in the neuter."""

ELATIVE: Final[tuple[str, ...]] = (
    "nollasta",
    "yhdestä",
    "kahdesta",
    "kolmesta",
    "neljästä",
    "viidestä",
    "kuudesta",
    "seitsemästä",
    "kahdeksasta",
    "yhdeksästä",
    "kymmenestä",
)
"""Finnish nought to ten as what a part is taken from: kolme *kahdeksasta*."""
