"""Derivatives of plain numeric functions, each with an error estimate: complex step where it works, else Richardson.

Law: an estimate and never a bound; the error is what the numbers themselves show: the spread of an extrapolation table,
what much finer steps say, and noise, measured from the roughness of the function and not guessed from the size of its
values (a determinant of Gram is 1e-12 by cancellation of numbers near 1). Differences taken on both sides cannot see a
cusp, of which a finite estimate is made here: see `symsens.testing.assert_smooth`.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from symsens.errors import InputError

EPS = float(np.finfo(float).eps)
STEP = 2.0**-4  # the largest of the central differences
LEVELS = 7  # so many steps, each half the one before
_FINER = (2.0**-14, 2.0**-25)  # of the largest: further steps, which may contradict the others
# Where a function is measured for noise, Angstrom: far more than rounding, far less than its bends. Steps of 1e-8 (the
# sine of an angle by its cosine) show on the longer line only.
NEARBY = 2.0**-36
LINES = (NEARBY, 2.0**-24)
_PLACES = np.array([-1.0, -0.77, -0.52, -0.29, 0.13, 0.38, 0.59, 0.83, 0.97])  # on such a line; not the place itself
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


def estimate_noise(function: Callable, x, lines: tuple = LINES, apart: tuple = ()) -> np.ndarray:
    """The noise of each value of ``function: (d,) -> any shape`` near `x`: the scatter about parabolas through places
    in line, the largest of several lines; NaN where a value is not finite.

    Parameters
    ----------
    lines : half the lengths of the lines through `x`. A bend as short as a line is taken for noise.
    apart : so far from `x`, in random directions, lie further lines, as short as the shortest.
    """
    x, random = np.asarray(x, dtype=float), np.random.default_rng(0)
    others = np.linalg.qr(np.vander(_PLACES, 3), mode="complete")[0][:, 3:].T  # orthogonal to all parabolas
    found = []
    for distance, length in [(0.0, length) for length in lines] + [(distance, NEARBY) for distance in apart]:
        direction, away = random.choice([-1.0, 1.0], (2, len(x)))
        values = [function(x + distance * away + length * t * direction) for t in _PLACES]
        with np.errstate(invalid="ignore"):
            scatter = np.tensordot(others, np.array(values) - values[0], 1)
        found.append(np.sqrt((scatter**2).mean(axis=0)))
    return np.max(found, axis=0)


def _richardson(function, x, step, levels, noise):
    """(m, d) central differences, extrapolated; `noise` (m,) is that of the values."""
    start = np.real(function(x))[:, None]

    def central(h):
        forward, backward = (np.array([function(x + sign * h * axis) for axis in np.eye(len(x))]).T for sign in (1, -1))
        slope, size = (forward - backward) / (2 * h), np.maximum(np.abs(forward), np.abs(backward))
        bend = (forward - start + backward - start) / (2 * h)
        # Roundoff of the values, and of the argument on its way through the function.
        return slope, bend, (size + (abs(slope) @ abs(x))[:, None]) * EPS / h + 4 * noise[:, None] / h

    with np.errstate(invalid="ignore", over="ignore"):
        table, bends, floors = zip(*(central(step * 2.0**-k) for k in range(levels)))
        value, error = extrapolate(table, [2 * (j + 1) for j in range(levels - 1)], floors)
        kink, doubt = extrapolate(bends, [2 * j + 1 for j in range(levels - 1)], floors)  # 0 for a smooth function
        error = error + np.maximum(abs(kink) - doubt, 0)
        for part in _FINER:  # what happens within less than the steps above shows here, to within the noise
            (wide, _, _), (narrow, _, floor) = central(2 * part * step), central(part * step)
            error = np.maximum(error, abs(narrow + (narrow - wide) / 3 - value) - abs(narrow - wide) / 3 - 2 * floor)
    known = np.isfinite(value) & np.isfinite(error)
    return Estimate(value, np.where(known, 4 * error, np.inf), "richardson")


def _complex_value(function, x):
    """`function` at complex x, or None if it does not take or does not keep complex numbers."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", np.exceptions.ComplexWarning)
            value = np.asarray(function(x))
    except Exception:  # whatever a stranger's function raises on complex numbers, it does not take them
        return None
    return value if np.iscomplexobj(value) and np.isfinite(value).all() else None


def _complex(function, x, noise):
    """(m, d) complex-step derivatives; None if the function is not analytic code."""
    directions = np.random.default_rng(0).standard_normal((4, len(x)))  # a feature may hardly change along one
    direction = directions[0]
    directional = _complex_value(function, x + 1j * _COMPLEX_STEP * direction)
    if directional is None:
        return None
    # abs, norm or conj on the way would give a wrong derivative without complaint: one random direction tells.
    length = np.linalg.norm(direction)
    plain = _richardson(lambda t: np.real(function(x + t * direction / length)), np.zeros(1), STEP, LEVELS, noise)
    difference = abs(directional.imag / (_COMPLEX_STEP * length) - plain.value[:, 0])
    if not (difference <= 10 * plain.error[:, 0] + 1e-7 * abs(plain.value).max(initial=0)).all():
        return None

    def slopes(y):
        found = [_complex_value(function, y + 1j * _COMPLEX_STEP * direction) for direction in directions]
        missing = np.full(len(directional), np.nan)
        return np.array([missing if value is None else value.imag / _COMPLEX_STEP for value in found])

    columns = [_complex_value(function, x + 1j * _COMPLEX_STEP * axis) for axis in np.eye(len(x))]
    scatter = estimate_noise(slopes, x).max(axis=0)
    if any(column is None for column in columns) or not np.isfinite(scatter).all():
        return None
    value = np.array(columns).imag.T / _COMPLEX_STEP
    error = 16 * scatter + EPS * (8 * abs(value).max(axis=1, initial=0) + 4 * abs(directional.real)) + _COMPLEX_STEP
    error = np.where(np.isfinite(plain.error[:, 0]), error, np.inf)  # nothing to hold it against
    return Estimate(value, np.broadcast_to(error[:, None], value.shape), "complex")


def estimate_derivative(
    function: Callable, x, *, method: str = "auto", step: float = STEP, levels: int = LEVELS
) -> Estimate:
    """The Jacobian (m, d) of ``function: (d,) -> (m,)`` at `x`, with an error estimate.

    Parameters
    ----------
    method : "complex" (the function must be analytic code that keeps complex numbers; checked against differences in
        one direction), "richardson" (2 d (`levels` + 4) evaluations), or "auto": the first if possible, else the
        second.
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
    noise = estimate_noise(lambda y: np.real(function(y)), x, apart=(step / 64, step))
    found = _complex(function, x, noise) if method != "richardson" else None
    if found is None and method == "complex":
        raise InputError(
            "the feature function cannot be differentiated by a complex step: it drops or misuses imaginary parts"
        )
    return found or _richardson(function, x, step, levels, noise)
