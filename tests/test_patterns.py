"""What patterns alone prove, against the exact rows that they pass over; and what they must not pass over."""

import random
from dataclasses import replace

import numpy as np
import pytest

from symsens.geometry.displacements import Displacements
from symsens.geometry.environment import Environment
from symsens.jobs.certification import certify
from symsens.numbers.declared import number_field
from symsens.rows import matrices
from symsens.rows.filtration import exact_filtration, filtration_of, with_pivots
from symsens.rows.matrices import invariants_of_order, never
from symsens.rows.patterns import Pattern, is_without_gap, orbits, spurious_changes

F1 = [(5, 0, 1), (3, 4, -2), (-3, -4, -2), (0, 0, 6)]
METHANE = [(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)]
COPLANAR = [(7, 6, 1), (1, 2, 3), (3, 2, -1), (2, 5, 1)]  # the first three with the centre


def cluster(seed, kind):
    """Neighbours on a small grid, where distances and angles coincide often."""
    draw = random.Random(1000 * seed)
    n, reach = draw.randint(1, 7 if seed % 2 else 9), draw.choice([1, 2, 2, 3])
    flat = {"space": (1, 1, 1), "plane": (1, 1, 0), "line": (1, 0, 0)}[kind]
    points = {tuple(f * draw.randint(-reach, reach) for f in flat) for _ in range(n)} - {(0, 0, 0)}
    points = sorted(points) or [(1, 0, 0)]
    return Environment([draw.choice("HHHN") if seed % 3 == 0 else "H" for _ in points], points, "C")


@pytest.mark.parametrize("kind", ["space", "plane", "line"])
@pytest.mark.parametrize("chiral", [False, True])
def test_what_the_pattern_settles_is_what_the_rows_say(kind, chiral):
    settled = 0
    for seed in range(120):
        env = cluster(seed, kind)
        for vary in ("neighbours", "atoms"):
            moves = Displacements.named(env, vary, chiral)
            for nu in (2, 3):
                found = exact_filtration(moves, nu)
                again = with_pivots(found)
                assert again.as_dict() == found.as_dict(), (seed, vary, nu)
                settled += found.levels[2].proof is None
                assert again.levels[2].proof is not None
    assert settled == 0 if chiral and kind != "space" else settled > 20


ANTIPODAL = [(2, 0, 2), (-2, 0, -2), (1, 1, 0), (-1, -1, 0), (0, 1, 1)]


@pytest.mark.parametrize(("points", "missing"), [(F1, 1), (COPLANAR, 1), (ANTIPODAL, 3)])
def test_what_is_singular_is_not_settled(points, missing):
    env = Environment(["H"] * len(points), points, "C")
    assert not is_without_gap(Displacements.of_neighbours(env))
    assert exact_filtration(env, 2)["incompleteness"] == missing


def test_a_pattern_that_overlooks_gaps_is_found_out(monkeypatch):
    """The control of the test above: without the condition the answers are wrong somewhere."""
    monkeypatch.setattr(Pattern, "apart", 0)
    wrong = 0
    for seed in range(300):
        env = cluster(seed, "space")
        found = exact_filtration(env, 2)
        honest = filtration_of(found.moves, replace(invariants_of_order(2), settled=never))
        wrong += honest.as_dict() != found.as_dict()
    assert wrong


def test_chiral_planes_are_left_to_the_rows():
    env = Environment(["H"] * 4, [(1, 2, 0), (3, 1, 0), (-1, 4, 0), (2, -5, 0)])
    assert is_without_gap(Displacements.of_neighbours(env))
    chiral = Displacements.named(env, "neighbours", True)
    assert not is_without_gap(chiral) and exact_filtration(chiral, 2)["incompleteness"] == 2


def test_orbits_are_those_of_the_group_that_is_generated():
    turn, swap = np.array([1, 2, 3, 4, 0, 5, 6]), np.array([0, 1, 2, 3, 4, 6, 5])
    assert orbits(np.array([turn])).tolist() == [0, 0, 0, 0, 0, 5, 6]
    assert orbits(np.array([turn, swap])).tolist() == [0, 0, 0, 0, 0, 5, 5]
    draw = random.Random(5)
    for _ in range(50):
        m = draw.randint(1, 12)
        images = np.array([draw.sample(range(m), m) for _ in range(draw.randint(1, 3))])
        naive = list(range(m))
        for _ in range(m):
            for image in images.tolist():
                for x, y in enumerate(image):
                    least = min(naive[x], naive[y])
                    naive = [least if label in (naive[x], naive[y]) else label for label in naive]
        assert orbits(images).tolist() == naive


def without_symmetry(points):
    labels = Displacements.of_neighbours(Environment(["H"] * len(points), points)).labels
    return Pattern(labels, np.zeros((0, len(points)), dtype=np.int64))


def test_gaps_of_the_table():
    """THEORY section 8: |x2| = |x3|, x2.x4 = x3.x4 and no other coincidence has gap 1, as F1 has."""
    assert without_symmetry(F1).apart == 1 == len(without_symmetry(F1).lost(2))
    (lost,) = without_symmetry(F1).lost(2)
    changed = {(j, k) for j, row in enumerate(without_symmetry(F1).on_pairs(lost)) for k, x in enumerate(row) if x}
    assert changed == {(1, 3), (3, 1), (2, 3), (3, 2)}
    methane = Pattern.of(Displacements.of_neighbours(Environment(["H"] * 4, METHANE)))
    assert methane.apart == 0 == len(methane.lost(2)) and without_symmetry(METHANE).apart == 5


@pytest.mark.parametrize("kind", ["space", "plane", "line"])
def test_the_dual_view_counts_what_is_spurious(kind):
    """F & T has the dimension of the incompleteness of the exact rows, whichever moves (Theorem dual)."""
    found = 0
    for seed in range(150):
        env = cluster(seed, kind)
        for nu in (2, 3):
            exactly = with_pivots(exact_filtration(env, nu))["incompleteness"]
            assert len(spurious_changes(Displacements.of_neighbours(env), nu)) == exactly, (seed, nu)
            found += exactly > 0
        atoms = Displacements.of_atoms(env)
        assert len(spurious_changes(atoms, 2)) == with_pivots(exact_filtration(atoms, 2))["incompleteness"]
    assert found >= 10 or kind != "space"


def test_the_dual_view_at_the_heptagon():
    field = number_field("QQ<2 cos(2 pi/7)>")
    c = field.parse("c")
    points = [(1, 0, 0), (0, 1, 0), (-1, c, 0), (1 - c * c, 1 - c * c, 0), (0, 0, 2)]
    moves = Displacements.of_neighbours(
        Environment(["H"] * 5, points, metric=((1, c / 2, 0), (c / 2, 1, 0), (0, 0, 1)), field=field)
    )
    assert [len(spurious_changes(moves, nu)) for nu in (2, 3, 4)] == [4, 1, 0]
    assert [len(Pattern.of(moves).lost(nu)) for nu in (3, 4)] == [1, 0]


def test_many_neighbours_and_a_field():
    draw = random.Random(4)
    env = Environment(["H"] * 150, [[draw.randint(-9999, 9999) for _ in range(3)] for _ in range(150)])
    found = exact_filtration(env, 3)
    assert found.rank == 447 and found.levels[2].proof is None
    field = number_field("QQ<sqrt(5)>")
    points = [[field.element([draw.randint(-9, 9), draw.randint(-9, 9)]) for _ in range(3)] for _ in range(6)]
    env = Environment(["H"] * 6, points, field=field)
    assert exact_filtration(env, 2).levels[2].proof is None
    assert with_pivots(exact_filtration(env, 2)).rank == 15


def test_certificates_have_pivots_all_the_same():
    result = certify(Environment(["H"] * 4, METHANE))
    assert result.filtration.levels[2].proof is None
    assert result.certificate["levels"][2]["pivot_rows"]
    assert matrices.never(None) is False
