"""How many 2-jets symmetry allows, by the characters of all symmetries.

Law: the standard library only, exact numbers only. Whether the symmetries are all of them is proved elsewhere.

Lemma allowed: the 2-jets that invariant functions have at a structure are those of Inv(W*) + Inv(Sym^2 W*), W = V/R
    the displacements modulo rigid motions; chi_W(g) = (fixed - det Q) tr Q with the centre fixed, tr Q less without.
Lemma axis: of atoms on a line it is enough to look at the displacements along it and along one direction across it.
"""

from fractions import Fraction

from symsens.checker import fields
from symsens.checker.stabilisers import determinant


def product(a, b):
    """The product of two 3 x 3 matrices, given by rows."""
    return tuple(tuple(sum(x * y for x, y in zip(row, column)) for column in zip(*b)) for row in a)


def elements(generators, n):
    """All (permutation of n atoms, isometry) that are generated; finitely many if the atoms do not lie on a line."""
    unit = tuple(tuple(int(a == b) for b in range(3)) for a in range(3))
    chosen = [(tuple(g["permutation"]), tuple(map(tuple, g["isometry"]))) for g in generators]
    group, frontier = set(), {(tuple(range(n)), unit)}
    while frontier:
        group |= frontier
        frontier = {(tuple(p[j] for j in q), product(P, Q)) for p, P in chosen for q, Q in frontier} - group
    return group


def fixed(permutation):
    """How many things a permutation leaves where they are."""
    return sum(j == k for k, j in enumerate(permutation))


def invariants(characters):
    """dim Inv(W) + dim Inv(Sym^2 W), given (chi(g), chi(g^2)) of each element of a group."""
    characters = list(characters)
    total = sum(2 * chi + chi * chi + square for chi, square in characters)
    mean = total * Fraction(1, 2 * len(characters))
    return int(mean.coefficients()[0] if type(mean) is fields.Element else mean)


def trace(matrix):
    """The trace."""
    return sum(row[c] for c, row in enumerate(matrix))


def in_space(group, free):
    """(chi_W(g), chi_W(g^2)) for atoms in space or in a plane; `free` is 1 if they may be translated, else 0."""
    for permutation, isometry in group:
        twice = tuple(permutation[j] for j in permutation)
        turn, both = determinant(isometry), product(isometry, isometry)
        yield (fixed(permutation) - free - turn) * trace(isometry), (fixed(twice) - free - 1) * trace(both)


def on_a_line(permutations, free):
    """The same of the displacements along a line, and of those along one direction across it.

    Those across the line are two copies of the latter, W' of them; the isometries that fix every atom leave of
    Sym^2 W only Sym^2 of the first and one Sym^2 W', and no vector of W'.
    """
    along, across = [], []
    for p in permutations:
        still, n = fixed(p), len(p)
        along.append((n - free if still == n else free - still, n - free))
        across.append((n - free - 1 if still == n else still - free + 1, n - free - 1))
    return along, across


def allowed(rank, n, generators, permutations, free):
    """The number of 2-jets that symmetry allows n atoms which span so many dimensions."""
    if rank == 0:
        return 0
    if rank > 1:
        return invariants(in_space(elements(generators, n), free))
    along, across = on_a_line(permutations, free)
    vectors = sum(chi for chi, _ in across)
    return invariants(along) + invariants(across) - vectors // len(across)
