"""Environments with small numbers, one for every pattern of four or five neighbours of which a singular one is known.

They were found by trying integral points on spheres, and integral dependencies u with G u = 0; the heptagon's by its
family. Those of five neighbours at nu = 2 are in `five_neighbours.json`: species, positions, metric. What they show is
proved anew whenever they are used: the pattern, and that they are singular.

Law: places only; nothing is claimed here.
"""

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

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


def _of_four() -> Iterator[Environment]:
    yield from (Environment(("H",) * 4, points, "C") for points in FOUR)
    yield Environment(("H",) * 4, SKEW[0], "C", SKEW[1])


def _of_five(nu: int) -> Iterator[Environment]:
    """The heptagon's; at nu = 2 many more, found by chance among points of small lattices."""
    if nu == 2:
        for species, points, metric in json.loads((files("symsens.search") / "five_neighbours.json").read_text()):
            yield Environment(species, points, "C", metric)
    yield from (polygon_and_pole(7, (0, 1, 2, 4), square) for square in (1, 2))


@cache
def stored_environments(n: int, nu: int) -> dict[tuple, Environment]:
    """The environments of n neighbours by the canonical form of their pattern (`symsens.rows.atlas.canonical`); those
    that are of use at order nu."""
    found = {4: _of_four(), 5: _of_five(nu)}.get(n, ())
    return {canonical(Displacements.of_neighbours(env).labels): env for env in found}
