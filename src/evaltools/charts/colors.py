"""Colours on a dark page, and contrast: pure arithmetic, without a drawing library."""

from __future__ import annotations

from typing import Final

DARK_PAPER: Final = "#14191e"
"""What the page is in the dark scheme."""

_LIGHTEST: Final = 1.0
_DARKEST: Final = 0.235
"""Lightness in OKLab of white and of ink on the page."""
_DARK_LOW, _DARK_HIGH = 0.21, 0.96
"""Lightness of the dark page and of ink on it."""


def dark_of(color: str) -> str:
    """The colour that stands for another on the dark page: its lightness turned over, its hue kept.

    What was ever darker on white is ever lighter on the dark page, so that order and contrast of
    marks and of the words on them are kept. The chroma of very light colours grows a little, for
    it shows less where it is dark.

    Arguments:
        color: `#rrggbb`.

    Source: OKLab, Ottosson 2020, https://bottosson.github.io/posts/oklab/.
    """
    if color.lower() == "#ffffff":
        return DARK_PAPER
    light, a, b = _to_oklab(color)
    part = min(1.0, max(0.0, (_LIGHTEST - light) / (_LIGHTEST - _DARKEST)))
    turned = _DARK_LOW + (_DARK_HIGH - _DARK_LOW) * part
    return _from_oklab(turned, a, b)


def luminance(color: str) -> float:
    """Relative luminance of `#rrggbb`, 0 to 1 (WCAG 2.1)."""
    red, green, blue = (_linear(part) for part in _channels(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.1)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def lightness(color: str) -> float:
    """How light a colour is in grey print, 0 to 100 (CIE L*)."""
    y = luminance(color)
    return 116 * y ** (1 / 3) - 16 if y > 216 / 24389 else y * 24389 / 27


def _channels(color: str) -> list[float]:
    return [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _to_oklab(color: str) -> tuple[float, float, float]:
    r, g, b = (_linear(part) for part in _channels(color))
    long, medium, short = (
        _cube_root(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b),
        _cube_root(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b),
        _cube_root(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b),
    )
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _from_oklab(light: float, a: float, b: float) -> str:
    """The colour in sRGB; its chroma lowered until the screen can show it."""
    for step in range(20, -1, -1):
        part = step / 20
        long, medium, short = (
            (light + 0.3963377774 * a * part + 0.2158037573 * b * part) ** 3,
            (light - 0.1055613458 * a * part - 0.0638541728 * b * part) ** 3,
            (light - 0.0894841775 * a * part - 1.2914855480 * b * part) ** 3,
        )
        linear = (
            4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
        )
        if all(-1e-4 <= value <= 1 + 1e-4 for value in linear):
            break
    return "#" + "".join(f"{round(255 * _gamma(min(1.0, max(0.0, v)))):02x}" for v in linear)


def _cube_root(value: float) -> float:
    return float(value ** (1 / 3))


def _gamma(value: float) -> float:
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
