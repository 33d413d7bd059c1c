"""Vertices of a regular m-gon around the centre and a pole on its axis, over the field of the m-gon.

Law: as in `symsens.geometry.families.four_neighbours`. Coordinates are in the frame of the first two vertices and the
pole, whose metric lies in QQ<2 cos(2 pi/m)>; all vertices have coordinates in it. Source: THEORY, section 8.

The reason. Let vertices k of a subset S move out of their plane by w_k, and write e_k for the change of their product
with the pole. Products among vertices do not change at first order. A triple of vertices j, k and the pole has e_j and
e_k to tell, and its class is that of all pairs of vertices as far apart, where the pole has a distance of its own. So
nu = 3 is blind to e iff, for each distance that occurs in S, the sum over k of e_k times the number of vertices of S at
this distance from k is zero, and the sum of all e_k is. These are integers; every e is reached, and e = 0 is rigid up
to motions in the plane. With the heptagon's {0, 1, 2, 4} the four conditions (1,2,1,0), (1,0,2,1), (1,1,0,2), (1,1,1,1)
are dependent, for the first three add up to (3,3,3,3): one e is left.
"""

from collections.abc import Iterable
from itertools import combinations

from symsens.errors import InputError
from symsens.geometry.environment import Environment
from symsens.geometry.families.members import DegeneratePair
from symsens.numbers.declared import number_field
from symsens.numbers.field import QQ

RATIONAL_COSINES = {3: -1, 4: 0, 6: 1}  # 2 cos(2 pi/m)


def polygon_field(m: int):
    """(K, c): the field of the regular m-gon, and its c = 2 cos(2 pi/m).

    Raises
    ------
    InputError
        m is below 3, or the field is of a degree beyond the limit.
    """
    if m < 3:
        raise InputError(f"m = {m}: a polygon has 3 vertices or more")
    if m in RATIONAL_COSINES:
        return QQ, QQ.parse(RATIONAL_COSINES[m])
    field = number_field(f"QQ<2 cos(2 pi/{m})>")
    return field, field.parse("c")


def polygon(m: int, vertices: Iterable[int], *poles, square=2) -> Environment:
    """Vertices of a regular m-gon of radius 1 around a carbon atom, and poles on its axis.

    Parameters
    ----------
    m : number of vertices, 3 or more.
    vertices : which of them are there, 0 to m - 1.
    poles : their heights in units of the square root of `square`.
    square : the metric along the axis, so that a pole may have any height.

    Raises
    ------
    InputError
        A vertex that is none or is given twice, a pole at the centre, a square that is not positive.
    """
    field, c = polygon_field(m)
    places = [field.parse(x) for x in (1, 0)]
    corners = [tuple(places), tuple(reversed(places))]
    while len(corners) < m:
        corners.append(tuple(c * y - x for x, y in zip(*corners[-2:])))
    chosen = list(vertices)
    for k in chosen:
        if k not in range(m) or chosen.count(k) > 1:
            raise InputError(f"vertex {k}: give different vertices of the {m}-gon, from 0 to {m - 1}")
    positions = [(*corners[int(k)], 0) for k in chosen] + [(0, 0, h) for h in poles]
    metric = ((1, c / 2, 0), (c / 2, 1, 0), (0, 0, square))
    return Environment(("H",) * len(positions), positions, "C", metric, field=field)


def polygon_and_pole(m: int, vertices: Iterable[int], square=2) -> Environment:
    """Vertices of a regular m-gon of radius 1 around the centre and a pole at a height of which `square` is the square.

    Parameters
    ----------
    m, vertices : as for `polygon`.
    square : any positive number but 1 gives the same nullities, because the products with the pole scale all at once;
        at 1 the pole has the distance of the vertices, and more may coincide.

    Notes
    -----
    Nullities of the heptagon's {0, 1, 2, 4}: 4, 1, 0 at nu = 2, 3, 4, none due to symmetry.
    `symsens.jobs.polygons.singular_subsets` finds all subsets that are singular.
    """
    return polygon(m, vertices, 1, square=square)


def homometric_vertices(m: int, first: Iterable[int], second: Iterable[int]) -> DegeneratePair:
    """Two subsets of the vertices of a regular m-gon around the centre whose differences modulo m are the same, as
    often: degenerate at nu = 2.

    Notes
    -----
    Every neighbour has the distance 1, and the product of two is the cosine of 2 pi/m times their difference. {0,1,3,4}
    and {0,1,2,5} of the octagon are separated at nu = 3; both are planar, so that symmetry alone makes nullities.

    Raises
    ------
    InputError
        The differences are not the same.
    """
    subsets = [sorted(first), sorted(second)]
    spectra = [sorted(min((j - i) % m, (i - j) % m) for i, j in combinations(subset, 2)) for subset in subsets]
    if spectra[0] != spectra[1]:
        words = " and ".join(":".join(map(str, subset)) for subset in subsets)
        raise InputError(f"{words} are not homometric modulo {m}: give subsets with the same differences, as often")
    return DegeneratePair(*(polygon(m, subset) for subset in subsets), 2)


def subsets_of_polygon(m: int) -> list[tuple[int, ...]]:
    """The subsets of the vertices of a regular m-gon, none empty, one of each class under rotations and reflections."""
    seen, found = set(), []
    for size in range(1, m + 1):
        for subset in combinations(range(m), size):
            if subset not in seen:
                found.append(subset)
                seen |= {tuple(sorted((s * k + t) % m for k in subset)) for s in (1, -1) for t in range(m)}
    return found
