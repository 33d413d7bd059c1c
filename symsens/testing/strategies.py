"""Hypothesis strategies that draw exact environments, structures, motions and degenerate pairs.

Law: every draw keeps exactly what its strategy promises (what no construction guarantees is proved for the draw, and a
draw that fails is discarded), and simpler draws come first, so that a failing example shrinks to few atoms at small
integers.

Arguments that many strategies share:

species : symbols that a neighbour may have; centre_species : symbol of the centre.
metric : the metric M of the frame that coordinates are drawn in.
within : a radius, into which the environment is brought by `symsens.testing.motions.fit`.
"""

from dataclasses import replace
from fractions import Fraction

from hypothesis import assume, reject, strategies as st

from symsens.errors import InputError
from symsens.geometry import families
from symsens.geometry.environment import Environment, Structure
from symsens.geometry.families import DegeneratePair
from symsens.geometry.gram import pair_labels
from symsens.geometry.symmetry import exact_stabiliser
from symsens.numbers.field import quotient
from symsens.numbers.metric import IDENTITY, apply, cross, dot, multiply
from symsens.rows.degeneracy import equal_features
from symsens.rows.filtration import exact_filtration
from symsens.testing.groups import PointGroup, metrics, point_group
from symsens.testing.motions import Motion, displaced_by, fit, move

_UNIT_TRIPLES = ((3, 4, 5), (5, 12, 13), (8, 15, 17), (7, 24, 25))
# Rational points of the unit circle, short denominators first.
_CIRCLE = [(Fraction(x), Fraction(y)) for x, y in ((1, 0), (0, 1), (-1, 0), (0, -1))] + [
    (Fraction(sx * x, r), Fraction(sy * y, r))
    for a, b, r in _UNIT_TRIPLES
    for x, y in ((a, b), (b, a))
    for sx in (1, -1)
    for sy in (1, -1)
]


def _integer_vectors(bound):
    return st.tuples(*[st.integers(-bound, bound)] * 3)


def _nonzero_vectors(bound):
    return _integer_vectors(bound).filter(any)


def _nonzero(bound):
    return st.integers(-bound, bound).filter(bool)


_SMALL = st.integers(-4, 4)


def _built(within, build, *arguments) -> Environment:
    """`build(*arguments)`, fitted; a draw that brings atoms together is discarded."""
    try:
        env = build(*arguments)
    except InputError:
        reject()
    return env if within is None else fit(env, within)


def _species(draw, species, count):
    return tuple(draw(st.lists(st.sampled_from(list(species)), min_size=count, max_size=count)))


@st.composite
def environments(
    draw,
    min_neighbours=1,
    max_neighbours=6,
    species=("H",),
    *,
    centre_species="C",
    metric=IDENTITY,
    fractions=True,
    within=None,
) -> Environment:
    """Environments of any shape: atoms on distinct points of a 7 x 7 x 7 integer grid around the centre.

    With `fractions`, half of the draws move each coordinate by up to 1/4. In the Cartesian frame no two atoms come
    nearer than 1/2 (before `within`).
    """
    points = draw(st.lists(_nonzero_vectors(3), min_size=min_neighbours, max_size=max_neighbours, unique=True))
    if fractions and draw(st.booleans()):
        offset = st.builds(Fraction, st.integers(-12, 12), st.just(48))
        points = [tuple(c + draw(offset) for c in y) for y in points]
    return _built(within, Environment, _species(draw, species, len(points)), points, centre_species, metric)


@st.composite
def structures(draw, min_atoms=1, max_atoms=6, species=("H", "C"), *, metric=IDENTITY, periodic=False) -> Structure:
    """Molecules, or with `periodic` crystals (in one, two or three directions): atoms on distinct points of a grid.

    The cell is a lower triangular integer matrix with edges of 3 to 6; atoms sit at multiples of a quarter of it.
    """
    points = draw(st.lists(_integer_vectors(3), min_size=min_atoms, max_size=max_atoms, unique=True))
    names = _species(draw, species, len(points))
    if not periodic:
        return Structure(names, points, metric=metric)
    edge, lean = st.integers(3, 6), st.integers(-1, 1)
    cell = ((draw(edge), 0, 0), (draw(lean), draw(edge), 0), (draw(lean), draw(lean), draw(edge)))
    pbc = draw(st.sampled_from([(True, True, True), (True, True, False), (True, False, False)]))
    # Coordinates 0..3 in quarters of the cell: distinct modulo the lattice.
    fractional = list(dict.fromkeys(tuple(c % 4 for c in y) for y in points))
    positions = [tuple(sum(Fraction(c, 4) * a[i] for c, a in zip(y, cell)) for i in range(3)) for y in fractional]
    return Structure(names[: len(positions)], positions, cell=cell, pbc=pbc, metric=metric)


def _isometries_of(env: Environment) -> int:
    """The order of the group of all isometries of `env`; 0 if it is infinite."""
    stabiliser = exact_stabiliser(env, pair_labels(env))
    return {3: 1, 2: 2}.get(stabiliser.span, 0) * stabiliser.order


@st.composite
def symmetric_environments(
    draw, group: str | PointGroup, *, exactly=False, max_orbits=3, species=("H",), centre_species="C", within=None
) -> Environment:
    """Unions of orbits of rational points under one of the 32 crystallographic point groups.

    Parameters
    ----------
    group : its Hermann-Mauguin or Schoenflies name, or a `PointGroup`.
    exactly : whether the group of all isometries of the environment must be this group (proved for each draw);
        otherwise it contains the group, and orbits may lie on its axes and mirrors.
    max_orbits : at most so many orbits (with `exactly`, three: that is what the lowest groups need).

    Notes
    -----
    Coordinates are exact in the frame of the crystal system, with its metric (`symsens.testing.groups`).
    """
    group = point_group(group)
    metric = draw(st.sampled_from(metrics(group.system)))
    names, positions = [], []
    orbits = 3 if exactly else draw(st.integers(1, max_orbits))
    for _ in range(orbits):
        y = draw(_nonzero_vectors(4))
        orbit = group.orbit(y)
        if exactly:
            assume(len(orbit) == group.order)
        if orbit[0] in positions:
            assume(not exactly)
            continue
        positions += orbit
        names += [draw(st.sampled_from(list(species)))] * len(orbit)
        env = Environment(tuple(names), positions, centre_species, metric)
        if exactly and _isometries_of(env) == group.order:
            break
    else:
        assume(not exactly)
    return env if within is None else fit(env, within)


@st.composite
def collinear(
    draw, min_neighbours=1, max_neighbours=4, species=("H",), *, centre_species="C", metric=IDENTITY, within=None
) -> Environment:
    """Environments on a line through the centre, in any direction."""
    axis = draw(_nonzero_vectors(2))
    multiples = draw(st.lists(_nonzero(4), min_size=min_neighbours, max_size=max_neighbours, unique=True))
    points = [tuple(k * c for c in axis) for k in multiples]
    return _built(within, Environment, _species(draw, species, len(points)), points, centre_species, metric)


@st.composite
def planar(
    draw, min_neighbours=2, max_neighbours=5, species=("H",), *, centre_species="C", metric=IDENTITY, within=None
) -> Environment:
    """Environments in a plane through the centre, in any orientation, and never on a line; at least two neighbours."""
    a, b = draw(_nonzero_vectors(2)), draw(_nonzero_vectors(2))
    assume(any(cross(a, b)))
    pairs = st.tuples(st.integers(-3, 3), st.integers(-3, 3)).filter(lambda pair: pair not in ((0, 0), (1, 0), (0, 1)))
    others = draw(st.lists(pairs, min_size=max(0, min_neighbours - 2), max_size=max_neighbours - 2, unique=True))
    points = [tuple(k * x + l * y for x, y in zip(a, b)) for k, l in ((1, 0), (0, 1), *others)]
    return _built(within, Environment, _species(draw, species, len(points)), points, centre_species, metric)


@st.composite
def rotations(draw, metric=IDENTITY) -> Motion:
    """Exact proper rotations about the origin that preserve `metric`; half-turns and the identity are among them."""
    # Every rotation is a product of two reflections 1 - 2 u u^T M / (u^T M u), and a rational one of rational ones.
    first, second = (_reflection(draw(_nonzero_vectors(3)), metric) for _ in range(2))
    return Motion(tuple(map(tuple, multiply(first, second))))


def _reflection(u, metric):
    dual = apply(metric, u)
    square = dot(u, dual)
    return [[IDENTITY[i][j] - quotient(2 * u[i] * dual[j], square) for j in range(3)] for i in range(3)]


@st.composite
def isometries(draw, metric=IDENTITY) -> Motion:
    """Rotations, and rotations times the inversion."""
    motion = draw(rotations(metric))
    return Motion(tuple(tuple(-x for x in row) for row in motion.matrix)) if draw(st.booleans()) else motion


@st.composite
def rigid_motions(draw, metric=IDENTITY, *, improper=False) -> Motion:
    """Rotations (isometries if `improper`) with a rational translation."""
    motion = draw(isometries(metric) if improper else rotations(metric))
    coordinate = st.builds(Fraction, st.integers(-20, 20), st.sampled_from([1, 2, 3]))
    return replace(motion, translation=draw(st.tuples(coordinate, coordinate, coordinate)))


def permutations(env: Environment):
    """Orders of the neighbours of `env`, for `symsens.testing.permute`; the given order first."""
    return st.permutations(range(env.n)).map(tuple)


@st.composite
def moved(draw, strategy, *, improper=True) -> Environment:
    """What `strategy` draws, turned by an exact isometry of its metric: a family is as good in any orientation."""
    env = draw(strategy)
    return move(env, draw((isometries if improper else rotations)(env.metric)))


@st.composite
def recoloured(draw, strategy, species=("H", "F")) -> Environment:
    """What `strategy` draws, each neighbour of a species of its own, so that neighbours at one distance may differ."""
    env = draw(strategy)
    return replace(env, species=_species(draw, species, env.n), formula=None)


def _singular(env, nu):
    return bool(exact_filtration(env, nu)["incompleteness"])


@st.composite
def singular_environments(draw, nu=2, *, within=None) -> Environment:
    """Environments with a displacement that is invisible at order `nu` and due neither to rigid motion nor to symmetry.

    Families of `symsens.geometry.families` with free rational parameters; each draw is proved singular. nu = 1: any
    environment whose angles distances do not fix; nu = 2: F1, its twin across a mirror, F2, equal radii with one
    coincident pair angle, antipodal pairs, two layers; nu = 3: two isosceles layers, vertices of a polygon with a pole
    (over its number field).

    Raises
    ------
    InputError
        No family is known for this nu.
    """
    env = draw(_singular_family(nu))
    assume(_singular(env, nu))
    return env if within is None else fit(env, within)


def _singular_family(nu):
    if nu == 1:
        return environments(min_neighbours=3, max_neighbours=5)
    if nu == 2:
        merged = _merging(st.just(0)).map(lambda pair: pair[0])
        return st.one_of(merged, _circle(), _layers(), _isosceles())
    if nu == 3:
        return st.one_of(_isosceles(), _polygon())
    raise InputError(f"no singular family of order nu = {nu} is known: use nu = 1, 2 or 3")


_POSITIVE = st.integers(1, 4)


@st.composite
def _turned(draw):
    u1 = draw(_nonzero_vectors(3))
    return u1, apply(draw(rotations()).matrix, u1), draw(rotations()).matrix


# Families X(d) with a degenerate pair X(d), X(-d) at nu = 2, and their arguments before d.
_MERGING = (
    (families.axial, st.tuples(_POSITIVE, _POSITIVE, _POSITIVE, _SMALL, _SMALL, _nonzero(4))),
    (families.mirror, st.tuples(*[_nonzero_vectors(3)] * 2, _nonzero(3), _nonzero(3), _nonzero_vectors(3))),
    (families.equal_radii, _turned()),
    (families.antipodal, st.tuples(*[_nonzero_vectors(3)] * 3)),
)


@st.composite
def _merging(draw, shift):
    build, arguments = draw(st.sampled_from(_MERGING))
    given, d = draw(arguments), draw(shift)
    return _built(None, build, *given, d), _built(None, build, *given, -d)


@st.composite
def _circle(draw):
    points = draw(st.lists(st.sampled_from(_CIRCLE), min_size=3, max_size=4, unique=True))
    return _built(None, families.circle_and_apex, points, draw(_POSITIVE), draw(_SMALL), draw(_nonzero(6)))


@st.composite
def _layers(draw, apex=1):
    points = draw(st.lists(st.sampled_from(_CIRCLE), min_size=3, max_size=3, unique=True))
    turn, radius, height, top = draw(st.tuples(st.sampled_from(_CIRCLE), _POSITIVE, _POSITIVE, _POSITIVE))
    return _built(None, families.two_layers, points, turn, radius, height, apex * top)


@st.composite
def _isosceles(draw):
    point, turn = draw(st.sampled_from(_CIRCLE)), draw(st.sampled_from(_CIRCLE))
    return _built(None, families.isosceles_layers, point, turn, *draw(st.tuples(_POSITIVE, _POSITIVE, _POSITIVE)))


def _polygon():
    subsets = ((7, (0, 1, 2, 4)), (8, (0, 1, 2, 3, 5)), (9, (0, 1, 2, 3, 5)), (9, (0, 1, 3, 4, 6)))
    squares = st.builds(Fraction, st.integers(1, 9), st.sampled_from([2, 3]))
    return st.builds(lambda one, square: families.polygon_and_pole(*one, square), st.sampled_from(subsets), squares)


@st.composite
def degenerate_pairs(draw, nu=2, *, within=None) -> DegeneratePair:
    """Pairs of environments with equal features of every order up to `nu` that are told apart at nu + 1: not congruent.

    nu = 1: one neighbour turned about the centre; nu = 2: `axial`, `mirror`, `equal_radii` and `antipodal` with d and
    -d; nu = 3: `two_layers` with apex and -apex. Separation at nu + 1 is checked exactly for each draw.

    Raises
    ------
    InputError
        No family is known for this nu.
    """
    if nu == 1:
        first = draw(environments(min_neighbours=2, max_neighbours=4))
        turned = apply(draw(rotations()).matrix, first.positions[0])
        second = _built(None, Environment, first.species, (turned, *first.positions[1:]), first.centre_species)
    elif nu == 2:
        first, second = draw(_merging(_POSITIVE))
    elif nu == 3:
        first = draw(_layers())
        *others, (x, y, apex) = first.positions
        second = replace(first, positions=(*others, (x, y, -apex)))
    else:
        raise InputError(f"no degenerate family of order nu = {nu} is known: use nu = 1, 2 or 3")
    assume(not equal_features(first, second, nu + 1))
    if within is not None:
        first, second = fit(first, within), fit(second, within)
    return DegeneratePair(first, second, nu)


_NEAR = ("mm2", "222", "-4", "4mm", "3m", "32", "-43m", "mmm", "4/m", "-6", "m-3m")


def _special(env):
    """Whether `env` is singular or symmetric beyond what every environment of so few neighbours is."""
    filtration = exact_filtration(env, 2)
    return filtration["symmetry"] + filtration["incompleteness"] > 0


@st.composite
def near_singular(draw, eps, *, within=None) -> Environment:
    """A singular, symmetric or planar environment with every coordinate displaced differently, by eps to 3/2 eps.

    What is drawn has neither symmetry nor incompleteness at nu = 2: proved for each draw, however small eps is.

    Parameters
    ----------
    eps : anything exact, such as "1e-6"; frame coordinates are displaced after `within` has been applied.
    """
    symmetric = (symmetric_environments(name, max_orbits=1) for name in _NEAR)
    sources = st.one_of(planar(3, 5), singular_environments(2), *symmetric)
    env = draw(sources.filter(lambda env: 3 <= env.n <= 8).filter(_special))
    env = env if within is None else fit(env, within)
    size, stride, signs = env.field.parse(eps), draw(st.integers(1, 996)), draw(st.integers(0, 2 ** (3 * env.n) - 1))
    # 997 is prime, so that all parts are different; two integers shrink quickly.
    parts = [1 + Fraction(stride * (i + 1) % 997, 1994) for i in range(3 * env.n)]
    amounts = [-size * part if signs >> i & 1 else size * part for i, part in enumerate(parts)]
    env = displaced_by(env, amounts)
    assume(not _special(env))
    return env
