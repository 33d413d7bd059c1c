"""Exact kernels and ranks of integral matrices (search side; the checker re-proves what is found here).

A matrix over QQ is FLINT's. One over a number field of degree d is d of them, the coefficients of the powers of the
generator (`FieldMatrix`); its kernel is that of the rational matrix of d x d blocks that multiply by its entries, whose
rank is d times its own (Lemma blocks). Vectors are lists of integers, or of integral elements.

Law: a rank is bounded from below modulo a prime, from above by exact null vectors.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd

from flint import fmpz_mat, nmod_mat

from symsens.numbers.field import Place, clear_denominators
from symsens.numbers.number_field import Algebraic, NumberField


@dataclass(frozen=True, eq=False)
class FieldMatrix:
    """A matrix over a number field with integral entries: the sum of parts[i] a^i, a its generator."""

    field: NumberField
    parts: tuple[fmpz_mat, ...]

    def nrows(self) -> int:
        """The number of rows."""
        return self.parts[0].nrows()

    def ncols(self) -> int:
        """The number of columns."""
        return self.parts[0].ncols()

    def entries(self) -> list[Algebraic]:
        """Row by row."""
        flat = zip(*(part.entries() for part in self.parts))
        return [Algebraic(self.field, tuple(map(int, entry)), 1) for entry in flat]

    def transpose(self) -> "FieldMatrix":
        """Rows as columns."""
        return FieldMatrix(self.field, tuple(part.transpose() for part in self.parts))

    def __mul__(self, other: "Matrix") -> "Matrix":
        return multiply(self, other)

    def blocks(self) -> fmpz_mat:
        """The rational matrix of multiplications: d columns for each column, the coefficients of its unknown."""
        d, rows, columns = self.field.degree, self.nrows(), self.ncols()
        generator = self.field.element([0, 1])
        images, power = [], self  # the matrix times a^i
        for _ in range(d):
            images.append([part.tolist() for part in power.parts])
            power = scaled(power, generator)
        flat = [images[i][k][r][c] for r in range(rows) for k in range(d) for c in range(columns) for i in range(d)]
        return fmpz_mat(rows * d, columns * d, flat)

    def rank(self) -> int:
        """Over the field."""
        return self.blocks().rank() // self.field.degree


Matrix = fmpz_mat | FieldMatrix


def matrix(rows: int, columns: int, entries: Sequence) -> Matrix:
    """The matrix with these entries, row by row: integers, or integral elements of a number field among them."""
    if Algebraic not in set(map(type, entries)):
        return fmpz_mat(rows, columns, entries)
    field = next(x.field for x in entries if isinstance(x, Algebraic))
    zero = (0,) * (field.degree - 1)
    table = [x.numerators if isinstance(x, Algebraic) else (int(x), *zero) for x in entries]
    return FieldMatrix(field, tuple(fmpz_mat(rows, columns, list(part)) for part in zip(*table)))


def multiply(a: Matrix, b: Matrix) -> Matrix:
    """a b."""
    if isinstance(a, fmpz_mat):
        return a * b if isinstance(b, fmpz_mat) else FieldMatrix(b.field, tuple(a * part for part in b.parts))
    if isinstance(b, fmpz_mat):
        return FieldMatrix(a.field, tuple(part * b for part in a.parts))
    d = a.field.degree
    full = [fmpz_mat(a.nrows(), b.ncols()) for _ in range(2 * d - 1)]
    for i, x in enumerate(a.parts):
        for j, y in enumerate(b.parts):
            full[i + j] = full[i + j] + x * y
    return _lowered(a.field, full)


def scaled(a: FieldMatrix, factor: Algebraic) -> FieldMatrix:
    """a times an integral element."""
    d = a.field.degree
    full = [fmpz_mat(a.nrows(), a.ncols()) for _ in range(2 * d - 1)]
    for i, part in enumerate(a.parts):
        for j, c in enumerate(factor.numerators):
            if c:
                full[i + j] = full[i + j] + part * c
    return _lowered(a.field, full)


def _lowered(field: NumberField, full: list[fmpz_mat]) -> FieldMatrix:
    """Powers of the generator beyond d - 1 written by lower ones."""
    parts = full[: field.degree]
    for top, row in zip(full[field.degree :], field.powers):
        parts = [part + top * c if c else part for part, c in zip(parts, row)]
    return FieldMatrix(field, tuple(parts))


def stacked(above: Matrix, below: Matrix) -> Matrix:
    """Two matrices of the same width, one above the other."""
    return matrix(above.nrows() + below.nrows(), above.ncols(), [*above.entries(), *below.entries()])


def residues(a: Matrix, place: Place) -> nmod_mat:
    """The matrix modulo a prime."""
    if isinstance(a, fmpz_mat):
        return nmod_mat(a, place.prime)
    total = nmod_mat(a.parts[-1], place.prime)
    for part in a.parts[-2::-1]:
        total = total * place.root + nmod_mat(part, place.prime)
    return total


def modular_pivots(reduced: nmod_mat) -> list[int]:
    """Indices of a maximal set of columns, first come first, that are independent modulo the prime."""
    echelon, rank = reduced.rref()
    pivots, column = [], 0
    for row in range(rank):
        while not echelon[row, column]:
            column += 1
        pivots.append(column)
        column += 1
    return pivots


def picked(a: Matrix, rows: list[int]) -> Matrix:
    """These rows of a matrix."""
    if isinstance(a, FieldMatrix):
        return FieldMatrix(a.field, tuple(picked(part, rows) for part in a.parts))
    width = a.ncols()
    return fmpz_mat(len(rows), width, [a[i, j] for i in rows for j in range(width)])


def lines_of(a: Matrix) -> list[list]:
    """The rows of a matrix, as integers of Python or elements of the field."""
    width, flat = a.ncols(), [x if isinstance(x, Algebraic) else int(x) for x in a.entries()]
    return [flat[i : i + width] for i in range(0, len(flat), width)]


def from_columns(vectors: list[list], length: int) -> Matrix:
    """The length x len(vectors) matrix with these columns."""
    return matrix(len(vectors), length, [entry for v in vectors for entry in v]).transpose()


def primitive(vector: list) -> list:
    """The shortest integral vector on the same line through rational factors, first nonzero entry positive."""
    (whole,), _ = clear_denominators([vector])
    g = gcd(*(c for x in whole for c in getattr(x, "numerators", (x,)))) or 1
    sign = -1 if next((x for x in whole if x), 1) < 0 else 1
    shorter = lambda x: Algebraic(x.field, tuple(sign * c // g for c in x.numerators), 1)
    return [shorter(x) if isinstance(x, Algebraic) else sign * x // g for x in whole]


def independent(vectors: list[list], length: int, field) -> list[int]:
    """Indices of the first maximal linearly independent subset of `vectors`, over the field."""
    if not vectors or not length:
        return []
    columns = from_columns(vectors, length)
    found = (modular_pivots(residues(columns, place)) for place in field.places())
    first = next(found)
    if len(first) == min(len(vectors), length):  # the rank is no smaller than this, and can be no larger
        return first
    rank = columns.rank()
    return first if len(first) == rank else next(pivots for pivots in found if len(pivots) == rank)


def null_space(a: Matrix) -> list[list]:
    """A basis of the null space over the field, as primitive integral vectors."""
    if isinstance(a, fmpz_mat):
        basis, nullity = a.nullspace()
        return [primitive([int(x) for x in column]) for column in basis.transpose().tolist()[:nullity]]
    d, field = a.field.degree, a.field
    basis, nullity = a.blocks().nullspace()
    columns = [[int(x) for x in column] for column in basis.transpose().tolist()[:nullity]]
    vectors = [[Algebraic(field, tuple(v[i : i + d]), 1) for i in range(0, len(v), d)] for v in columns]
    # each vector stands here with its multiples by powers of the generator, or combinations of these
    return [primitive(vectors[i]) for i in independent(vectors, a.ncols(), field)]


def row_basis(rows: Matrix, field) -> Matrix:
    """Rows of a matrix that span all of them: independent modulo a prime, and all others combinations of them."""
    for place in field.places():
        basis = picked(rows, modular_pivots(residues(rows.transpose(), place)))
        null = null_space(basis)
        if not null or not any(multiply(rows, from_columns(null, rows.ncols())).entries()):
            return basis
    raise AssertionError("unreachable: there is always another prime")


def preimage(tie: fmpz_mat, vectors: list[list]) -> list[list]:
    """A basis of {u : tie u in span(vectors)}, for independent integral `vectors`."""
    width = tie.ncols()
    if not tie.nrows():
        return [[int(i == j) for i in range(width)] for j in range(width)]
    rows = [[*map(int, row), *(-v[i] for v in vectors)] for i, row in enumerate(tie.tolist())]
    both = matrix(len(rows), width + len(vectors), [x for row in rows for x in row])
    return [primitive(v[:width]) for v in null_space(both)]
