"""Whether two environments, or two molecules, are congruent: exactly, with the isometry and the permutation.

Two environments are congruent if an isometry of space takes centre to centre and neighbours to neighbours of the same
species; then a map p of the neighbours keeps all dot products, and every such p is that of an isometry (Lemma
congruent). So the search is that of the stabiliser, into another environment: exhaustive over the images of at most
three neighbours. For SO(3) the isometry must be a rotation; both frames are right-handed.

Law: equality of dot products decides, nothing is rounded; an isometry of molecules takes mean to mean.
"""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from symsens.geometry.cluster_symmetry import about_mean
from symsens.geometry.environment import Environment, Structure
from symsens.geometry.gram import common_labels
from symsens.geometry.symmetry import isometry_of, matchings, spanning_neighbours
from symsens.numbers.metric import IDENTITY, determinant


@dataclass(frozen=True)
class Congruence:
    """An isometry from one environment or molecule to another.

    Attributes
    ----------
    permutation : neighbour (or atom) k of the first goes to permutation[k] of the second.
    isometry : Q in frame coordinates, Q y_k = z_permutation[k], of vectors from the centre (or the mean); None where it
        is none over the field: different metrics, and neighbours that do not span space.
    """

    permutation: tuple[int, ...]
    isometry: tuple[tuple, ...] | None


def match_environments(first: Environment, second: Environment, proper: bool = False) -> Congruence | None:
    """An isometry that takes `first` to `second`, a rotation if `proper`; None: exhaustive search finds none."""
    if (first.centre_species, Counter(first.species)) != (second.centre_species, Counter(second.species)):
        return None
    labels, targets = common_labels([first, second])
    if not np.array_equal(*(np.unique(table, return_counts=True) for table in (labels, targets))):
        return None
    frame = spanning_neighbours(first, labels)
    for permutation in matchings(labels, frame, targets):
        isometry = _isometry(first, frame, permutation, second)
        if proper and len(frame) == 3 and determinant(isometry) < 0:
            continue
        return Congruence(permutation, isometry and tuple(map(tuple, isometry)))
    return None


def _isometry(first: Environment, frame: list[int], permutation, second: Environment):
    if len(frame) < 3 and first.metric != second.metric:
        return None
    return isometry_of(first, frame, permutation, second) if frame else IDENTITY


def match_molecules(first: Structure, second: Structure, proper: bool = False) -> Congruence | None:
    """The same of two molecules, about the means of their atoms."""
    if Counter(first.species) != Counter(second.species):
        return None
    (a, moving), (b, targets) = (about_mean(m.species, m.positions, m.metric, m.field) for m in (first, second))
    found = match_environments(a, b, proper)
    if found is None:
        return None
    at_mean = lambda others: [k for k in range(len(first.species)) if k not in others]
    pairs = [*zip(moving, (targets[k] for k in found.permutation)), *zip(at_mean(moving), at_mean(targets))]
    return Congruence(tuple(image for _, image in sorted(pairs)), found.isometry)
