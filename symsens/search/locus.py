"""All t at which the basis-free Jacobian of a one-parameter family loses rank.

The rank can fall where classes merge, at roots of differences of invariants, or at common roots of the largest minors
of the generic Jacobian, and nowhere else (Lemma family). Each irreducible factor of these is decided: a minor of the
Jacobian with the classes at its roots that is not 0 there shows the rank unchanged; otherwise each root gets an exact
filtration over its own field.

Law: what is not decided is left open by name; nothing is guessed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations, count, islice, pairwise
from random import Random

from symsens.budget import BudgetSpent, stage, stop
from symsens.errors import InputError, UndecidedError
from symsens.geometry.curves import Curve
from symsens.numbers.declared import field_of_root
from symsens.numbers.factors import irreducible_factors
from symsens.numbers.number_field import MAX_DEGREE, NumberField, written
from symsens.numbers.polynomials import Polynomial
from symsens.rows.filtration import Filtration, exact_filtration
from symsens.rows.minors import Jacobian, Minor, labels_modulo, roots_modulo

PLACES = 3  # at which a rank is looked at before a fall is believed to be one
DRAWN = 12  # minors at most whose common roots are taken
STILL = 3  # minors that may change nothing


@dataclass(frozen=True, eq=False)
class Point:
    """A value of t at which the rank falls, or may fall.

    Attributes
    ----------
    polynomial : irreducible over the field of the family, t is a root of it.
    interval : (low, high), rational, in which t is its only root; (t, t) where t is rational.
    t : in the field of the filtration; None where it is open.
    filtration : exact, at t; None where it is open.
    undecided : why it is open; None where it is not.
    """

    polynomial: Polynomial
    interval: tuple[Fraction, Fraction]
    t: object = None
    filtration: Filtration | None = None
    undecided: str | None = None


@dataclass(frozen=True, eq=False)
class Locus:
    """What is known of the ranks of a family.

    Attributes
    ----------
    curve, nu : the family and the order.
    sample, generic : a rational t, and the filtration there, which is that of almost all t.
    minors : minors of the generic Jacobian without common root but at the points.
    regular : (irreducible polynomial, minor): classes merge at its roots, and the rank is the generic one.
    points : in ascending order.
    """

    curve: Curve
    nu: int
    sample: Fraction
    generic: Filtration
    minors: tuple[Minor, ...]
    regular: tuple[tuple[Polynomial, Minor], ...]
    points: tuple[Point, ...]


def singular_locus(curve: Curve, nu: int) -> Locus:
    """All points of a family at which the rank at order nu falls below that of almost all t.

    Raises
    ------
    UndecidedError
        The generic rank is not proved (never seen).
    """
    stage("the generic rank")
    draw = Random(1)
    jacobian = Jacobian(curve, nu, labels_modulo(curve))
    rank = _generic_rank(jacobian, draw)
    decider = _Decider(curve, nu, rank, draw)
    minors, common = _minors(jacobian, rank, draw)
    candidates = _factors([*_differences(curve, jacobian.labels), common])
    sample, generic = _sample(curve, nu, rank, jacobian.span(draw), candidates)
    regular, points = [], []
    for number, h in enumerate(candidates):
        try:
            stage(f"candidate {number + 1} of {len(candidates)}, of degree {h.degree}")
            found = decider.decide(h)
        except BudgetSpent as spent:
            stop()
            found = decider.left_open(h, str(spent))
        if isinstance(found, Minor):
            merges = (labels_modulo(curve, h) != jacobian.labels).any()
            (regular.append((h, found)) if merges else minors.append(found))
        else:
            points += found
    return Locus(curve, nu, sample, generic, tuple(minors), tuple(regular), tuple(_in_order(points)))


def _generic_rank(jacobian: Jacobian, draw: Random) -> int:
    """From below, and almost certainly right."""
    places = islice(jacobian.curve.field.places(), PLACES)
    return max(jacobian.residues(place, draw.randrange(place.prime)).rank() for place in places)


def _minors(jacobian: Jacobian, rank: int, draw: Random) -> tuple[list[Minor], Polynomial]:
    """Some largest minors, and their greatest common divisor."""
    place = next(iter(jacobian.curve.field.places()))
    found, common, still = [], Polynomial(jacobian.curve.field, ()), 0
    while len(found) < DRAWN and still < STILL and common.degree:
        stage(f"minor {len(found) + 1} of the generic Jacobian")
        rows, columns = jacobian.numbers_of_a_minor(place, draw.randrange(place.prime), draw)
        if len(rows) < rank:
            continue
        following = common.gcd(jacobian.polynomial(rows, columns))
        still = still + 1 if following == common else 0
        if not still:
            found.append(jacobian.minor(rows, columns))
        common = following
    return found, common


def _differences(curve: Curve, labels) -> Iterator[Polynomial]:
    """At the roots of these, and nowhere else, more labels are equal than for almost all t (Lemma family)."""
    gram, n = curve.gram, len(labels)
    for j, k in combinations(range(n), 2):
        if curve.species[j] == curve.species[k] and labels[j][j] != labels[k][k]:
            yield gram[j][j] - gram[k][k]
    seen = {}
    for j, k in combinations(range(n), 2):
        shells = tuple(sorted((int(labels[j][j]), int(labels[k][k]))))
        seen.setdefault(shells, {}).setdefault(gram[j][k].coefficients, gram[j][k])
    for values in seen.values():
        yield from (f - g for f, g in combinations(values.values(), 2))


def _factors(polynomials) -> list[Polynomial]:
    """The irreducible factors of all of them, each once."""
    different = {f.monic().coefficients: f for f in polynomials}
    found = {}
    for number, f in enumerate(different.values()):
        if number % 20 == 0:
            stage(f"factors of polynomial {number + 1} of {len(different)}")
        found.update((h.coefficients, h) for h in irreducible_factors(f))
    return list(found.values())


@dataclass(frozen=True, eq=False)
class _Decider:
    """Whether the rank falls at the roots of an irreducible polynomial."""

    curve: Curve
    nu: int
    rank: int
    draw: Random

    def decide(self, h: Polynomial) -> Minor | list[Point]:
        """A minor that is not 0 at its roots, or its roots in the interval."""
        ends = h.roots_between(*self.curve.interval)
        if not ends:
            return []
        return self._minor(h) or [self._point(h, interval) for interval in ends]

    def left_open(self, h: Polynomial, why: str) -> list[Point]:
        """Its roots in the interval, undecided."""
        return [Point(h, interval, undecided=why) for interval in h.roots_between(*self.curve.interval)]

    def _minor(self, h: Polynomial) -> Minor | None:
        jacobian, whole, tried = Jacobian(self.curve, self.nu, labels_modulo(self.curve, h)), h.primitive(), 0
        for place in islice(self.curve.field.places(), 20 * h.degree):
            for t in roots_modulo(whole, place)[:1]:
                tried += 1
                rows, columns = jacobian.numbers_of_a_minor(place, t, self.draw)
                if len(rows) == self.rank:
                    return jacobian.minor(rows, columns)
            if tried == PLACES:
                return None
        return None

    def _point(self, h: Polynomial, interval) -> Point:
        try:
            field, t = self._value(h, interval)
        except InputError as error:
            return Point(h, interval, undecided=str(error))
        filtration = exact_filtration(self.curve.at(t, field), self.nu)
        if filtration.rank is None:
            return Point(h, interval, undecided=filtration.undecided)
        if filtration.rank >= self.rank:
            return Point(h, interval, undecided="the rank is the generic one, by no minor that was found")
        return Point(h, interval, t, filtration)

    def _value(self, h: Polynomial, interval):
        """A root, and a field that holds it and the coefficients of the family."""
        own = self.curve.field
        if h.degree == 1:
            return own, -h.coefficients[0]
        if own.degree > 1:
            raise InputError(f"t has degree {h.degree} over {own.name}: fields over such a field are not supported")
        if h.degree > MAX_DEGREE:
            raise InputError(f"t has degree {h.degree}: fields have degree {MAX_DEGREE} at most")
        field = _own_field(h, interval, self.curve.parameter)
        return field, field.parse(self.curve.parameter)


def _own_field(h: Polynomial, interval, name: str) -> NumberField:
    """QQ<t> of a root of an irreducible polynomial over QQ."""
    return field_of_root(name, written(h.primitive().coefficients, name), interval)


def _sample(curve, nu, rank, span, candidates) -> tuple[Fraction, Filtration]:
    """A simple rational t at which all is as for almost all t, and the filtration there."""
    for t in _simple(curve.interval):
        if any(not h(t) for h in candidates):
            continue
        filtration = exact_filtration(curve.at(t), nu)
        if filtration.rank == rank and filtration.moves.stabiliser.span == span:
            return t, filtration
    raise UndecidedError(f"the generic rank, at least {rank}, was met at no t")


def _simple(interval) -> Iterator[Fraction]:
    """Rational numbers inside an interval, simple ones first."""
    low, high = interval
    for q in count(1):
        if q == 200:
            return
        for p in range((low * q).__ceil__(), (high * q).__floor__() + 1):
            if low < (t := Fraction(p, q)) < high and t.denominator == q:
                yield t


def _in_order(points: list[Point]) -> list[Point]:
    """In ascending order, with intervals that do not meet."""
    while True:
        points = sorted(points, key=lambda point: point.interval)
        near = {i for i, (a, b) in enumerate(pairwise(points)) if a.interval[1] >= b.interval[0]}
        if not near:
            return points
        points = [
            replace(point, interval=point.polynomial.narrowed(point.interval)) if {i, i - 1} & near else point
            for i, point in enumerate(points)
        ]
