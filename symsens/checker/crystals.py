"""Two crystals: that an isometry takes one to the other, whatever their cells, or that none does.

Law: the standard library only, exact numbers only. Both sides have a cutoff, the same one, and so a `structure`. An
isometry is y -> Q (y - y_0) + z_p(0), known by Q, and by p for the first atom; nothing is searched for.

Lemma crystals: it takes A to B if it takes the atoms of one cell to atoms of their species, lattice vectors of A to
translations of B, and both are equally dense. Features of congruent crystals are equal per atom.
"""

from collections import Counter
from math import floor

from symsens.checker import stabilisers
from symsens.checker.fields import sign
from symsens.checker.lattices import determinant, dot, inverse, moved
from symsens.checker.linear import apply
from symsens.checker.refusals import Refuted


class Places:
    """The atoms of a structure and their images, by their places."""

    def __init__(self, structure):
        self.structure = structure
        self.lowered = [apply(structure.whole, a) for a in structure.cell]
        self.gram = [[dot(a, w) for a in structure.cell] for w in self.lowered]
        self.weights = inverse(self.gram)

    def atom(self, y):
        """The atom of which an image is at a point in units of the positions, or None."""
        along = [dot(w, y) for w in self.lowered]
        coordinates = [dot(row, along) for row in self.weights]
        flat = moved(y, self.structure.cell, [-c for c in coordinates])
        return self.structure.places.get((*(c - floor(c) for c in coordinates), *flat))


def equally_dense(a, b):
    """Whether there are as many atoms of each species to a volume: a squared number times the other's squared cell."""
    rank, counts = len(a.gram), [Counter(places.structure.species) for places in (a, b)]
    of_a = determinant(b.gram) * a.structure.scale**rank
    of_b = determinant(a.gram) * b.structure.scale**rank
    return all(counts[0][kind] ** 2 * of_a == counts[1][kind] ** 2 * of_b for kind in counts[0] | counts[1])


def check_isometry(proof, first, second, isometry):
    """Nothing, or `Refuted`: it keeps lengths, and orientation where that is asked."""
    if isometry is None:
        raise Refuted("isometry: crystals come with theirs")
    columns = list(zip(*isometry))
    if [apply(columns, apply(second.metric, column)) for column in columns] != first.metric:
        raise Refuted("isometry: Q^T M Q is not the metric of A")
    if proof.chiral and sign(stabilisers.determinant(isometry)) < 0:
        raise Refuted("isometry: a reflection, where SO(3) has rotations only")


def prove_congruent(proof):
    """The isometry given takes A to B (Lemma crystals)."""
    first, second = (side.structure for side in proof.sides)
    if len(first.cell) != len(second.cell):
        raise Refuted("claims.congruent: periodic in different numbers of directions")
    isometry, permutation = proof.certificate["isometry"], proof.certificate["permutation"]
    if permutation is None or len(permutation) != first.n or not all(0 <= b < second.n for b in permutation):
        raise Refuted("permutation: not an atom of B for each atom of A")
    check_isometry(proof, first, second, isometry)
    a, b = Places(first), Places(second)
    if not equally_dense(a, b):
        raise Refuted("claims.congruent: not equally dense")
    check_translations(first, second, b, isometry)
    check_atoms(first, second, b, isometry, permutation)
    kind = "a rotation" if proof.chiral else "an isometry"
    return (
        f"congruent: by the matrix given {kind} takes the atoms of A to those of B and its lattice vectors to "
        f"translations of B, and both are equally dense; every {proof.certificate['group']} feature of every order is "
        "equal, per atom"
    )


def check_translations(first, second, places, isometry):
    """Nothing, or `Refuted`: the images of the lattice vectors of A move every atom of B to one of its species."""
    for vector in first.data["lattice"]:
        step = [second.length * x for x in apply(isometry, vector)]
        images = [places.atom([x + s for x, s in zip(y, step)]) for y in second.points]
        if any(b is None or second.species[b] != kind for b, kind in zip(images, second.species)):
            raise Refuted("isometry: it takes a lattice vector of A to no translation of B")


def check_atoms(first, second, places, isometry, permutation):
    """Nothing, or `Refuted`: the atoms of A go where the permutation says."""
    start, origin = second.points[permutation[0]], first.positions[0]
    for y, kind, b in zip(first.positions, first.species, permutation):
        turned = apply(isometry, [x - z for x, z in zip(y, origin)])
        if places.atom([s + second.length * x for s, x in zip(start, turned)]) != b or second.species[b] != kind:
            raise Refuted("isometry: it does not move the atoms as the permutation says")


def prove_not_congruent(proof):
    """What tells the features apart, per atom, or the numbers of directions in which both are periodic."""
    ranks = [len(side.structure.cell) for side in proof.sides]
    if ranks[0] != ranks[1]:
        return f"not congruent: A is periodic in {ranks[0]} directions, B in {ranks[1]}"
    if not any(level["separated_at"] for level in proof.claims["levels"]):
        raise Refuted("claims.congruent: crystals that no feature tells apart are not searched for isometries")
    return "not congruent: what follows tells them apart, per atom"
