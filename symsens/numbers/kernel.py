"""Exact kernels and ranks of integer matrices (search side; the checker re-proves what is found here).

Law: a rank is bounded from below modulo a prime, from above by exact null vectors; vectors are lists of Python
integers.
"""

from math import gcd, lcm

from flint import fmpq_mat, fmpz_mat, nmod_mat


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


def null_space(matrix: fmpz_mat, prime: int) -> list[list[int]] | None:
    """Integer null vectors of a `matrix` of full row rank, one per non-pivot column; None if the rank is less modulo
    `prime`."""
    n, pivots = matrix.ncols(), modular_pivots(matrix, prime)
    if len(pivots) < matrix.nrows():
        return None
    free = sorted(set(range(n)) - set(pivots))
    if not pivots or not free:
        return [[int(i == j) for i in range(n)] for j in free]
    rows = matrix.tolist()
    left = fmpq_mat(fmpz_mat([[row[j] for j in pivots] for row in rows]))
    solution = left.solve(fmpq_mat(fmpz_mat([[-row[j] for j in free] for row in rows])))
    vectors = []
    for i, j in enumerate(free):
        entries = [solution[r, i] for r in range(len(pivots))]
        common = lcm(*(int(e.q) for e in entries))
        vector = [0] * n
        vector[j] = common
        for column, e in zip(pivots, entries):
            vector[column] = int(e.p) * (common // int(e.q))
        vectors.append(primitive(vector))
    return vectors


def preimage(tie: fmpz_mat, vectors: list[list[int]], primes) -> list[list[int]]:
    """A basis of {u : tie u in span(vectors)}, for independent integer `vectors`."""
    width = tie.ncols()
    if not tie.nrows():
        return [[int(i == j) for i in range(width)] for j in range(width)]
    matrix = fmpz_mat([[*row, *(-v[i] for v in vectors)] for i, row in enumerate(tie.tolist())])
    rank, table = matrix.rank(), matrix.tolist()
    for p in primes:
        pivot_rows = modular_pivots(matrix.transpose(), p)
        full = fmpz_mat(len(pivot_rows), matrix.ncols(), [entry for i in pivot_rows for entry in table[i]])
        solution = null_space(full, p) if len(pivot_rows) == rank else None
        if solution is not None:
            return [primitive(v[:width]) for v in solution]
    return None
