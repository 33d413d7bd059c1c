"""A radius around an environment within which none is singular, and paths along which none is (THEORY, section 8).

Law: what is claimed of a set is shown by `symsens.search.reach`; what is claimed of a point is exact.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from itertools import combinations

from symsens.budget import stage
from symsens.errors import InputError
from symsens.geometry.environment import Environment
from symsens.rows.filtration import exact_filtration
from symsens.search.reach import Reach, length_above

HALVINGS = 100
NARROWEST = Fraction(1, 2**24)  # part of a path that is not divided any more
MOST_PARTS = 20_000


@dataclass(frozen=True)
class Clearance:
    """A proved radius around an environment.

    Attributes
    ----------
    radius : in the unit of the positions, rounded down to two digits; 0 where the environment itself is singular.
    nu : the order.
    stopped_by : sets of pairs of neighbours (j = k for a square) whose labels may be equal a little farther out.
    by_pattern : the radius, rounded likewise, up to which the coincidences that can occur lose nothing at all; beyond
        it, up to `radius`, the neighbours' linear dependencies are needed too.
    triple : three neighbours that span space throughout.
    reason : why the radius is 0; None where it is not.
    """

    radius: Decimal
    nu: int
    stopped_by: tuple[tuple[tuple[int, int], ...], ...] = ()
    by_pattern: Decimal = Decimal(0)
    triple: tuple[int, int, int] | None = None
    reason: str | None = None


def two_digits(x: Fraction, rounding=ROUND_FLOOR) -> Decimal:
    """A positive number, rounded to two digits."""
    d = Decimal(x.numerator) / Decimal(x.denominator)
    return d.quantize(Decimal(1).scaleb(d.adjusted() - 1), rounding)


def why_singular(env: Environment, nu: int) -> str | None:
    """Why some displacement beyond rigid ones is invisible at order nu; None where none is."""
    if env.n < 3:
        return f"{env.n} neighbours always lie in a plane with the centre, and displacements across it are invisible"
    found = exact_filtration(env, nu)
    parts = [(found["symmetry"], "forced by symmetry"), (found["incompleteness"], "spurious")]
    said = " and ".join(f"{count} {why}" for count, why in parts if count)
    return f"the environment itself is singular: null displacements beyond rigid ones: {said}" if said else None


def clearance(env: Environment, nu: int = 2) -> Clearance:
    """A radius such that no environment whose neighbours are each at most so far from those of `env` is singular.

    Singular means that a displacement beyond rigid rotations is invisible to all O(3) features of order nu: spurious or
    forced by symmetry.

    Parameters
    ----------
    env : its centre is fixed.
    nu : 2 or more.
    """
    stage("the environment itself")
    if reason := why_singular(env, nu):
        return Clearance(Decimal(0), nu, reason=reason)
    within = lambda e: Reach(env, (e,) * env.n)
    radius, beyond = _largest(lambda e: within(e).is_regular(nu), _farthest(env))
    if not radius:
        return Clearance(radius, nu, reason="no radius is proved, however small")
    by_pattern = radius
    if within(Fraction(radius)).why_regular(nu) != "pattern":
        by_pattern, _ = _largest(lambda e: within(e).why_regular(nu) == "pattern", Fraction(radius))
    return Clearance(
        radius, nu, tuple(within(beyond).possible()), by_pattern, within(Fraction(by_pattern or radius)).spanning()
    )


def _largest(regular: Callable, high: Fraction) -> tuple[Decimal, Fraction]:
    """About the largest number that is regular, rounded down to two digits, 0 if none is found; one that is not."""
    for _ in range(HALVINGS):
        if regular(high / 2):
            break
        high /= 2
    else:
        return Decimal(0), high
    low = high / 2
    while high - low > low / 200:
        stage(f"a radius of {two_digits(low)}")
        middle = (low + high) / 2
        low, high = (middle, high) if regular(middle) else (low, middle)
    radius = two_digits(low)
    while not regular(Fraction(radius)):  # rounding down can only help, but for the last bits of the balls
        radius -= Decimal(1).scaleb(radius.adjusted() - 1)
    return radius, high


def _farthest(env: Environment) -> Fraction:
    """About half the least distance of two atoms: beyond it they may meet."""
    places = [(0, 0, 0), *env.positions]
    apart = ([s - t for s, t in zip(u, v)] for u, v in combinations(places, 2))
    return min(length_above(env.metric, u) for u in apart) / 2


# Paths.


@dataclass(frozen=True)
class Path:
    """What is known of the straight path from one environment to another, t from 0 to 1.

    Attributes
    ----------
    regular : True where no environment of it is singular, False where one is, None where this is open.
    intervals : the parts of [0, 1] that are not proved regular.
    singular : values of t at which it is singular, exactly.
    """

    regular: bool | None
    intervals: tuple[tuple[Fraction, Fraction], ...]
    singular: tuple[Fraction, ...]


def between(first: Environment, second: Environment, t: Fraction) -> Environment:
    """The environment (1 - t) first + t second."""
    places = [tuple((1 - t) * a + t * b for a, b in zip(u, v)) for u, v in zip(first.positions, second.positions)]
    return replace(first, positions=tuple(places))


def along(first: Environment, second: Environment, nu: int = 2) -> Path:
    """Whether an environment on the straight path between two is singular: neighbour j goes to neighbour j.

    Raises
    ------
    InputError
        They differ in species, in the frame or in the field.
    """
    if (first.species, first.metric, first.field) != (second.species, second.metric, second.field):
        raise InputError("a path joins environments of the same species in the same order, in one frame over one field")
    lengths = [[a - b for a, b in zip(u, v)] for u, v in zip(first.positions, second.positions)]
    steps = [length_above(first.metric, u) for u in lengths]
    waiting, narrow, count = [(Fraction(0), Fraction(1))], [], 0
    while waiting:
        start, stop = waiting.pop()
        count += 1
        if count % 100 == 0:
            stage(f"the path at t = {float(start):.4f}")
        if _is_regular(first, second, (start + stop) / 2, [(stop - start) / 2 * step for step in steps], nu):
            continue
        if stop - start <= NARROWEST or count > MOST_PARTS:
            narrow.append((start, stop))
        else:
            middle = (start + stop) / 2
            waiting += [(middle, stop), (start, middle)]
    intervals = _merged(narrow)
    singular = tuple(t for interval in intervals if (t := _singular_point(first, second, interval, nu)) is not None)
    return Path(False if singular else None if intervals else True, intervals, singular)


def _is_regular(first, second, t, radii, nu) -> bool:
    try:
        return Reach(between(first, second, t), tuple(radii)).is_regular(nu)
    except InputError:  # two atoms meet
        return False


def _merged(narrow) -> tuple[tuple[Fraction, Fraction], ...]:
    merged = []
    for start, stop in sorted(narrow):
        if merged and merged[-1][1] == start:
            merged[-1] = (merged[-1][0], stop)
        else:
            merged.append((start, stop))
    return tuple(merged)


def _singular_point(first, second, interval, nu) -> Fraction | None:
    """A simple number of the interval at which the environment is singular; None where none is found."""
    start, stop = interval
    middle = (start + stop) / 2
    simple = next(x for k in range(64) if start <= (x := middle.limit_denominator(2**k)) <= stop)
    for t in (start, stop, simple):
        try:
            if why_singular(between(first, second, t), nu):
                return t
        except InputError:
            continue
    return None
