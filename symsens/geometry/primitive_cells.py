"""The primitive cell of a crystal, exactly: all translations that take it to itself span a lattice.

A translation brings atoms of one species to each other, so that those of a rarest one are tried. The lattice that they
span with the given one is brought to a short basis; floats guide that, and each change of basis is an integral one.

Law: the crystal is the same one, atom by atom; nothing is averaged.
"""

from dataclasses import replace
from fractions import Fraction

import numpy as np
from flint import fmpz_mat

from symsens.geometry.congruence import translations
from symsens.geometry.environment import Structure

SCALE = 2**40  # of Cartesian coordinates, rounded for lattice reduction


def primitive_cell(structure: Structure) -> tuple[Structure, tuple[int, ...]]:
    """A structure in a primitive cell, in the same frame, and which of the given atoms stand in it.

    Molecules, and structures in a primitive cell already, are returned as they are.
    """
    steps = translations(structure, {structure.wrapped(y): i for i, y in enumerate(structure.positions)})
    if len(steps) < 2:
        return structure, tuple(range(len(structure.species)))
    count, periodic = len(steps), len(structure.lattice)
    # so many times a translation is one of the given lattice
    rows = [[(count * c).__floor__() for c in structure.lattice_coordinates(t)] for t in steps]
    units = [[count * int(i == j) for j in range(periodic)] for i in range(periodic)]
    spanned = fmpz_mat([*units, *rows]).hnf().tolist()[:periodic]
    vectors = _shortened(structure, [_combined(structure, row, count) for row in spanned])
    short = iter(vectors)
    cell = [next(short) if flag else given for given, flag in zip(structure.cell, structure.pbc)]
    smaller = replace(structure, species=structure.species[:1], positions=structure.positions[:1], cell=cell)
    first = {}
    for i, y in enumerate(structure.positions):
        first.setdefault(smaller.wrapped(y), i)
    kept = tuple(first.values())
    species, positions = (tuple(every[i] for i in kept) for every in (structure.species, structure.positions))
    return replace(smaller, species=species, positions=positions, formula=None), kept


def _combined(structure: Structure, row, count: int) -> tuple:
    """The vector of the lattice with these coefficients over `count`."""
    weights = [Fraction(int(x), count) for x in row]
    return tuple(sum(w * a[c] for w, a in zip(weights, structure.lattice)) for c in range(3))


def _shortened(structure: Structure, vectors: list[tuple]) -> list[tuple]:
    """A basis of short vectors of the same lattice."""
    frame = np.linalg.cholesky(np.array([[float(m) for m in row] for row in structure.metric]))
    rows = np.array([[float(c) for c in v] for v in vectors]) @ frame
    _, change = fmpz_mat([[round(SCALE * float(x)) for x in row] for row in rows]).lll(transform=True)
    return [tuple(sum(int(k) * v[c] for k, v in zip(row, vectors)) for c in range(3)) for row in change.tolist()]
