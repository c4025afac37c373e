"""What can an answer be, when not everything is known?

Three values in strong Kleene logic: True, False, and None for "not known". There is no way to
turn None into a bool here, on purpose: nobody may read "not known" as "no" by accident.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

Tri = bool | None
Number = int | Fraction


def k_all(values: Iterable[Tri]) -> Tri:
    """Return False if one is False, else None if one is not known, else True."""
    known = tuple(values)
    if any(value is False for value in known):
        return False
    return None if any(value is None for value in known) else True


def k_any(values: Iterable[Tri]) -> Tri:
    """Return True if one is True, else None if one is not known, else False."""
    known = tuple(values)
    if any(value is True for value in known):
        return True
    return None if any(value is None for value in known) else False


def k_not(value: Tri) -> Tri:
    """Return the opposite; what is not known stays not known."""
    return None if value is None else not value


def consensus(values: Iterable[Tri]) -> Tri:
    """Return what all readings agree on, else None."""
    known = set(values)
    return known.pop() if len(known) == 1 else None


@dataclass(frozen=True, slots=True)
class Interval:
    """A number known only to lie between two bounds, both included; None is no bound.

    Orderings answer in three values, so an interval may be compared wherever a number may.
    Equality is the ordinary one of the pair of bounds: ask `same` about the number itself.
    """

    lower: Number | None
    upper: Number | None

    def __lt__(self, other: "Number | Interval") -> Tri:
        """Tell whether the number is surely less, surely not, or not known."""
        return _below(self, other, strictly=True)

    def __le__(self, other: "Number | Interval") -> Tri:
        """Tell whether the number is surely no greater, surely greater, or not known."""
        return _below(self, other, strictly=False)

    def __gt__(self, other: "Number | Interval") -> Tri:
        """Tell whether the number is surely greater, surely not, or not known."""
        return _below(other, self, strictly=True)

    def __ge__(self, other: "Number | Interval") -> Tri:
        """Tell whether the number is surely no less, surely less, or not known."""
        return _below(other, self, strictly=False)


def bounds(value: Number | Interval) -> tuple[Number | None, Number | None]:
    """Return the least and the greatest the number can be; None is no bound."""
    return (value.lower, value.upper) if isinstance(value, Interval) else (value, value)


def between(lower: Number | None, upper: Number | None) -> Number | Interval:
    """Return the interval, or the number itself where both bounds meet."""
    return lower if lower is not None and lower == upper else Interval(lower, upper)


def _below(left: Number | Interval, right: Number | Interval, *, strictly: bool) -> Tri:
    (left_least, left_most), (right_least, right_most) = bounds(left), bounds(right)
    if left_most is not None and right_least is not None:
        if left_most < right_least or (not strictly and left_most == right_least):
            return True
    if left_least is not None and right_most is not None:
        if left_least > right_most or (strictly and left_least == right_most):
            return False
    return None


def same(left: Number | Interval, right: Number | Interval) -> Tri:
    """Tell whether both are the same number; an interval never surely is."""
    if not isinstance(left, Interval) and not isinstance(right, Interval):
        return left == right
    apart = _below(left, right, strictly=True) or _below(right, left, strictly=True)
    return False if apart else None


def _each_bound(
    combine: Callable[[Number, Number], Number],
    left: tuple[Number | None, Number | None],
    right: tuple[Number | None, Number | None],
) -> Number | Interval:
    pairs = zip(left, right, strict=True)
    lower, upper = (None if a is None or b is None else combine(a, b) for a, b in pairs)
    return between(lower, upper)


def plus(left: Number | Interval, right: Number | Interval) -> Number | Interval:
    """Add two numbers, either of which may be an interval."""
    return _each_bound(lambda a, b: a + b, bounds(left), bounds(right))


def minus(left: Number | Interval, right: Number | Interval) -> Number | Interval:
    """Subtract; the least difference comes of the greatest subtrahend."""
    least, most = bounds(right)
    return _each_bound(lambda a, b: a - b, bounds(left), (most, least))


def times(left: Number | Interval, right: Number | Interval) -> Number | Interval:
    """Multiply; at least one side has to be a plain number."""
    factor, value = (right, left) if isinstance(left, Interval) else (left, right)
    if isinstance(factor, Interval):
        raise TypeError("of two factors one has to be a plain number")
    if factor == 0:
        return 0
    least, most = (None if bound is None else bound * factor for bound in bounds(value))
    return between(least, most) if factor > 0 else between(most, least)


def divided(left: Number | Interval, right: Number | Interval) -> Number | Interval:
    """Divide by a positive plain number, rounding down."""
    if isinstance(right, Interval) or right <= 0:
        raise TypeError("a divisor has to be a positive plain number")
    least, most = (None if bound is None else bound // right for bound in bounds(left))
    return between(least, most)


def lowest(left: Number | Interval, right: Number | Interval) -> Number | Interval:
    """Return the lesser of two; it is no greater than either upper bound."""
    (a, b), (c, d) = bounds(left), bounds(right)
    uppers = [bound for bound in (b, d) if bound is not None]
    return between(None if a is None or c is None else min(a, c), min(uppers, default=None))


def highest(left: Number | Interval, right: Number | Interval) -> Number | Interval:
    """Return the greater of two; it is no less than either lower bound."""
    (a, b), (c, d) = bounds(left), bounds(right)
    lowers = [bound for bound in (a, c) if bound is not None]
    return between(max(lowers, default=None), None if b is None or d is None else max(b, d))


def hull(values: Iterable[Number | Interval]) -> Number | Interval:
    """Return the least interval that holds all of them; there has to be one."""
    pairs = [bounds(value) for value in values]
    lowers = [lower for lower, _ in pairs]
    uppers = [upper for _, upper in pairs]
    return between(
        None if None in lowers else min(x for x in lowers if x is not None),
        None if None in uppers else max(x for x in uppers if x is not None),
    )


KINDS_OF_AMOUNT = ("exact", "at_least", "at_most", "unspecified", "in_kind")


@dataclass(frozen=True, slots=True)
class Amount:
    """What a benefit is worth, in fen where its unit is yuan, and who pays.

    A floor has no upper figure, a ceiling no lower one, and an unspecified amount or one in
    kind has neither: no figure is shown that the policy does not promise. An exact amount whose
    facts are partly unknown has two different figures, or none.
    """

    kind: str
    lower: int | None
    upper: int | None
    unit: str
    payer: str

    def as_json(self) -> dict[str, str | int | None]:
        """Return it for JSON; yuan become strings with two decimals."""
        lower, upper = (self._shown(figure) for figure in (self.lower, self.upper))
        return {
            "kind": self.kind,
            "lower": lower,
            "upper": upper,
            "unit": self.unit,
            "payer": self.payer,
        }

    def _shown(self, figure: int | None) -> str | int | None:
        return yuan(figure) if self.unit == "yuan" and figure is not None else figure


def yuan(fen: int) -> str:
    """Write integer fen as yuan with two decimals."""
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole}.{rest:02d}"
