"""Every row of THEORY section 6, found again in every representation and counted again by an oracle; the perturbed
twins."""

from fractions import Fraction

import pytest
from naive import exact_rank, naive_jacobian

from symsens.geometry.displacements import Displacements
from symsens.rows.filtration import exact_filtration
from symsens.testing import KNOWN_CASES, Motion, displaced, move, permute, scale

ROTATION = Motion(tuple(tuple(Fraction(x, 7) for x in row) for row in ((2, -6, 3), (3, -2, -6), (6, 3, 2))))
CASES = pytest.mark.parametrize("case, nu", [(case, nu) for case in KNOWN_CASES for nu in case.extra], ids=str)


def representations(env):
    """The environment as given, turned, permuted, and both, at another scale."""
    turned = move(env, ROTATION)
    order = [(3 * i + 1) % env.n if env.n % 3 else (i + 1) % env.n for i in range(env.n)]
    return [env, turned, permute(env, order), scale(permute(turned, order), "22/7")]


def test_the_table_is_that_of_theory():
    assert [(c.environment.n, c.extra[2], c.extra[3], c.symmetry) for c in KNOWN_CASES] == [
        (4, 0, 0, 0), (4, 8, 8, 8), (4, 2, 2, 2), (4, 1, 0, 0), (4, 1, 0, 0), (4, 1, 0, 0),
        (5, 3, 0, 0), (7, 6, 1, 0), (7, 1, 0, 0)
    ]  # fmt: skip
    assert all(set(c.extra) == ({1, 2, 3, 4} if c.environment.n <= 5 else {1, 2, 3}) for c in KNOWN_CASES)


@CASES
def test_known_case(case, nu):
    for env in representations(case.environment):
        found = exact_filtration(env, nu)
        assert found["rigid"] == 3 and found["symmetry"] == case.symmetry
        assert found["symmetry"] + found["incompleteness"] == case.extra[nu]
        assert found.moves.stabiliser.order == case.order and found.undecided is None


@CASES
def test_the_oracle_counts_the_same(case, nu):
    env = case.environment
    assert exact_rank(naive_jacobian(env, nu), 3 * env.n) == 3 * env.n - 3 - case.extra[nu]


@CASES
def test_all_atoms_vary(case, nu):
    found = exact_filtration(Displacements.of_atoms(case.environment), nu)
    assert (found["rigid"], found["symmetry"], found["incompleteness"]) == (
        6,
        case.symmetry,
        case.extra[nu] - case.symmetry,
    )


@CASES
def test_perturbed_twin_is_regular(case, nu):
    # Distances alone (nu = 1) never fix the shape: n of the 3n - 3 internal displacements are seen, and no more.
    expected = 2 * case.environment.n - 3 if nu == 1 else 0
    twin = displaced(case.environment, "1e-30")
    for env in representations(twin):
        found = exact_filtration(env, nu)
        assert (found["rigid"], found["symmetry"], found["incompleteness"], found.moves.stabiliser.order) == (
            3,
            0,
            expected,
            1,
        )
    if nu < 3:
        assert exact_rank(naive_jacobian(twin, nu), 3 * twin.n) == 3 * twin.n - 3 - expected


@pytest.mark.parametrize("case", KNOWN_CASES, ids=str)
def test_the_twin_is_near_and_every_coordinate_moved_differently(case):
    moved = [
        b - a
        for x, y in zip(case.environment.positions, displaced(case.environment, "1e-30").positions)
        for a, b in zip(x, y)
    ]
    assert len(set(map(abs, moved))) == len(moved) and all(5e-31 < abs(d) < 1.5e-30 for d in moved)
