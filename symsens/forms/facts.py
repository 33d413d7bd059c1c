"""What the closed forms of a layout are, read off the forms themselves: facts that upper bounds of a rank rest on.

Law: nobody declares them. Each is a small total function over expressions that answers None where it does not know; a
new kind of expression is "not known", never "true".
"""

from fractions import Fraction
from functools import cache

from sympy import Add, Expr, Integer, Mul, Poly, Pow, Rational, Symbol, ceiling, sqrt

from symsens.forms.blocks import Block, Condition, invariants
from symsens.forms.layouts import Layout


def degree_in(expr: Expr, t: Symbol, known: dict[Symbol, int | None]) -> int | None:
    """A bound of the degree of `expr` as a polynomial in t, at fixed values of all else; None where it is none.

    `known` holds such bounds for symbols that stand for other forms; any other symbol is taken for a constant.
    """
    if expr == t:
        return 1
    if expr in known:
        return known[expr]
    if not expr.args:
        return 0
    degrees = [degree_in(arg, t, known) for arg in expr.args]
    if all(degree == 0 for degree in degrees):
        return 0
    if None in degrees:
        return None
    if isinstance(expr, Add):
        return max(degrees)
    if isinstance(expr, Mul):
        return sum(degrees)
    if isinstance(expr, Pow) and isinstance(expr.exp, Integer) and expr.exp >= 0:
        return degrees[0] * int(expr.exp)
    return None


def homogeneity(expr: Expr, variables: frozenset[Symbol]) -> Rational | None:
    """The k with expr(c t) = c^k expr(t) for all c > 0 and all `variables` t at once; None where none is seen.

    Any other symbol is taken for a constant.
    """
    if expr in variables:
        return Integer(1)
    if not expr.args:
        return Integer(0)
    orders = [homogeneity(arg, variables) for arg in expr.args]
    if all(order == 0 for order in orders):
        return Integer(0)
    if None in orders:
        return None
    if isinstance(expr, Add):
        return orders[0] if len(set(orders)) == 1 else None
    if isinstance(expr, Mul):
        return sum(orders)
    if isinstance(expr, Pow) and isinstance(expr.exp, Rational):
        return orders[0] * expr.exp
    return None


def angular_degree(plan: Layout) -> int | None:
    """The least degree seen that bounds every form of the layout as a polynomial in d_jk, at given (species, s_j, s_k).

    None where the layout is not of order 2, a form is no polynomial, or a condition looks at d_jk.
    """
    if plan.nu != 2:
        return None
    degrees = [_block_degree(block.nu, block.phi, block.families, block.conditions) for block in plan.blocks]
    return None if None in degrees else max(degrees, default=0)


@cache
def _block_degree(nu: int, phi: tuple, families: tuple, conditions: tuple[Condition, ...]) -> int | None:
    if nu < 2:
        return 0
    *_, d = invariants(2)
    if any(d in condition.expr.free_symbols for condition in conditions):
        return None
    known = {}
    for family in families:
        if family.arity == 2:
            of_form = [degree_in(form, d, {}) for form in family.forms]
            for places in ((1, 2), (2, 1)):
                known |= dict(zip(family.at(*places), of_form))
    degrees = {degree_in(form, d, known) for form in phi}
    return None if None in degrees else max(degrees, default=0)


def is_scale_free(plan: Layout) -> bool:
    """Whether no feature changes when all distances grow by one factor: every form and condition is seen to be so."""
    return all(_block_is_scale_free(block) for block in plan.blocks)


def _block_is_scale_free(block: Block) -> bool:
    if not block.nu:
        return True
    variables = frozenset(invariants(block.nu))
    for condition in block.conditions:
        if homogeneity(condition.expr, frozenset(invariants(condition.arity))) is None:
            return False
    return all(homogeneity(form, variables) == 0 for form in block.closed)


def reach(plan: Layout) -> Fraction | None:
    """A radius in Angstrom beyond which no neighbour has a part in any feature, at most a millionth too large.

    None where some form lets neighbours in at every distance, or does not say so by a polynomial of degree 1 in s.
    """
    squares = []
    for block in plan.blocks:
        for place in range(1, block.nu + 1):
            (s,) = invariants(1)
            found = [c.expr for c in block.conditions if c.inside and (place,) in c.choices(block.nu) and c.arity == 1]
            edges = [Poly(expr, s).nth(0) for expr in found if expr.is_polynomial(s) and expr.diff(s) == -1]
            if not edges:
                return None
            squares.append(min(edges))
    if not squares:
        return None
    return Fraction(int(ceiling(10**6 * sqrt(max(squares)))), 10**6)
