"""Numbers, money, dates and lists as Finnish, Swedish and English print them."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Literal, get_args

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal

from evaltools.present.numerals import ELATIVE, NUMERALS

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


def number(value: float | None, language: Language, decimals: int = 0) -> str:
    """A number: `1 234,5` in Finnish and Swedish, `1,234.5` in English; `–` where it is missing.

    Halves are rounded away from nought as people do by hand; a value that rounds to nought has
    no sign.

    Arguments:
        value: the number, or None or NaN.
        language: fi, sv or en.
        decimals: digits after the decimal mark.
    """
    if _missing(value):
        return MISSING
    assert value is not None
    rounded = _round(value, decimals)
    digits = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
    text = format_decimal(abs(rounded), format=digits, locale=_LOCALE[language])
    return (MINUS if rounded < 0 else "") + text


def signed(value: float | None, language: Language, decimals: int = 0) -> str:
    """A difference, with `+` where it is above nought."""
    text = number(value, language, decimals)
    above = not _missing(value) and value is not None and _round(value, decimals) > 0
    return "+" + text if above else text


def percent(share: float | None, language: Language, decimals: int = 0) -> str:
    """A share of one as a percentage: `37 %` with a no-break space, `37%` in English."""
    if _missing(share):
        return MISSING
    assert share is not None
    return number(share * 100, language, decimals) + _percent_sign(language)


def percent_range(
    low: float | None, high: float | None, language: Language, decimals: int = 0
) -> str:
    """An interval of shares: `25–51 %`; one number where both ends print alike."""
    if _missing(low) or _missing(high):
        return MISSING
    assert low is not None
    assert high is not None
    return number_range(low * 100, high * 100, language, decimals) + _percent_sign(language)


def number_range(
    low: float | None, high: float | None, language: Language, decimals: int = 0
) -> str:
    """An interval: `20–43`; with spaces around the dash where a minus sign is near."""
    if _missing(low) or _missing(high):
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
    if _missing(value):
        return MISSING
    if n is not None and N is not None and N < FEWEST_FOR_PERCENT:
        return count_of(n, N, language)
    return percent(value, language)


def count_of(n: int, N: int, language: Language) -> str:
    """A count out of a total: `19/52`."""
    return f"{number(n, language)}/{number(N, language)}"


def out_of(n: int, N: int, language: Language) -> str:
    """A count out of a total in words: `kolme kahdeksasta`, `tre av åtta`, `three of eight`.

    Above ten in figures: `19 projektista 52`-like inflection is avoided, so Finnish gives
    `19/52` there.
    """
    if N > 10 or n > 10:
        joints = {"fi": "/", "sv": f"{NBSP}av{NBSP}", "en": f"{NBSP}of{NBSP}"}
        return f"{number(n, language)}{joints[language]}{number(N, language)}"
    if language == "fi":
        return f"{count_word(n, 'fi')} {ELATIVE[N]}"
    return (
        f"{count_word(n, language)} {'av' if language == 'sv' else 'of'} {count_word(N, language)}"
    )


def count_word(n: int, language: Language) -> str:
    """A count in words to ten, in figures above: `kolme`, `11`.

    Swedish has `ett` for one: what is counted in these reports is neuter (projekt, mål, svar).
    """
    return NUMERALS[language][n] if 0 <= n <= 10 else number(n, language)


def ordinal(n: int, language: Language) -> str:
    """An ordinal in figures: `3.`, `3:e`, `3rd`.

    Raises:
        ValueError: n is below one.
    """
    if n < 1:
        raise ValueError(f"there is no ordinal of {n}")
    figures = number(n, language)
    if language == "fi":
        return figures + "."
    teen = 10 < n % 100 < 20
    if language == "sv":
        return figures + (":a" if n % 10 in (1, 2) and not teen else ":e")
    return figures + ("th" if teen else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th"))


@dataclass(frozen=True)
class Currency:
    """How sums in a currency are printed.

    Arguments:
        fi: in Finnish after one, and after any other number.
        sv, en: in Swedish and in English after a number.
        before: what stands before the figures in English, with a space if it takes one.
        symbol: in axes and cells.
    """

    fi: tuple[str, str]
    sv: str
    en: str
    before: str
    symbol: str

    @classmethod
    def of(cls, code: str) -> Currency:
        """The currency of an ISO 4217 code; one that is not known here is printed as its code."""
        return _CURRENCIES.get(code) or cls((code, code), code, code, f"{code}{NBSP}", code)

    def name(self, language: Language) -> str:
        """What it is called after a number that is not one."""
        return {"fi": self.fi[1], "sv": self.sv, "en": self.en}[language]


_CURRENCIES: Final = {
    "EUR": Currency(("euro", "euroa"), "euro", "euros", f"EUR{NBSP}", "€"),
    "GBP": Currency(("punta", "puntaa"), "pund", "pounds", "£", "£"),
    "USD": Currency(("dollari", "dollaria"), "dollar", "dollars", "US$", "$"),
    "SEK": Currency(("kruunu", "kruunua"), "kronor", "kronor", f"SEK{NBSP}", "kr"),
    "NOK": Currency(("Norjan kruunu", "Norjan kruunua"), "norska kronor", "kroner",
                    f"NOK{NBSP}", "NOK"),
    "DKK": Currency(("Tanskan kruunu", "Tanskan kruunua"), "danska kronor", "kroner",
                    f"DKK{NBSP}", "DKK"),
    "CHF": Currency(("frangi", "frangia"), "franc", "francs", f"CHF{NBSP}", "CHF"),
}  # fmt: skip


def euros(
    value: float | None, language: Language, *, exact: bool = False, currency: str = "EUR"
) -> str:
    """A sum of money: `1 234 euroa`, from a million on `1,2 milj. euroa`; `£1.2 million`.

    Arguments:
        value: the sum, or None.
        language: fi, sv or en.
        exact: print millions to the last unit.
        currency: as ISO 4217 has it.
    """
    if _missing(value):
        return MISSING
    assert value is not None
    money = Currency.of(currency)
    million = abs(value) >= 999_950 and not exact
    figures = number(value / 1e6, language, 1) if million else number(value, language)
    if language == "en":
        return f"{money.before}{figures}" + (f"{NBSP}million" if million else "")
    unit = {"fi": f"milj.{NBSP}", "sv": f"mn{NBSP}"}[language] if million else ""
    single = language == "fi" and figures == "1" and not million
    return f"{figures}{NBSP}{unit}{money.fi[0] if single else money.name(language)}"


def euros_short(value: float | None, language: Language, currency: str = "EUR") -> str:
    """A sum of money for axes and cells: `45 000 €`, `1,2 milj. €`; `€1.2m` in English."""
    if _missing(value):
        return MISSING
    assert value is not None
    symbol = Currency.of(currency).symbol
    million = abs(value) >= 999_950
    rounded = _round(value / 1e6, 1)
    figures = (
        number(rounded, language, 0 if rounded == round(rounded) else 1)
        if million
        else number(value, language)
    )
    if language == "en":
        before = symbol if len(symbol) == 1 else f"{symbol}{NBSP}"
        return f"{before}{figures}{'m' if million else ''}"
    unit = {"fi": f"milj.{NBSP}{symbol}", "sv": f"mn{NBSP}{symbol}"}[language]
    return f"{figures}{NBSP}{unit if million else symbol}"


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


def list_of(items: Iterable[str], language: Language) -> str:
    """Things in a row: `a, b ja c`."""
    return format_list(list(items), style="standard", locale=_LOCALE[language])


def _percent_sign(language: Language) -> str:
    return "%" if language == "en" else f"{NBSP}%"


def _missing(value: float | None) -> bool:
    return value is None or value != value


def _round(value: float, decimals: int) -> float:
    """Half away from nought, judged on the shortest decimal form that people see."""
    if math.isinf(value):
        return value
    quantum = Decimal(1).scaleb(-decimals)
    # Fifteen digits take away what binary arithmetic added: 0.285 * 100 is 28.499999999999996.
    return float(Decimal(f"{value:.15g}").quantize(quantum, rounding=ROUND_HALF_UP))
