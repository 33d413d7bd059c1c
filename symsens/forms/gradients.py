"""Derivatives of the features of a layout along displacements: by matrix products where they are such, else by tuples.

Law: as `symsens.forms.assembly`; which way is taken is read off the layout and the number of neighbours alone.
"""

import numpy as np
from flint import ctx

from symsens.forms.arithmetics import ball
from symsens.forms.assembly import assemble
from symsens.forms.enclosure import Magnitudes, enclosed_sums, from_magnitudes
from symsens.forms.layouts import Layout
from symsens.forms.products import DEGREE, product_jets, split
from symsens.forms.seeds import Seeds, cartesian_positions, enclosed_chain, enclosed_tied
from symsens.geometry.displacements import Displacements
from symsens.numbers.midrad import MidRad

FEWEST = 8  # neighbours: of fewer, whose tuples are few, products are not faster


def one_copy(tables):
    """Tables with a leading axis of one copy: the numbers themselves."""
    return [table[None] for table in tables]


def derivatives(plan: Layout, seeds: Seeds) -> np.ndarray:
    """(features, D) derivatives along the displacements of `seeds`, in their arithmetic."""
    env, parts = seeds.moves.environment, split(plan)
    if parts.products is None or env.n < FEWEST:
        return seeds.chain(assemble(env, plan, seeds.arithmetic, one_copy, True).array[0])
    known = {}
    total = product_jets(env, parts.products, seeds.vectors, seeds.arithmetic, one_copy, known)[0][0]
    if parts.rest is not None:
        gradient = assemble(env, parts.rest, seeds.arithmetic, one_copy, True, known).array[0]
        total[parts.rows] += seeds.over_neighbours(gradient)
    return seeds.tied(total)


def enclosed_derivatives(plan: Layout, moves: Displacements, prec: int) -> MidRad:
    """(features, D) derivatives along Cartesian displacements, as midpoints and radii; balls have `prec` bits."""
    env, parts = moves.environment, split(plan)
    if not env.n:
        return MidRad.from_floats(np.zeros((len(plan.labels), moves.width)))
    with ctx.workprec(prec):
        if parts.products is None or env.n < FEWEST:
            return enclosed_tied(enclosed_chain(enclosed_sums(env, plan, prec, True), moves, ball()), moves)
        convert, known = Magnitudes(), {}
        with np.errstate(over="ignore", invalid="ignore"):
            copies, depth = product_jets(env, parts.products, cartesian_positions(env, ball()), ball(), convert, known)
        total = from_magnitudes(copies, depth, DEGREE, convert.largest)
        if parts.rest is not None:
            rest = enclosed_chain(enclosed_sums(env, parts.rest, prec, True, known), moves, ball()) + total[parts.rows]
            mid, rad = total.mid.copy(), total.rad.copy()
            mid[parts.rows], rad[parts.rows] = rest.mid, rest.rad
            total = MidRad(mid, rad)
        return enclosed_tied(total, moves)
