"""Numbers, money, dates and lists as Finnish, Swedish and English print them."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Literal, TypeGuard, get_args

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal, get_currency_name, get_currency_symbol

Language = Literal["fi", "sv", "en"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)

NBSP: Final = "\N{NO-BREAK SPACE}"
MINUS: Final = "\N{MINUS SIGN}"
DASH: Final = "\N{EN DASH}"
MISSING: Final = DASH
"""What stands for a number that is not known."""

FEWEST_FOR_PERCENT: Final = 10
"""A percentage of fewer units than this is printed as a count: one unit would move it by more
than ten points."""

# Swedish of Finland writes dates with full stops, CLDR's sv-FI does not; British English has
# lists without the last comma and the day before the month.
_LOCALE: Final[dict[Language, str]] = {"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"}
_MILLION: Final = {"fi": f"milj.{NBSP}", "sv": f"mn{NBSP}"}


def number(value: float | None, language: Language, decimals: int = 0) -> str:
    """A number: `1 234,5` in Finnish and Swedish, `1,234.5` in English; `–` where it is missing.

    Halves are rounded away from zero as people do by hand; a value that rounds to zero has
    no sign.

    Arguments:
        value: the number, or None or NaN.
        language: fi, sv or en.
        decimals: digits after the decimal mark.
    """
    if not _is_known(value):
        return MISSING
    rounded = _round(value, decimals)
    digits = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
    text = format_decimal(abs(rounded), format=digits, locale=_LOCALE[language])
    return (MINUS if rounded < 0 else "") + text


def decimals_beside(value: float | None, limits: Iterable[float], decimals: int = 0) -> int:
    """How many decimals, `decimals` at least, tell on which side of limits a number is.

    So that 0.6669 is not printed as 0.67 beside a limit of 0.667 that it fails.
    """
    if not _is_known(value) or math.isinf(value):
        return decimals
    while decimals < _MOST_DECIMALS and not all(
        _side(_round(value, decimals), limit) == _side(value, limit) for limit in limits
    ):
        decimals += 1
    return decimals


def _side(value: float, limit: float) -> int:
    return 0 if math.isclose(value, limit, abs_tol=1e-9) else -1 if value < limit else 1


def signed(value: float | None, language: Language, decimals: int = 0) -> str:
    """A difference, with `+` where it is above zero."""
    text = number(value, language, decimals)
    return "+" + text if _is_known(value) and _round(value, decimals) > 0 else text


_MOST_DECIMALS = 6


def percent(share: float | None, language: Language, decimals: int = 0) -> str:
    """A share of one as a percentage: `37 %` with a no-break space, `37%` in English."""
    if not _is_known(share):
        return MISSING
    return number(share * 100, language, decimals) + _percent_sign(language)


def percent_range(
    low: float | None, high: float | None, language: Language, decimals: int = 0
) -> str:
    """An interval of shares: `25–51 %`; one number where both ends print alike."""
    if not (_is_known(low) and _is_known(high)):
        return MISSING
    return number_range(low * 100, high * 100, language, decimals) + _percent_sign(language)


def number_range(
    low: float | None, high: float | None, language: Language, decimals: int = 0
) -> str:
    """An interval: `20–43`; with spaces around the dash where a minus sign is near."""
    if not (_is_known(low) and _is_known(high)):
        return MISSING
    first, last = number(low, language, decimals), number(high, language, decimals)
    if first == last:
        return first
    return f"{first}{NBSP}{DASH}{NBSP}{last}" if MINUS in first + last else f"{first}{DASH}{last}"


def share(value: float | None, n: int | None, N: int | None, language: Language) -> str:
    """A share for print: a percentage, or a count where the denominator is below ten.

    Arguments:
        value: the share, 0 to 1, or None.
        n: how many have the property.
        N: out of how many.
        language: fi, sv or en.

    Returns:
        `37 %`, `3/8`, or `–` where the value is missing.
    """
    if not _is_known(value):
        return MISSING
    if n is not None and N is not None and N < FEWEST_FOR_PERCENT:
        return count_of(n, N, language)
    return percent(value, language)


def share_range(
    low: float | None,
    high: float | None,
    n: int | None,
    language: Language,
    *,
    whole: int | None = None,
    decimals: int = 0,
) -> str:
    """An interval of a share for print: percentages, or counts of a share of fewer than ten.

    Arguments:
        low, high: the limits, 0 to 1.
        n: out of how many the share is; None where that is not known.
        whole: of how many the limits speak, where that is not the same, as of all projects.

    Returns:
        `25–51 %`, `1–6/8`, or `–` where a limit is missing.
    """
    if not (_is_known(low) and _is_known(high)):
        return MISSING
    if n is None or n >= FEWEST_FOR_PERCENT:
        return percent_range(low, high, language, decimals)
    of = whole or n
    return f"{number_range(round(low * of), round(high * of), language)}/{number(of, language)}"


def count_of(n: int, N: int, language: Language) -> str:
    """A count out of a total: `19/52`."""
    return f"{number(n, language)}/{number(N, language)}"


def level_text(level: float, language: Language) -> str:
    """A confidence level: `95 %`, with one decimal only where it has one."""
    whole = abs(level * 100 - round(level * 100)) < 1e-9
    return percent(level, language, 0 if whole else 1)


def money(value: float | None, language: Language, currency: str = "EUR") -> str:
    """A sum of money: `1 234 euroa`, from a million on `1,2 milj. euroa`; `£1.2 million`.

    Arguments:
        value: the sum, or None.
        language: fi, sv or en.
        currency: its code of three letters (ISO 4217).
    """
    if not _is_known(value):
        return MISSING
    million = abs(value) >= 999_950
    figures = number(value / 1e6, language, 1) if million else number(value, language)
    if language == "en":
        sign = f"EUR{NBSP}" if currency == "EUR" else _sign_before(currency)
        return f"{sign}{figures}" + (f"{NBSP}million" if million else "")
    if currency != "EUR":
        name = get_currency_symbol(currency, locale=_LOCALE[language])
    else:
        name = "euro" if language == "sv" or (figures == "1" and not million) else "euroa"
    return f"{figures}{NBSP}{_MILLION[language] if million else ''}{name}"


def money_short(value: float | None, language: Language, currency: str = "EUR") -> str:
    """A sum of money for axes and cells: `45 000 €`, `1,2 milj. €`; `€1.2m` in English."""
    if not _is_known(value):
        return MISSING
    million = abs(value) >= 999_950
    rounded = _round(value / 1e6, 1)
    figures = (
        number(rounded, language, 0 if rounded == round(rounded) else 1)
        if million
        else number(value, language)
    )
    if language == "en":
        return f"{_sign_before(currency)}{figures}{'m' if million else ''}"
    sign = get_currency_symbol(currency, locale=_LOCALE[language])
    return f"{figures}{NBSP}{_MILLION[language] if million else ''}{sign}"


def currency_name(code: str, language: Language) -> str:
    """What a currency is called after a number: `euroa`, `British pounds`."""
    return get_currency_name(code, count=2, locale=_LOCALE[language])


def _sign_before(currency: str) -> str:
    """What stands before a sum in English: `£`, or letters and a space."""
    sign = get_currency_symbol(currency, locale=_LOCALE["en"])
    return sign + NBSP if sign[-1].isalpha() else sign


def ratio(value: float | None, language: Language, decimals: int = 2) -> str:
    """A ratio or an index: `0,47`."""
    return number(value, language, decimals)


def date(
    day: datetime.date | None, language: Language, style: Literal["long", "short"] = "long"
) -> str:
    """A date: `30. huhtikuuta 2022` or `30.4.2022`; day and month do not part at a line end."""
    if day is None or day != day:
        return MISSING
    long = {"fi": f"d.'{NBSP}'MMMM y", "sv": f"d'{NBSP}'MMMM y", "en": f"d'{NBSP}'MMMM y"}
    short = {"fi": "d.M.y", "sv": "d.M.y", "en": f"d'{NBSP}'MMM'{NBSP}'y"}
    pattern = (long if style == "long" else short)[language]
    return format_date(day, format=pattern, locale=_LOCALE[language])


def month(day: datetime.date, language: Language) -> str:
    """The month of a day: `marraskuu 2026`, in the form in which it stands alone."""
    return format_date(day, format=f"LLLL'{NBSP}'y", locale=_LOCALE[language])


_AND: Final[dict[Language, tuple[str, str]]] = {
    "fi": (" ja ", " sekä "), "sv": (" och ", " samt "), "en": (" and ", ", and "),
}  # fmt: skip
"""Before the last thing in a row, and what stands there when the word is within one of them."""


def list_of(items: Iterable[str], language: Language) -> str:
    """Things in a row: `a, b ja c`; `a ja b sekä c` where one of them has the word within it."""
    given = list(items)
    plain, other = _AND[language]
    if len(given) > 1 and any(plain in item for item in given):
        return ", ".join(given[:-1]) + other + given[-1]
    return format_list(given, style="standard", locale=_LOCALE[language])


def _percent_sign(language: Language) -> str:
    return "%" if language == "en" else f"{NBSP}%"


def _is_known(value: float | None) -> TypeGuard[float]:
    return value is not None and value == value


def _round(value: float, decimals: int) -> float:
    """Half away from zero, judged on the shortest decimal form that people see."""
    if math.isinf(value):
        return value
    quantum = Decimal(1).scaleb(-decimals)
    # Fifteen digits take away what binary arithmetic added: 0.285 * 100 is 28.499999999999996.
    return float(Decimal(f"{value:.15g}").quantize(quantum, rounding=ROUND_HALF_UP))
