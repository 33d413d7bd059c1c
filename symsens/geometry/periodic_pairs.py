"""Pairs of atoms of a crystal within one environment, up to lattice translations, and what its symmetry does to them.

A pair (a, b, R) is the atom a of the cell and the image of b that the lattice vector R shifts. An isometry of the
crystal brings pairs to pairs; the exchange brings (a, b, R) to (b, a, -R). Invariant forms over them are force
constants of the crystal, or functionals of these (`symsens.geometry.symmetric_forms`).

Law: equality of pairs is equality of integers; an atom and itself are no pair.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from symsens.geometry.environment import Structure
from symsens.geometry.sides import Sides
from symsens.geometry.structure_symmetry import Motion, structure_stabiliser
from symsens.geometry.symmetric_forms import Action, Invariant, exchange, invariant_forms
from symsens.geometry.symmetry import turns_about
from symsens.numbers.kernel import independent
from symsens.numbers.metric import apply, dot, shift

Pair = tuple[int, int, tuple[int, ...]]


@dataclass(frozen=True, eq=False)
class Nodes:
    """The centre and neighbours of all environments, one after the other.

    Attributes
    ----------
    atoms : (nodes,) the atom behind each.
    shifts : (nodes, periodic directions) by which lattice vector it is shifted, where the centre is not.
    starts : for each environment the number of its first node, the centre; and the number of all nodes.
    """

    atoms: np.ndarray
    shifts: np.ndarray
    starts: tuple[int, ...]

    @classmethod
    def of(cls, sides: Sides) -> "Nodes":
        """Those of a crystal."""
        periodic = len(sides.structure.lattice)
        atoms = np.concatenate([around.atoms for around in sides.surroundings])
        shifts = [row for env in sides.environments for row in ((0,) * periodic, *(env.images or ()))]
        starts = np.cumsum([0, *(len(around.atoms) for around in sides.surroundings)])
        return cls(atoms, np.array(shifts, dtype=np.int64).reshape(len(atoms), periodic), tuple(starts.tolist()))

    def within(self, environment: int) -> range:
        """The nodes of one environment."""
        return range(self.starts[environment], self.starts[environment + 1])


class PeriodicPairs:
    """The pairs that share an environment, numbered.

    Parameters
    ----------
    structure : a crystal, in a primitive cell where symmetry is meant to be that of the whole crystal.
    pairs : ordered pairs; with each its exchanged one, and all images of it.
    """

    def __init__(self, structure: Structure, pairs):
        self.structure, self.pairs = structure, sorted(set(pairs))
        self.number = {pair: i for i, pair in enumerate(self.pairs)}

    @classmethod
    def of_environments(cls, structure: Structure, nodes: Nodes) -> "PeriodicPairs":
        """All pairs that some environment has among its nodes."""
        found = set()
        for i in range(len(nodes.starts) - 1):
            chosen = list(nodes.within(i))
            atoms, shifts = nodes.atoms[chosen].tolist(), nodes.shifts[chosen]
            for p, (a, start) in enumerate(zip(atoms, shifts)):
                steps = map(tuple, (shifts - start).tolist())
                found.update((a, b, step) for q, (b, step) in enumerate(zip(atoms, steps)) if p != q)
        return cls(structure, found)

    def between(self, nodes: Nodes) -> Callable[[int, int], int]:
        """Two nodes of one environment -> the number of the pair that they are; -1 of a node and itself."""
        table, start = [], []
        for i in range(len(nodes.starts) - 1):
            chosen = list(nodes.within(i))
            atoms, shifts = nodes.atoms[chosen].tolist(), nodes.shifts[chosen]
            for a, origin in zip(atoms, shifts):
                steps = map(tuple, (shifts - origin).tolist())
                table.append([self.number.get((a, b, step), -1) for b, step in zip(atoms, steps)])
                start.append(nodes.starts[i])
        return lambda first, second: table[first][second - start[first]]

    def image(self, motion: Motion, pair: Pair) -> Pair:
        """Where an isometry of the crystal brings a pair."""
        a, b, step = pair
        turned = shift((0,) * len(step), motion.lattice, step)
        moved = tuple(c + e - s for c, s, e in zip(turned, motion.shifts[a], motion.shifts[b]))
        return motion.permutation[a], motion.permutation[b], moved

    @cached_property
    def exchanged(self) -> list[int]:
        """For each pair the number of the exchanged one."""
        return [self.number[b, a, tuple(-c for c in step)] for a, b, step in self.pairs]

    @cached_property
    def stabiliser(self):
        """The space group, modulo translations."""
        return structure_stabiliser(self.structure)

    @cached_property
    def forms(self) -> list[Invariant]:
        """A basis of the symmetric forms over the pairs that the space group leaves alone."""
        actions = [exchange(self.exchanged)]
        for motion in self.stabiliser.generators:
            images = [self.number[self.image(motion, pair)] for pair in self.pairs]
            actions.append(Action(images, motion.isometry))
        if self.stabiliser.span == 1:  # a straight chain: all turns about it too (Lemma line)
            turns = turns_about(self.structure.metric, self.structure.lattice[0])
            actions += [Action(range(len(self.pairs)), turn) for turn in turns]
        return invariant_forms(len(self.pairs), actions)

    @cached_property
    def allowed(self) -> int:
        """How many force constants the space group and translations leave of the blocks of these pairs: invariant forms
        whose sums over all pairs of an atom are symmetric, as the block of the atom with itself is."""
        size = len(self.structure.species)
        odd = lambda block: (block[1] - block[3], block[2] - block[6], block[5] - block[7])
        sums = [self.sums(form) for form in self.forms]
        columns = [[x for a in range(size) for x in odd(of_atom.get(a, (0,) * 9))] for of_atom in sums]
        return len(self.forms) - len(independent(columns, 3 * size, self.structure.field))

    def sums(self, form: Invariant) -> dict[int, tuple]:
        """For each atom the sum of the blocks of its pairs."""
        found = {}
        for p, block in form.blocks.items():
            a = self.pairs[p][0]
            found[a] = tuple(x + y for x, y in zip(found.get(a, (0,) * 9), block))
        return found

    def vector(self, pair: Pair) -> tuple:
        """From the first atom of a pair to the second, in the frame."""
        a, b, step = pair
        y = self.structure.positions
        return shift(tuple(q - p for p, q in zip(y[a], y[b])), self.structure.lattice, step)

    @cached_property
    def shells(self) -> list:
        """The squares of all distances between atoms of the crystal, up to the longest of the pairs."""
        structure, limit = self.structure, max(map(self.square, self.pairs))
        found = set()
        for y in structure.positions:
            for z in structure.positions:
                for _, v in structure.images(tuple(b - a for a, b in zip(y, z)), limit):
                    found.add(dot(v, apply(structure.metric, v)))
        return sorted(square for square in found if 0 < square <= limit)

    def square(self, pair: Pair):
        """The squared distance of a pair."""
        v = self.vector(pair)
        return dot(v, apply(self.structure.metric, v))
