"""Dynamical matrices at given wave vectors: which of them site functions of order nu can have.

D(q) has the blocks D_ab(q) = sum over R of Phi(a, b, R) exp(2 pi i q . R), Hermitian, linear in the force constants.
For rational q the phases are powers of one root of unity, so that the entries lie in a cyclotomic field. The D(q) of
real force constants are a real space of Hermitian matrices, and matrices of it are independent over the reals exactly
if they are over the complex numbers: a combination with coefficients a + i b has the Hermitian part with the a and the
other one with the b. So the dimension is a rank over the cyclotomic field, as that of rational blocks (Lemma blocks).

Law: exact; the field of the coordinates is QQ.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm

from flint import fmpz_mat, fmpz_poly

from symsens.errors import InputError
from symsens.numbers.kernel import Matrix
from symsens.rows.crystals import ForceConstants

WaveVector = tuple[Fraction, ...]
MOST_PHASES = 48  # the least common denominator of all wave vectors


@dataclass(frozen=True)
class Reach:
    """How many independent dynamical matrices there are at some wave vectors together.

    Attributes
    ----------
    allowed : of the force constants that site functions of any order have.
    reached : of those that models of order nu have.
    """

    allowed: int
    reached: int

    @property
    def missing(self) -> int:
        """How many are out of reach."""
        return self.allowed - self.reached


@dataclass(frozen=True, eq=False)
class DynamicalMatrices:
    """The dynamical matrices of a crystal at some wave vectors.

    Attributes
    ----------
    found : the force constants.
    points : the wave vectors, by rational coefficients of the reciprocal vectors of the primitive cell
        (`found.jets.structure`), as many as it has periodic directions.

    Raises
    ------
    InputError
        Coordinates beyond QQ, or phases that are roots of unity of a high order.
    """

    found: ForceConstants
    points: tuple[WaveVector, ...]

    def __post_init__(self):
        structure, periodic = self.found.jets.structure, len(self.found.jets.structure.lattice)
        if structure.field.degree > 1:
            raise InputError(f"{structure.source or 'structure'}: dynamical matrices are made over QQ only")
        if any(len(q) != periodic for q in self.points):
            raise InputError(f"a wave vector has {periodic} coefficients here, one to a periodic direction")
        if self.order > MOST_PHASES:
            raise InputError(f"wave vectors of denominator {self.order}: give multiples of 1/n, n <= {MOST_PHASES}")

    @cached_property
    def order(self) -> int:
        """n: all phases are powers of the first n-th root of unity."""
        return lcm(*(Fraction(c).denominator for q in self.points for c in q))

    @cached_property
    def cyclotomic(self) -> fmpz_poly:
        """The polynomial of the first n-th root of unity."""
        return fmpz_poly.cyclotomic(self.order)

    def reach(self, chosen: Sequence[int] | None = None) -> Reach:
        """Of the dynamical matrices at the points with these numbers together; of all of them by default."""
        chosen = range(len(self.points)) if chosen is None else chosen
        found = self.found
        return Reach(*(self._rank(found.coefficients(rows), chosen) for rows in (found.allowed, found.reached)))

    def _rank(self, coefficients: Matrix, chosen: Sequence[int]) -> int:
        degree = self.cyclotomic.degree()
        table = [[x for k in chosen for entry in line[k] for x in entry] for line in self._values]
        width = len(table[0])
        combined = (coefficients * fmpz_mat(len(table), width, [x for line in table for x in line])).tolist()
        images = []
        for row in combined:
            entries = [fmpz_poly(row[i : i + degree]) for i in range(0, width, degree)]
            for _ in range(degree):
                images.append([int(x) for entry in entries for x in self._padded(entry)])
                entries = [entry * fmpz_poly([0, 1]) % self.cyclotomic for entry in entries]
        return fmpz_mat(images).rank() // degree if images else 0

    def _padded(self, entry: fmpz_poly) -> list[int]:
        degree = self.cyclotomic.degree()
        known = [int(x) for x in entry.coeffs()]
        return known + [0] * (degree - len(known))

    @cached_property
    def _values(self) -> list[list[list[list[int]]]]:
        """For each invariant form and each point the entries of its dynamical matrix, by powers of the root."""
        found, size = self.found, 3 * len(self.found.jets.structure.species)
        lines = []
        for e in range(found.jets.width):
            blocks = found.direction_blocks([int(e == f) for f in range(found.jets.width)])
            lines.append([self._entries(blocks, q, size) for q in self.points])
        return lines

    def _entries(self, blocks, q: WaveVector, size: int) -> list[list[int]]:
        powers = [[[0] * self.order for _ in range(size)] for _ in range(size)]
        for (a, b, step), block in blocks.items():
            phase = int(sum(Fraction(c) * k for c, k in zip(q, step)) * self.order) % self.order
            for i in range(3):
                for j in range(3):
                    powers[3 * a + i][3 * b + j][phase] += int(block[i][j])
        return [self._padded(fmpz_poly(entry) % self.cyclotomic) for row in powers for entry in row]
