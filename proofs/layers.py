"""Seven neighbours, a triangle at height k, the same turned at -k, an apex at height h: with h and -h they are
degenerate at nu = 3 at all values of the parameters. An isosceles triangle is where such pairs merge: there nu = 3 is
blind to one displacement at all values; at almost all this is all that it misses beyond rotations, no symmetry forces
it, and nu = 4 misses nothing.

All three vertices are on a circle, at points (1 - t^2, 2 t) / (1 + t^2) of parameters 0, t, u, and (0, 1), (-x, y), (x,
y) for the isosceles one, (x, y) of parameter t; the turn is that of parameter s; all times the denominators. The null
vector moves the vertex (0, 1) and its turned image along the circle: a scalene triangle and its mirror image are what
the pair is made of, turned and seen from below. As for half-turn.
"""

from symsens.geometry.polynomial_families import PolynomialFamily, parameters
from symsens.jobs.identities import degenerate_at_all_values, null_at_all_values, rotations
from symsens.jobs.theorems import claim

FALSE = "the vertex (0, 1) of one layer moving alone is null"
ISOSCELES, SCALENE = ("-1/2", "1/3", 2, 5), ("1/2", 3, "1/3", 2, 5)


def layers(points, turn, k, h):
    """Points of the circle at k, turned ones at -k, and the apex."""
    (cos, sin, unit) = turn
    upper = [(unit * x, unit * y, k) for x, y in points]
    lower = [(cos * x - sin * y, sin * x + cos * y, -k) for x, y in points]
    return [*upper, *lower, (0, 0, h)]


def turned(s):
    """(cos, sin) of the turn, and the denominator that both are multiplied by."""
    return 1 - s**2, 2 * s, 1 + s**2


def isosceles(both=True):
    """The family, and the null vector."""
    t, s, k, h = names = parameters("t,s,k,h")
    x, y, unit = turned(t)
    points = [(0 * t, unit), (x, y), (-x, y)]
    members = PolynomialFamily.of(layers(points, turned(s), k, h), *names)
    cos, sin, whole = turned(s)
    moved = {0: (-unit * whole, 0), 3: (-unit * cos, -unit * sin) if both else (0, 0)}
    return members, [c for j in range(7) for c in (*moved.get(j, (0, 0)), 0)]


def scalene(side):
    """The family, with the apex on one side."""
    t, u, s, k, h = names = parameters("t,u,s,k,h")
    A, B = 1 + t**2, 1 + u**2
    points = [(A * B, 0 * t), ((1 - t**2) * B, 2 * t * B), ((1 - u**2) * A, 2 * u * A)]
    return PolynomialFamily.of(layers(points, turned(s), k, side * h), *names)


def proof(both=True):
    """The pairs, the null vector where they merge, and the rank at one member."""
    members, along = isosceles(both)
    certificate, found = null_at_all_values(members, [*rotations(members), along], 3, ISOSCELES)
    spurious = found.filtration["incompleteness"]
    claim(spurious == 1 and found.filtration.moves.stabiliser.order == 1, f"incompleteness {spurious}")
    lifted, _ = null_at_all_values(members, rotations(members), 4, ISOSCELES)
    pairs, pair = degenerate_at_all_values(scalene(1), scalene(-1), 3, SCALENE)
    claim(pair.levels["environment"].separated_at == 4, "nu = 4 does not tell the members apart")
    return [certificate, lifted, pairs]


def control():
    """The upper vertex alone."""
    proof(both=False)
