"""Exact kernels and ranks of integer matrices (search side; the checker re-proves what is found here).

Law: a rank is bounded from below modulo a prime, from above by exact null vectors. Vectors are lists of integers.
"""

from math import gcd

from flint import fmpz_mat, nmod_mat


def modular_pivots(matrix: fmpz_mat | nmod_mat, prime: int) -> list[int]:
    """Indices of a maximal set of columns, first come first, that are independent modulo `prime`."""
    reduced, rank = (matrix if isinstance(matrix, nmod_mat) else nmod_mat(matrix, prime)).rref()
    pivots, column = [], 0
    for row in range(rank):
        while not reduced[row, column]:
            column += 1
        pivots.append(column)
        column += 1
    return pivots


def from_columns(vectors: list[list[int]], length: int) -> fmpz_mat:
    """The length x len(vectors) matrix with these columns."""
    return fmpz_mat(len(vectors), length, [entry for v in vectors for entry in v]).transpose()


def primitive(vector: list[int]) -> list[int]:
    """The shortest integer vector on the same line, first nonzero entry positive."""
    g = gcd(*vector) or 1
    sign = -1 if next((x for x in vector if x), 1) < 0 else 1
    return [sign * x // g for x in vector]


def independent(vectors: list[list[int]], length: int, primes) -> list[int]:
    """Indices of the first maximal linearly independent (over QQ) subset of `vectors`."""
    if not vectors or not length:
        return []
    matrix = from_columns(vectors, length)
    rank = matrix.rank()
    return next(pivots for pivots in (modular_pivots(matrix, p) for p in primes) if len(pivots) == rank)


def null_space(matrix: fmpz_mat) -> list[list[int]]:
    """A basis of the null space over QQ, as primitive integer vectors."""
    basis, nullity = matrix.nullspace()
    columns = basis.transpose().tolist()[:nullity]
    return [primitive([int(x) for x in column]) for column in columns]


def preimage(tie: fmpz_mat, vectors: list[list[int]]) -> list[list[int]]:
    """A basis of {u : tie u in span(vectors)}, for independent integer `vectors`."""
    width = tie.ncols()
    if not tie.nrows():
        return [[int(i == j) for i in range(width)] for j in range(width)]
    both = fmpz_mat([[*row, *(-v[i] for v in vectors)] for i, row in enumerate(tie.tolist())])
    return [primitive(v[:width]) for v in null_space(both)]
