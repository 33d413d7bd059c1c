"""Sums over tuples enclosed in float64: families in balls, once per distance or pair; products and sums vectorised.

Law: every array that comes out contains the exact one; rounding is bounded a priori (`symsens.numbers.midrad`).
"""

import numpy as np
from flint import ctx

from symsens.forms.arithmetics import ball
from symsens.forms.assembly import assemble
from symsens.forms.layouts import Layout
from symsens.geometry.environment import Environment
from symsens.numbers.midrad import ETA, UNIT, MidRad, gamma

RATIO = 2.5 * UNIT  # a midpoint read off a ball in float64 is known to 2 u of itself, rounded up


class Magnitudes:
    """Balls m +- r as two float64 copies: m, and a = max(|m|, r / RATIO), so that r <= RATIO a throughout.

    Attributes
    ----------
    largest : a bound of all a, at least 1.
    """

    def __init__(self):
        self.largest = 1.0

    def __call__(self, tables):
        out = []
        for table in tables:
            flat = MidRad.from_arb(table.ravel().tolist())
            a = np.maximum(np.abs(flat.mid), flat.rad * (1.01 / RATIO))
            self.largest = max(self.largest, float(a.max(initial=1.0)))
            out.append(np.stack([flat.mid, a]).reshape(2, *table.shape))
        return out


def enclosed_sums(env: Environment, plan: Layout, prec: int, derivative: bool, known: dict | None = None) -> MidRad:
    """G, the derivatives by dot products (or F, as a column), in float64 midpoints and radii; `known` as there."""
    convert = Magnitudes()
    with ctx.workprec(prec), np.errstate(over="ignore", invalid="ignore"):
        total = assemble(env, plan, ball(), convert, derivative, known)
    groups = [group for job in plan.jobs for group in job.groups]
    # one more factor: the block's scale
    degree = 1 + max((len(group.slots) + (group.coefficients is not None) for group in groups), default=0)
    return from_magnitudes(total.array, total.depth, degree, convert.largest)


def from_magnitudes(copies: np.ndarray, depth: int, degree: int, largest: float) -> MidRad:
    """The enclosure of what was evaluated in both copies of `Magnitudes`, in their place.

    An entry F is a polynomial in the tabulated numbers (and constant factors) t, of degree S at most. Let |F| be the
    one with absolute values of its coefficients, and fl the float64 evaluation, in which a monomial passes at most N =
    `depth` roundings. With the copies m and a of `Magnitudes` and g = gamma_N, without underflow,

        |F(t) - F(m)| <= ((1 + RATIO)^S - 1) |F|(a),   |F(m) - fl F(m)| <= g |F|(a),   |F|(a) <= fl |F|(a) / (1 - g).

    A product that underflows loses at most eta, which later factors, S in all, enlarge; an entry has fewer than 2^60 of
    them. Overflow is refused by `MidRad`.
    """
    # gamma_(N+8) also covers 1/(1 - g), as N < 10^7, and the roundings of this line
    # (1 + x)^S - 1 <= 1.01 S x for S x <= 0.01
    bound = gamma(depth + 8) + 1.01 * degree * RATIO
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused by `MidRad`
        lost = 2.0**60 * ETA * np.float64(largest) ** min(degree, 1000)
        copies[1] *= bound
        copies[1] += lost
        return MidRad(copies[0], copies[1])
