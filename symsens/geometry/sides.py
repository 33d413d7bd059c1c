"""The sides of a whole structure: all vectors between two atoms of one environment, up to lattice translations.

The dot products of a tuple of neighbours and its squared sides, those to the centre and those between neighbours, are
linear combinations of each other (Lemma sides). A side belongs to two atoms and a lattice vector, whatever the centre:
so its length is computed once, and equal labels mean equal lengths in all environments.

Law: equality of invariants is equality of integers; nothing here knows a tuple or a descriptor.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from symsens.budget import need_memory, stage
from symsens.geometry.environment import Environment, Structure
from symsens.numbers.field import clear_denominators
from symsens.numbers.kernel import Matrix, matrix
from symsens.numbers.metric import apply, dot, shift


@dataclass(frozen=True)
class Surroundings:
    """The nodes of one environment, its centre the first, and the sides between them.

    Attributes
    ----------
    centre : the atom at the centre.
    atoms : (n + 1,) the atom behind each node.
    sides : (n + 1, n + 1) the numbers of the sides; -1 from a node to itself.
    """

    centre: int
    atoms: np.ndarray
    sides: np.ndarray


@dataclass(frozen=True, eq=False)
class Sides:
    """All sides of a structure within a cutoff.

    Parameters
    ----------
    structure : the atoms.
    cutoff : radius in Angstrom (exact); None takes all other atoms of a molecule as neighbours.
    """

    structure: Structure
    cutoff: object = None

    @cached_property
    def environments(self) -> tuple[Environment, ...]:
        """The environment of every atom."""
        stage("the neighbours of all atoms")
        return tuple(self.structure.environment(i, self.cutoff) for i in range(len(self.structure.species)))

    @cached_property
    def _numbered(self) -> tuple[np.ndarray, tuple[Surroundings, ...]]:
        """Rows (atom j, atom k, by which lattice vectors k is shifted) for the sides; and the environments."""
        nodes = [_nodes(env, len(self.structure.lattice)) for env in self.environments]
        where = self.structure.source or self.structure.formula or "structure"
        pairs = sum(len(atoms) ** 2 for atoms, _ in nodes)
        need_memory(100 * pairs, f"{where}: {pairs} pairs of atoms within one environment", "lower the cutoff")
        blocks = [_between(atoms, shifts) for atoms, shifts in nodes]
        rows, number = np.unique(np.concatenate(blocks), axis=0, return_inverse=True)
        still = (rows[:, 0] == rows[:, 1]) & ~rows[:, 2:].any(axis=1)  # from a node to itself
        renumbered = np.where(still, -1, np.cumsum(~still) - 1)[number.reshape(-1)]
        found, start = [], 0
        for i, (atoms, _) in enumerate(nodes):
            size = len(atoms)
            found.append(Surroundings(i, atoms, renumbered[start : start + size**2].reshape(size, size)))
            start += size**2
        return rows[~still], tuple(found)

    @property
    def surroundings(self) -> tuple[Surroundings, ...]:
        """The nodes of every environment and the sides between them."""
        return self._numbered[1]

    @property
    def ends(self) -> np.ndarray:
        """(sides, 2) the two atoms of every side."""
        return self._numbered[0][:, :2]

    @cached_property
    def _vectors(self) -> tuple[list, list]:
        """The sides and their covectors in frame coordinates, integers up to common factors."""
        rows, structure = self._numbered[0].tolist(), self.structure
        points, _ = clear_denominators([*structure.positions, *structure.lattice])
        metric, _ = clear_denominators(structure.metric)
        lattice = points[len(structure.species) :]
        vectors = []
        for j, k, *counts in rows:
            straight = [b - a for a, b in zip(points[j], points[k])]
            vectors.append(shift(straight, lattice, counts))
        return vectors, [apply(metric, v) for v in vectors]

    @cached_property
    def labels(self) -> np.ndarray:
        """(sides,) numbers from 1, equal exactly where the lengths are."""
        lengths = [dot(v, w) for v, w in zip(*self._vectors)]
        number = {length: i for i, length in enumerate(dict.fromkeys(lengths), 1)}
        return np.array([number[length] for length in lengths], dtype=np.int64)

    @cached_property
    def species(self) -> np.ndarray:
        """(atoms,) numbers of the species."""
        return np.unique(self.structure.species, return_inverse=True)[1].reshape(-1)

    @cached_property
    def derivative(self) -> Matrix:
        """Half the derivative of each squared side, three columns per atom; 0 between two images of one atom."""
        width = 3 * len(self.structure.species)
        ends, covectors = self.ends.tolist(), self._vectors[1]
        where = self.structure.source or self.structure.formula or "structure"
        need_memory(24 * len(ends) * width, f"{where}: the derivatives of {len(ends)} sides", "lower the cutoff")
        entries = [0] * (len(ends) * width)
        for i, ((j, k), covector) in enumerate(zip(ends, covectors)):
            for c in range(3):
                entries[i * width + 3 * k + c] += covector[c]
                entries[i * width + 3 * j + c] -= covector[c]
        return matrix(len(ends), width, entries)


def _nodes(env: Environment, periodic: int) -> tuple[np.ndarray, np.ndarray]:
    """The atoms of the centre and the neighbours, and by which lattice vectors they are shifted."""
    atoms, shifts = [env.centre, *env.atoms], [(0,) * periodic, *(env.images or [()] * env.n)]
    return np.array(atoms, dtype=np.int64), np.array(shifts, dtype=np.int64).reshape(len(atoms), periodic)


def _between(atoms: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    """A row (j, k, shift) for each ordered pair of nodes, the same for both orders: the lesser of the two ways."""
    size = len(atoms)
    first, second = np.divmod(np.arange(size**2), size)
    rows = np.column_stack([atoms[first], atoms[second], shifts[second] - shifts[first]])
    backward = np.column_stack([rows[:, 1], rows[:, 0], -rows[:, 2:]])
    step = rows - backward
    sign = np.zeros(len(rows), dtype=np.int64)
    for column in step.T[::-1]:
        sign = np.where(column, np.sign(column), sign)
    return np.where((sign > 0)[:, None], backward, rows)
