"""The name of the group of isometries that the stabiliser consists of.

Law: the standard library only, exact numbers only. The stabiliser is proved before. Where the neighbours span a plane
or space, an isometry is known by how it permutes them and by its determinant (Lemma kernel), and is written as these
two: the orders of the elements are those of permutations, over every field.

Lemma finite: a finite group of isometries is told by how many rotations it has, their largest order n, and how many
mirrors it has; the rotations are C_n (n of them), D_n (2 n), or those of a tetrahedron, octahedron or icosahedron.
"""

from collections import Counter

from symsens.checker.fields import rank
from symsens.checker.refusals import Refuted
from symsens.checker.stabilisers import determinant

POLYHEDRA = {(12, 3): "T", (24, 4): "O", (60, 5): "I"}  # (rotations, their largest order)
LINEAR = {  # (whether of rotations only, order): the name, and how it is told
    (False, 1): "C*v: the neighbours lie on a line, and no isometry exchanges its ends",
    (False, 2): "D*h: the neighbours lie on a line, and the inversion exchanges its ends",
    (True, 1): "C*: the neighbours lie on a line, and no rotation exchanges its ends",
    (True, 2): "D*: the neighbours lie on a line, and a half-turn exchanges its ends",
}


def composed(g, h):
    """The element g after the element h."""
    return tuple(g[0][j] for j in h[0]), g[1] * h[1]


def elements(generators, n):
    """The isometries that are generated, each as its permutation of the n neighbours and its determinant."""
    chosen = [(tuple(g["permutation"]), 1 if determinant(g["isometry"]) == 1 else -1) for g in generators]
    group, frontier = set(), {(tuple(range(n)), 1)}
    while frontier:
        group |= frontier
        frontier = {composed(g, h) for g in chosen for h in frontier} - group
    return group


def inversion(env):
    """The element that takes every neighbour to the opposite place; None where one of them has no opposite."""
    place = {tuple(y): j for j, y in enumerate(env.positions)}
    opposite = tuple(place.get(tuple(-x for x in y)) for y in env.positions)
    return None if None in opposite else (opposite, -1)


def operation(element, inverted):
    """What an element other than the identity is: ("C", n), ("i", 0), ("m", 0) or ("S", n)."""
    power, powers = element, [element]
    while power[0] != tuple(range(len(power[0]))) or power[1] != 1:
        power = composed(element, power)
        powers.append(power)
    order = len(powers)
    if element[1] == 1:
        return "C", order
    half = powers[order // 2 - 1]  # of order 2, and improper where order / 2 is odd
    if order == 2:
        return ("i" if element == inverted else "m"), 0
    return "S", order // 2 if order % 4 == 2 and half != inverted else order


def symbol(kinds):
    """The name of a finite group whose elements but the identity are so many of each kind (Lemma finite)."""
    rotations = 1 + sum(count for (letter, _), count in kinds.items() if letter == "C")
    n = max((order for letter, order in kinds if letter == "C"), default=1)
    letter = POLYHEDRA.get((rotations, n)) or ("C" if rotations == n else "D") + str(n)
    if sum(kinds.values()) + 1 == rotations:
        return letter
    if letter in POLYHEDRA.values():
        return letter + ("h" if ("i", 0) in kinds else "d")
    mirrors = kinds["m", 0]
    if rotations == 2 * n:
        return letter + {n + 1: "h", n: "d"}[mirrors]
    return {1: "Cs", 0: "Ci"}[mirrors] if n == 1 else {n: f"C{n}v", 1: f"C{n}h", 0: f"S{2 * n}"}[mirrors]


def name(env, generators, order):
    """The name of the stabiliser, a colon, and how it is told, once generators and order are proved."""
    dimension = rank(env.field, (dict(enumerate(y)) for y in env.positions))
    if dimension == 0:
        return f"K{'' if env.chiral else 'h'}: there are no neighbours"
    if dimension == 1:
        return LINEAR[env.chiral, order]
    inverted, one = inversion(env), (tuple(range(env.n)), 1)
    kinds = Counter(operation(element, inverted) for element in elements(generators, env.n) - {one})
    counts = sorted((("C", "i", "m", "S").index(letter), n, letter) for letter, n in kinds)
    told = ", ".join(["E", *(f"{kinds[letter, n]} {letter}{n or ''}" for _, n, letter in counts)])
    return f"{symbol(kinds)}: {told}"


def prove(proof):
    """The stabiliser has the name that the certificate says."""
    found, claimed = name(proof.env, proof.certificate["generators"], proof.order), proof.certificate["point_group"]
    if found.partition(":")[0] != claimed:
        raise Refuted(f"point_group: {found}; not {claimed[:40]}")
    return f"point group {found}"
