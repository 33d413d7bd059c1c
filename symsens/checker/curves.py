"""Polynomials in one unknown over QQ or a real field: remainders, common divisors, real roots, interpolation.

Law: the standard library only, exact numbers only. A polynomial is a tuple of its coefficients, of 1, t, t^2, ..., the
last of them not 0; () is 0.
"""

from fractions import Fraction
from itertools import zip_longest

from symsens.checker.fields import sign
from symsens.checker.linear import small


def trimmed(coefficients):
    """Without zeros at the end."""
    found = list(coefficients)
    while found and not found[-1]:
        found.pop()
    return tuple(found)


def value(f, x):
    """f(x), by Horner's rule."""
    total = 0
    for a in reversed(f):
        total = total * x + a
    return total


def minus(f, g):
    """f - g."""
    return trimmed(a - b for a, b in zip_longest(f, g, fillvalue=0))


def times(f, g):
    """f g."""
    if not f or not g:
        return ()
    total = [0] * (len(f) + len(g) - 1)
    for i, a in enumerate(f):
        for j, b in enumerate(g, i):
            total[j] = a * b + total[j]
    return trimmed(total)


def dot(u, v):
    """The sum of the products of two rows of polynomials."""
    total = ()
    for f, g in zip(u, v):
        total = minus(total, times(tuple(-a for a in f), g))
    return total


def normal(field, f):
    """The positive multiple, its last coefficient 1 or -1 but for a rational factor, of coprime coefficients."""
    if not f:
        return ()
    unit = field.inverse(f[-1])
    unit = unit if sign(unit) > 0 else -unit
    whole = field.primitive({i: a * unit for i, a in enumerate(f)})
    return tuple(whole.get(i, 0) for i in range(len(f)))


def divided(field, f, g):
    """(quotient, remainder) of f by g."""
    rest, steps, unit = list(f), [], field.inverse(g[-1])
    while len(rest) >= len(g):
        top = rest.pop() * unit
        steps.append(top)
        for i, b in enumerate(g[:-1], len(rest) + 1 - len(g)):
            rest[i] = rest[i] - top * b
    return trimmed(reversed(steps)), trimmed(rest)


def common(field, f, g):
    """A greatest common divisor, up to a factor."""
    f, g = normal(field, f), normal(field, g)
    while g:
        f, g = g, normal(field, divided(field, f, g)[1])
    return f


def without(field, f, divisors):
    """f, divided by each of some polynomials of degree > 0 as often as that goes."""
    for h in divisors:
        while len(f) >= len(h):
            quotient, rest = divided(field, f, h)
            if rest:
                break
            f = normal(field, quotient)
    return f


def count_roots(field, f, low, high):
    """The number of different real roots of f, not 0, in low <= t <= high, both rational (Sturm)."""
    found = 0
    for end in {low, high}:
        rest = without(field, f, [(-end, Fraction(1))])
        found, f = found + (len(rest) < len(f)), rest
    if len(f) < 2 or low == high:
        return found
    derivative = tuple(i * a for i, a in enumerate(f))[1:]
    chain = [normal(field, f), normal(field, derivative)]
    while rest := divided(field, *chain[-2:])[1]:
        chain.append(tuple(-a for a in normal(field, rest)))
    return found + variations(chain, low) - variations(chain, high)


def variations(chain, x):
    """The number of changes of sign along a chain at a rational number."""
    signs = [s for f in chain if (s := sign(value(f, x)))]
    return sum(a != b for a, b in zip(signs, signs[1:]))


def interpolated(values):
    """The polynomial of the least degree with these values at 0, 1, 2, ... (Newton)."""
    row, heads = list(values), []
    while row:
        heads.append(row[0])
        row = [b - a for a, b in zip(row, row[1:])]
    total = ()
    for k in range(len(heads) - 1, -1, -1):
        step = Fraction(-k, k + 1), Fraction(1, k + 1)
        total = minus((heads[k],), times(tuple(-a for a in total), step))
    return total


def determinant(field, rows):
    """Of a square matrix."""
    total, rows = Fraction(1), list(map(list, rows))
    while rows:
        lead = next((i for i, row in enumerate(rows) if row[0]), None)
        if lead is None:
            return Fraction(0)
        top = rows.pop(lead)
        total = top[0] * total * (-1) ** lead
        small(total.numerator)
        unit = field.inverse(top[0])
        rows = [subtracted(row, row[0] * unit, top)[1:] for row in rows]
    return total


def subtracted(row, factor, other):
    """row - factor * other."""
    return [b - factor * a for a, b in zip(other, row)] if factor else row
