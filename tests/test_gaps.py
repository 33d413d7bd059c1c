"""How nearly degenerate: gaps against brute force, superpositions against known noise."""

from dataclasses import replace
from fractions import Fraction
from itertools import combinations_with_replacement, permutations, product

import numpy as np
import pytest
from ase.build import molecule
from comparison_cases import LAYERS, PAIRS, around, axial, mirrored
from hypothesis import given, strategies as st
from scipy.spatial.transform import Rotation

from symsens import Environment, Structure, compare
from symsens.geometry.superposition import superpose
from symsens.rows import gaps
from symsens.rows.gaps import Gap, find_gaps
from symsens.testing import environments


def noisy(env, size, seed=1):
    noise = size * np.random.default_rng(seed).normal(size=(env.n, 3))
    positions = [[float(c) + d for c, d in zip(y, row)] for y, row in zip(env.positions, noise)]
    return Environment(env.species, positions, env.centre_species)


def smallest(a, b, nu):
    """The gap by trying every matching of the tuples."""

    def tuples(env):
        dots = [[sum(c * d for c, d in zip(x, y)) for y in env.positions] for x in env.positions]
        for tau in product(range(env.n), repeat=nu):
            pairs = combinations_with_replacement(tau, 2)
            yield tuple(env.species[j] for j in tau), [dots[j][k] for j, k in pairs]

    ours, theirs = list(tuples(a)), list(tuples(b))
    found = []
    for order in permutations(theirs):
        if all(s == t for (s, _), (t, _) in zip(ours, order)):
            found.append(max(abs(x - y) for (_, s), (_, t) in zip(ours, order) for x, y in zip(s, t)))
    return min(found)


@given(
    environments(min_neighbours=2, max_neighbours=2), environments(min_neighbours=2, max_neighbours=2), st.booleans()
)
def test_brute_force_finds_no_better_matching(a, b, swapped):
    b = replace(b, species=a.species)
    p = (1, 0) if swapped and a.species[0] == a.species[1] else (0, 1)
    for nu, gap in zip((1, 2), find_gaps([(a, b, p)], (1, 2), True)):
        assert gap.nu == nu and gap.bound == smallest(a, b, nu)


def test_brute_force_with_three_neighbours():
    a, b = around((1, 0, 0), (0, 2, 0), (0, 0, 3)), around((1, 1, 0), (0, 3, 0), (2, 0, 2))
    assert find_gaps([(a, b, (0, 1, 2))], (1,), True)[0].bound == smallest(a, b, 1) == 4


def test_a_bad_proposal_costs_tightness_and_never_truth(monkeypatch):
    """The negative control: floats propose, and what they propose is evaluated exactly."""
    a, b = axial(2), noisy(axial(-2), 1e-9)
    good = find_gaps([(a, b, (0, 1, 2, 3))], (2,), True)[0].bound
    monkeypatch.setattr(gaps, "_matching", lambda first, second: np.arange(len(first))[::-1])
    bad = find_gaps([(a, b, (0, 1, 2, 3))], (2,), True)[0].bound
    assert good < Fraction(1, 10**7) < 1 < bad
    monkeypatch.setattr(gaps, "MOST", 10)
    assert find_gaps([(a, b, (0, 1, 2, 3))], (2,), True)[0].bound > 10  # that of the neighbours as they are matched


@pytest.mark.parametrize("size", [1e-9, 1e-6])
def test_nearly_degenerate_pairs(size):
    a, b = noisy(axial(2), size), noisy(axial(-2), size, 2)
    found = compare(a, b)
    assert found.separated_at == 1 and not found.congruent
    bounds = {gap.nu: gap.bound for gap in found.nearness.gaps}
    assert list(bounds) == [1, 2, 3, 4] and sorted(bounds.values()) == list(bounds.values())
    assert 0 < bounds[1] <= bounds[2] < 100 * size < 1 < bounds[3] < 20
    assert "Gap (no certificate yet): tuples can be matched so that no dot product differs by more than" in str(found)
    layers = compare(noisy(around(*LAYERS, (0, 0, 5)), size), noisy(around(*LAYERS, (0, 0, -5)), size, 2))
    assert [gap.bound < 100 * size for gap in layers.nearness.gaps] == [True, True, True, False]


def test_equal_features_have_no_gap():
    for name in ("axial", "layers"):
        a, b, _, _, nu, _ = PAIRS[name]
        found = find_gaps([(a, b, tuple(range(a.n)))], range(1, nu + 2), True)
        assert [gap.bound == 0 for gap in found] == [True] * nu + [False]
        assert [gap.nu for gap in compare(a, b).nearness.gaps] == list(range(nu + 1, 5))


def test_decimals_are_rounded_up():
    assert Gap(1, Fraction(1, 3), Fraction(10)).decimals == ("0.334", "0.0334")
    assert Gap(1, Fraction(16), Fraction(40)).decimals == ("16", "0.4")
    assert Gap(1, Fraction(1, 3 * 10**9), Fraction(1)).decimals[0] == "3.34e-10"
    assert Gap(1, Fraction(10**400), Fraction(1, 10**400)).decimals == ("1.00E+400", "1.00E+800")
    for x in (Fraction(1, 7), Fraction(99999, 10), Fraction(1, 10**500 + 1)):
        assert x <= Fraction(Gap(1, x, Fraction(1)).decimals[0]) <= x * Fraction(101, 100)


def test_superpositions():
    atoms = molecule("CH3CH2OH")
    turned = atoms.copy()
    turned.positions = atoms.positions @ Rotation.from_euler("zyx", [0.7, 0.4, -1.1]).as_matrix().T + [1, 2, 3]
    turned = turned[[3, 0, 8, 1, 7, 2, 6, 4, 5]]
    noise = np.random.default_rng(1).normal(size=turned.positions.shape)
    for size in (1e-8, 1e-3):
        other = turned.copy()
        other.positions += size * noise
        found = compare(atoms, other)
        assert size / 10 < found.nearness.displacement < 10 * size and not found.congruent
        assert all(gap.bound < 100 * size for gap in found.nearness.gaps)
        assert f"within ≈ {found.nearness.displacement:.2g} Angstrom" in str(found)


def test_mirror_images_are_superposed_by_reflections_alone():
    a = axial(2)
    assert superpose(a, mirrored(a)).displacement < 1e-12 < 0.1 < superpose(a, mirrored(a), proper=True).displacement
    found = compare(a, mirrored(a), chiral=True)
    assert found.nearness.gaps == () and found.nearness.displacement > 0.1 and "Gap" not in str(found)


def test_lines_and_planes_are_superposed_too():
    turn = Rotation.from_euler("zyx", [0.7, 0.4, -1.1]).as_matrix()
    for points in ([(1, 0, 0)], [(1, 0, 0), (-2, 0, 0)], [(1, 0, 0), (1, 2, 0), (-1, 4, 0), (3, 3, 0)]):
        a = around(*points)
        b = Environment(a.species, (np.array(points) @ turn.T).tolist(), a.centre_species)
        for proper in (False, True):
            assert superpose(a, b, proper).displacement < 1e-14 * 100


def test_where_nothing_is_near():
    a = axial(2)
    for b in (around((1, 0, 0)), around((1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 1, 1), species="HHHO")):
        assert compare(a, b).nearness is None and compare(a, b).as_dict()["gap"] is None
    assert compare(a, a).nearness is None
    assert compare(a, replace(axial(-2), centre_species="N")).nearness is None
    assert superpose(around(), around()) is None
    many = Structure("H" * 101, [(i, i * i, 0) for i in range(101)])
    assert superpose(many, many) is None
    assert compare("ase:CH4", "ase:NH3").nearness is None


def test_the_json_holds_the_gap():
    found = compare(axial(2), axial(-2)).as_dict()["gap"]
    assert found["orders"] == [{"nu": nu, "bound": "16", "relative": "0.4"} for nu in (3, 4)]
    assert 1.9 < found["displacement"] < 2


def test_a_budget_that_is_spent_leaves_the_answer(monkeypatch):
    from symsens.errors import UndecidedError

    def spent(*arguments):
        raise UndecidedError("no time")

    monkeypatch.setattr("symsens.jobs.pairs.superpose", spent)
    found = compare(axial(2), axial(-2))
    assert found.separated_at == 3 and found.nearness is None
