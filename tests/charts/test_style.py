"""The palette is told apart by everyone, and the typeface is the packaged one."""

from __future__ import annotations

from itertools import combinations, pairwise

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import pytest
from legibility import contrast
from matplotlib import font_manager
from matplotlib.colors import to_rgb

from evaltools.charts import palette, style
from evaltools.charts.bars import COLORS

# Linear RGB as seen without one kind of cone, severity 1.
# Source: Machado, Oliveira and Fernandes 2009, table of matrices, doi:10.1109/TVCG.2009.113.
DEUTERANOPIA = np.array(
    [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]
)
PROTANOPIA = np.array(
    [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ]
)
NORMAL = np.eye(3)
FAR_ENOUGH = 20.0
"""CIE76 distance; about nine just noticeable differences."""


def _linear(color: str) -> npt.NDArray[np.float64]:
    rgb = np.array(to_rgb(color))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def _lab(color: str, vision: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    seen = np.clip(vision @ _linear(color), 0, 1)
    to_xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    x, y, z = (to_xyz @ seen) / np.array([0.95047, 1.0, 1.08883])
    f = [v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("vision", [NORMAL, DEUTERANOPIA, PROTANOPIA])
def test_fills_are_told_apart_by_every_eye(vision: npt.NDArray[np.float64]) -> None:
    for one, other in combinations(palette.PALETTE, 2):
        apart = np.linalg.norm(
            _lab(palette.PALETTE[one], vision) - _lab(palette.PALETTE[other], vision)
        )
        assert apart > FAR_ENOUGH, (one, other, apart)


@pytest.mark.parametrize("vision", [NORMAL, DEUTERANOPIA, PROTANOPIA])
@pytest.mark.parametrize("scale", [palette.BLUES, palette.DIVERGING, tuple(COLORS.values())])
def test_neighbours_on_a_scale_are_told_apart(
    vision: npt.NDArray[np.float64], scale: tuple[str, ...]
) -> None:
    for one, other in pairwise(scale):
        assert np.linalg.norm(_lab(one, vision) - _lab(other, vision)) > 10, (one, other)


def test_ordered_colours_darken_step_by_step() -> None:
    lightness = [_lab(color, NORMAL)[0] for color in palette.BLUES]
    assert all(first - second > 8 for first, second in pairwise(lightness))


def test_words_contrast_with_what_is_behind_them() -> None:
    assert contrast(palette.INK, palette.PAPER) > 15
    assert contrast(palette.QUIET, palette.PAPER) > 6
    assert contrast(palette.RUST, palette.PAPER) > 4.5
    for fill in (*palette.PALETTE.values(), *palette.BLUES, *palette.DIVERGING, *COLORS.values()):
        assert contrast(style.ink_on(fill), fill) > 4.5, fill


def test_typeface_is_the_packaged_one() -> None:
    for weight in ("regular", "bold", "italic"):
        files = font_manager.fontManager._find_fonts_by_props(style.face(weight))
        assert "fontpkg_fira_sans" in files[0]
        assert files[1].startswith(mpl.get_data_path())


def test_house_style_leaves_matplotlib_as_it_was() -> None:
    before = dict(mpl.rcParams)
    with style.house_style():
        assert mpl.rcParams["svg.fonttype"] == "path"
    assert dict(mpl.rcParams) == before
