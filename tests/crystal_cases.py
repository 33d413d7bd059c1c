"""Crystals in exact frames, the same numbers for the oracle and the code, and cutoffs between their shells."""

from fractions import Fraction
from itertools import product
from math import sqrt

from symsens.geometry.environment import Structure
from symsens.numbers.metric import IDENTITY, apply, dot

CUBIC = ((1, 0, 0), (0, 1, 0), (0, 0, 1))
FACES = ((0, 1, 1), (1, 0, 1), (1, 1, 0))
DOUBLED = tuple(tuple(2 * c for c in row) for row in FACES)
# frame vectors a_1 / 3, a_2 / 3 at 120 degrees, and c / 2 with c^2 = 8/3 a^2
HEXAGONAL = ((4, -2, 0), (-2, 4, 0), (0, 0, 24))
HONEYCOMB = ((2, -1, 0), (-1, 2, 0), (0, 0, 2))

# name: (lattice vectors, metric, [(species, position)])
CRYSTALS = {
    "simple cubic": (CUBIC, CUBIC, [("Po", (0, 0, 0))]),
    "bcc": (((-1, 1, 1), (1, -1, 1), (1, 1, -1)), CUBIC, [("Fe", (0, 0, 0))]),
    "fcc": (FACES, CUBIC, [("Cu", (0, 0, 0))]),
    "hcp": (((3, 0, 0), (0, 3, 0), (0, 0, 2)), HEXAGONAL, [("Mg", (0, 0, 0)), ("Mg", (1, 2, 1))]),
    "diamond": (DOUBLED, CUBIC, [("C", (0, 0, 0)), ("C", (1, 1, 1))]),
    "rock salt": (FACES, CUBIC, [("Na", (0, 0, 0)), ("Cl", (1, 0, 0))]),
    "graphene": (((3, 0, 0), (0, 3, 0)), HONEYCOMB, [("C", (0, 0, 0)), ("C", (1, 2, 0))]),
}


def crystal(name: str) -> Structure:
    """One of them."""
    lattice, metric, atoms = CRYSTALS[name]
    return Structure(
        [species for species, _ in atoms],
        [position for _, position in atoms],
        cell=[*lattice, (0, 0, 9)][:3],
        pbc=(True, True, len(lattice) == 3),
        metric=IDENTITY if metric is CUBIC else metric,
    )


def squares(name: str, count: int) -> list[int]:
    """The first squared distances between atoms, by brute force."""
    lattice, metric, atoms = CRYSTALS[name]
    found = set()
    for _, start in atoms:
        for _, end in atoms:
            for counts in product(range(-4, 5), repeat=len(lattice)):
                step = [sum(k * a[c] for k, a in zip(counts, lattice)) for c in range(3)]
                v = [b + s - a for a, b, s in zip(start, end, step)]
                found.add(dot(v, apply(metric, v)))
    return sorted(found)[1 : count + 1]


def shell_cutoff(name: str, shells: int) -> Fraction:
    """A cutoff that takes so many shells, and is not near the next."""
    inner, outer = squares(name, shells + 1)[-2:]
    return Fraction(round(500 * (sqrt(inner) + sqrt(outer))), 1000)


def repeated(structure: Structure, counts) -> Structure:
    """The same crystal in a larger cell."""
    species, positions = [], []
    for steps in product(*(range(n) for n in counts)):
        for z, y in zip(structure.species, structure.positions):
            species.append(z)
            positions.append([c + sum(k * a[i] for k, a in zip(steps, structure.cell)) for i, c in enumerate(y)])
    cell = [[n * c for c in row] for n, row in zip(counts, structure.cell)]
    return Structure(species, positions, cell=cell, pbc=structure.pbc, metric=structure.metric)
