"""What a finding may require of the numbers: the kinds of condition, as they are declared."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from evaltools.indicators.indicator import Estimand

Outcome = Literal["holds", "does_not_hold", "cannot_be_told"]

Case = Literal[
    "holds", "does_not_hold", "cannot_be_told", "all", "none", "tied", "close", "coders_disagree",
    "depends_on_rule", "too_few", "withheld", "missing",
]  # fmt: skip
"""What a sentence may have to say. The first three are the outcomes; the others are reasons that
need words of their own: nobody or everybody, a tie, a lead inside the uncertainty, coders who
disagree, another coder rule that turns it, too few reports, numbers that are withheld, numbers of
nothing."""

Word = Literal["none", "few", "some", "most", "nearly_all", "all"]
Ties = Literal["refused", "allowed"]

KeyName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)+$")]
"""A number of the report by the name that prose uses: `challenge.staff.share`, `2.1.share`,
`optimism_gap.by.item.permanence.difference`."""

Glob = Annotated[str, Field(pattern=r"^[A-Za-z0-9*][A-Za-z0-9_*-]*(\.[A-Za-z0-9_*-]+)+$")]
"""A set of numbers: `challenge.*.share`. A star stands for one or part of one word between dots."""


class Strict(BaseModel):
    """A part of the declaration: frozen, nothing unknown in it, nothing taken for another type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Leaf(Strict):
    """A condition on numbers.

    Arguments:
        estimand: whose interval must bear it out, where it is not the finding's.
    """

    estimand: Estimand | None = None


class Greatest(Leaf):
    """The key is the greatest of a set.

    Arguments:
        key: the one that leads.
        of: the set it leads; the key itself need not match.
        ties: whether another may be just as great.
    """

    key: KeyName
    of: Glob
    ties: Ties = "refused"


class Leads(Leaf):
    """One of a set leads it, whichever it is: the data say which.

    Under D its value alone decides; under P and S its lead over each other one must be beyond
    uncertainty.
    """

    of: Glob


class Order(Leaf):
    """The keys are in this order, greatest first.

    Arguments:
        keys: with a star in each, for every word that it can stand for, the same in all of them:
            `[challenge.*.silent.share, challenge.*.denied.share]` is asked of every challenge.
        of: if given, the keys are also ahead of everything else in this set.
    """

    keys: Annotated[tuple[Glob, ...], Field(strict=False, min_length=2)]
    of: Glob | None = None
    ties: Ties = "refused"

    @model_validator(mode="after")
    def _has_stars_in_all_or_none(self) -> Order:
        stars = {key.count("*") for key in self.keys}
        if stars not in ({0}, {1}) or (stars == {1} and self.of is not None):
            raise ValueError("keys: each has one star, or none has; with stars there is no 'of'")
        return self

    @property
    def starred(self) -> bool:
        """Whether the order is asked of every word that a star can stand for."""
        return "*" in self.keys[0]


class AmongTop(Leaf):
    """The keys are the first of a set, in any order.

    Arguments:
        first: among how many first ones they are; as many as there are keys unless given.
    """

    keys: Annotated[tuple[KeyName, ...], Field(strict=False, min_length=1)]
    of: Glob
    first: Annotated[int, Field(ge=1)] | None = None
    ties: Ties = "refused"

    @model_validator(mode="after")
    def _fits(self) -> AmongTop:
        if self.first is not None and self.first < len(self.keys):
            raise ValueError("first must be at least the number of keys")
        return self


class Threshold(Leaf):
    """The number is on the right side of a value, and so is its whole interval.

    Arguments:
        value: in the unit of the indicator, a share from 0 to 1; meeting it is enough.
        limit: look at the value or at one limit only, whatever the rest of the interval does.
    """

    key: KeyName
    value: float
    limit: Literal["value", "low", "high"] | None = None


class Quantity(Leaf):
    """The word for how many is true of the whole interval, as `present.quantity` has it."""

    key: KeyName
    word: Word


class ExcludesZero(Leaf):
    """The interval of a difference lies on one side of zero."""

    key: KeyName
    direction: Literal["positive", "negative", "either"] = "either"


class Change(Leaf):
    """A theme has become commoner or rarer since the wave before."""

    key: Annotated[str, Field(pattern=r"^wave_difference(\.[A-Za-z0-9_-]+)+\.difference$")]
    direction: Literal["up", "down", "either"] = "either"


class Differs(Leaf):
    """Some of a family of differences stands, whichever it is: the data say which.

    A difference stands where its p-value, adjusted over the family, bears it out.

    Arguments:
        of: the family.
        code: what code each is about, with the star of `of`, where its name does not say so.
    """

    of: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+(\.[A-Za-z0-9_*-]+)+\.difference$")]
    code: Annotated[str, Field(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*\.\*$")] | None = None


class Equals(Leaf):
    """A count is what it is said to be: a number, another number of the report, or a fact."""

    key: KeyName
    number: float | None = None
    other: KeyName | None = None
    fact: str | None = None

    @model_validator(mode="after")
    def _has_one(self) -> Equals:
        if sum(part is not None for part in (self.number, self.other, self.fact)) != 1:
            raise ValueError("give one of number, other, fact")
        return self


class Judged(Leaf):
    """Another finding came out so: what a conclusion rests on.

    Arguments:
        finding: declared before; where it cannot be told, neither can what rests on it, unless
            its case is among those named.
        cases: outcomes, or cases of `sentences`, of which it must have one.
    """

    finding: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    cases: Annotated[tuple[Case, ...], Field(strict=False, min_length=1)] = ("holds",)


class Condition(Strict):
    """Exactly one kind of condition; `all`, `any` and `none` hold conditions in turn."""

    leads: Leads | None = None
    greatest: Greatest | None = None
    order: Order | None = None
    among_top: AmongTop | None = None
    at_least: Threshold | None = None
    at_most: Threshold | None = None
    quantity: Quantity | None = None
    excludes_zero: ExcludesZero | None = None
    change: Change | None = None
    differs: Differs | None = None
    equals: Equals | None = None
    judged: Judged | None = None
    all: Annotated[tuple[Condition, ...], Field(strict=False, min_length=1)] | None = None
    any: Annotated[tuple[Condition, ...], Field(strict=False, min_length=1)] | None = None
    none: Annotated[tuple[Condition, ...], Field(strict=False, min_length=1)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _has_one_kind(cls, given: Any) -> Any:
        if isinstance(given, dict) and len(given) != 1:
            kinds = ", ".join(cls.model_fields)
            raise ValueError(f"a condition has exactly one of {kinds}")
        return given

    @property
    def kind(self) -> str:
        """Which kind it is: `greatest`, `all`, …"""
        return next(name for name in type(self).model_fields if getattr(self, name) is not None)

    @property
    def parts(self) -> tuple[Condition, ...]:
        """The conditions within `all`, `any` or `none`; none otherwise."""
        return self.all or self.any or self.none or ()

    @property
    def leaf(self) -> Leaf | None:
        """What is required of numbers; None for `all`, `any` and `none`."""
        found = getattr(self, self.kind)
        return found if isinstance(found, Leaf) else None

    def leaves(self) -> tuple[Condition, ...]:
        """All conditions on numbers within, in order."""
        if self.leaf is not None:
            return (self,)
        return tuple(leaf for part in self.parts for leaf in part.leaves())


RANKS: Final = ("leads", "greatest", "order", "among_top")
"""Kinds of condition that hold numbers against each other."""


def needs_interval(condition: Condition) -> bool:
    """Whether the condition means nothing without an interval, as on the reports read."""
    kinds = (condition.excludes_zero, condition.change, condition.differs)
    return any(kind is not None for kind in kinds)


def keys_of(condition: Condition) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names and globs that a condition on numbers reads; of `all`, `any`, `none` those within."""
    names: list[str] = []
    globs: list[str] = []
    for each in condition.leaves():
        leaf = each.leaf
        for field in ("key", "other"):
            if (name := getattr(leaf, field, None)) is not None:
                names.append(name)
        for name in getattr(leaf, "keys", ()):
            (globs if "*" in name else names).append(name)
        if (glob := getattr(leaf, "of", None)) is not None:
            globs.append(glob)
    return tuple(dict.fromkeys(names)), tuple(dict.fromkeys(globs))
