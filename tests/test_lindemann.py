"""Ranks over exponentials of rationals: both bounds proved where exponents are small, evidence with its error
probability elsewhere."""

import random

import pytest
from ase.build import molecule
from flint import fmpq, fmpz_poly

from symsens import Environment, Verdict, certify
from symsens.descriptors import descriptor
from symsens.forms.arithmetics import NotRational
from symsens.forms.jacobian import ball_jacobian
from symsens.numbers.rank import prove_rank_at_least_arb
from symsens.search.lindemann import ExpSum, _exp, _image, _null_vectors, _root, _safe_primes, exponential_rank

F1 = Environment(["H"] * 4, [(5, 0, 1), (3, 4, -2), (-3, -4, -2), (0, 0, 6)])
METHANE = Environment(["H"] * 4, [(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)])
MIXED = Environment(["H", "O", "H", "C"], [(1, 2, 3), (-2, 1, 5), (3, -1, 1), (2, 2, -7)])
ETHANOL = Environment.from_ase(molecule("CH3CH2OH"), 0)


def draw_sum(draw):
    return ExpSum(
        {
            fmpq(draw.randint(-6, 6), draw.randint(1, 4)): fmpq(draw.randint(-9, 9), draw.randint(1, 5))
            for _ in range(draw.randint(1, 4))
        }
    )


def test_the_image_in_a_finite_field_is_a_homomorphism():
    draw, (p, order) = random.Random(1), next(_safe_primes(2**40))
    for _ in range(200):
        a, b = draw_sum(draw), draw_sum(draw)
        x, y, plus, times = (int(v) for v in _image([[a, b, a + b, a * b]], p, order, 9).entries())
        assert plus == (x + y) % p and times == x * y % p


def test_the_ring_has_its_laws_and_refuses_what_is_not_in_it():
    a, b = _exp(fmpq(1, 3)), _exp(ExpSum.of(fmpq(-1, 3)))
    assert (
        (a * b - 1).terms == {}
        and (a**-2 * a * a).terms == {fmpq(0): 1}
        and not (a - a)
        and (2 - a + a).rational() == 2
    )
    assert _root(ExpSum.of(fmpq(4, 9))).rational() == fmpq(2, 3)
    for call in (lambda: _exp(a), lambda: _root(ExpSum.of(2)), lambda: _root(ExpSum.of(-4)), lambda: (a + 1) ** -1):
        with pytest.raises(NotRational):
            call()


@pytest.mark.parametrize("env", [F1, METHANE, MIXED], ids=["F1", "methane", "mixed"])
@pytest.mark.parametrize("n_max, l_max", [(1, 0), (1, 1), (1, 3), (2, 1)])
def test_the_proved_rank_lies_between_balls_and_features(env, n_max, l_max):
    chosen = descriptor(f"power-spectrum:radial=gto,cutoff=10,n_max={n_max},l_max={l_max}")
    found = exponential_rank(env, chosen)
    assert found.exact
    proof = prove_rank_at_least_arb(lambda bits: ball_jacobian(env, chosen, bits), found.lower, 512)
    assert proof.rank == found.lower


@pytest.mark.parametrize("vary", ["neighbours", "atoms"])
def test_a_deficient_gaussian_basis_is_decided(vary):
    result = certify(F1, descriptor="power-spectrum:radial=gto,cutoff=10,n_max=2,l_max=1", vary=vary)
    assert result.verdict is Verdict.PROVED and result.filtration.rank == 5
    assert result.filtration["angular_truncation"] == 1 and result.filtration["radial_truncation"] == 2
    assert sum(value.exact_zero for value in result.singular_values) == result.filtration.nullity


def test_large_exponents_stay_undecided_with_evidence(monkeypatch):
    monkeypatch.setattr("symsens.search.truncation.density_bound", lambda env, chosen: None)  # which decides it
    result = certify(ETHANOL, descriptor="power-spectrum:radial=gto,n_max=2,l_max=1")
    assert result.verdict is Verdict.UNDECIDED and result.filtration.rank is None and result.singular_values is None
    assert "at least 9, at most 13" in result.filtration.undecided and "≈ 9" in result.filtration.undecided
    found = exponential_rank(ETHANOL, descriptor("power-spectrum:radial=gto,n_max=2,l_max=1"))
    assert not found.exact and 0 < found.evidence < 1e-6


def test_other_functions_are_not_of_this_kind():
    assert (
        exponential_rank(F1, descriptor("power-spectrum:radial=gto,cutoff=10,n_max=2,l_max=1,cutoff_function=cosine"))
        is None
    )
    assert exponential_rank(F1, descriptor("power-spectrum:radial=gaussian,cutoff=10,n_max=2,l_max=1")) is None


def test_a_rank_that_is_too_low_is_not_believed():
    # rows (1, t), (t, t^2), (0, 1): rank 2; the null vector of the first row alone does not annihilate the third
    one, t = fmpz_poly([1]), fmpz_poly([0, 1])
    matrix = [[one, t], [t, t * t], [fmpz_poly(), one]]
    assert _null_vectors(matrix, [0], [0]) is None
    assert _null_vectors(matrix[:2], [0], [0]) == [{1: -one, 0: t}]
    assert _null_vectors([[t, t], [t, t]], [0, 1], [0, 1]) is None
    assert _null_vectors(matrix, [0, 2], [0, 1]) == []


def test_equal_exponents_are_seen_as_equal():
    # e^(1/2) e^(1/3) = e^(5/6): a hidden linear relation that floating point could only suspect
    a, b, c = _exp(fmpq(1, 2)), _exp(fmpq(1, 3)), _exp(fmpq(5, 6))
    assert not (a * b - c)
