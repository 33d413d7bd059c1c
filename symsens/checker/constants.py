"""Constant matrices that closed forms name, enclosed: the inverse root of one, and the product of an inverse and a
Cholesky factor.

Law: a matrix is symmetric, given by its upper triangle; the lower one must agree with it as far as intervals can tell.

Lemma root: ||S^(-1/2) - B|| <= (1/2) (2 ||B||^2)^(3/2) ||B^-1||^2 e for e = ||B S B - I|| < 1/2, S and B positive
definite (Bhatia, Matrix Analysis, X.3.8: -x^(-1/2) is operator monotone).
"""

from mpmath import mp, workprec

from symsens.checker.refusals import Refuted


def enclose(evaluator, constant):
    """The matrix that a constant of a certificate stands for: S^(-1/2), or left^-1 L with L L^T = S."""
    left, matrix = ([[evaluator.at(x, None).value for x in row] for row in constant[key] or ()] for key in KEYS)
    evaluator.spend(20 * len(matrix) ** 3)
    matrix = symmetric(matrix)
    if left:
        return solve(left, cholesky(evaluator.iv, matrix))
    return inverse_root(evaluator, matrix)


KEYS = ("left", "matrix")


def symmetric(matrix):
    """The symmetric matrix with this upper triangle, or `Refuted` where the lower one is another."""
    for i, row in enumerate(matrix):
        for j in range(i):
            here, there = row[j], matrix[j][i]
            if here.b < there.a or there.b < here.a:
                raise Refuted("a constant matrix is not symmetric")
    n = len(matrix)
    return [[matrix[min(i, j)][max(i, j)] for j in range(n)] for i in range(n)]


def product_of(iv, one, other):
    """The product of two square matrices."""
    n = len(one)
    return [[sum((one[i][k] * other[k][j] for k in range(n)), iv.mpf(0)) for j in range(n)] for i in range(n)]


def less_unit(matrix):
    """matrix - 1."""
    return [[x - int(i == j) for j, x in enumerate(row)] for i, row in enumerate(matrix)]


def norm(iv, matrix):
    """A bound of ||matrix||_inf, and so of ||matrix||_2 where it is symmetric."""
    return max(sum((abs(x) for x in row), iv.mpf(0)).b for row in matrix)


def approximate_roots(iv, bits, matrix):
    """Approximations of S^(-1/2) and S^(1/2), exactly symmetric; nothing is claimed of them."""
    n = len(matrix)
    with workprec(bits):
        middle = mp.matrix(n, n)
        for i in range(n):
            for j in range(n):
                middle[i, j] = mp.mpf(matrix[i][j].mid)
        try:
            values, vectors = mp.eigsy(middle)
        except (ArithmeticError, RuntimeError, ValueError):
            raise Refuted("the inverse root of a constant matrix could not be enclosed") from None
        if not min(values) > 0:
            raise Refuted("a constant matrix is not positive definite")
        roots = []
        for power in (-0.5, 0.5):
            root = vectors * mp.diag([v**power for v in values]) * vectors.T
            roots.append([[iv.mpf(root[min(i, j), max(i, j)]) for j in range(n)] for i in range(n)])
    return roots


def inverse_root(evaluator, matrix):
    """Intervals for S^(-1/2), S symmetric positive definite (Lemma root)."""
    iv = evaluator.iv
    b, c = approximate_roots(iv, evaluator.bits, matrix)
    # B^-1 = C (I - E)^-1 with E = I - B C, so ||B^-1|| <= ||C|| / (1 - ||E||)
    e = iv.mpf(norm(iv, less_unit(product_of(iv, b, c))))
    defect = iv.mpf(norm(iv, less_unit(product_of(iv, product_of(iv, b, matrix), b))))
    if not (e.b < 1 and defect.b < iv.mpf(0.5)):
        raise Refuted("the inverse root of a constant matrix could not be enclosed")
    inverse = iv.mpf(norm(iv, c)) / (1 - e)
    cholesky(iv, b)  # B > 0
    largest = 2 * iv.mpf(norm(iv, b)) ** 2
    delta = (iv.sqrt(largest) ** 3 * inverse**2 * defect / 2).b
    return [[x + iv.mpf([-delta, delta]) for x in row] for row in b]


def cholesky(iv, matrix):
    """L, lower triangular, L L^T = S for every symmetric S in the intervals: a positive pivot proves S > 0."""
    n = len(matrix)
    lower = [[iv.mpf(0)] * n for _ in range(n)]
    for i in range(n):
        for j in range(i):
            rest = matrix[i][j] - sum((lower[i][k] * lower[j][k] for k in range(j)), iv.mpf(0))
            lower[i][j] = rest / lower[j][j]
        pivot = matrix[i][i] - sum((lower[i][k] ** 2 for k in range(i)), iv.mpf(0))
        if not pivot.a > 0:
            raise Refuted("a constant matrix is not proved to be positive definite")
        lower[i][i] = iv.sqrt(pivot)
    return lower


def solve(left, right):
    """left^-1 right by elimination in intervals, the largest pivot first."""
    n, rows = len(left), [[*a, *b] for a, b in zip(left, right)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(mp.mpf(rows[r][i].mid)))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        if not (rows[i][i].a > 0 or rows[i][i].b < 0):
            raise Refuted("a constant matrix is not proved to be regular")
        rows[i] = [x / rows[i][i] for x in rows[i]]
        for r in range(n):
            if r != i:
                rows[r] = [x - rows[r][i] * y for x, y in zip(rows[r], rows[i])]
    return [row[n:] for row in rows]
