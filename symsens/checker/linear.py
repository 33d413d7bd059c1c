"""Exact linear algebra over the rationals and modulo a prime; it knows no atom.

Law: standard library only, exact numbers only. A vector is sparse, {column: number}; an echelon is {leading column:
row}, every row an integer vector.

Lemma minor: rank over QQ >= rank modulo a prime (a minor that is nonzero modulo p is nonzero).
"""

from collections import defaultdict
from math import gcd, lcm

from symsens.checker.limits import MAX_NUMBER_BITS
from symsens.checker.refusals import Refuted

PRIME = 2**61 - 1  # a Mersenne prime, where any prime will do


def combine(terms):
    """The sum of weight * vector over the terms (vector, weight)."""
    total = defaultdict(int)
    for vector, weight in terms:
        for column, x in vector.items():
            total[column] += weight * x
    return total


def primitive(vector):
    """The coprime integer multiple of a rational vector, zeros dropped."""
    factor = 1
    for x in vector.values():
        factor = lcm(factor, x.denominator)
        if factor.bit_length() > 2 * MAX_NUMBER_BITS:  # before it grows without end
            raise Refuted(f"the numbers grow beyond {MAX_NUMBER_BITS} bits")
    whole = {column: x.numerator * (factor // x.denominator) for column, x in vector.items() if x}
    content = gcd(*whole.values())
    return {column: small(x // content) for column, x in whole.items()}


def small(x):
    """An integer of an allowed size, or `Refuted`."""
    if x.bit_length() > MAX_NUMBER_BITS:
        raise Refuted(f"the numbers grow beyond {MAX_NUMBER_BITS} bits")
    return x


def remainders(vector, prime):
    """An integer vector modulo a prime, zeros dropped."""
    return {column: x % prime for column, x in vector.items() if x % prime}


def absorb(echelon, vector, prime=None):
    """Reduce a vector by an echelon, over QQ or modulo a prime, and add what is left: True iff anything is."""
    while True:
        vector = remainders(vector, prime) if prime else primitive(vector)
        if not vector:
            return False
        lead = min(vector)
        if lead not in echelon:
            echelon[lead] = vector
            return True
        row = echelon[lead]
        vector = combine([(vector, row[lead]), (row, -vector[lead])])


def apply(matrix, vector):
    """The product of a matrix, given by rows, and a vector."""
    return [sum(a * x for a, x in zip(row, vector)) for row in matrix]


BASES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)


def is_prime(p):
    """Deterministic Miller-Rabin: the first twelve primes as bases decide every p < 2^78 (Sorenson, Webster 2015)."""
    if p < 2 or any(p % base == 0 for base in BASES):
        return p in BASES
    return all(passes(p, base) for base in BASES)


def passes(p, base):
    """Whether base^(p - 1) = 1 modulo an odd p in the way that it does for a prime: no root of 1 but 1 and -1."""
    odd, twos = p - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    power = pow(base, odd, p)
    if power == 1:
        return True
    for _ in range(twos):
        if power == p - 1:
            return True
        power = power * power % p
    return False
