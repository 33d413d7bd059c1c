"""The name of the group of isometries that the stabiliser consists of.

Law: the standard library only, exact numbers only. The stabiliser is proved before. Its elements are counted by
determinant and trace, modulo a prime: both are integers of at most 3 in size, so the remainders tell them.

Lemma crystallographic: a finite group of rational isometries has at most 48 elements, each with determinant 1 or -1 and
an integer trace; how many it has of each pair tells which of the 32 groups it is.
"""

from collections import Counter
from itertools import count
from math import lcm

from symsens.checker.fields import QQ, rank
from symsens.checker.linear import PRIME, apply, is_prime
from symsens.checker.refusals import Refuted

KINDS = {  # (determinant, trace): an operation, in the order in which they are counted
    (1, 3): "E",
    (1, -1): "C2",
    (1, 0): "C3",
    (1, 1): "C4",
    (1, 2): "C6",
    (-1, -3): "i",
    (-1, 1): "m",
    (-1, -2): "S3",
    (-1, -1): "S4",
    (-1, 0): "S6",
}
NAMES = {
    "E": "C1",
    "E, 1 i": "Ci",
    "E, 1 C2": "C2",
    "E, 1 m": "Cs",
    "E, 1 C2, 1 i, 1 m": "C2h",
    "E, 3 C2": "D2",
    "E, 1 C2, 2 m": "C2v",
    "E, 3 C2, 1 i, 3 m": "D2h",
    "E, 1 C2, 2 C4": "C4",
    "E, 1 C2, 2 S4": "S4",
    "E, 1 C2, 2 C4, 1 i, 1 m, 2 S4": "C4h",
    "E, 5 C2, 2 C4": "D4",
    "E, 1 C2, 2 C4, 4 m": "C4v",
    "E, 3 C2, 2 m, 2 S4": "D2d",
    "E, 5 C2, 2 C4, 1 i, 5 m, 2 S4": "D4h",
    "E, 2 C3": "C3",
    "E, 2 C3, 1 i, 2 S6": "S6",
    "E, 3 C2, 2 C3": "D3",
    "E, 2 C3, 3 m": "C3v",
    "E, 3 C2, 2 C3, 1 i, 3 m, 2 S6": "D3d",
    "E, 1 C2, 2 C3, 2 C6": "C6",
    "E, 2 C3, 1 m, 2 S3": "C3h",
    "E, 1 C2, 2 C3, 2 C6, 1 i, 1 m, 2 S3, 2 S6": "C6h",
    "E, 7 C2, 2 C3, 2 C6": "D6",
    "E, 1 C2, 2 C3, 2 C6, 6 m": "C6v",
    "E, 3 C2, 2 C3, 4 m, 2 S3": "D3h",
    "E, 7 C2, 2 C3, 2 C6, 1 i, 7 m, 2 S3, 2 S6": "D6h",
    "E, 3 C2, 8 C3": "T",
    "E, 3 C2, 8 C3, 1 i, 3 m, 8 S6": "Th",
    "E, 9 C2, 8 C3, 6 C4": "O",
    "E, 3 C2, 8 C3, 6 m, 6 S4": "Td",
    "E, 9 C2, 8 C3, 6 C4, 1 i, 9 m, 6 S4, 8 S6": "Oh",
}
LARGEST = 48  # elements
LINEAR = {  # (whether of rotations only, order): the name, and how it is told
    (False, 1): "C*v: the neighbours lie on a line, and no isometry exchanges its ends",
    (False, 2): "D*h: the neighbours lie on a line, and the inversion exchanges its ends",
    (True, 1): "C*: the neighbours lie on a line, and no rotation exchanges its ends",
    (True, 2): "D*: the neighbours lie on a line, and a half-turn exchanges its ends",
}


def prime_to(isometries):
    """A prime that divides no denominator of these matrices."""
    unit = lcm(*(x.denominator for isometry in isometries for row in isometry for x in row))
    return next(p for p in count(PRIME, -2) if unit % p and is_prime(p))


def elements(generators, n):
    """The isometries modulo a prime, each with its permutation of the n neighbours, that are generated; and the prime.

    With its permutation, for an isometry is known by that and by its determinant if the neighbours span a plane.
    """
    prime = prime_to([generator["isometry"] for generator in generators])
    modulo = lambda x: x.numerator * pow(x.denominator, -1, prime) % prime
    chosen = {(tuple(g["permutation"]), tuple(tuple(map(modulo, row)) for row in g["isometry"])) for g in generators}

    def times(g, h):
        columns = [[x % prime for x in apply(g[1], column)] for column in zip(*h[1])]
        return tuple(g[0][j] for j in h[0]), tuple(zip(*columns))

    one = tuple(range(n)), ((1, 0, 0), (0, 1, 0), (0, 0, 1))
    group, frontier = set(), {one}
    while frontier:
        group |= frontier
        if len(group) > LARGEST:
            raise Refuted(f"generators: they generate more than {LARGEST} isometries")
        frontier = {times(g, h) for g in chosen for h in frontier} - group
    return group, prime


def operation(isometry, prime):
    """The kind of an isometry that is known modulo a prime."""
    (a, b, c), (d, e, f), (g, h, i) = isometry
    determinant = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
    least = lambda x: (x + prime // 2) % prime - prime // 2
    return KINDS[least(determinant), least(a + e + i)]


def name(env, generators, order):
    """The name of the stabiliser, a colon, and how it is told, once generators and order are proved."""
    dimension = rank(env.field, (dict(enumerate(y)) for y in env.positions))
    if dimension == 0:
        return f"K{'' if env.chiral else 'h'}: there are no neighbours"
    if dimension == 1:
        return LINEAR[env.chiral, order]
    group, prime = elements(generators, env.n)
    kinds = Counter(operation(isometry, prime) for _, isometry in group)
    counts = ", ".join(["E", *(f"{kinds[kind]} {kind}" for kind in KINDS.values() if kind != "E" and kinds[kind])])
    return f"{NAMES[counts]}: {counts}"


def prove(proof):
    """The stabiliser has the name that the certificate says."""
    if proof.env.field is not QQ:
        raise Refuted(f"point_group: no name is proved of isometries over {proof.env.field.name}")
    found, claimed = name(proof.env, proof.certificate["generators"], proof.order), proof.certificate["point_group"]
    if found.partition(":")[0] != claimed:
        raise Refuted(f"point_group: {found}; not {claimed[:40]}")
    return f"point group {found}"
