"""Evidence for a certificate of a radius: the largest that the checker, which encloses less tightly, should see.

Law: nothing is proved here. The checker encloses the second derivative of W F by itself on the whole ball, where the
search uses its third: the radius that is proposed has that bound with room for other roundings.
"""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
from flint import ctx

from symsens.errors import UndecidedError
from symsens.rows.evidence import Injectivity
from symsens.search.curvature import Box, expansion
from symsens.search.radius import BITS, Radius, inverse_rotations, largest, perron_vector

ROOM = 0.5  # asked of the bound, where the checker needs less than 1
WEIGHT_BITS, SPARE_BITS = 24, 100


def injectivity(radius: Radius) -> Injectivity | None:
    """Evidence for a radius, at most the one that is proved; None if there is none that the checker sees."""
    if radius.radius is None:
        return None
    found = radius.certificate
    env, descriptor, W = found.env, found.descriptor, found.W
    with ctx.workprec(BITS), np.errstate(all="ignore"):
        centre = tuple(expansion(Box(env, Fraction(0)), descriptor, W, 1))
        coarse = replace(found, centre=centre, order=2)
        try:
            proposed = min(radius.radius, largest(coarse, float(radius.radius) / 2, ROOM).radius)
            blocks = coarse.blocks(Fraction(proposed))
        except UndecidedError:
            return None
    weights = [Fraction(max(1, round(x * 2**WEIGHT_BITS)), 2**WEIGHT_BITS) for x in perron_vector(blocks).tolist()]
    return Injectivity(Decimal(proposed), W, inverse_rotations(env), tuple(weights), _bits(W))


def _bits(W: np.ndarray) -> int:
    """Of integers that hold W, and the derivatives that it is about the inverse of, with bits to spare."""
    sizes = np.abs(W).max(axis=0, initial=0)
    exponents = np.abs(np.frexp(sizes[sizes > 0])[1])
    return SPARE_BITS + 2 * int(exponents.max(initial=0))
