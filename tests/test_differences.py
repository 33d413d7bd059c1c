"""Numeric derivatives: right to within what they state, tight, and refused where the function does not allow them."""

import numpy as np
import pytest
import sympy
from ase import Atoms

from symsens.errors import InputError
from symsens.numbers.differences import EPS, estimate_derivative, extrapolate
from symsens.peers.differences import estimate_jacobian

X = sympy.symbols("x0:3")
SQUARE = sum(x * x for x in X)
EXPRESSIONS = [
    sympy.exp(-3 * SQUARE),
    1 / (1 + SQUARE),
    sympy.sqrt(1 + SQUARE) * sympy.cos(4 * X[2]),
    sympy.exp(-8 * (sympy.sqrt(SQUARE) - 1) ** 2),
    X[0] - X[0] * X[1] ** 9,
    sympy.tanh(3 * X[0] + X[1]),
    1000 + X[0] ** 3,
]
VALUES = sympy.lambdify(X, EXPRESSIONS, "numpy")
EXACT = sympy.lambdify(X, [[e.diff(x) for x in X] for e in EXPRESSIONS], "mpmath")


def function(x):
    return np.array([v + 0 * x[0] for v in VALUES(*x)])


def real_only(x):
    return np.array(function(x), dtype=float)


@pytest.mark.parametrize(
    "f, method, used, digits",
    [
        (function, "auto", "complex", 1e-12),
        (function, "richardson", "richardson", 1e-9),
        (real_only, "auto", "richardson", 1e-9),
    ],
)
def test_the_error_is_within_what_is_stated_and_tight(f, method, used, digits):
    random = np.random.default_rng(5)
    for _ in range(40):
        x = random.uniform(-1.5, 1.5, 3)
        exact, found = np.array(EXACT(*x), dtype=float), estimate_derivative(f, x, method=method)
        assert found.method == used
        assert (abs(found.value - exact) <= found.error).all()
        assert np.median(found.error) <= digits


def test_a_wrong_derivative_is_outside_the_stated_error():
    found = estimate_derivative(function, [0.3, -0.7, 1.1])
    assert (abs(found.value * (1 + 1e-9) - np.array(EXACT(0.3, -0.7, 1.1), dtype=float)) > found.error).any()


@pytest.mark.parametrize(
    "f",
    [
        lambda x: abs(x) ** 2,
        lambda x: np.linalg.norm(x)[None],
        lambda x: x * np.conj(x) + 1j,
        lambda x: x**2 * np.array([1, 1, np.nan]),
    ],
)
def test_code_that_is_not_analytic_is_not_differentiated_by_complex_steps(f):
    with pytest.raises(InputError, match="drops or misuses imaginary parts"):
        estimate_derivative(f, [0.3, -0.7, 1.1], method="complex")


def test_a_complex_step_that_fails_at_one_point_only_is_not_used():
    def f(x):
        if np.iscomplexobj(x) and np.count_nonzero(x.imag) == 1:
            raise TypeError("no complex numbers")
        return x**2

    assert estimate_derivative(f, [1.0, 2.0]).method == "richardson"


def test_values_that_are_not_finite_have_infinite_error():
    with np.errstate(invalid="ignore"):
        found = estimate_derivative(lambda x: np.array([np.sqrt(x[0] - 1.0), x[0]]), [1.0])
    assert np.isinf(found.error[0, 0]) and found.value[1, 0] == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda: estimate_derivative(function, [1, 2, 3], method="forward"),
            "method 'forward' of differentiation is unknown",
        ),
        (lambda: estimate_derivative(lambda x: x[0], [1.0]), "must return a vector of numbers"),
        (lambda: estimate_derivative(lambda x: np.array(["a"]), [1.0]), "must return a vector of numbers"),
    ],
)
def test_refusals(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_nothing_to_differentiate():
    assert estimate_derivative(lambda x: x, []).value.shape == (0, 0)
    assert estimate_derivative(lambda x: np.zeros(0), [1.0]).value.shape == (0, 1)


def test_jacobian_of_atoms():
    atoms = Atoms("CHO", [[0, 0, 0], [0.3, 1, 0.2], [1.2, -0.4, 0.7]], info={"kept": 1})

    def features(atoms, centre):
        x = np.delete(atoms.positions, centre, axis=0) - atoms.positions[centre]
        return np.array([(atoms.numbers[1:] * np.exp(-(x * x).sum(axis=1))).sum(), x[0] @ x[1]])

    before = atoms.positions.copy()
    found = estimate_jacobian(features, atoms, 0)
    assert found.method == "complex" and found.value.shape == found.error.shape == (2, 3, 3)
    assert (atoms.positions == before).all()
    x = before[1:]
    assert found.value[1] == pytest.approx(np.array([-x[0] - x[1], x[1], x[0]]), abs=4 * EPS)
    slower = estimate_jacobian(features, atoms, 0, method="richardson")
    assert (abs(found.value - slower.value) <= found.error + slower.error).all()


def test_extrapolation_knows_its_powers():
    steps = [2.0**-k for k in range(8)]
    value, error = extrapolate(
        [np.array([3 + h - 5 * h**2 + h**3]) for h in steps], [1, 2, 3, 4, 5, 6, 7], [np.array([EPS])] * 8
    )
    assert abs(value[0] - 3) <= error[0] <= 1e-13
    value, error = extrapolate([np.array([1 / h]) for h in steps], [1, 2, 3, 4, 5, 6, 7], [np.array([EPS])] * 8)
    assert error[0] > 1
