"""The parts of the checker by hand: rows of its matrices, enclosures of constant matrices, edges of its limits."""

from types import SimpleNamespace

import mpmath
import pytest
from checker_cases import stored

from symsens.checker import Refuted, constants, matrices
from symsens.checker.environments import Environment, check_size
from symsens.checker.evaluation import Evaluator
from symsens.checker.limits import MAX_DEGREE, MAX_NEIGHBOURS, MAX_NU, MAX_NUMBER_BITS
from symsens.checker.shapes import read_exact


def environment_of(name):
    """The environment of a stored certificate, as the checker sees it."""
    return Environment(read_exact(stored(name), "certificate"))


# Matrices. The neighbours (1, 2, 3) and (1, 0, 1): s = 14 and 2, d = 4.


def test_a_row_of_the_basis_free_jacobian_sums_each_tuple_of_its_class_once():
    matrix = matrices.basis_free(environment_of("two"))
    assert matrix.row(([0, 1], (0, 1))) == matrix.row(([1, 0], (0, 1))) == {(0, 1): 1}
    assert matrix.row(([1, 0], (0, 0))) == {(1, 1): 1} and matrix.row(([1, 0], (1, 1))) == {(0, 0): 1}


def test_a_row_of_an_angular_jacobian_is_the_derivative_of_powers_of_d():
    """The derivatives of d^3: d^3 with s_1 or s_2, 3 d^2 with d; those of d^0 do not see d."""
    matrix = matrices.angular(environment_of("two"), 3)
    rows = {component: matrix.row(([0, 1], component, 3)) for component in ((0, 0), (1, 1), (0, 1))}
    assert rows == {(0, 0): {(0, 0): 64}, (1, 1): {(1, 1): 64}, (0, 1): {(0, 1): 48}}
    assert matrix.row(([0, 0], (0, 0), 1)) == {(0, 0): 14} and not any(matrix.row(([0, 1], (0, 1), 0)).values())


def test_powers_are_numbers_of_an_allowed_size():
    env = SimpleNamespace(bits=2**8, scale=1)
    most = MAX_NUMBER_BITS // env.bits
    feature = lambda *exponents: {"species": ["H"], "terms": [(1, [e]) for e in exponents]}  # noqa: E731
    assert matrices.jacobian(env, [feature(most), feature(1)]) and matrices.jacobian(env, [])
    for ask in (
        lambda: matrices.jacobian(env, [feature(1), feature(1, most + 1), feature(1)]),
        lambda: matrices.angular(env, most + 1),
    ):
        with pytest.raises(Refuted, match="powers of degree"):
            ask()


def test_exponents_up_to_a_limit_and_each_of_them():
    matrices.check_features([], MAX_DEGREE, 2)
    assert matrices.fitting([MAX_DEGREE, 0], 2, MAX_DEGREE) and not matrices.fitting([MAX_DEGREE + 1, 0], 2, MAX_DEGREE)
    assert matrices.fitting([9, 9, 3], 3, 3) and not matrices.fitting([9, 9, 4], 3, 3) and matrices.fitting([9], 1, 3)


def test_neighbours_and_order_up_to_their_limits():
    for n, nu in ((4, MAX_NU), (MAX_NEIGHBOURS, 2), (MAX_NEIGHBOURS, 1), (0, 1)):
        check_size(n, nu)
    for n, nu in ((5, MAX_NU), (1, MAX_NU + 1), (MAX_NEIGHBOURS + 1, 1), (MAX_NEIGHBOURS, 3), (1, 0)):
        with pytest.raises(Refuted, match="nu: "):
            check_size(n, nu)


# Constant matrices: what approximates a root is not believed.


def root_of(monkeypatch, value, b, c):
    """The enclosure of value^(-1/2) when b and c are the approximations of value^(-1/2) and value^(1/2)."""
    evaluator = Evaluator(100)
    number = lambda x: [[evaluator.iv.mpf(x)]]  # noqa: E731
    monkeypatch.setattr(constants, "approximate_roots", lambda iv, bits, matrix: (number(b), number(c)))
    return constants.inverse_root(evaluator, number(value))[0][0]


def test_a_rough_approximation_of_a_root_gives_the_radius_of_lemma_root(monkeypatch):
    """B = 4, C = 1/8, S = 5/64: ||B^-1|| <= (1/8) / (1 - 1/2) and BSB - 1 = 1/4, so half of 32^(3/2) / 16 / 4."""
    found = root_of(monkeypatch, 5 / 64, 4, 1 / 8)
    radius = mpmath.mpf(32) ** 1.5 / 128
    assert abs(found.a - (4 - radius)) < 1e-12 and abs(found.b - (4 + radius)) < 1e-12
    assert found.a < mpmath.mpf(64 / 5) ** 0.5 < found.b


@pytest.mark.parametrize(
    ("value", "b", "c"),
    [
        (1.5, 1, 1),  # BSB - 1 = 1/2
        (2.5, 1, 1),
        (1, 1, 0),  # 1 - BC = 1
        (1, 1, 3),
        (1, -1, -1),  # B is a root, the negative one
    ],
)
def test_an_approximation_that_is_none_is_refused(monkeypatch, value, b, c):
    assert root_of(monkeypatch, 1, 1, 1) == 1
    with pytest.raises(Refuted):
        root_of(monkeypatch, value, b, c)


def test_eigenvalues_that_are_not_found_are_refused(monkeypatch):
    evaluator = Evaluator(100)

    def fail(matrix):
        raise RuntimeError("no convergence")

    monkeypatch.setattr(constants.mp, "eigsy", fail)
    with pytest.raises(Refuted, match="could not be enclosed"):
        constants.inverse_root(evaluator, [[evaluator.iv.mpf(1)]])


def test_a_matrix_is_positive_definite_and_symmetric():
    evaluator = Evaluator(100)
    one, zero = evaluator.iv.mpf(1), evaluator.iv.mpf(0)
    with pytest.raises(Refuted, match="not positive definite"):
        constants.inverse_root(evaluator, [[zero]])
    for lower, upper in ((one, zero), (zero, one)):
        with pytest.raises(Refuted, match="not symmetric"):
            constants.symmetric([[one, upper], [lower, one]])
