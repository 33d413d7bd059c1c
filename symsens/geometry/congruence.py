"""Whether two environments, or two structures, are congruent: exactly, with the isometry and the permutation.

Two environments are congruent if an isometry of space takes centre to centre and neighbours to neighbours of the same
species; then a map p of the neighbours keeps all dot products, and every such p is that of an isometry (Lemma
congruent). So the search is that of the stabiliser, into another environment: exhaustive over the images of at most
three neighbours. For SO(3) the isometry must be a rotation; both frames are right-handed.

An isometry of structures takes one atom to an atom, and lattice vectors to vectors by which the image is periodic. So
the search is over the images of one atom, of the lattice vectors, and of differences from that atom that span the rest:
finitely many of given lengths. It takes atoms into atoms, and all of them to all if the densities are equal.

Law: equality of dot products decides, nothing is rounded.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from symsens.budget import stage
from symsens.geometry.environment import Environment, Structure
from symsens.geometry.gram import common_labels
from symsens.geometry.symmetry import isometry_of, matchings, spanning_neighbours
from symsens.numbers.metric import IDENTITY, apply, determinant, dot, inverse


@dataclass(frozen=True)
class Congruence:
    """An isometry from one environment or structure to another.

    Attributes
    ----------
    permutation : neighbour (or atom) k of the first goes to permutation[k] of the second, or an image of it; not one to
        one where a crystal is given in a larger cell than the other.
    isometry : Q in frame coordinates, of differences; None where it is none over the field: different metrics, and
        points that do not span space.
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
        return Congruence(permutation, isometry)
    return None


def _isometry(first: Environment, frame: list[int], permutation, second: Environment):
    if len(frame) < 3 and first.metric != second.metric:
        return None
    return tuple(map(tuple, isometry_of(first, frame, permutation, second) if frame else IDENTITY))


def match_structures(first: Structure, second: Structure, proper: bool = False) -> Congruence | None:
    """The same of two molecules, or two crystals with as many periodic directions, whatever their cells."""
    if not _equally_dense(first, second):
        return None
    origin = min(range(len(first.species)), key=lambda a: first.species.count(first.species[a]))
    frame = _frame(first, origin)
    gram = _gram(first, [v for v, _ in frame])
    weights = inverse(gram) if frame else []
    coordinates = [
        apply(weights, [_dot(first, v, _difference(y, first.positions[origin])) for v, _ in frame])
        for y in first.positions
    ]
    places = {second.wrapped(y): b for b, y in enumerate(second.positions)}
    steps = translations(second, places)
    turned = [_of_square(second, steps, gram[i][i]) for i in range(len(first.lattice))]
    for b in _like(second, first.species[origin]):
        stage(f"images of atom {origin} on atom {b}")
        others = enumerate(frame[len(turned) :], len(turned))
        choices = [_of_square(second, _differences(second, z, b), gram[i][i]) for i, (_, z) in others]
        for images in _images(second, [*turned, *choices], gram):
            found = _congruence(first, second, [v for v, _ in frame], images, b, coordinates, places)
            if found and not (proper and len(frame) == 3 and determinant(found.isometry) < 0):
                return found
    return None


def _equally_dense(first: Structure, second: Structure) -> bool:
    """Whether there are as many atoms of each species to a volume, and as many periodic directions."""
    if len(first.lattice) != len(second.lattice) or {*first.species} != {*second.species}:
        return False
    a, b = Counter(first.species), Counter(second.species)
    cells = determinant(_gram(first, first.lattice)), determinant(_gram(second, second.lattice))
    return all(a[z] ** 2 * cells[1] == b[z] ** 2 * cells[0] for z in a)


def _like(structure: Structure, species: str) -> list[int]:
    return [a for a, z in enumerate(structure.species) if z == species]


def _difference(y, z) -> tuple:
    return tuple(a - b for a, b in zip(y, z))


def _dot(structure: Structure, v, w):
    return dot(v, apply(structure.metric, w))


def _gram(structure: Structure, vectors) -> list[list]:
    return [[_dot(structure, v, w) for w in vectors] for v in vectors]


def _frame(structure: Structure, origin: int) -> list[tuple[tuple, str | None]]:
    """The lattice vectors, and differences from an atom to others that span the rest with them, with their species."""
    frame = [(a, None) for a in structure.lattice]
    for a in sorted(range(len(structure.species)), key=lambda a: structure.species.count(structure.species[a])):
        wider = [*frame, (_difference(structure.positions[a], structure.positions[origin]), structure.species[a])]
        if len(frame) < 3 and determinant(_gram(structure, [v for v, _ in wider])) != 0:
            frame = wider
    return frame


def translations(structure: Structure, places) -> list[tuple]:
    """Translations that take a crystal to itself, one of each class modulo the lattice."""
    rarest = min(structure.species, key=structure.species.count)
    like = _like(structure, rarest)
    found = []
    for a in like if structure.lattice else ():
        t = _difference(structure.positions[a], structure.positions[like[0]])
        moved = (structure.wrapped(tuple(map(sum, zip(y, t)))) for y in structure.positions)
        if all(z in places and structure.species[places[z]] == s for z, s in zip(moved, structure.species)):
            found.append(t)
    return found


def _differences(structure: Structure, species: str, b: int) -> list[tuple]:
    """From atom b to the atoms of a species."""
    return [_difference(structure.positions[c], structure.positions[b]) for c in _like(structure, species)]


def _of_square(structure: Structure, starts, square) -> list[tuple]:
    """The vectors of this squared length that differ from one of some vectors by a lattice vector."""
    images = (v for start in starts for _, v in structure.images(start, square))
    return [v for v in images if _dot(structure, v, v) == square]


def _images(structure: Structure, choices, gram, images=()) -> Iterator[list[tuple]]:
    """All choices of one vector of each list with these dot products."""
    depth = len(images)
    if depth == len(choices):
        yield list(images)
        return
    for v in choices[depth]:
        if all(_dot(structure, v, w) == g for w, g in zip(images, gram[depth])):
            yield from _images(structure, choices, gram, (*images, v))


def _congruence(first, second, frame, images, b: int, coordinates, places) -> Congruence | None:
    """The isometry with these images of the frame, and atom b that of the origin, if it takes atoms to atoms."""
    permutation = []
    for species, weights in zip(first.species, coordinates):
        offset = [dot(weights, column) for column in zip(*images)] or (0, 0, 0)
        image = places.get(second.wrapped(tuple(map(sum, zip(second.positions[b], offset)))))
        if image is None or second.species[image] != species:
            return None
        permutation.append(image)
    sides = (
        Environment("X" * len(frame), vectors, metric=side.metric, field=side.field)
        for side, vectors in ((first, frame), (second, images))
    )
    a, c = sides
    return Congruence(tuple(permutation), _isometry(a, list(range(len(frame))), tuple(range(len(frame))), c))
