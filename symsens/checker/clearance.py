"""A radius around an environment within which none is singular (Lemma clearance).

Law: the standard library, exact numbers only; numbers of a field, and square roots, are bounded by rational ones. The
labels of pairs of neighbours are joined where their intervals overlap; C_nu of the joined labels is made anew, and its
rank proved modulo a prime.
"""

from collections import defaultdict
from fractions import Fraction
from itertools import product
from math import isqrt, prod

from symsens.checker.fields import Element
from symsens.checker.limits import MAX_RADIUS_BITS
from symsens.checker.linear import PRIME, absorb
from symsens.checker.matrices import components, pair
from symsens.checker.refusals import Refuted

SHAPE = {"radius": Fraction, "triple": (int, int, int)}
ROOT_BITS = 64  # of square roots, beyond those of the numbers, and of the bounds of a number of a field


def between(x, unit):
    """Rational numbers below and above x / unit, x an integer, when they are the same, or of a field."""
    if type(x) is not Element:
        return Fraction(x, unit), Fraction(x, unit)
    low, high, q = x.field.closely(x, ROOT_BITS)
    return Fraction(low, q * unit), Fraction(high, q * unit)


def root_between(x):
    """Rational numbers right below and above the square root of a rational number."""
    shift = x.denominator << ROOT_BITS
    floor = isqrt(x.numerator * x.denominator << 2 * ROOT_BITS)
    return Fraction(floor, shift), Fraction(floor + 1, shift)


def check_span(env, lengths, e, triple):
    """Nothing, or `Refuted`: three neighbours span space, wherever they are within the radius."""
    if len(set(triple)) < 3 or not all(0 <= j < env.n for j in triple):
        raise Refuted("claims.clearance.triple: not three different neighbours")
    (a, b, c), (_, d, f), (_, _, g) = [[env.gram[j][k] for k in triple] for j in triple]
    square = between(a * d * g + 2 * b * c * f - a * f * f - d * c * c - g * b * b, env.scale**3)[0]
    volume = root_between(max(square, Fraction(0)))[0]
    longest = [lengths[j] for j in triple]
    if volume <= prod(x + e for x in longest) - prod(longest):
        raise Refuted("claims.clearance: the three neighbours named may come to lie in a plane with the centre")


def joined(intervals):
    """{thing: number} for (key, low, high) by thing, equal for intervals of one key that are linked by overlaps."""
    numbers, number, last, end = {}, -1, None, None
    for key, low, high, thing in sorted((*interval, thing) for thing, interval in intervals.items()):
        if key != last or low > end:
            number, last, end = number + 1, key, high
        end = max(end, high)
        numbers[thing] = number
    return numbers


def labels(env, dots, lengths, e):
    """{(j, k): label} for ordered pairs, of the coarsest pattern that can occur."""
    half = lambda j, k: e * (lengths[j] + lengths[k] + e)
    around = lambda j, k: (dots[j][k][0] - half(j, k), dots[j][k][1] + half(j, k))
    shell = joined({j: (env.species[j], *around(j, j)) for j in range(env.n)})
    pairs = {(j, k): (tuple(sorted((shell[j], shell[k]))), *around(j, k)) for k in range(env.n) for j in range(k)}
    part = joined(pairs) | {(j, j): -1 for j in range(env.n)}
    return {(j, k): (shell[j], shell[k], part[pair(j, k)]) for j, k in product(range(env.n), repeat=2)}


def check_kernel(env, label):
    """Nothing, or `Refuted`: C_nu of these labels loses no change of dot products."""
    classes = defaultdict(list)
    for tau in product(range(env.n), repeat=env.nu):
        classes[tuple(label[tau[a], tau[b]] for a, b in components(env.nu))].append(tau)
    echelon, seen = {}, set()
    for members in sorted(classes.values(), key=len):
        for a, b in components(env.nu):
            row = defaultdict(int)
            for tau in members:
                row[pair(tau[a], tau[b])] += 1
            if frozenset(row.items()) not in seen:
                seen.add(frozenset(row.items()))
                absorb(echelon, row, PRIME)
        if len(echelon) == env.n * (env.n + 1) // 2:
            return
    raise Refuted("claims.clearance: labels that may coincide within the radius leave a change of dot products unseen")


def prove(proof, claim):
    """No environment is singular whose neighbours are each within the radius."""
    env, e = proof.env, claim["radius"]
    if proof.certificate.get("descriptor") or env.chiral or proof.certificate["vary"] != "neighbours" or env.nu < 2:
        raise Refuted("claims.clearance: it is about all O(3) features of an order from 2 on, the centre fixed")
    if e <= 0 or max(e.numerator.bit_length(), e.denominator.bit_length()) > MAX_RADIUS_BITS:
        raise Refuted("claims.clearance.radius: not positive, or too long")
    dots = [[between(g, env.scale) for g in row] for row in env.gram]
    lengths = [root_between(dots[j][j][1])[1] for j in range(env.n)]
    check_span(env, lengths, e, claim["triple"])
    check_kernel(env, labels(env, dots, lengths, e))
    return (
        f"wherever each neighbour is moved by at most {e}, in the unit of the positions, no displacement but rotations "
        f"is invisible to all O(3) features of order nu = {env.nu}"
    )
