"""The 2-jets of site functions of a crystal, as far as its force constants tell them (THEORY, section 9).

The energy is the sum over all sites of functions of their environments. Its second derivative is one 3 x 3 block for
each pair (a, b, R) of atoms in one environment, and minus their sums for an atom with itself (translations). All of it
is linear in the 2-jets of the site functions, so that ranks are those of the values of invariant functionals at the
rows, as for a site (`symsens.rows.two_jets`); invariants are squared sides, of each environment by themselves (Lemma
crystal).

Law: equality of invariants is equality of integers; nothing here knows a descriptor, or forces and stresses.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from itertools import combinations_with_replacement

import numpy as np

from symsens.budget import stage
from symsens.errors import InputError
from symsens.geometry.environment import Structure
from symsens.geometry.gram import common_labels
from symsens.geometry.periodic_pairs import Nodes, PeriodicPairs
from symsens.geometry.primitive_cells import primitive_cell
from symsens.geometry.sides import Sides
from symsens.geometry.symmetry import matchings, spanning_neighbours
from symsens.numbers.field import clear_denominators
from symsens.numbers.kernel import Matrix, independent, matrix, row_basis
from symsens.numbers.metric import apply
from symsens.rows.structures import grouped_tuples
from symsens.rows.tuples import components
from symsens.rows.two_jets import Derivatives, Functionals, TwoJets, jets_of_classes


class CrystalJets:
    """The 2-jets of site functions of a crystal, by the values of all invariant functionals at them.

    Parameters
    ----------
    structure : a crystal, in any cell.
    cutoff : radius of the environments in Angstrom, exact.
    """

    def __init__(self, structure: Structure, cutoff):
        if not structure.lattice:
            raise InputError(f"{structure.source or 'structure'}: not periodic: it has no force constants of a crystal")
        self.structure, self.atoms = primitive_cell(structure)
        self.sides = Sides(self.structure, cutoff)
        self.nodes = Nodes.of(self.sides)
        self.pairs = PeriodicPairs.of_environments(self.structure, self.nodes)
        if not self.pairs.pairs:
            raise InputError(f"{structure.source or 'structure'}: no two atoms within {cutoff}: raise the cutoff")
        stage("the force constants that the space group allows")
        self.functionals = Functionals([], self.pairs.forms, self.pairs.between(self.nodes))

    @cached_property
    def _local(self) -> tuple[list[np.ndarray], list[tuple[int, int]]]:
        """For each environment the numbers of its sides, (n + 1, n + 1), -1 from a node to itself; and their ends."""
        tables, ends = [], []
        for i in range(len(self.sides.environments)):
            nodes = self.nodes.within(i)
            first, second = np.triu_indices(len(nodes), 1)
            table = np.full((len(nodes), len(nodes)), -1)
            table[first, second] = table[second, first] = np.arange(len(ends), len(ends) + len(first))
            tables.append(table)
            ends += zip((first + nodes.start).tolist(), (second + nodes.start).tolist())
        return tables, ends

    @cached_property
    def derivatives(self) -> Derivatives:
        """Those of half the squared sides."""
        structure = self.structure
        points, _ = clear_denominators([*structure.positions, *structure.lattice])
        metric, _ = clear_denominators(structure.metric)
        lattice = points[len(structure.species) :]
        places = []
        for atom, counts in zip(self.nodes.atoms.tolist(), self.nodes.shifts.tolist()):
            y = [c + sum(k * a[i] for k, a in zip(counts, lattice)) for i, c in enumerate(points[atom])]
            places.append(apply(metric, y))
        gradients = []
        for p, q in self._local[1]:
            covector = tuple(b - a for a, b in zip(places[p], places[q]))
            gradients.append(((p, tuple(-c for c in covector)), (q, covector)))
        return Derivatives(gradients, [((p, q, -1), (q, p, -1)) for p, q in self._local[1]], metric)

    def _columns(self, tuples: np.ndarray) -> list[np.ndarray]:
        """For each component of the tuples the number of the side that it is in its environment."""
        columns = [np.full(len(tuples), -1) for _ in components(tuples.shape[1] - 1)]
        for i, table in enumerate(self._local[0]):
            at = np.flatnonzero(tuples[:, 0] == i)
            chosen = 1 + tuples[at, 1:]
            for column, (a, b) in zip(columns, components(tuples.shape[1] - 1)):
                column[at] = table[chosen[:, a], 0 if a == b else chosen[:, b]]
        return columns

    def jets_of_order(self, nu: int, readout: str) -> TwoJets:
        """Those rows in counts, but for the products of a nonlinear readout."""
        stage(f"2-jets of order {nu}")
        tuples, _, class_of = grouped_tuples(self.sides, nu, readout == "nonlinear")
        return jets_of_classes(class_of, self._columns(tuples))

    def rows_of_order(self, nu: int, readout: str) -> Matrix:
        """A row for each different 2-jet of order nu, a column for each functional."""
        jets = self.jets_of_order(nu, readout)
        values = self.functionals.at_rows(jets, self.derivatives)
        if readout == "nonlinear":
            values += self._products(jets)
        return self._matrix(values)

    @property
    def width(self) -> int:
        """The number of functionals."""
        return self.functionals.width

    @property
    def field(self):
        """The field of the coordinates."""
        return self.structure.field

    @property
    def metric(self) -> list[list]:
        """The metric, integral up to a factor."""
        return self.derivatives.metric

    @cached_property
    def any_order(self) -> Matrix:
        """A basis of the rows of functions of any order."""
        return row_basis(self.rows_of_any_order(), self.field)

    def rows_of_any_order(self) -> Matrix:
        """The same for all functions of all distances within an environment."""
        stage("2-jets of any order")
        first, second, count = [], [], 0
        for maps, span in self._congruences():
            # where isometries of the whole crystal induce all maps, a functional has one value on each orbit
            group = self.pairs.stabiliser
            one_each = span == group.span and len(maps) == group.order
            for kind, found in ((first, _side_orbits(maps)), (second, _product_orbits(maps))):
                for orbit in found:
                    kind += [(count, *invariants, 1) for invariants in orbit[: 1 if one_each else None].tolist()]
                    count += 1
        jets = TwoJets(count, np.array(first).reshape(-1, 3), np.array(second).reshape(-1, 4))
        return self._matrix(self.functionals.at_rows(jets, self.derivatives))

    def _congruences(self) -> Iterator[tuple[np.ndarray, int]]:
        """For each class of congruent environments all maps of one of them into all, sides by sides, and the dimension
        of the space that it spans."""
        environments, tables = self.sides.environments, self._local[0]
        labels = common_labels(environments)
        left = list(range(len(environments)))
        while left:
            first = left[0]
            frame, maps, taken = spanning_neighbours(environments[first], labels[first]), [], []
            upper = np.triu_indices(len(tables[first]), 1)
            for i in left:
                same = environments[i].centre_species == environments[first].centre_species
                if same and environments[i].n == environments[first].n:
                    found = list(matchings(labels[first], frame, labels[i])) if frame else [()]
                    nodes = [np.array([0, *(1 + k for k in p)]) for p in found]
                    maps += [tables[i][p[upper[0]], p[upper[1]]] for p in nodes]
                    taken += [i] * bool(found)
            yield np.array(maps), len(frame)
            left = [i for i in left if i not in taken]

    def _products(self, jets: TwoJets) -> list[list]:
        """Values at the products of gradients of one site that a nonlinear readout adds: of a basis of the gradients of
        each group of equal environments."""
        starts, derivatives = self.nodes.starts, self.derivatives
        groups = defaultdict(dict)
        environment = np.searchsorted(starts, [ends[0] for ends in self._local[1]], "right") - 1
        rows = defaultdict(list)
        for row, p, count in jets.first.tolist():
            rows[row].append((p, count))
        for row in rows.values():
            gradient = [[0, 0, 0] for _ in range(starts[-1])]
            for p, count in row:
                for node, covector in derivatives.gradients[p]:
                    gradient[node] = [x + count * c for x, c in zip(gradient[node], covector)]
            group = frozenset(environment[[p for p, _ in row]].tolist())
            groups[group][tuple(x for triple in gradient for x in triple)] = None
        values = []
        for group, gradients in groups.items():
            chosen = list(gradients)
            basis = [chosen[i] for i in independent(chosen, 3 * starts[-1], self.structure.field)]
            for r, s in combinations_with_replacement(basis, 2):
                values.append(self._at_product(group, r, s))
        return values

    def _at_product(self, group, r: tuple, s: tuple) -> list:
        """Values at the sum over some environments of the products of two gradients."""
        row = [0] * self.functionals.width
        for i in group:
            both = ([(node, x[3 * node : 3 * node + 3]) for node in self.nodes.within(i)] for x in (r, s))
            for e, value in self.functionals.at_product(*both).items():
                row[e] += value
        return row

    def _matrix(self, values) -> Matrix:
        different = list(dict.fromkeys(map(tuple, values)))
        return matrix(len(different), self.functionals.width, [x for row in different for x in row])


def _side_orbits(maps: np.ndarray) -> list[np.ndarray]:
    """The orbits of sides, given the images of each by all maps."""
    _, chosen = np.unique(maps.min(axis=0), return_index=True)
    return [np.unique(maps[:, p])[:, None] for p in chosen]


def _product_orbits(maps: np.ndarray) -> Iterator[np.ndarray]:
    """The orbits of pairs of sides."""
    width, seen = int(maps.max(initial=0)) + 1, np.zeros(0, dtype=np.int64)
    for p in range(maps.shape[1]):
        one, other = maps[:, p : p + 1], maps[:, p:]
        keys = np.minimum(one, other) * width + np.maximum(one, other)
        least, chosen = np.unique(keys.min(axis=0), return_index=True)
        fresh = ~np.isin(least, seen)
        seen = np.concatenate([seen, least[fresh]])
        for q in chosen[fresh]:
            yield np.column_stack(np.divmod(np.unique(keys[:, q]), width))
