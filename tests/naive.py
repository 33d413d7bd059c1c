"""D_nu straight from its definition, in Fractions, and its rank by SymPy: an oracle that shares no code with the
search."""

from fractions import Fraction
from itertools import product

from sympy import QQ
from sympy.polys.matrices import DomainMatrix


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def naive_jacobian(env, nu):
    """The distinct rows of D_nu: one per (class of equal species and invariants, component)."""
    duals = [[dot(row, y) for row in env.metric] for y in env.positions]
    table = [[dot(y, dual) for dual in duals] for y in env.positions]
    components = [(a, b) for a in range(nu) for b in range(a, nu)]
    rows = {}
    for t in product(range(env.n), repeat=nu):
        key = tuple(env.species[j] for j in t) + tuple(table[t[a]][t[b]] for a, b in components)
        for a, b in components:
            row = rows.setdefault((key, a, b), [Fraction(0)] * (3 * env.n))
            for i in range(3):
                row[3 * t[a] + i] += duals[t[b]][i]
                row[3 * t[b] + i] += duals[t[a]][i]
    return [list(row) for row in dict.fromkeys(map(tuple, rows.values()))]


def exact_rank(rows, width):
    """The rank of rows of exact numbers, over QQ or the field that they lie in."""
    if not rows or not width:
        return 0
    if any(hasattr(x, "field") for row in rows for x in row):
        return len(eliminated(rows))
    return DomainMatrix([[QQ(x.numerator, x.denominator) for x in row] for row in rows], (len(rows), width), QQ).rank()


def eliminated(rows):
    """The pivot rows of plain elimination."""
    kept = {}
    for row in rows:
        for pivot, other in kept.items():
            if row[pivot]:
                factor = row[pivot] / other[pivot]
                row = [x - factor * y for x, y in zip(row, other)]
        pivot = next((i for i, x in enumerate(row) if x), None)
        if pivot is not None:
            kept[pivot] = row
    return kept
