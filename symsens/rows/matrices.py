"""Exact matrices whose rows are made only when they are needed, and the classes of functions that they stand for.

Law: every row has a name by which a certificate cites it; ranks come from below modulo a prime, zeros are exact.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flint import fmpz_mat, nmod_mat

from symsens.geometry.displacements import Displacements
from symsens.numbers.kernel import from_columns, modular_pivots
from symsens.rows.tuples import TupleClasses, tuple_classes


@dataclass(frozen=True)
class Rows:
    """The matrix coefficients . base, with a name for each row.

    Attributes
    ----------
    base : exact integer matrix over the displacements.
    count : number of rows.
    coefficients : (start, stop) -> the rows of `base` that these rows combine, and the integers to do so, flattened.
    name : row number -> how a certificate cites it.
    """

    base: fmpz_mat
    count: int
    coefficients: Callable[[int, int], tuple[list[int], list[int]]]
    name: Callable[[int], tuple]

    def batches(self):
        """Consecutive row ranges, small first."""
        start, size = 0, 1 + self.base.ncols() * 3 // 2
        while start < self.count:
            yield start, min(start + size, self.count)
            start, size = start + size, 2 * size

    def modular_pivots(self, prime: int, enough: int) -> list[int]:
        """Rows that are independent modulo `prime`: a maximal set, or the first `enough` of them."""
        width, entries = self.base.ncols(), self.base.entries()
        pivots, basis = [], []
        for start, stop in self.batches():
            used, flat = self.coefficients(start, stop)
            picked = nmod_mat(len(used), width, [x for i in used for x in entries[i * width : (i + 1) * width]], prime)
            block = nmod_mat(stop - start, len(used), flat, prime) * picked
            stacked = nmod_mat(len(pivots) + stop - start, width, basis + block.entries(), prime) if pivots else block
            chosen = modular_pivots(stacked.transpose(), prime)
            rows = [*pivots, *range(start, stop)]
            pivots = [rows[i] for i in chosen]
            if len(pivots) >= enough or stop == self.count:
                break
            lines = stacked.entries()
            basis = [x for i in chosen for x in lines[i * width : (i + 1) * width]]
        return pivots

    def _times(self, matrix: fmpz_mat, start: int, stop: int) -> list:
        """Entries of rows start..stop of coefficients . matrix, exactly."""
        used, flat = self.coefficients(start, stop)
        width = matrix.ncols()
        picked = fmpz_mat(len(used), width, [matrix[i, j] for i in used for j in range(width)])
        return (fmpz_mat(stop - start, len(used), flat) * picked).entries()

    def exact(self, numbers: list[int]) -> fmpz_mat:
        """The rows with these numbers, exactly."""
        return fmpz_mat(len(numbers), self.base.ncols(), [x for i in numbers for x in self._times(self.base, i, i + 1)])

    def annihilate(self, vectors) -> bool:
        """Whether the matrix times every one of `vectors` is exactly zero."""
        image = self.base * from_columns(vectors, self.base.ncols())
        return not any(image.entries()) or not any(any(self._times(image, a, b)) for a, b in self.batches())


def basis_free_rows(moves: Displacements, nu: int, order: int) -> Rows:
    """D_order = C_order . E T as rows of D_nu, order <= nu (Lemma padding)."""
    return named_rows(moves.derivative, tuple_classes(moves.labels, order), nu - order)


def named_rows(base: fmpz_mat, classes: TupleClasses, extra: int) -> Rows:
    """The rows of classes of tuples, named as those of tuples with `extra` repeats of their first neighbour."""

    def name(i):
        neighbours, places = classes.row_name(i)
        return (neighbours[0],) * extra + neighbours, tuple(place + extra for place in places)

    return Rows(base, len(classes.rows), classes.incidence, name)


def plain_rows(matrix: fmpz_mat) -> Rows:
    """A matrix as it is, its rows named by their numbers."""

    def coefficients(start, stop):
        size = stop - start
        return list(range(start, stop)), [int(i == j) for i in range(size) for j in range(size)]

    return Rows(matrix, matrix.nrows(), coefficients, lambda i: i)


@dataclass(frozen=True)
class RowClass:
    """A class of functions, by exact rows of which each of their Jacobians is a combination.

    Attributes
    ----------
    level : the step of the filtration that the null space of the rows is.
    rows : displacements -> matrices of rows; each has the rows of the one before it among its own, the last has all.
    nu : order of the invariants that the functions are made of; None where they are of no fixed order.
    """

    level: str
    rows: Callable[[Displacements], Iterable[Rows]]
    nu: int | None = None


def invariants_of_order(nu: int) -> RowClass:
    """All smooth functions of sums over nu-tuples: D_nu (Theorem 1), after D_2 that often has the rank already."""
    orders = range(min(nu, 2), nu + 1)
    return RowClass("incompleteness", lambda moves: (basis_free_rows(moves, nu, order) for order in orders), nu)
