"""Ranks proved from below, by a block of the matrix and an approximate inverse of it (Lemma inverse).

Law: pivots and inverse are a search; what they are claimed to prove holds for every matrix in the enclosure given.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

import flint
import numpy as np
import scipy.linalg
from flint import arb, arb_mat

from symsens.errors import UndecidedError
from symsens.numbers.midrad import MidRad, up_sum
from symsens.numbers.refinement import fraction, identity, precisions, refine
from symsens.numbers.singular_values import check_rank


@dataclass(frozen=True)
class RankProof:
    """Evidence that J has rank at least ``rank``: ||I - W J[rows, columns]||_inf <= bound < 1, all exact rationals.

    W J[rows, columns] is then invertible, so these columns are independent. Re-check it with any other arithmetic.
    """

    rank: int
    rows: tuple
    columns: tuple
    W: tuple
    bound: Fraction


NO_RANK = RankProof(0, (), (), (), Fraction(0))


def prove_rank_at_least(A, r):
    """Prove in float64 that every matrix in the `MidRad` A has rank >= r, by r pivot rows and columns and an inverse.

    The pivots are a search; the a-priori enclosure of I - W A[rows, columns] decides. Returns a `RankProof`. Raises
    `UndecidedError` with the bound reached when it is not below 1, `InputError` when r is impossible.
    """
    check_rank(r, A.shape)
    if r == 0:
        return NO_RANK
    try:
        U, _, Vt = np.linalg.svd(A.mid, full_matrices=False)
        rows, columns = _pivots(U[:, :r]), _pivots(Vt[:r].T)
        block = A[np.ix_(rows, columns)]
        W = MidRad.from_floats(np.linalg.inv(block.mid))
    except np.linalg.LinAlgError as error:
        raise UndecidedError(f"rank >= {r} not proved in float64 ({error}): use prove_rank_at_least_arb") from None
    defect = MidRad.from_floats(np.eye(r)) - W @ block
    bound = max(up_sum(*np.abs(mid).tolist(), *rad.tolist()) for mid, rad in zip(defect.mid, defect.rad))
    if not bound < 1:
        raise UndecidedError(
            f"rank >= {r} not proved in float64: ||I - W J|| <= {bound:.3g} where < 1 is needed; "
            "use prove_rank_at_least_arb"
        )
    return RankProof(r, rows, columns, tuple(tuple(map(Fraction, row)) for row in W.mid.tolist()), Fraction(bound))


def _pivots(Q):
    """As many rows of Q as it has columns (orthonormal), well-conditioned, by pivoted QR.

    Of singular vectors, these are good pivots of the matrix itself, and float64 sees them however small sigma_r is.
    """
    return tuple(int(i) for i in scipy.linalg.qr(Q.T, mode="r", pivoting=True)[1][: Q.shape[1]])


def prove_rank_at_least_arb(A_at, r, max_bits=4096):
    """`prove_rank_at_least` in ball arithmetic, precision doubled up to ``max_bits``; A_at as for the enclosures.

    The pivots come from singular vectors refined as for the enclosures. Raises as `prove_rank_at_least` does.
    """
    bound = math.inf
    for bits in precisions(128, max_bits):
        with flint.ctx.workprec(bits):
            A = A_at(bits)
            check_rank(r, (A.nrows(), A.ncols()))
            if r == 0:
                return NO_RANK
            try:
                V, squares = refine((A.transpose() * A).mid(), None, r, 20)
                V = arb_mat([row[:r] for row in V.tolist()])
                U = [[x / square.sqrt() for x, square in zip(row, squares)] for row in (A * V).tolist()]
                rows, columns = _pivots(MidRad.from_arb(U).mid), _pivots(MidRad.from_arb(V).mid)
                block = arb_mat([[A[i, j] for j in columns] for i in rows])
                W = block.mid().inv().mid()
            except (ZeroDivisionError, UndecidedError):  # singular, or not finite, at this precision
                continue
            sums = [sum(abs(x) for x in row).upper() for row in (identity(r) - W * block).tolist()]
            if all(x < 1 for x in sums):
                exact = tuple(tuple(fraction(x) for x in row) for row in W.tolist())
                return RankProof(r, rows, columns, exact, max(fraction(x) for x in sums))
            bound = min(bound, max(float(x) for x in sums))
    raise UndecidedError(
        f"rank >= {r} not proved within {max_bits} bits: ||I - W J|| <= {bound:.3g} where < 1 is "
        "needed; raise max_bits, or the rank is smaller"
    )


def rank_by_elimination(matrix: np.ndarray, enough: int) -> int:
    """Steps of Gaussian elimination in balls, the largest pivot first, until none is proved nonzero: a lower bound.

    Parameters
    ----------
    matrix : object array of `flint.arb`; runs at the precision of the context.
    enough : stop at this rank.
    """
    for rank in range(enough):
        sizes = np.array([[_log_size(x) for x in row] for row in matrix.tolist()]).reshape(matrix.shape)
        if not sizes.size or sizes.max() == -np.inf:
            return rank
        i, j = np.unravel_index(np.argmax(sizes), sizes.shape)
        row, column = matrix[i] / matrix[i, j], np.delete(matrix[:, j], i)
        matrix = np.delete(np.delete(matrix, i, 0) - np.outer(column, row), j, 1)
    return enough


def _log_size(x: arb) -> float:
    size = x.abs_lower()
    return float(size.log()) if size > 0 else -math.inf
