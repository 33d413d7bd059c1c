"""The coincidence pattern of an environment: which pairs of neighbours have equal labels (THEORY, section 8).

D_nu = C_nu E, and C_nu depends on the pattern alone. Permutations that keep the pattern are the stabiliser. What C_nu
loses beyond symmetry is F: the changes dG of dot products in its kernel that are constant on orbits of pairs; gap is
dim F. Of these the environment can make those in T, U^T dG U = 0 for the linear dependencies U of the neighbours: F & T
is what is spurious (Theorem dual). Where no label is shared by two orbits there is nothing to lose (Lemma gap).

Law: labels, permutations and small integers; coordinates enter by U only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from flint import fmpz_mat

from symsens.geometry.displacements import Displacements
from symsens.geometry.gram import pair_numbers
from symsens.numbers.kernel import matrix, null_space
from symsens.rows.tuples import tuple_classes


def orbits(images: np.ndarray) -> np.ndarray:
    """(m,) for each of m things the least one of its orbit; `images` (generators, m) are permutations of them."""
    least = np.arange(images.shape[1])
    while True:
        before = least
        for image in images:
            # what maps to one another has one least member, whichever of the two is asked
            least = np.minimum(least, least[image])
            least[image] = np.minimum(least[image], least)
        least = least[least]
        if np.array_equal(least, before):
            return least


@dataclass(frozen=True, eq=False)
class Pattern:
    """Which pairs of n neighbours have equal labels, and the permutations that keep this.

    Attributes
    ----------
    labels : (n, n) integers, equal exactly for ordered pairs of equal (species, squares, dot product); see
        `symsens.geometry.gram.pair_labels`. The diagonal numbers the shells.
    permutations : (generators, n) of the group of all permutations that keep the labels.
    """

    labels: np.ndarray
    permutations: np.ndarray

    @classmethod
    def of(cls, moves: Displacements) -> "Pattern":
        """That of an environment, with its exact stabiliser."""
        generators = moves.stabiliser.generators
        permutations = np.array([g.permutation for g in generators], dtype=np.int64)
        return cls(moves.labels, permutations.reshape(len(generators), len(moves.labels)))

    @property
    def n(self) -> int:
        """The number of neighbours."""
        return len(self.labels)

    @cached_property
    def orbit_of(self) -> np.ndarray:
        """(pairs,) for each pair j <= k, in the order of ``np.triu_indices``, the number of its orbit."""
        first, second = np.triu_indices(self.n)
        if not len(self.permutations):
            return np.arange(len(first))
        number = pair_numbers(self.n)
        images = np.stack([number[p[first], p[second]] for p in self.permutations])
        return np.unique(orbits(images), return_inverse=True)[1]

    @property
    def apart(self) -> int:
        """How many more orbits than labels the pairs of different neighbours have."""
        first, second = np.triu_indices(self.n)
        different = first < second
        kinds = np.minimum(self.labels, self.labels.T)[first, second][different]
        return len(np.unique(self.orbit_of[different])) - len(np.unique(kinds))

    def lost(self, nu: int) -> list[list[int]]:
        """A basis of F: vectors of integers over the orbits of pairs; its length is the gap of the pattern at nu."""
        if nu > 2 and not self.lost(nu - 1):  # Lemma padding
            return []
        orbit, count = self.orbit_of, int(self.orbit_of.max(initial=-1)) + 1
        classes, rows = tuple_classes(self.labels, nu), set()
        for start, stop in zip(classes.indptr[:-1], classes.indptr[1:]):
            row = np.zeros(count, dtype=np.int64)
            np.add.at(row, orbit[classes.indices[start:stop]], classes.counts[start:stop])
            rows.add(tuple((row // np.gcd.reduce(row)).tolist()))
        return null_space(fmpz_mat(len(rows), count, [x for row in sorted(rows) for x in row]))

    def on_pairs(self, lost: Sequence) -> list[list]:
        """The symmetric matrix dG of a vector over the orbits of pairs."""
        numbers = self.orbit_of[pair_numbers(self.n)].tolist()
        return [[lost[i] for i in row] for row in numbers]


def is_without_gap(moves: Displacements) -> bool:
    """Whether the pattern alone shows that null(D_nu) = Rigid + S for every nu >= 2 (Lemma gap)."""
    return (not moves.chiral or moves.stabiliser.span == 3) and not Pattern.of(moves).apart


def dependencies(moves: Displacements) -> list[list]:
    """U: a basis of the linear dependencies of the neighbours, as integral vectors."""
    y = moves.environment.integer_positions[0]
    return null_space(matrix(3, len(y), [row[c] for c in range(3) for row in y]))


def spurious_changes(moves: Displacements, nu: int) -> list[list]:
    """A basis of F & T: the changes of dot products that no invariant of order nu >= 2 sees and no symmetry forces.

    Integral vectors over the orbits of pairs (`Pattern.on_pairs`), as many as the incompleteness at nu, also where all
    atoms move (Theorem dual).
    """
    pattern = Pattern.of(moves)
    lost = pattern.lost(nu)
    found = spurious_weights(pattern, lost, dependencies(moves))
    return [[sum(c * B[i] for c, B in zip(weights, lost)) for i in range(len(lost[0]))] for weights in found]


def spurious_weights(pattern: Pattern, lost: list, U: list) -> list[list]:
    """The same as weights of a basis of F; U are the dependencies."""
    if not lost or not U:
        return [[int(i == j) for i in range(len(lost))] for j in range(len(lost))]
    conditions = []
    for B in lost:
        image = [[sum(b * x for b, x in zip(row, u) if b and x) for row in pattern.on_pairs(B)] for u in U]
        conditions.append([sum(x * y for x, y in zip(u, v)) for i, u in enumerate(U) for v in image[: i + 1]])
    return null_space(matrix(len(lost), len(conditions[0]), [x for row in conditions for x in row]).transpose())
