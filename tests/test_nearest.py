"""The nearest singular environment that is found: each kind is singular and its twin is not, and it is near."""

import random
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest

from symsens.budget import BudgetSpent
from symsens.geometry.environment import Environment
from symsens.jobs import clearances
from symsens.jobs.clearances import clearance
from symsens.numbers.declared import number_field
from symsens.rows.filtration import exact_filtration
from symsens.search import nearest
from symsens.search.nearest import ALL, AXIS, MIRROR, PLANE, Shape, nearby, shapes

FRAME = ((1, 2, 2), (2, 1, -2), (-2, 2, -1))  # at right angles


def environment(points, species=None, **more):
    return Environment(species or ["H"] * len(points), points, "C", **more)


def cloud(seed, n):
    draw = random.Random(seed)
    return environment([[f"{draw.uniform(-2, 2):.3f}" for _ in range(3)] for _ in range(n)])


def singular(env, nu):
    found = exact_filtration(env, nu)
    return found["symmetry"], found["incompleteness"]


def apart(env, other):
    return max(np.linalg.norm([float(a - b) for a, b in zip(u, v)]) for u, v in zip(env.positions, other.positions))


KINDS = {  # of five and six neighbours: a projection, whether it needs nu = 2, and whether symmetry forces what it has
    "plane": (Shape((PLANE,) * 5), False, True),
    "mirror": (Shape((ALL, ALL, MIRROR, MIRROR, MIRROR), (0, 1), (-1, 1, 1)), False, True),
    "fan": (Shape((PLANE, PLANE, MIRROR, PLANE, MIRROR), (0, 1), (-1, 1, 1)), True, False),
    "wide fan": (Shape((PLANE, PLANE, MIRROR, PLANE, PLANE, PLANE), (0, 1), (-1, 1, 1)), True, False),
    "turn": (Shape((ALL, ALL, AXIS, PLANE, PLANE), (0, 1), (1, -1, -1)), True, False),
    "turn of six": (Shape((ALL, ALL, PLANE, PLANE, AXIS, PLANE), (0, 1), (1, -1, -1)), True, False),
}


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_singular_and_its_twin_is_not(kind):
    shape, second_order, symmetric = KINDS[kind]
    env = cloud(3, len(shape.kept))
    places = shape.places(env, FRAME)
    forced, spurious = singular(environment(places), 2)
    assert (forced > 0, spurious > 0) == (symmetric, not symmetric)
    assert any(singular(environment(places), 3)) == (not second_order)
    for j in range(
        env.n
    ):  # any neighbour moved off it makes it regular: the projection moves it just as much as needed
        moved = [tuple(c + (i == j) * Fraction(k, 97) for k, c in zip((3, 5, 11), y)) for i, y in enumerate(places)]
        assert not any(singular(environment(moved), 2))


def test_floats_say_what_is_done_exactly():
    env, draw = cloud(5, 6), np.random.default_rng(2)
    unit = np.array(FRAME) / 3
    X = np.array([[float(c) for c in y] for y in env.positions])
    for shape in shapes(env, 2):
        settled = shape.settled(X @ unit.T)
        assert None not in settled.kept
        exactly = settled.places(env, FRAME)
        moved = max(np.linalg.norm([float(a - b) for a, b in zip(u, v)]) for u, v in zip(env.positions, exactly))
        assert moved == pytest.approx(shape.moved((X @ unit.T)[None])[0])
        other = Shape(tuple(draw.permutation([MIRROR, PLANE])[0].tolist() for _ in range(6)), shape.pair, shape.signs)
        if None in shape.kept:  # the nearer of two is taken
            free = [k if old is None else old for k, old in zip(other.kept, shape.kept)]
            assert Shape(tuple(map(tuple, free)), shape.pair, shape.signs).moved((X @ unit.T)[None])[0] >= moved - 1e-12


@pytest.mark.parametrize(
    ("seed", "n", "nu"), [(1, 3, 2), (2, 5, 2), (3, 6, 2), (4, 7, 2), (5, 8, 2), (6, 5, 3), (7, 6, 4)]
)
def test_five_to_eight_neighbours(seed, n, nu):
    env = cloud(seed, n)
    found = clearance(env, nu)
    other = found.nearest.environment
    assert any(singular(other, nu)) and apart(env, other) <= float(found.nearest.distance) <= 1.2 * apart(env, other)
    assert found.found.radius <= found.nearest.distance < 1
    assert f"({found.nearest.reason}) was found" in str(found)


@pytest.mark.parametrize("kind", KINDS)
def test_close_to_each_kind_it_is_found(kind):
    shape, *_ = KINDS[kind]
    draw = random.Random(kind)
    places = shape.places(cloud(8, len(shape.kept)), FRAME)
    env = environment([[c + Fraction(draw.randint(-100, 100), 10**7) for c in y] for y in places])
    assert not any(singular(env, 2)) and nearby(env).distance < Fraction(3, 10**5)


def test_species_are_not_exchanged():
    env = environment([(5, 0, 1), (3, 4, -2), (-3, -4, -2), ("1/100", 0, 6)], list("HHNO"))
    pairs = Counter(shape.pair for shape in shapes(env, 2))
    assert set(pairs) == {None, (0, 1)}
    other = nearby(env).environment
    assert other.species == env.species and any(singular(other, 2))


def test_none_is_found_where_none_is_looked_for(monkeypatch):
    assert nearby(cloud(1, 11)) is None and nearby(environment([(1, 0, 0), (0, 2, 1)])) is None
    monkeypatch.setattr(nearest, "why_singular", lambda env, nu: None)
    assert nearby(cloud(1, 5)) is None


def test_in_a_frame_over_a_field():
    field = number_field("QQ<sqrt(5)>")
    metric = ((2, "1/2", 0), ("1/2", 3, 0), (0, 0, "sqrt(5)"))
    env = environment(
        [("sqrt(5)", 0, 1), (1, "2*sqrt(5)", -1), (-2, 1, 3), (1, 1, -2), (2, -1, 1)], metric=metric, field=field
    )
    found = nearby(env)
    assert any(singular(found.environment, 2)) and found.environment.field is field


def test_out_of_time_the_radius_is_kept(monkeypatch):
    def spent(env, nu):
        raise BudgetSpent("over")

    monkeypatch.setattr(clearances, "nearby", spent)
    found = clearance(cloud(1, 5))
    assert found.nearest is None and found.found.radius > 0
