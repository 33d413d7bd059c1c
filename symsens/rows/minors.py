"""The basis-free Jacobian of a one-parameter family for a given pattern, C E(t), and its minors as polynomials in t.

Law: equality of invariants is equality of polynomials, or of their remainders by a polynomial h, and then holds at all
roots of h (Lemma family). Ranks at a root of h are bounded from below at a place: a prime, and values of the generator
and of t modulo it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random

import numpy as np
from flint import fmpz_mat, nmod_mat, nmod_poly

from symsens.geometry.curves import Curve
from symsens.numbers.factors import interpolated
from symsens.numbers.field import Place
from symsens.numbers.kernel import matrix, modular_pivots
from symsens.numbers.polynomials import Polynomial
from symsens.rows.matrices import Rows, named_rows
from symsens.rows.tuples import TupleClasses, tuple_classes


@dataclass(frozen=True)
class Minor:
    """Rows and columns of C E(t), as a certificate names them.

    Attributes
    ----------
    rows : (tuple, component) of each.
    columns : numbers of displacements.
    pairs : how many pairs of neighbours the rows combine, all together.
    """

    rows: tuple
    columns: tuple[int, ...]
    pairs: int


def labels_modulo(curve: Curve, h: Polynomial | None = None) -> np.ndarray:
    """(n, n) integers, equal exactly for ordered pairs of equal (species, squares, dot product): as polynomials, or at
    the roots of an irreducible one."""
    gram = [[(f % h if h else f).coefficients for f in row] for row in curve.gram]
    shells, numbers = {}, {}
    shell = [shells.setdefault((z, gram[j][j]), len(shells)) for j, z in enumerate(curve.species)]
    for j, own in enumerate(shell):
        numbers.setdefault((own, own, gram[j][j]), own)
    labels = [
        [numbers.setdefault((shell[j], shell[k], x), len(numbers)) for k, x in enumerate(row)]
        for j, row in enumerate(gram)
    ]
    return np.array(labels, dtype=np.int64).reshape(len(shell), len(shell))


@dataclass(frozen=True, eq=False)
class Jacobian:
    """C E(t) of a curve, C the incidence of the classes of some labels.

    Attributes
    ----------
    curve, nu : the family and the order.
    labels : of ordered pairs of neighbours; see `labels_modulo`.
    """

    curve: Curve
    nu: int
    labels: np.ndarray

    @cached_property
    def classes(self) -> TupleClasses:
        """The classes of nu-tuples, with their incidence C."""
        return tuple_classes(self.labels, self.nu)

    def _derivative(self, lowered: Sequence) -> list:
        """The entries of E, row by row, from the values of M y."""
        n = len(lowered)
        entries = []
        for j in range(n):
            for k in range(j, n):
                row = [0] * (3 * n)
                for c in range(3):
                    row[3 * j + c] += lowered[k][c]
                    row[3 * k + c] += lowered[j][c]
                entries += row
        return entries

    def at(self, t: int) -> Rows:
        """At an integer."""
        values = [[f(t) for f in g] for g in self.curve.lowered]
        n = len(values)
        entries = self._derivative(values)
        rational = self.curve.field.degree == 1
        entries = list(map(int, entries)) if rational else entries
        return named_rows(matrix(n * (n + 1) // 2, 3 * n, entries), self.classes, 0)

    def residues(self, place: Place, t: int) -> nmod_mat:
        """Modulo a prime, at a value of t."""
        n = len(self.labels)
        values = [[residue(f, place, t) for f in g] for g in self.curve.lowered]
        E = nmod_mat(n * (n + 1) // 2, 3 * n, self._derivative(values), place.prime)
        count = len(self.classes.rows)
        C = nmod_mat(count, E.nrows(), self._dense, place.prime)
        return C * E

    def span(self, draw: Random) -> int:
        """The rank of the places of the neighbours for almost all t: from below, and almost certainly right."""
        place = next(iter(self.curve.field.places()))
        t = draw.randrange(place.prime)
        rows = [[residue(f, place, t) for f in y] for y in self.curve.numerators]
        return nmod_mat(rows, place.prime).rank() if rows else 0

    @cached_property
    def _dense(self) -> list[int]:
        """C, row by row."""
        classes, width = self.classes, len(self.labels) * (len(self.labels) + 1) // 2
        dense = np.zeros((len(classes.rows), width), dtype=np.int64)
        dense[np.repeat(np.arange(len(dense)), np.diff(classes.indptr)), classes.indices] = classes.counts
        return dense.ravel().tolist()

    def numbers_of_a_minor(self, place: Place, t: int, draw: Random) -> tuple[list[int], list[int]]:
        """Rows and columns of a largest minor that is not 0 modulo a prime at t, chosen by lot among many."""
        reduced = self.residues(place, t)
        rows = _drawn(reduced.transpose(), draw)
        picked = (
            nmod_mat([[int(reduced[i, j]) for j in range(reduced.ncols())] for i in rows], place.prime)
            if rows
            else None
        )
        return rows, _drawn(picked, draw) if rows else []

    def minor(self, rows: list[int], columns: list[int]) -> Minor:
        """By name."""
        lengths = np.diff(self.classes.indptr)
        return Minor(tuple(map(self.classes.row_name, rows)), tuple(columns), int(lengths[rows].sum()))

    def polynomial(self, rows: list[int], columns: list[int]) -> Polynomial:
        """The determinant of these rows and columns."""
        degree = max(f.degree for g in self.curve.lowered for f in g)

        def value(t):
            return determinant(self.at(t).exact(rows), columns)

        return interpolated(self.curve.field, value, len(rows) * max(degree, 0))


def _drawn(reduced: nmod_mat, draw: Random) -> list[int]:
    """A maximal independent set of columns, chosen by lot, in ascending order."""
    order = list(range(reduced.ncols()))
    draw.shuffle(order)
    entries = [[int(reduced[i, j]) for j in order] for i in range(reduced.nrows())]
    return sorted(order[i] for i in modular_pivots(nmod_mat(entries, reduced.modulus())))


def residue(f: Polynomial, place: Place, t: int) -> int:
    """The value of a polynomial with integral coefficients at t, modulo a prime."""
    total = 0
    for c in reversed(f.coefficients):
        total = (total * t + place.residue(c)) % place.prime
    return total


def roots_modulo(h: Polynomial, place: Place) -> list[int]:
    """The simple roots of a primitive polynomial modulo a prime, in ascending order."""
    factors = nmod_poly([place.residue(c) for c in h.coefficients], place.prime).factor()[1]
    return sorted(-int(f[0]) % place.prime for f, power in factors if f.degree() == 1 and power == 1)


def determinant(rows, columns: Sequence[int]):
    """Of some columns of a square number of rows, exactly."""
    size, width = rows.nrows(), rows.ncols()
    entries = rows.entries()
    table = [[entries[i * width + j] for j in columns] for i in range(size)]
    if isinstance(rows, fmpz_mat):
        return int(fmpz_mat(table).det()) if size else 1
    total = 1
    while table:
        lead = next((row for row in table if row[0]), None)
        if lead is None:
            return 0
        i = table.index(lead)
        total = total * lead[0] * (-1) ** i
        unit = lead[0].inverse()
        table = [[y - row[0] * unit * x for x, y in zip(lead[1:], row[1:])] for k, row in enumerate(table) if k != i]
    return total
