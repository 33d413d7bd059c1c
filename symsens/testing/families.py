"""Exact environments with known answers: the table of THEORY section 6, and families with free rational parameters.

Law: whatever a docstring here says of a family follows from the few lines below it; parameters that bring two atoms
together raise `InputError`. The words: two environments are degenerate at nu when their features of order nu are equal
for every phi; an environment is singular at nu when some displacement beyond rigid motions and symmetry is invisible.
"""

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from symsens.geometry.environment import Environment
from symsens.numbers.metric import apply, dot


def _hydrogens(*positions) -> Environment:
    return Environment(("H",) * len(positions), positions, centre_species="C")


def _xy(point, z, radius=1):
    return (radius * point[0], radius * point[1], z)


# Classes of tuples, and congruence, straight from the definitions.


def _dots(env: Environment) -> list[list[tuple[int, int]]]:
    """x_j . x_k as (numerator, denominator)."""
    duals = [apply(env.metric, y) for y in env.positions]
    return [[Fraction(dot(y, dual)).as_integer_ratio() for dual in duals] for y in env.positions]


def class_multiset(env: Environment, nu: int) -> Counter:
    """How many nu-tuples have each (species, invariants): equal exactly for environments that are degenerate at nu."""
    table, pairs = _dots(env), [(a, b) for a in range(nu) for b in range(a, nu)]
    return Counter(
        (tuple(env.species[j] for j in t), tuple(table[t[a]][t[b]] for a, b in pairs))
        for t in product(range(env.n), repeat=nu)
    )


def congruent(first: Environment, second: Environment) -> bool:
    """Whether an isometry about the centre takes one environment to the other, species included."""
    if (first.centre_species, first.n) != (second.centre_species, second.n):
        return False
    a, b = _dots(first), _dots(second)

    def extend(images):
        j = len(images)
        if j == first.n:
            return True
        return any(
            k not in images
            and first.species[j] == second.species[k]
            and a[j][j] == b[k][k]
            and all(a[i][j] == b[image][k] for i, image in enumerate(images))
            and extend([*images, k])
            for k in range(second.n)
        )

    return extend([])


# Singular families.


def axial(a, b, c, p, q, h, d=0) -> Environment:
    """Neighbours (a, 0, p), (b, c, q), (-b, -c, q), (0, d, h): F1 of THEORY section 6 is axial(5, 3, 4, 1, -2, 6).

    The second and third are at the same distance, and d changes the squares by d^2 and the two dot products
    q h + c d, q h - c d only. So d and -d are degenerate at nu = 2, and at d = 0 the motion along d is invisible.
    """
    return _hydrogens((a, 0, p), (b, c, q), (-b, -c, q), (0, d, h))


def circle_and_apex(points, radius, p, h) -> Environment:
    """`points` of the unit circle times `radius` at height p, and the apex (0, 0, h): F2 of THEORY section 6.

    All dot products with the apex are p h: one class. So at nu = 2 a sideways motion of the apex is seen through its
    product with the sum of the points only, and one direction (all, if that sum is zero) is invisible.
    """
    return _hydrogens(*(_xy(u, p, radius) for u in points), (0, 0, h))


def equal_radii(u1, u2, rotation) -> Environment:
    """u1, u2 of equal length, Q u1 and Q u2 for a rotation Q.

    At nu = 2 the two pairs (u1, u2), (Q u1, Q u2) are one class, and stretching the first two neighbours while
    shrinking the other two, with all other dot products adjusted, changes no class sum: 8 independent class sums
    against 9 internal displacements.
    """
    return _hydrogens(u1, u2, apply(rotation, u1), apply(rotation, u2))


def antipodal(a, b, c) -> Environment:
    """+-a, +-b and c.

    At nu = 2 the pairs (a, b), (-a, -b) are one class, (a, -b), (-a, b) another, and their sums are the same: 10
    independent class sums at most, against 12 internal displacements.
    """
    return _hydrogens(a, tuple(-x for x in a), b, tuple(-x for x in b), c)


def two_layers(points, turn, radius, height, apex) -> Environment:
    """`points` of the unit circle times `radius` at +height, again at -height and turned, and the apex (0, 0, apex).

    The lower layer is turned by `turn` = (cos, sin). Apex and -apex are degenerate at nu = 3: z -> -z exchanges the
    layers of one with those of the other, and a triple that could tell holds the apex and one point of each layer, u
    and R v; its dot product is that of v and R^-1 u, and the cosines of all turn + (angle of v - angle of u) are those
    of all turn + (angle of u - angle of v), up to sign of the angle.
    """
    cos, sin = turn
    turned = [(cos * x - sin * y, sin * x + cos * y) for x, y in points]
    return _hydrogens(
        *(_xy(u, height, radius) for u in points), *(_xy(u, -height, radius) for u in turned), (0, 0, apex)
    )


def isosceles_layers(point, turn, radius, height, apex) -> Environment:
    """`two_layers` of the isosceles triangle (0, 1), (x, y), (-x, y): singular at nu = 3.

    An isosceles triangle is the mirror image of itself, so this is where the degenerate pair of two scalene layers, one
    triangle and its mirror image, meets.
    """
    x, y = point
    return two_layers([(0, 1), (x, y), (-x, y)], turn, radius, height, apex)


# Degenerate pairs.


@dataclass(frozen=True)
class DegeneratePair:
    """Two environments that no features of order `nu` tell apart, though they are not congruent.

    Attributes
    ----------
    first, second : the environments.
    nu : the largest order at which they are degenerate.
    """

    first: Environment
    second: Environment
    nu: int

    def __iter__(self):
        return iter((self.first, self.second))


# The table of THEORY section 6.


@dataclass(frozen=True)
class KnownCase:
    """An environment and the number of its null directions beyond rigid rotations.

    Attributes
    ----------
    name : as in THEORY section 6.
    environment : all neighbours hydrogen, centre carbon.
    extra : nu -> dimension of I_nu / Rigid.
    symmetry : how many of them are due to symmetry (the same for every nu).
    order : number of permutations induced by isometries.
    """

    name: str
    environment: Environment
    extra: dict[int, int]
    symmetry: int = 0
    order: int = 1

    def __str__(self):
        return self.name


KNOWN_CASES: tuple[KnownCase, ...] = (
    KnownCase("generic n=4", _hydrogens((1, 0, 2), (-1, 3, 1), (2, 1, -1), (0, -2, 3)), {1: 5, 2: 0, 3: 0, 4: 0}),
    KnownCase(
        "T_d methane", _hydrogens((1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)), {1: 8, 2: 8, 3: 8, 4: 8}, 8, 24
    ),
    KnownCase("coplanar n=4", _hydrogens((1, 0, 0), (2, 3, 0), (-1, 4, 0), (-3, -1, 0)), {1: 5, 2: 2, 3: 2, 4: 2}, 2),
    KnownCase("F1, axial family", axial(5, 3, 4, 1, -2, 6), {1: 6, 2: 1, 3: 0, 4: 0}),
    KnownCase("F2, circle + axial", _hydrogens((5, 0, 1), (3, 4, 1), (-4, 3, 1), (0, 0, 6)), {1: 7, 2: 1, 3: 0, 4: 0}),
    KnownCase(
        "equal radii, one coincident pair angle",
        _hydrogens((7, 4, -4), (0, 9, 0), (4, 7, 4), (0, 0, 9)),
        {1: 8, 2: 1, 3: 0, 4: 0},
    ),
    KnownCase("antipodal n=5", antipodal((2, 0, 2), (1, 1, 0), (0, 1, 1)), {1: 10, 2: 3, 3: 0, 4: 0}),
    KnownCase(
        "two layers, isosceles, n=7",
        _hydrogens((3, -4, 2), (0, 5, 2), (-3, -4, 2), ("24/5", "-7/5", -2), (-3, 4, -2), (0, -5, -2), (0, 0, 5)),
        {1: 16, 2: 6, 3: 1},
    ),
    KnownCase(
        "two layers, scalene, n=7",
        _hydrogens((5, 0, 2), (3, 4, 2), (-4, 3, 2), (4, 3, -2), (0, 5, -2), (-5, 0, -2), (0, 0, 5)),
        {1: 16, 2: 1, 3: 0},
    ),
)
