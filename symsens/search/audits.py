"""Evidence about a package's Jacobian: how far it is from the exact one, and what it makes of null vectors.

Law: the numbers returned are wider than what the evidence proves by far more than float64 can err; nobody believes
them.
"""

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from math import gcd

import numpy as np
from flint import arb, arb_mat, ctx

from symsens.descriptors.base import Descriptor
from symsens.errors import UndecidedError
from symsens.forms.jacobian import ball_jacobian
from symsens.geometry.displacements import Displacements
from symsens.numbers.refinement import fraction, refine
from symsens.rows.evidence import AuditEvidence

SPARE_BITS = 160  # beyond the largest numbers
WEAK = 1e-5  # of the largest singular value: columns below are not told apart
DIGITS = 53  # bits of float64
Columns = tuple[tuple[int, ...], ...]
MARGIN = Decimal("1E-4")  # by which the numbers are wider
NOTHING = Decimal("1E-25")  # a quotient below is not bounded from below


def audit_evidence(
    moves: Displacements, descriptor: Descriptor, matrix: np.ndarray, null: Sequence[Sequence[int]]
) -> AuditEvidence:
    """Error, noise floor and leak of a matrix of floats, and the directions that prove them.

    Parameters
    ----------
    moves : of an environment whose metric is the identity.
    matrix : (features, displacements), held against J; not zero, and neither is J.
    null : exact null vectors of J, independent, at least one (all atoms move: translations).

    Raises
    ------
    UndecidedError
        Something is not finite in float64.
    """
    null = [[x // gcd(*vector) for x in vector] for vector in null]
    bits = SPARE_BITS + 2 * max((abs(x).bit_length() for vector in null for x in vector), default=0)
    with ctx.workprec(4 * bits):
        exact = ball_jacobian(moves, descriptor, 4 * bits)
        apart = arb_mat(matrix.tolist()) - exact
        basis = _orthonormal(null)
        hidden = _floats(apart * (arb_mat(list(map(list, null))).transpose() * basis))
        scale = _norm(matrix)
        rank, turn = _directions(hidden, bits, scale)
        norms = {
            "jacobian": _directions(_floats(exact), bits),
            "matrix": _directions(matrix, bits),
            "difference": _directions(_floats(apart), bits, scale),
            "hidden": (rank, _turned(basis, turn, bits)),
        }
        largest = [max(abs(x).mid() for x in m.entries()) for m in (apart, exact)]
        quotients = {
            "error": float(largest[0] / largest[1]),
            "noise": _norm(_floats(apart)) / _norm(_floats(exact)),
            "leak": _norm(hidden) / scale,
        }
    ends = {name: _around(x) for name, x in quotients.items()}
    return AuditEvidence(bits, norms, ends)


def _floats(matrix: arb_mat) -> np.ndarray:
    found = np.array([[float(x) for x in row] for row in matrix.tolist()]).reshape(matrix.nrows(), matrix.ncols())
    if not np.isfinite(found).all():
        raise UndecidedError("an entry of the Jacobian, or of its error, is not finite in float64")
    return found


def _norm(matrix: np.ndarray) -> float:
    return float(np.linalg.norm(matrix, 2)) if matrix.size else 0.0


def _directions(matrix: np.ndarray, bits: int, scale: float = 0.0) -> tuple[int, Columns]:
    """Right singular vectors, as columns of integers over 2^bits, and how many of them are told apart; none where the
    matrix is nothing, beside one of this norm."""
    _, values, rows = np.linalg.svd(matrix, full_matrices=True)
    least = max(WEAK * max(values, default=0.0), 2 * float(NOTHING) * scale)
    columns = tuple(tuple(round(Fraction(x) * 2**bits) for x in row) for row in rows.tolist())
    return int((values > least).sum()), columns


def _orthonormal(null: Sequence[Sequence[int]]) -> arb_mat:
    """T with N T orthonormal, nearly, N the null vectors as columns."""
    vectors = arb_mat([list(vector) for vector in null])
    basis, squares = refine((vectors * vectors.transpose()).mid(), None, len(null), 2 * DIGITS)
    return arb_mat([[x / square.sqrt() for x, square in zip(row, squares)] for row in basis.tolist()])


def _turned(basis: arb_mat, turn: Columns, bits: int) -> Columns:
    """The combinations of null vectors that the columns of a turned orthonormal basis are."""
    unit = arb(2) ** -bits
    turned = basis * arb_mat([[x * unit for x in row] for row in turn]).transpose()
    columns = [[round(fraction(x.mid()) * 2**bits) for x in column] for column in turned.transpose().tolist()]
    return tuple(map(tuple, columns))


def _around(x: float) -> tuple[str, str]:
    """Decimals of four digits, well below and well above a positive number."""
    number = Decimal(x)
    if number < NOTHING:
        return "0", str(4 * NOTHING)
    low = Context(prec=4, rounding=ROUND_FLOOR).multiply(number, 1 - MARGIN)
    return str(low), str(Context(prec=4, rounding=ROUND_CEILING).multiply(number, 1 + MARGIN))
