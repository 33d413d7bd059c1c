"""Environments with small numbers, one for every pattern of four or five neighbours of which a singular one is known.

They were found by trying integral points on spheres, and integral dependencies u with G u = 0; the heptagon's by its
family. What they show is proved anew whenever they are used: the pattern, and that they are singular.

Law: places only; nothing is claimed here.
"""

from collections.abc import Iterator
from functools import cache

from symsens.geometry.displacements import Displacements
from symsens.geometry.environment import Environment
from symsens.geometry.families.polygons import polygon_and_pole
from symsens.rows.atlas import canonical

FOUR = (
    ((0, 1, 0), (0, 0, -1), (1, 0, 0), (0, 0, 1)),
    ((-1, -1, 3), (1, 1, 3), (3, 1, 1), (1, 3, 1)),
    ((0, 1, 1), (1, 0, -1), (1, 0, 1), (1, 1, 0)),
    ((0, -1, 1), (1, 1, 0), (1, 0, -1), (0, 1, 1)),
    ((1, 0, -1), (-1, 0, 1), (0, -1, 1), (1, 1, 0)),
    ((2, 0, 1), (1, 0, 2), (-1, 0, 2), (0, 1, 2)),
    ((1, 1, 0), (1, 0, 1), (-1, 0, 1), (1, -1, 0)),
    ((1, 0, 2), (2, 0, 1), (1, -2, 0), (2, 1, 0)),
    ((1, 0, 2), (2, 1, 0), (-1, 2, 0), (0, 1, 2)),
    ((1, -4, 1), (1, 4, 1), (3, 0, 3), (-3, 0, 3)),
    ((0, 1, 1), (-1, -1, 0), (1, 0, 1), (1, 1, 0)),
    ((1, 1, 3), (3, 1, 1), (-1, -1, 3), (1, -1, -3)),
    ((-1, 2, 0), (2, 0, 1), (0, 2, 1), (0, 1, 2)),
    ((1, 1, -2), (-2, 1, -1), (2, 1, 1), (1, 2, 1)),
    ((2, 1, 0), (0, 2, 1), (0, 1, -2), (1, 0, 2)),
    ((1, 2, 0), (1, 0, 2), (2, -1, 0), (2, 1, 0)),
    ((0, 0, -1), (0, 0, 1), (1, 0, 0), (0, 2, 0)),
    ((1, 0, 1), (-1, 1, 0), (-1, 0, 1), (0, 2, 2)),
    ((0, 0, 1), (1, 0, 0), (0, 1, 0), (0, 0, 2)),
    ((-1, 1, 0), (1, 0, 1), (1, 0, -1), (1, 1, 1)),
    ((1, 0, -1), (1, 0, 1), (0, 1, 1), (1, 0, 0)),
    ((0, 1, 0), (0, 0, 1), (1, 0, 0), (1, 0, -1)),
    ((0, 1, 1), (1, 1, 0), (0, 1, -1), (0, 0, 1)),
    ((0, 0, 1), (0, 1, 0), (0, 1, 1), (1, 1, 0)),
    ((0, 1, 1), (-1, 0, 1), (2, 0, 2), (0, 2, 2)),
    ((0, 0, 1), (0, 1, 0), (0, 1, 1), (1, 0, -1)),
    ((0, 0, 1), (0, 1, 0), (0, 1, 1), (1, -1, 1)),
)
# all |x|^2 = 7, products -5 and 1, in the frame of the first three: 7 is no sum of three squares of rational numbers
SKEW = ((1, 0, 0), (0, 1, 0), (0, 0, 1), ("-1/2", -1, "-1/2")), ((7, -5, 1), (-5, 7, 1), (1, 1, 7))


def _environments() -> Iterator[Environment]:
    """All of them."""
    yield from (Environment(("H",) * 4, points, "C") for points in FOUR)
    yield Environment(("H",) * 4, SKEW[0], "C", SKEW[1])
    yield from (polygon_and_pole(7, (0, 1, 2, 4), square) for square in (1, 2))


@cache
def stored_environments() -> dict[tuple, Environment]:
    """The environments by the canonical form of their pattern (`symsens.rows.atlas.canonical`)."""
    return {canonical(Displacements.of_neighbours(env).labels): env for env in _environments()}
