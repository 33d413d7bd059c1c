"""Derivatives of plain numeric functions, each with an error estimate: complex step where it works, else Richardson.

Law: an estimate and never a bound; the error is what the numbers themselves show (spread of an extrapolation table, of
roundoff under tiny changes of the input). Differences taken on both sides cannot see a cusp, of which a finite estimate
is made here: see `symsens.testing.assert_smooth`.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from symsens.errors import InputError

EPS = float(np.finfo(float).eps)
STEP = 2.0**-4  # the largest of the central differences
LEVELS = 7  # so many steps, each half the one before
_COMPLEX_STEP = 2.0**-100
METHODS = ("auto", "complex", "richardson")


@dataclass(frozen=True)
class Estimate:
    """A derivative and what is thought of its error, entry by entry (same shapes).

    Attributes
    ----------
    value : the derivative.
    error : estimate of ``|value - exact|``; infinite where a value on the way was not finite.
    method : "complex" or "richardson".
    """

    value: np.ndarray
    error: np.ndarray
    method: str

    def reshape(self, *shape: int) -> "Estimate":
        """The same numbers in another shape."""
        return Estimate(self.value.reshape(shape), self.error.reshape(shape), self.method)


def extrapolate(table: list[np.ndarray], powers: list[int], noise: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The limit h -> 0 of values at h, h/2, h/4, ... (Richardson, Ridders): entries of least estimated error, and that.

    Parameters
    ----------
    table : values at successive halvings of h, arrays of one shape.
    powers : exponents of h in the expansion of the error, in order; one fewer than values.
    noise : roundoff of each value.
    """
    best = np.array(table[0], dtype=float)
    least = np.full(best.shape, np.inf)
    previous = [table[0]]
    for value, floor in zip(table[1:], noise[1:]):
        row = [value]
        for j, power in enumerate(powers[: len(previous)]):
            row.append(row[j] + (row[j] - previous[j]) / (2.0**power - 1))
            error = np.maximum(abs(row[j + 1] - row[j]), abs(row[j + 1] - previous[j])) + floor
            better = error < least  # False for NaN
            best, least = np.where(better, row[j + 1], best), np.where(better, error, least)
        previous = row
    return best, least


def _richardson(function, x, step, levels):
    """(m, d) central differences, extrapolated."""
    table, noise = [], []
    for k in range(levels):
        h = step * 2.0**-k
        forward, backward = ([function(x + sign * h * axis) for axis in np.eye(len(x))] for sign in (1, -1))
        difference, size = np.array(forward) - np.array(backward), np.maximum(np.abs(forward), np.abs(backward))
        table.append(difference.T / (2 * h))
        # Roundoff of the values, and of the argument on its way through the function.
        noise.append((size.T + (abs(table[-1]) @ abs(x))[:, None]) * EPS / h)
    with np.errstate(invalid="ignore", over="ignore"):
        value, error = extrapolate(table, [2 * (j + 1) for j in range(levels - 1)], noise)
    return Estimate(value, np.where(np.isfinite(value), 4 * error, np.inf), "richardson")


def _complex_value(function, x):
    """`function` at complex x, or None if it does not take or does not keep complex numbers."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", np.exceptions.ComplexWarning)
            value = np.asarray(function(x))
    except Exception:  # whatever a stranger's function raises on complex numbers, it does not take them
        return None
    return value if np.iscomplexobj(value) and np.isfinite(value).all() else None


def _complex(function, x):
    """(m, d) complex-step derivatives; None if the function is not analytic code."""
    direction = np.random.default_rng(0).standard_normal(len(x))
    directional = _complex_value(function, x + 1j * _COMPLEX_STEP * direction)
    if directional is None:
        return None
    # abs, norm or conj on the way would give a wrong derivative without complaint: one random direction tells.
    length = np.linalg.norm(direction)
    plain = _richardson(lambda t: np.real(function(x + t * direction / length)), np.zeros(1), STEP, LEVELS)
    difference = abs(directional.imag / (_COMPLEX_STEP * length) - plain.value[:, 0])
    if not (difference <= 10 * plain.error[:, 0] + 1e-7 * abs(plain.value).max(initial=0)).all():
        return None
    columns, jitter = [], 4 * EPS * np.sign(direction)
    for axis in np.eye(len(x)):
        # Roundoff shows when the real parts move by a few units in the last place.
        nearby = [_complex_value(function, x * (1 + k * jitter) + 1j * _COMPLEX_STEP * axis) for k in (0, 1, -1)]
        if any(value is None for value in nearby):
            return None
        columns.append([value.imag / _COMPLEX_STEP for value in nearby])
    value, *others = np.moveaxis(np.array(columns), 1, 0)
    spread = np.max([abs(other - value) for other in others], axis=0)
    roundoff = EPS * (8 * abs(value.T).max(axis=1, initial=0) + 4 * abs(directional.real))
    return Estimate(value.T, 4 * spread.T + roundoff[:, None] + _COMPLEX_STEP, "complex")


def estimate_derivative(
    function: Callable, x, *, method: str = "auto", step: float = STEP, levels: int = LEVELS
) -> Estimate:
    """The Jacobian (m, d) of ``function: (d,) -> (m,)`` at `x`, with an error estimate.

    Parameters
    ----------
    method : "complex" (the function must be analytic code that keeps complex numbers; checked against differences in
        one direction), "richardson" (2 d `levels` evaluations), or "auto": the first if possible, else the second.
    step, levels : largest step of the central differences, and how many times it is halved, plus one.

    Raises
    ------
    InputError
        Unknown method; "complex" where the function cannot; the function does not return a vector of numbers.
    """
    if method not in METHODS:
        raise InputError(f"method {method!r} of differentiation is unknown: use one of {', '.join(METHODS)}")
    x = np.asarray(x, dtype=float)
    start = np.asarray(function(x))
    if start.ndim != 1 or not np.issubdtype(start.dtype, np.number):
        raise InputError(
            f"a feature function returned shape {start.shape} of {start.dtype}: it must return a vector of numbers"
        )
    if not len(x) or not len(start):
        return Estimate(np.zeros((len(start), len(x))), np.zeros((len(start), len(x))), "richardson")
    found = _complex(function, x) if method != "richardson" else None
    if found is None and method == "complex":
        raise InputError(
            "the feature function cannot be differentiated by a complex step: it drops or misuses imaginary parts"
        )
    return found or _richardson(function, x, step, levels)
