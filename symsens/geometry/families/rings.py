"""Rings of neighbours and an apex on their axis: singular at nu = 2 and 3, and degenerate at nu = 3.

Law: as in `symsens.geometry.families.four_neighbours`. Points of rings are points of the unit circle, (cos, sin);
`symsens.geometry.families.circle_point` makes rational ones. Sources: THEORY, section 6; arXiv 2109.11440 (two layers);
Phys. Rev. Lett. 125, 166001 (the pairs).
"""

from symsens.geometry.environment import Environment
from symsens.geometry.families.members import DegeneratePair, methane_like
from symsens.numbers.field import QQ


def _ring(points, radius, z):
    radius, z = QQ.parse(radius), QQ.parse(z)
    return [(radius * QQ.parse(x), radius * QQ.parse(y), z) for x, y in points]


def circle_and_apex(points, radius, p, h) -> Environment:
    """`points` of the unit circle times `radius` at height p, and the apex (0, 0, h): F2 of THEORY section 6.

    Notes
    -----
    Nullities: 1, 0, 0 at nu = 2, 3, 4 for three points or more (two points and the apex have a mirror).

    *Proof.* All dot products with the apex are p h: one class. So at nu = 2 a sideways motion of the apex is seen
    through its product with the sum of the points only, and one direction (all, if that sum is zero) is invisible.
    """
    return methane_like(*_ring(points, radius, p), (0, 0, h))


def two_layers(points, turn, radius, height, apex) -> Environment:
    """`points` of the unit circle times `radius` at +height, again at -height and turned, and the apex (0, 0, apex).

    Parameters
    ----------
    points : three of them in THEORY section 6; any number will do.
    turn : (cos, sin) of the angle by which the lower layer is turned.
    radius, height, apex : lengths; apex and -apex are degenerate at nu = 3, and separated at nu = 4.

    Notes
    -----
    Nullities: 1, 0 at nu = 2, 3 for points without symmetry (three of them: a scalene triangle).

    *Proof* (degenerate at nu = 3). z -> -z exchanges the layers of one with those of the other, and a triple that could
    tell holds the apex and one point of each layer, u and R v; its dot product is that of v and R^-1 u, and the cosines
    of all turn + (angle of v - angle of u) are those of all turn + (angle of u - angle of v), up to sign of the angle.
    """
    cos, sin = map(QQ.parse, turn)
    points = [tuple(map(QQ.parse, point)) for point in points]
    turned = [(cos * x - sin * y, sin * x + cos * y) for x, y in points]
    height = QQ.parse(height)
    return methane_like(*_ring(points, radius, height), *_ring(turned, radius, -height), (0, 0, apex))


def isosceles_layers(point, turn, radius, height, apex) -> Environment:
    """`two_layers` of the isosceles triangle (0, 1), (x, y), (-x, y): singular at nu = 3.

    An isosceles triangle is the mirror image of itself, so this is where the degenerate pair of two scalene layers, one
    triangle and its mirror image, meets.

    Notes
    -----
    Nullities: 6, 1, 0 at nu = 2, 3, 4.
    """
    x, y = map(QQ.parse, point)
    return two_layers([(0, 1), (x, y), (-x, y)], turn, radius, height, apex)


def ring_pair(points, turn, radius, height, apex) -> DegeneratePair:
    """`two_layers` with the apex on either side: degenerate at nu = 3."""
    sides = (QQ.parse(apex), -QQ.parse(apex))
    return DegeneratePair(*(two_layers(points, turn, radius, height, side) for side in sides), 3)
