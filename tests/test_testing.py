"""`symsens.testing`: strategies draw what they promise, to be checked exactly, and shrink to small integers."""

import subprocess
import sys
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from comparison_cases import points
from comparison_oracle import congruent
from family_oracle import multiset
from hypothesis import HealthCheck, Phase, find, given, settings, strategies as st

from symsens import Environment, InputError, Structure
from symsens.geometry.cartesian import to_cartesian
from symsens.geometry.gram import pair_labels
from symsens.geometry.symmetry import exact_stabiliser
from symsens.numbers.metric import IDENTITY, apply, cross, determinant, dot
from symsens.rows.filtration import exact_filtration
from symsens.testing import (
    POINT_GROUPS,
    Motion,
    antipodal,
    axial,
    circle_and_apex,
    collinear,
    degenerate_pairs,
    displaced,
    environments,
    equal_radii,
    fit,
    isometries,
    isosceles_layers,
    move,
    moved,
    near_singular,
    permutations,
    permute,
    planar,
    point_group,
    recoloured,
    rigid_motions,
    rotations,
    scale,
    singular_environments,
    structures,
    symmetric_environments,
    to_atoms,
    two_layers,
)
from symsens.testing.groups import metrics
from symsens.testing.motions import squares

HEXAGONAL = ((1, "-1/2", 0), ("-1/2", 1, 0), (0, 0, "8/3"))


def parsed(metric):
    return Structure(("H",), ((0, 0, 0),), metric=metric).metric


def span(env):
    return exact_stabiliser(env, pair_labels(env)).span


def isometry_count(env):
    """The order of the group of all isometries of an environment that spans a plane or space."""
    found = exact_stabiliser(env, pair_labels(env))
    return found.order * {2: 2, 3: 1}[found.span]


def simplest(strategy, condition=lambda _: True):
    """What Hypothesis shrinks to, the same every time."""
    return find(strategy, condition, random=Random(0), settings=settings(database=None, max_examples=2000))


def drawn(strategy, condition):
    """The first draw of a kind, the same every time, not shrunk."""
    quick = settings(database=None, max_examples=2000, phases=[Phase.generate])
    return find(strategy, condition, random=Random(0), settings=quick)


# Shapes.


@given(environments(2, 5, species=("H", "O"), centre_species="N", metric=HEXAGONAL))
def test_environments(env):
    assert 2 <= env.n <= 5 and set(env.species) <= {"H", "O"} and env.centre_species == "N"
    assert env.metric == parsed(HEXAGONAL)


@given(environments())
def test_atoms_of_environments_keep_their_distance(env):
    points = [(0, 0, 0), *env.positions]
    assert all(
        dot(d, d) >= Fraction(1, 4)
        for i, a in enumerate(points)
        for b in points[:i]
        for d in [[x - y for x, y in zip(a, b)]]
    )


@given(environments(fractions=False))
def test_environments_on_the_grid(env):
    assert all(c.denominator == 1 for y in env.positions for c in y)


@given(structures(min_atoms=2, max_atoms=4))
def test_molecules(structure):
    assert 2 <= len(structure.species) <= 4 and structure.cell is None
    assert structure.environment(0).n == len(structure.species) - 1


@given(structures(periodic=True))
def test_crystals(structure):
    assert any(structure.pbc) and determinant(structure.cell) >= 27
    assert structure.environment(0, 3).n >= 0


@given(collinear(2, 4, metric=HEXAGONAL))
def test_collinear(env):
    assert 2 <= env.n <= 4 and span(env) == 1
    assert all(not any(cross(env.positions[0], y)) for y in env.positions)


@given(planar(3, 5))
def test_planar(env):
    assert 3 <= env.n <= 5 and span(env) == 2


@given(environments(within=2), collinear(within="3/2"), degenerate_pairs(within=3))
def test_within(env, line, pair):
    assert max(squares(env)) <= 4 and max(squares(line)) <= Fraction(9, 4)
    assert max(squares(pair.first)) == max(squares(pair.second)) <= 9


def test_fit_divides_by_the_smallest_integer():
    env = Environment(("H", "H"), ((3, 4, 0), (0, 0, 1)))
    assert fit(env, 5) == env
    assert fit(env, "4.999").positions[0] == (Fraction(3, 2), 2, 0)
    assert fit(env, "5/2") == scale(env, "1/2") and fit(env, "2.4") == scale(env, "1/3")
    assert fit(Environment((), ()), 1).n == 0


# Point groups.


def test_there_are_32_point_groups_of_the_right_orders():
    assert len(POINT_GROUPS) == 32 == len({frozenset(g.operations) for g in POINT_GROUPS})
    for group in POINT_GROUPS:
        assert len(set(group.operations)) == group.order
        for metric in metrics(group.system):
            assert all(Motion(q).preserves(metric) for q in group.generators)
    # 332 operations in all, 11 proper groups, 11 Laue classes.
    assert sum(group.order for group in POINT_GROUPS) == 332
    assert sum(len([q for q in g.operations if determinant(q) == 1]) == g.order for g in POINT_GROUPS) == 11
    assert sum(g.generators != () and ((-1, 0, 0), (0, -1, 0), (0, 0, -1)) in g.operations for g in POINT_GROUPS) == 11


def test_names_of_point_groups():
    for group in POINT_GROUPS:
        assert point_group(group.hermann_mauguin) is point_group(group.schoenflies) is point_group(group) is group
    assert point_group("C3i") is point_group("-3") and point_group("m3m").schoenflies == "Oh"
    with pytest.raises(InputError, match="'C5v' is not one of the 32 crystallographic point groups: 1 .C1., "):
        point_group("C5v")


@pytest.mark.parametrize("group", POINT_GROUPS, ids=lambda group: group.hermann_mauguin)
def test_symmetric_environments_contain_the_group(group):
    @settings(max_examples=settings.default.max_examples // 4)  # of each of the 32
    @given(symmetric_environments(group.schoenflies, species=("H", "F")))
    def contains(env):
        places = dict(zip(env.positions, env.species))
        for q in group.generators:
            assert Motion(q).preserves(env.metric)
            assert {apply(q, y): z for y, z in places.items()} == places
        if span(env) > 1:
            assert isometry_count(env) % group.order == 0

    contains()


@pytest.mark.parametrize("group", POINT_GROUPS, ids=lambda group: group.hermann_mauguin)
def test_symmetric_environments_exactly(group):
    # Draws of more symmetry than the group's are filtered: of a cubic group, most.
    @settings(max_examples=10, suppress_health_check=[HealthCheck.filter_too_much])
    @given(symmetric_environments(group.hermann_mauguin, exactly=True, within=3))
    def exactly(env):
        assert isometry_count(env) == group.order and max(squares(env)) <= 9

    exactly()


# Singular, near singular, degenerate.


@pytest.mark.parametrize("nu", [1, 2, 3])
def test_singular_environments(nu):
    @given(singular_environments(nu, within=5))
    def singular(env):
        assert exact_filtration(env, nu)["incompleteness"] > 0 and max(squares(env)) <= 25

    singular()


def test_every_singular_family_of_order_2_is_singular_by_construction():
    """Not only because draws that are not singular are discarded: parameters in general position need no discarding."""
    unit = [(Fraction(a, r), Fraction(b, r)) for a, b, r in ((3, 4, 5), (-12, 5, 13), (8, -15, 17), (-7, -24, 25))]
    turn = [[Fraction(x, 3) for x in row] for row in ((2, -1, 2), (2, 2, -1), (-1, 2, 2))]
    for env, nu, extra in (
        (axial(7, 2, 3, -1, 4, 5), 2, 1),
        (circle_and_apex(unit, 3, 1, 4), 2, 1),
        (equal_radii((7, 4, -4), (1, 8, 4), turn), 2, 1),
        (antipodal((2, 1, 3), (-1, 4, 0), (1, 1, 5)), 2, 2),
        (two_layers(unit[:3], unit[3], 4, 1, 3), 2, 1),
        (isosceles_layers(unit[0], unit[1], 4, 1, 3), 3, 1),
    ):
        found = exact_filtration(env, nu)
        assert (found["symmetry"], found["incompleteness"]) == (0, extra)
    assert exact_filtration(axial(7, 2, 3, -1, 4, 5, d="1e-9"), 2)["incompleteness"] == 0


@pytest.mark.parametrize("nu", [1, 2, 3])
def test_degenerate_pairs(nu):
    @given(degenerate_pairs(nu))
    def degenerate(pair):
        x, y = pair
        assert pair.nu == nu and not congruent(points(x), points(y), False)
        assert all(multiset(x, k) == multiset(y, k) for k in range(1, nu + 1))
        assert multiset(x, nu + 1) != multiset(y, nu + 1)

    degenerate()


@pytest.mark.parametrize("draw", [singular_environments, degenerate_pairs])
def test_no_family_beyond_order_3(draw):
    with pytest.raises(InputError, match="is known: use nu = 1, 2 or 3"):
        simplest(draw(4))


@pytest.mark.parametrize("eps", ["1e-3", "1e-30"])
def test_near_singular(eps):
    @given(near_singular(eps, within=4))
    def near(env):
        found = exact_filtration(env, 2)
        assert found["symmetry"] == found["incompleteness"] == 0

    near()


@given(near_singular("1e-30"))
def test_near_singular_is_near_and_every_coordinate_moved_differently(env):
    # The singular environment it comes from has short fractions for coordinates, and rounding to such gives it back.
    source = Environment(
        env.species, [[c.limit_denominator(10**6) for c in y] for y in env.positions], metric=env.metric
    )
    moved_by = [b - a for x, y in zip(source.positions, env.positions) for a, b in zip(x, y)]
    assert len(set(moved_by)) == len(moved_by)
    assert all(Fraction(1, 10**30) <= abs(d) <= Fraction(3, 2 * 10**30) for d in moved_by)
    found = exact_filtration(source, 2)
    assert found["symmetry"] + found["incompleteness"] > 0


# Motions.


@pytest.mark.parametrize("metric", [IDENTITY, parsed(HEXAGONAL)], ids=["identity", "hexagonal"])
def test_rotations_and_isometries(metric):
    @given(rotations(metric), isometries(metric), rigid_motions(metric, improper=True))
    def motions(rotation, isometry, rigid):
        assert rotation.preserves(metric) and isometry.preserves(metric) and rigid.preserves(metric)
        assert determinant(rotation.matrix) == 1 and abs(determinant(isometry.matrix)) == 1
        assert all(isinstance(x, Fraction) for x in (*rigid.translation, *rigid.matrix[0]))

    motions()


def test_rotations_of_every_kind_are_drawn():
    half_turn = drawn(rotations(), lambda m: m.matrix != IDENTITY and multiplied(m.matrix, m.matrix) == IDENTITY)
    assert determinant(half_turn.matrix) == 1
    assert drawn(isometries(), lambda m: determinant(m.matrix) == -1).preserves(IDENTITY)


def multiplied(a, b):
    return tuple(tuple(dot(row, column) for column in zip(*b)) for row in a)


@given(structures(min_atoms=2, periodic=True), rigid_motions(improper=True))
def test_a_moved_crystal_has_the_same_environments(structure, motion):
    turned = move(structure, motion)
    before, after = structure.environment(0, 3), turned.environment(0, 3)
    key = lambda env: sorted((z, s) for z, s in zip(env.species, squares(env)))  # noqa: E731
    assert key(before) == key(after)


@given(moved(planar(max_neighbours=3)), st.data())
def test_moved_and_permuted(env, data):
    assert span(env) == 2
    order = data.draw(permutations(env))
    result = permute(env, order)
    assert [result.positions[i] for i in range(env.n)] == [env.positions[j] for j in order] and result.atoms == tuple(
        env.atoms[j] for j in order
    )


def test_recoloured_tells_equal_neighbours_apart():
    env = simplest(recoloured(symmetric_environments("-43m", max_orbits=1), ("H", "O")), lambda env: "O" in env.species)
    assert sorted(env.species)[-2:] == ["H", "O"] and env.formula.startswith("CH") and env.formula.endswith("O")
    assert len(set(squares(env))) == 1


def test_a_motion_of_another_metric_is_refused():
    quarter_turn = Motion(((0, -1, 0), (1, 0, 0), (0, 0, 1)))
    with pytest.raises(InputError, match="not an isometry of the subject's metric"):
        move(Environment(("H",), ((1, 0, 0),), metric=HEXAGONAL), quarter_turn)


@given(environments(metric=HEXAGONAL), structures(periodic=True, metric=HEXAGONAL))
def test_to_atoms_keeps_the_distances(env, structure):
    atoms = to_atoms(env)
    assert atoms.get_chemical_symbols() == [env.centre_species, *env.species] and not atoms.positions[0].any()
    assert (atoms.positions**2).sum(axis=1)[1:] == pytest.approx([float(s) for s in squares(env)], rel=1e-14)
    crystal = to_atoms(structure)
    gram = crystal.cell.array @ crystal.cell.array.T
    assert gram == pytest.approx(
        np.array([[float(dot(a, apply(structure.metric, b))) for b in structure.cell] for a in structure.cell]),
        abs=1e-13,
    )
    assert tuple(crystal.pbc) == structure.pbc and to_atoms(Structure(("H",), ((0, 0, 0),))).cell.rank == 0


def test_cartesian_vectors_keep_tiny_parts():
    x = to_cartesian(IDENTITY, [(Fraction(1), Fraction(1, 10**30), Fraction(-1, 3))])
    assert x.tolist() == [[1.0, 1e-30, -1 / 3]]


# Shrinking.


def integers_of(env):
    assert all(c.denominator == 1 for y in env.positions for c in y)
    return [abs(int(c)) for y in env.positions for c in y]


def test_draws_shrink_to_few_atoms_at_small_integers():
    env = simplest(environments(species=("H", "O")), lambda env: span(env) == 3)
    assert env.n == 3 and max(integers_of(env)) <= 2 and set(env.species) == {"H"}
    assert simplest(structures(), lambda s: len(s.species) > 1).positions == ((0, 0, 0), (0, 0, 1))


@pytest.mark.soak
def test_draws_of_every_family_shrink_to_small_integers():
    assert max(integers_of(simplest(singular_environments(2)))) <= 3
    assert max(integers_of(simplest(symmetric_environments("m-3m")))) == 1
    assert max(integers_of(simplest(degenerate_pairs(2)).first)) <= 2
    inversion = tuple(tuple(-x for x in row) for row in IDENTITY)
    assert simplest(isometries(), lambda m: determinant(m.matrix) == -1).matrix == inversion


def test_displaced_is_regular_and_repeatable():
    env = Environment(("H",) * 4, ((1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)))
    assert displaced(env, "1e-30") == displaced(env, "1e-30") and exact_filtration(displaced(env, "1e-30"), 2).rank == 9


def test_without_hypothesis_there_is_one_clear_line():
    code = "import sys; sys.modules['hypothesis'] = None; import symsens.testing"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert (
        done.stderr.strip().splitlines()[-1]
        == "ModuleNotFoundError: symsens.testing needs Hypothesis: pip install hypothesis"
    )
