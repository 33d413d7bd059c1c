"""Exact linear algebra of three-dimensional frames: vectors are triples, matrices rows of triples, entries exact.

Law: nothing here divides except by a determinant, and nothing knows an atom.
"""

from fractions import Fraction

from symsens.errors import InputError
from symsens.numbers.field import quotient

IDENTITY = tuple(tuple(Fraction(int(i == j)) for j in range(3)) for i in range(3))


def dot(a, b):
    """sum a_i b_i, without a metric."""
    return sum(x * y for x, y in zip(a, b))


def cross(a, b):
    """The covector a x b."""
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def apply(matrix, vector):
    """Matrix times vector."""
    return tuple(dot(row, vector) for row in matrix)


def multiply(a, b):
    """Matrix times matrix."""
    return [[dot(row, column) for column in zip(*b)] for row in a]


def shift(y, vectors, counts):
    """y + sum of counts_i vectors_i."""
    return tuple(c + sum(k * a[i] for k, a in zip(counts, vectors)) for i, c in enumerate(y))


def determinant(m):
    """Of a square matrix of at most 3 x 3, by cofactors; 1 for the empty one."""
    if len(m) < 2:
        return m[0][0] if m else 1
    return sum((-1) ** j * m[0][j] * determinant([[*row[:j], *row[j + 1 :]] for row in m[1:]]) for j in range(len(m)))


def cofactors(m):
    """(adjugate, determinant) of a matrix of at most 3 x 3: their quotient is the inverse; nothing is divided."""
    size = range(len(m))

    def minor(i, j):
        return [[*row[:j], *row[j + 1 :]] for k, row in enumerate(m) if k != i]

    return [[(-1) ** (i + j) * determinant(minor(j, i)) for j in size] for i in size], determinant(m)


def inverse(m):
    """Of a regular matrix of at most 3 x 3, by cofactors."""
    adjugate, d = cofactors(m)
    return [[quotient(x, d) for x in row] for row in adjugate]


def check_metric(metric):
    """Raise `InputError` unless `metric` is symmetric and positive definite (Sylvester's criterion)."""
    if (
        len(metric) != 3
        or any(len(row) != 3 for row in metric)
        or any(metric[i][j] != metric[j][i] for i in range(3) for j in range(3))
    ):
        raise InputError("the metric is not a symmetric 3 x 3 matrix: give M = B^T B")
    if not all(determinant([row[:k] for row in metric[:k]]) > 0 for k in (1, 2, 3)):
        raise InputError("the metric is not positive definite: give M = B^T B of a regular frame B")
