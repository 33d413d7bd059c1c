"""What members of families are made of: rational points of circles, mirror images, turns; and pairs of members.

Law: every function here takes exact numbers to exact numbers; no square root is ever taken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from symsens.errors import InputError
from symsens.geometry.environment import Environment, Structure
from symsens.numbers.field import QQ
from symsens.numbers.metric import dot


@dataclass(frozen=True)
class DegeneratePair:
    """Two environments that no features of order `nu` tell apart, though they are not congruent.

    Attributes
    ----------
    first, second : the environments; or structures, and then it is sums over all atoms that are equal.
    nu : the largest order at which they are degenerate.
    """

    first: Environment | Structure
    second: Environment | Structure
    nu: int

    def __iter__(self):
        return iter((self.first, self.second))


def methane_like(*positions) -> Environment:
    """Hydrogens at `positions` about a carbon atom."""
    return Environment(("H",) * len(positions), positions, centre_species="C")


def vector(values: Sequence) -> tuple[Fraction, ...]:
    """Exact numbers as a vector."""
    return tuple(map(QQ.parse, values))


def add(*vectors) -> tuple:
    """The sum of vectors."""
    return tuple(map(sum, zip(*vectors)))


def scaled(factor, x) -> tuple:
    """factor x."""
    return tuple(factor * c for c in x)


def opposite(x) -> tuple:
    """-x."""
    return tuple(-c for c in x)


def along(axis, x) -> tuple:
    """The part of x along an axis.

    Raises
    ------
    InputError
        The axis is the zero vector.
    """
    square = dot(axis, axis)
    if not square:
        raise InputError("0:0:0 is no direction: give a vector that is not zero")
    return scaled(Fraction(dot(axis, x)) / square, axis)


def mirrored(x, w) -> tuple:
    """The mirror image of x in the plane through the origin across w: of the same length, as every vector of the same
    length is for w their difference."""
    return add(x, scaled(-2, along(w, x)))


def half_turned(x, axis) -> tuple:
    """x after half a turn about an axis: x and its image add up to twice the part of x along the axis."""
    return add(scaled(2, along(axis, x)), opposite(x))


def circle_point(tangent) -> tuple[Fraction, Fraction]:
    """(cos a, sin a) of the angle a with tan(a/2) = `tangent`: every rational point of the unit circle but (-1, 0)."""
    t = QQ.parse(tangent)
    return (1 - t * t) / (1 + t * t), 2 * t / (1 + t * t)


def rotation(quaternion) -> tuple[tuple[Fraction, ...], ...]:
    """The rotation of a rational quaternion a + bi + cj + dk; every rational rotation is one of these.

    Raises
    ------
    InputError
        The quaternion is zero.
    """
    a, b, c, d = vector(quaternion)
    square = a * a + b * b + c * c + d * d
    if not square:
        raise InputError("0:0:0:0 is no rotation: give a quaternion that is not zero")
    rows = (
        (a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)),
        (2 * (b * c + a * d), a * a - b * b + c * c - d * d, 2 * (c * d - a * b)),
        (2 * (b * d - a * c), 2 * (c * d + a * b), a * a - b * b - c * c + d * d),
    )
    return tuple(tuple(x / square for x in row) for row in rows)
