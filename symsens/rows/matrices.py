"""Exact matrices whose rows are made only when they are needed, and the classes of functions that they stand for.

Law: every row has a name by which a certificate cites it; ranks come from below modulo a prime, zeros are exact.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flint import fmpz_mat, nmod_mat

from symsens.geometry.displacements import Displacements
from symsens.numbers.field import Place
from symsens.numbers.kernel import Matrix, from_columns, matrix, modular_pivots, multiply, picked, residues
from symsens.rows.patterns import is_without_gap
from symsens.rows.tuples import TupleClasses, tuple_classes


@dataclass(frozen=True)
class Rows:
    """The matrix coefficients . base, with a name for each row.

    Attributes
    ----------
    base : exact integral matrix over the displacements.
    count : number of rows.
    coefficients : (start, stop) -> the rows of `base` that these rows combine, and the integral numbers to do so,
        flattened.
    name : row number -> how a certificate cites it.
    """

    base: Matrix
    count: int
    coefficients: Callable[[int, int], tuple[list[int], list[int]]]
    name: Callable[[int], tuple]

    def batches(self):
        """Consecutive row ranges, small first."""
        start, size = 0, 1 + self.base.ncols() * 3 // 2
        while start < self.count:
            yield start, min(start + size, self.count)
            start, size = start + size, 2 * size

    def modular_pivots(self, place: Place, enough: int) -> list[int]:
        """Rows that are independent modulo a prime: a maximal set, or the first `enough` of them."""
        width, prime = self.base.ncols(), place.prime
        rational = isinstance(self.base, fmpz_mat)
        entries = (self.base if rational else residues(self.base, place)).entries()
        pivots, basis = [], []
        for start, stop in self.batches():
            used, flat = self.coefficients(start, stop)
            flat = flat if rational else [place.residue(x) for x in flat]
            needed = [x for i in used for x in entries[i * width : (i + 1) * width]]
            block = nmod_mat(stop - start, len(used), flat, prime) * nmod_mat(len(used), width, needed, prime)
            stacked = nmod_mat(len(pivots) + stop - start, width, basis + block.entries(), prime) if pivots else block
            chosen = modular_pivots(stacked.transpose())
            rows = [*pivots, *range(start, stop)]
            pivots = [rows[i] for i in chosen]
            if len(pivots) >= enough or stop == self.count:
                break
            lines = stacked.entries()
            basis = [x for i in chosen for x in lines[i * width : (i + 1) * width]]
        return pivots

    def _times(self, right: Matrix, start: int, stop: int) -> list:
        """Entries of rows start..stop of coefficients . right, exactly."""
        used, flat = self.coefficients(start, stop)
        return multiply(matrix(stop - start, len(used), flat), picked(right, used)).entries()

    def exact(self, numbers: list[int]) -> Matrix:
        """The rows with these numbers, exactly."""
        return matrix(len(numbers), self.base.ncols(), [x for i in numbers for x in self._times(self.base, i, i + 1)])

    def annihilate(self, vectors) -> bool:
        """Whether the matrix times every one of `vectors` is exactly zero."""
        image = multiply(self.base, from_columns(vectors, self.base.ncols()))
        return not any(image.entries()) or not any(any(self._times(image, a, b)) for a, b in self.batches())


def basis_free_rows(moves: Displacements, nu: int, order: int) -> Rows:
    """D_order = C_order . E T as rows of D_nu, order <= nu (Lemma padding)."""
    return named_rows(moves.derivative, tuple_classes(moves.labels, order), nu - order)


def named_rows(base: Matrix, classes: TupleClasses, extra: int) -> Rows:
    """The rows of classes of tuples, named as those of tuples with `extra` repeats of their first neighbour."""

    def name(i):
        neighbours, places = classes.row_name(i)
        return (neighbours[0],) * extra + neighbours, tuple(place + extra for place in places)

    return Rows(base, len(classes.rows), classes.incidence, name)


def plain_rows(whole: Matrix) -> Rows:
    """A matrix as it is, its rows named by their numbers."""

    def coefficients(start, stop):
        size = stop - start
        return list(range(start, stop)), [int(i == j) for i in range(size) for j in range(size)]

    return Rows(whole, whole.nrows(), coefficients, lambda i: i)


def never(moves: Displacements) -> bool:
    """Whether something is known without the rows: no."""
    return False


@dataclass(frozen=True)
class RowClass:
    """A class of functions, by exact rows of which each of their Jacobians is a combination.

    Attributes
    ----------
    level : the step of the filtration that the null space of the rows is.
    rows : displacements -> matrices of rows; each has the rows of the one before it among its own, the last has all.
    nu : order of the invariants that the functions are made of; None where they are of no fixed order.
    settled : displacements -> whether it is known without the rows that they see all that symmetry does not hide.
    """

    level: str
    rows: Callable[[Displacements], Iterable[Rows]]
    nu: int | None = None
    settled: Callable[[Displacements], bool] = never


def invariants_of_order(nu: int) -> RowClass:
    """All smooth functions of sums over nu-tuples: D_nu (Theorem 1), after D_2 that often has the rank already."""

    def rows(moves: Displacements) -> Iterable[Rows]:
        return (basis_free_rows(moves, nu, order) for order in range(min(nu, 2), nu + 1))

    return RowClass("incompleteness", rows, nu, is_without_gap if nu > 1 else never)
