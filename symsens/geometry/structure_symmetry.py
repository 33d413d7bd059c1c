"""The isometries that bring a whole structure on to itself, modulo its lattice, and all of them (THEORY, section 3).

An isometry y -> Q y + t that permutes the atoms of a structure and their images brings its lattice on to itself, and
the mean of the atoms modulo the span of the lattice too. So Q permutes the finitely many points of `anchor`: lattice
vectors as long as those of the cell, and the projections of the atoms across the lattice about their mean. These span
what the structure spans, the search for Q is that of an environment, exhaustive, and t follows from the image of one
atom (Lemma anchor).

Law: what is not found does not exist; every element is checked on every atom, modulo the lattice.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

from symsens.geometry.environment import Environment, Structure
from symsens.geometry.gram import pair_labels
from symsens.geometry.symmetry import Stabiliser, exact_stabiliser
from symsens.numbers.metric import apply, dot, shift

LATTICE = "lattice"


@dataclass(frozen=True)
class Motion:
    """An isometry y -> Q y + t of a structure, up to lattice translations: Q (y_i - y_0) = y_p(i) - y_p(0) + shift_i.

    Attributes
    ----------
    permutation : p, of the atoms.
    isometry : Q in frame coordinates.
    lattice : for each vector of the lattice the coefficients of its image.
    shifts : for each atom the coefficients of its shift, a vector of the lattice.
    """

    permutation: tuple[int, ...]
    isometry: tuple[tuple, ...]
    lattice: tuple[tuple[int, ...], ...]
    shifts: tuple[tuple[int, ...], ...]


def anchor(structure: Structure) -> Environment:
    """The points that the linear part of every isometry of the structure permutes."""
    weigh = lambda y: dot(y, apply(structure.metric, y))
    lengths = {weigh(a) for a in structure.lattice}
    images = structure.images((0, 0, 0), max(lengths)) if lengths else []
    points = [(LATTICE, tuple(y)) for _, y in images if weigh(y) in lengths]
    kinds = defaultdict(list)
    for species, y in zip(structure.species, across(structure)):
        kinds[y].append(species)
    points += [("+".join(sorted(kind)), y) for y, kind in kinds.items() if any(y)]
    return Environment([s for s, _ in points], [y for _, y in points], metric=structure.metric, field=structure.field)


def across(structure: Structure) -> list[tuple]:
    """The projections of the atoms across the span of the lattice, about their mean."""
    flat = [shift(y, structure.lattice, [-c for c in structure.lattice_coordinates(y)]) for y in structure.positions]
    mean = [sum(column) / len(flat) for column in zip(*flat)]
    return [tuple(a - m for a, m in zip(y, mean)) for y in flat]


class _Search:
    """Elements (p, permutation of the points of the anchor) of the group of a structure."""

    def __init__(self, structure: Structure):
        self.structure, self.points = structure, anchor(structure)
        self.site = exact_stabiliser(self.points, pair_labels(self.points))
        self.flat = across(structure)
        self.places = {structure.wrapped(y): i for i, y in enumerate(structure.positions)}
        counts = Counter(structure.species)
        self.first = min(range(len(structure.species)), key=lambda i: (counts[structure.species[i]], i))

    def linear_parts(self) -> dict[tuple, tuple]:
        """An isometry for each permutation of the anchor."""
        where = {y: k for k, y in enumerate(self.points.positions)}
        found = {}
        for q in sorted(self.site.isometries()):
            found.setdefault(tuple(where[apply(q, y)] for y in self.points.positions), q)
        return found

    def images_of_first(self, q) -> list[int]:
        """The atoms to which an isometry with the linear part q may take the first one."""
        species, wanted = self.structure.species, apply(q, self.flat[self.first])
        return [j for j, y in enumerate(self.flat) if species[j] == species[self.first] and y == wanted]

    def permutation(self, moved: list[tuple], j: int) -> tuple[int, ...] | None:
        """Of the atoms, by the isometry that takes the first one to atom j, given the atoms' images under its linear
        part."""
        structure, found = self.structure, []
        step = [a - b for a, b in zip(structure.positions[j], moved[self.first])]
        for i, y in enumerate(moved):
            k = self.places.get(structure.wrapped(tuple(a + b for a, b in zip(y, step))))
            if k is None or structure.species[k] != structure.species[i]:
                return None
            found.append(k)
        return tuple(found)

    def motion(self, permutation, q) -> Motion:
        """With what it does to the lattice."""
        structure, y = self.structure, self.structure.positions
        lattice = [structure.lattice_coordinates(apply(q, a)) for a in structure.lattice]
        shifts = []
        for i, k in enumerate(permutation):
            turned = apply(q, tuple(a - b for a, b in zip(y[i], y[0])))
            left = tuple(x - a + b for x, a, b in zip(turned, y[k], y[permutation[0]]))
            shifts.append(structure.lattice_coordinates(left))
        whole = lambda rows: tuple(tuple(c.__floor__() for c in row) for row in rows)
        return Motion(permutation, tuple(map(tuple, q)), whole(lattice), whole(shifts))


def structure_stabiliser(structure: Structure) -> Stabiliser:
    """The whole group of a structure, modulo translations of its lattice, by exhaustive search.

    Returns
    -------
    Stabiliser
        Its order is the number of permutations of atoms and images that isometries induce, modulo lattice translations;
        its generators are `Motion`; its span is the dimension of the space that atoms and images span.
    """
    search = _Search(structure)
    one = tuple(range(len(structure.species))), tuple(range(search.points.n))
    chosen, group, known = [], {one}, {(one[1], search.first)}
    generators = []
    for site, q in search.linear_parts().items():
        moved = [apply(q, y) for y in structure.positions]
        for j in search.images_of_first(q):
            if (site, j) in known:
                continue
            permutation = search.permutation(moved, j)
            if permutation is None:
                continue
            chosen.append((permutation, site))
            generators.append(search.motion(permutation, q))
            group = _closure(chosen, one)
            known = {(site, atoms[search.first]) for atoms, site in group}
    generators += [search.motion(one[0], g.isometry) for g in search.site.generators if g.permutation == one[1]]
    return Stabiliser(len(group), tuple(generators), search.site.span)


def _closure(generators: list[tuple], one: tuple) -> set[tuple]:
    """The group that pairs of permutations generate."""
    group = frontier = {one}
    while frontier:
        products = {
            tuple(tuple(g[k] for k in h) for g, h in zip(generator, element))
            for generator in generators
            for element in frontier
        }
        frontier = products - group
        group = group | frontier
    return group
