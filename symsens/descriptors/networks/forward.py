"""Forward differentiation in any arithmetic: jets, and the few operations that a network is made of.

A jet is an array of shape (..., 1 + D): a value and its derivatives along D directions; a constant has D = 0.

Law: the code is the same for float64, mpmath and balls (`symsens.forms.arithmetics.Arithmetic`); elementwise functions
are SymPy forms, whose derivatives are SymPy's. A float64 weight enters as the exact dyadic rational that its bits are.
"""

from functools import cache

import numpy as np
from sympy import Expr, Rational, Symbol, cos, exp, log, pi, sqrt

from symsens.forms.arithmetics import Arithmetic, matmul
from symsens.forms.blocks import invariants, number
from symsens.forms.compile import program

X = Symbol("x", real=True)
SHIFTED_SOFTPLUS = log(exp(X) / 2 + Rational(1, 2))


def exact_floats(arithmetic: Arithmetic, floats: np.ndarray) -> np.ndarray:
    """float64 numbers in `arithmetic`, each by its exact numerator and denominator."""
    return arithmetic.array([x.as_integer_ratio() for x in floats.ravel().tolist()]).reshape(floats.shape)


def product(arithmetic: Arithmetic, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The matrix product of two matrices, also of empty ones."""
    if 0 in (*a.shape, *b.shape):
        return np.full((a.shape[0], b.shape[1]), arithmetic.number(0, 1))
    return matmul(arithmetic, a, b)


def widen(arithmetic: Arithmetic, x: np.ndarray, directions: int) -> np.ndarray:
    """A constant jet as one with so many directions."""
    if x.shape[-1] == 1 + directions:
        return x
    return np.concatenate([x, np.full((*x.shape[:-1], directions), arithmetic.number(0, 1))], axis=-1)


def linear(arithmetic: Arithmetic, weight: np.ndarray, x: np.ndarray, bias: np.ndarray | None = None) -> np.ndarray:
    """weight (out, in) on the axis before the last of a jet (..., in, 1 + D), plus a constant bias (out,)."""
    moved = np.moveaxis(x, -2, 0)
    y = product(arithmetic, weight, moved.reshape(len(moved), -1)).reshape(len(weight), *moved.shape[1:])
    y = np.moveaxis(y, 0, -2)
    if bias is not None:
        y[..., 0] = y[..., 0] + bias
    return y


def times(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The elementwise product of two jets with the same directions, or of a constant and a jet."""
    value = x[..., :1] * y[..., :1]
    if x.shape[-1] == 1:
        return np.concatenate([value, x * y[..., 1:]], axis=-1)
    if y.shape[-1] == 1:
        return np.concatenate([value, x[..., 1:] * y], axis=-1)
    return np.concatenate([value, x[..., :1] * y[..., 1:] + x[..., 1:] * y[..., :1]], axis=-1)


@cache
def _with_derivatives(symbol: Symbol, forms: tuple[Expr, ...]):
    return program((symbol,), forms + tuple(form.diff(symbol) for form in forms))


def apply(arithmetic: Arithmetic, form: Expr, x: np.ndarray) -> np.ndarray:
    """A closed form in `X`, elementwise on a jet."""
    value, slope = _with_derivatives(X, (form,))(arithmetic, (x[..., :1],))
    return np.concatenate([value, slope * x[..., 1:]], axis=-1)


def shifted_softplus(arithmetic: Arithmetic, x: np.ndarray) -> np.ndarray:
    """ssp(x) = ln(e^x / 2 + 1/2), elementwise."""
    return apply(arithmetic, SHIFTED_SOFTPLUS, x)


@cache
def radial_forms(cutoff, rbf: int) -> tuple[Expr, ...]:
    """In s = r^2: Gaussians exp(-(r - k d)^2 / 2 d^2), k < rbf, d = cutoff / (rbf - 1); then f_c(r) and f_c(r) / r."""
    (s,) = invariants(1)
    r, width = sqrt(s), number(cutoff) / (rbf - 1)
    smooth = (1 + cos(pi * r / number(cutoff))) / 2
    return (*(exp(-((r - k * width) ** 2) / (2 * width**2)) for k in range(rbf)), smooth, smooth / r)


def radial_basis(arithmetic: Arithmetic, cutoff, rbf: int, s: np.ndarray) -> np.ndarray:
    """(len(s), rbf + 2, 2) jets in the one direction s of `radial_forms`."""
    results = _with_derivatives(invariants(1)[0], radial_forms(cutoff, rbf))(arithmetic, (s,))
    table = np.empty((len(results), len(s)), dtype=arithmetic.dtype)
    for row, result in zip(table, results):
        row[:] = result
    return table.reshape(2, rbf + 2, len(s)).transpose(2, 1, 0)


def perceptron(arithmetic: Arithmetic, weights: dict, name: str, x: np.ndarray) -> np.ndarray:
    """Two dense layers, shifted softplus between them."""
    hidden = shifted_softplus(arithmetic, linear(arithmetic, weights[f"{name}.0.weight"], x, weights[f"{name}.0.bias"]))
    return linear(arithmetic, weights[f"{name}.1.weight"], hidden, weights[f"{name}.1.bias"])


def push(arithmetic: Arithmetic, h: np.ndarray, ds: np.ndarray) -> np.ndarray:
    """Sum over e of h_e(s_e): jets h (E, C, 2) in the direction s, and ds (E, D), give jets (C, 1 + D)."""
    ones = np.full((1, len(h)), arithmetic.number(1, 1))
    value = product(arithmetic, ones, h[:, :, 0]).T
    return np.concatenate([value, product(arithmetic, h[:, :, 1].T, ds)], axis=-1)
