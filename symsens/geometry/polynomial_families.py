"""Families of environments whose positions are polynomials in parameters, for what holds at all values of these.

Law: exact; two numbers of a family are equal iff they are the same polynomial.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from sympy.polys.domains import ZZ
from sympy.polys.rings import PolyElement, ring

from symsens.errors import InputError
from symsens.geometry.environment import Environment
from symsens.numbers.field import QQ


def parameters(names: str) -> tuple[PolyElement, ...]:
    """The parameters of these names, joined by commas, as polynomials over the integers."""
    return tuple(ring(names, ZZ)[1:])


@dataclass(frozen=True, eq=False)
class PolynomialFamily:
    """Environments of n neighbours of one species, Cartesian positions polynomials in parameters.

    Attributes
    ----------
    positions : n triples of polynomials of one ring, or integers.
    names : of the parameters.
    species : of the neighbours.
    centre_species : of the centre.
    """

    positions: tuple[tuple, ...]
    names: tuple[str, ...]
    species: tuple[str, ...]
    centre_species: str = "C"

    @classmethod
    def of(cls, positions: Sequence, *symbols: PolyElement) -> "PolynomialFamily":
        """Hydrogens at these positions around a carbon, all parameters given."""
        names = tuple(map(str, symbols))
        if not symbols or names != tuple(map(str, symbols[0].ring.symbols)):
            raise InputError(f"parameters {', '.join(names)}: give all of their ring, in order")
        one = symbols[0].ring
        return cls(tuple(tuple(map(one, y)) for y in positions), names, ("H",) * len(positions))

    @property
    def n(self) -> int:
        """The number of neighbours."""
        return len(self.positions)

    @cached_property
    def gram(self) -> list[list[PolyElement]]:
        """The dot products of the neighbours."""
        return self.products(self.positions)

    def products(self, moves: Sequence) -> list[list[PolyElement]]:
        """The dot products of the neighbours with other vectors."""
        return [[sum(a * b for a, b in zip(x, v)) for v in moves] for x in self.positions]

    def along(self, vector: Sequence) -> list[list[PolyElement]]:
        """The derivatives of the dot products along a displacement of 3n polynomials."""
        mixed = self.products([vector[3 * j : 3 * j + 3] for j in range(self.n)])
        return [[mixed[j][k] + mixed[k][j] for k in range(self.n)] for j in range(self.n)]

    def at(self, point: Sequence) -> Environment:
        """The member at these values of the parameters.

        Raises
        ------
        InputError
            Not as many values as parameters, or two atoms meet there.
        """
        values = list(map(QQ.parse, point))
        if len(values) != len(self.names):
            raise InputError(f"{len(values)} values of {len(self.names)} parameters: give one for each")
        places = [[_value(c, values) for c in y] for y in self.positions]
        return Environment(self.species, places, self.centre_species)


def _value(polynomial: PolyElement, values: Sequence):
    total = QQ.parse(0)
    for exponents, coefficient in polynomial.terms():
        term = QQ.parse(int(coefficient))
        for value, exponent in zip(values, exponents):
            term *= value**exponent
        total += term
    return total


def polynomial_labels(*families: PolynomialFamily) -> list[np.ndarray]:
    """For each family what `symsens.geometry.gram.pair_labels` is to an environment, numbered alike in all: equal where
    species, squares and dot products are the same polynomials."""
    kinds = [[(z, family.gram[j][j]) for j, z in enumerate(family.species)] for family in families]
    numbers: dict = {}
    for each in kinds:
        for shell in each:
            numbers.setdefault((shell, shell, shell[1]), len(numbers))
    found = []
    for family, shell in zip(families, kinds):
        size = range(family.n)
        keys = [[(shell[j], shell[k], family.gram[j][k]) for k in size] for j in size]
        rows = [[numbers.setdefault(key, len(numbers)) for key in row] for row in keys]
        found.append(np.array(rows, dtype=np.int64).reshape(family.n, family.n))
    return found
