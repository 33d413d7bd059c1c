"""Where the rank of the basis-free Jacobian of a one-parameter family falls, found by other means: SymPy's roots of all
differences of dot products and of the sum of the squares of all minors, and mpmath's ranks there.

It shares no code with the package.
"""

from fractions import Fraction
from itertools import combinations, combinations_with_replacement, product

import sympy
from mpmath import mp
from sympy.polys.matrices import DomainMatrix

T = sympy.Symbol("t")
DIGITS = 60


def dots(places):
    return {
        (j, k): sum(a * b for a, b in zip(places[j], places[k]))
        for j, k in combinations_with_replacement(range(len(places)), 2)
    }


def class_rows(species, places, value, equal):
    """Rows of D_2 at some places; `equal` compares two dot products, `value` is what they are compared by."""
    n, classes = len(species), []
    table = {pair: value(x) for pair, x in dots(places).items()}
    dot = lambda j, k: table[min(j, k), max(j, k)]
    for j, k in product(range(n), repeat=2):
        for (a, b), members in classes:
            same = (species[a], species[b]) == (species[j], species[k])
            if same and equal(dot(a, a), dot(j, j)) and equal(dot(b, b), dot(k, k)) and equal(dot(a, b), dot(j, k)):
                members.append((j, k))
                break
        else:
            classes.append(((j, k), [(j, k)]))
    for _, members in classes:
        for which in ((0, 0), (1, 1), (0, 1)):
            row = [0 * places[0][0]] * (3 * n)
            for tau in members:
                j, k = tau[which[0]], tau[which[1]]
                for c in range(3):
                    row[3 * j + c] += places[k][c]
                    row[3 * k + c] += places[j][c]
            yield row


def exact_rank(species, places):
    """At rational places."""
    rows = list(class_rows(species, places, lambda x: x, lambda a, b: a == b))
    entries = [[sympy.QQ(x.numerator, x.denominator) for x in map(Fraction, row)] for row in rows]
    return DomainMatrix(entries, (len(rows), len(rows[0])), sympy.QQ).rank()


def estimated_rank(species, places):
    """At mpmath's places, of so many digits that nothing is between a zero and a number."""
    rows = list(class_rows(species, places, lambda x: x, lambda a, b: abs(a - b) < mp.mpf(10) ** -40))
    rank = 0
    while rows:
        size, i, k = max((abs(x), i, k) for i, row in enumerate(rows) for k, x in enumerate(row))
        if size < mp.mpf(10) ** -40:
            return rank
        assert size > mp.mpf(10) ** -20
        top = rows.pop(i)
        factors = [row[k] / top[k] for row in rows]
        rows = [[x - f * y for x, y in zip(row, top)] if f else row for f, row in zip(factors, rows)]
        rank += 1
    return rank


def at(expressions, t):
    """Exact places at a rational t."""
    t = sympy.Rational(t.numerator, t.denominator)
    return [[Fraction(str(x.subs(T, t))) for x in y] for y in expressions]


def sum_of_squares_of_minors(species, expressions, rank):
    """The coefficient of the characteristic polynomial of D^T D that is 0 where the rank of D falls: D that of labels
    that are equal as functions of t."""
    rows = list(class_rows(species, expressions, sympy.cancel, lambda a, b: sympy.cancel(a - b) == 0))
    below = sympy.lcm_list([sympy.denom(sympy.together(x)) for y in expressions for x in y])
    rows = [[whole(sympy.cancel(x * below)) for x in row] for row in rows]
    degree = 2 * rank * max(len(x) - 1 for row in rows for x in row)
    values = []
    for i in range(degree + 1):
        entries = [[sympy.ZZ(sum(c * i**k for k, c in enumerate(x))) for x in row] for row in rows]
        D = DomainMatrix(entries, (len(rows), len(rows[0])), sympy.ZZ)
        values.append(int((D.transpose() * D).charpoly()[rank]))
    return sympy.Poly(newton(values), T)


def whole(x):
    """Coefficients, lowest first, all of them integers."""
    return [int(c) for c in sympy.Poly(x, T).all_coeffs()[::-1]]


def newton(values):
    """The polynomial with these values at 0, 1, ..."""
    total, product_, row = sympy.Poly(0, T), sympy.Poly(1, T), values
    for k in range(len(values)):
        total += product_ * row[0]
        product_ *= sympy.Poly([sympy.Rational(1, k + 1), sympy.Rational(-k, k + 1)], T)
        row = [b - a for a, b in zip(row, row[1:])]
    return total


def real_roots(polynomial, low, high):
    for factor, _ in polynomial.factor_list()[1]:
        for root in sympy.Poly(factor, T).real_roots():
            value = mp.mpf(str(sympy.N(root, DIGITS + 20)))
            if mp.mpf(str(low)) - mp.mpf(10) ** -40 <= value <= mp.mpf(str(high)) + mp.mpf(10) ** -40:
                yield value


def falls(species, texts, low, high):
    """(generic rank, [(t, rank)]): all t from low to high at which the rank of D_2 is smaller, ascending."""
    expressions = [[sympy.sympify(x, rational=True) for x in y] for y in texts]
    generic = exact_rank(species, at(expressions, Fraction(1234567, 7654321)))
    polynomials = [sum_of_squares_of_minors(species, expressions, generic)]
    for (_, f), (_, g) in combinations(dots(expressions).items(), 2):
        if (difference := sympy.numer(sympy.cancel(f - g))).has(T):
            polynomials.append(sympy.Poly(difference, T))
    found = {}
    with mp.workdps(DIGITS):
        for value in (value for f in polynomials for value in real_roots(f, low, high)):
            if any(abs(value - other) < mp.mpf(10) ** -40 for other in found):
                continue
            places = [[sympy.lambdify(T, x, "mpmath")(value) * mp.mpf(1) for x in y] for y in expressions]
            found[value] = estimated_rank(species, places)
    return generic, sorted((float(t), rank) for t, rank in found.items() if rank < generic)
