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
        key = tuple(env.species[j] for j in t) + tuple(table[t[a]][t[b]].as_integer_ratio() for a, b in components)
        for a, b in components:
            row = rows.setdefault((key, a, b), [Fraction(0)] * (3 * env.n))
            for i in range(3):
                row[3 * t[a] + i] += duals[t[b]][i]
                row[3 * t[b] + i] += duals[t[a]][i]
    return [list(row) for row in dict.fromkeys(map(tuple, rows.values()))]


def exact_rank(rows, width):
    """The rank over QQ of rows of exact numbers."""
    if not rows or not width:
        return 0
    return DomainMatrix([[QQ(x.numerator, x.denominator) for x in row] for row in rows], (len(rows), width), QQ).rank()
