"""Features that are polynomials, as plain numbers for a certificate.

Law: what is written is the feature itself on all tuples, or nothing is.
"""

from functools import lru_cache
from math import prod

from sympy import Poly, PolynomialError

from symsens.forms.blocks import Block, invariants
from symsens.forms.layouts import Layout
from symsens.forms.select import selected_tuples
from symsens.geometry.environment import Environment
from symsens.geometry.gram import pair_labels


@lru_cache(maxsize=32)
def _polynomials(nu: int, closed) -> list[list] | None:
    """Terms ``[coefficient, exponents over the invariants]`` of each form; None if one is no polynomial over QQ."""
    out = []
    for form in closed:
        try:
            polynomial = Poly(form, *invariants(nu))
        except PolynomialError:
            return None
        terms = polynomial.terms()
        if not all(c.is_Rational for _, c in terms):
            return None
        out.append([(c, list(powers)) for powers, c in terms if c != 0])
    return out


def polynomial_features(env: Environment, plan: Layout) -> list[dict] | None:
    """Every feature as ``{"species": [...], "terms": [[coefficient, exponents], ...]}``.

    A feature is the sum over all ordered tuples (repeats included) of neighbours with these species of a polynomial in
    their invariants; coefficients are strings of rationals. None unless every feature is of this form: one channel,
    polynomial over QQ, no tuple cut off.
    """
    tuples = selected_tuples(env, plan, pair_labels(env))
    found = [None] * len(plan.labels)
    for block, rows, chosen in zip(plan.blocks, plan.rows, tuples):
        if not block.nu or block.distinct or not block.scale.is_Rational or not _all(env, block, chosen):
            return None
        polynomials = _polynomials(block.nu, block.closed)
        if polynomials is None or any(found[row] is not None for row in rows):
            return None
        for row, terms in zip(rows, polynomials):
            scaled = [[str(block.scale * c), powers] for c, powers in terms]
            found[row] = {"species": list(block.channel), "terms": scaled}
    return None if None in found else found


def _all(env: Environment, block: Block, chosen) -> bool:
    return len(chosen) == prod(sum(z == wanted for z in env.species) for wanted in block.channel)
