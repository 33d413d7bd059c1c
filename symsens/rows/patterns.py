"""The coincidence pattern of an environment: which pairs of neighbours have equal labels (THEORY, section 8).

C_nu depends on the pattern alone. What it loses beyond symmetry is constant on the orbits of pairs under the
stabiliser; where no label is shared by two orbits there is nothing to lose (Lemma gap), and neither the derivatives of
the dot products nor the tuples beyond pairs are looked at.

Law: labels, permutations and small integers; no coordinate.
"""

import numpy as np

from symsens.geometry.displacements import Displacements


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


def pairs_apart(labels: np.ndarray, permutations: np.ndarray) -> int:
    """How many more orbits than labels the pairs of different neighbours have: what C_2 loses of their dot products.

    Parameters
    ----------
    labels : (n, n) as `symsens.geometry.gram.pair_labels` gives them.
    permutations : (generators, n) of the stabiliser.
    """
    n = len(labels)
    first, second = np.triu_indices(n, 1)
    kinds = len(np.unique(np.minimum(labels, labels.T)[first, second]))
    if not len(permutations):
        return len(first) - kinds
    number = np.zeros((n, n), dtype=np.int64)
    number[first, second] = number[second, first] = np.arange(len(first))
    images = np.stack([number[p[first], p[second]] for p in permutations])
    return len(np.unique(orbits(images))) - kinds if len(first) else 0


def is_without_gap(moves: Displacements) -> bool:
    """Whether the pattern alone shows that null(D_nu) = Rigid + S for every nu >= 2 (Lemma gap)."""
    if moves.chiral and moves.stabiliser.span < 3:
        return False
    generators = moves.stabiliser.generators
    permutations = np.array([g.permutation for g in generators], dtype=np.int64)
    return not pairs_apart(moves.labels, permutations.reshape(len(generators), moves.environment.n))
