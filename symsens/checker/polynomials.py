"""Polynomials over the integers in one variable: how many real roots lie in an interval, and whether one is
irreducible.

Law: the standard library only, exact numbers only. A polynomial is the tuple of its coefficients, of 1, x, x^2, ...,
the last of them not 0.

Lemma irreducible: f is monic, all its roots are below R in size, |m| >= R + D and |f(m)| = D p with p prime: f has no
factors but itself and 1.
"""

from math import gcd

from symsens.checker.limits import MAX_FIELD_FACTOR, MAX_FIELD_VALUES, MAX_PRIME_BITS
from symsens.checker.linear import is_prime


def at(polynomial, p, q=1):
    """q^d f(p / q), d the degree of f: an integer, and of the sign of f(p / q) if q > 0."""
    total, power = 0, 1
    for a in reversed(polynomial):
        total, power = total * p + a * power, power * q
    return total


def derivative(polynomial):
    """f'."""
    return tuple(i * a for i, a in enumerate(polynomial))[1:]


def remainder(f, g):
    """A positive multiple of the remainder of f by g, coefficients coprime; () where it is 0."""
    f = list(f)
    while len(f) >= len(g):
        top, lead, shift = f[-1], g[-1], len(f) - len(g)
        f = [lead * lead * a for a in f]
        for i, b in enumerate(g):
            f[shift + i] -= lead * top * b
        while f and not f[-1]:
            f.pop()
        content = gcd(*f)
        f = [a // content for a in f]
    return tuple(f)


def sturm(polynomial):
    """The Sturm chain of a polynomial of degree > 0."""
    chain = [tuple(polynomial), derivative(polynomial)]
    while rest := remainder(*chain[-2:]):
        chain.append(tuple(-a for a in rest))
    return chain


def variations(chain, x):
    """The number of changes of sign along a chain at a rational number."""
    signs = [value > 0 for f in chain if (value := at(f, x.numerator, x.denominator))]
    return sum(a != b for a, b in zip(signs, signs[1:]))


def count_roots(polynomial, low, high):
    """The number of different real roots between two rational numbers, neither of them a root (Sturm)."""
    chain = sturm(polynomial)
    return variations(chain, low) - variations(chain, high)


def bound_of_roots(polynomial):
    """The least R >= 1 with R^d > sum of |a_i| R^i: every complex root of a monic polynomial is smaller in size."""
    majorant = (*(-abs(a) for a in polynomial[:-1]), 1)
    high = 1
    while at(majorant, high) <= 0:
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if at(majorant, middle) > 0 else (middle, high)
    return high


def divided(value, limit):
    """(D, p) with |value| = D p, D the product of the factors up to a limit that are seen; neither need be anything."""
    rest, divisor = abs(value), 1
    for factor in range(2, min(limit, MAX_FIELD_FACTOR) + 1):
        while rest % factor == 0:
            rest, divisor = rest // factor, divisor * factor
    return divisor, rest


def prove_irreducible(polynomial):
    """(m, D, p): the evidence of Lemma irreducible, found in a counted search; None where there is none."""
    bound = bound_of_roots(polynomial)
    for beyond in range(1, MAX_FIELD_VALUES + 1):
        for m in (bound + beyond, -bound - beyond):
            divisor, p = divided(at(polynomial, m), beyond)
            if beyond >= divisor and p.bit_length() <= MAX_PRIME_BITS and is_prime(p):
                return m, divisor, p
    return None
