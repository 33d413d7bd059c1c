"""Exact objects as floating-point Cartesian ones: positions, `ase.Atoms`, orthonormal displacements.

Law: what is exact stays so up to one rounding of each number, to the nearest or next-nearest float64.
"""

from fractions import Fraction
from math import floor, sqrt

import numpy as np
from flint import fmpz_mat

from symsens.geometry.environment import Environment, Structure
from symsens.numbers.metric import dot
from symsens.numbers.number_field import Algebraic

KEPT_BITS = 512


def to_cartesian(metric, vectors) -> np.ndarray:
    """Cartesian floats B y of exact frame vectors y, with M = B^T B and B upper triangular: each within a few ulps."""
    # M = L diag(d) L^T with exact L, so that L^T y is exact, and only sqrt(d) and one product are rounded.
    lower = [[Fraction(int(i == j)) for j in range(3)] for i in range(3)]
    pivots = []
    for j in range(3):
        pivots.append(metric[j][j] - sum(lower[j][k] ** 2 * pivots[k] for k in range(j)))
        for i in range(j + 1, 3):
            lower[i][j] = (metric[i][j] - sum(lower[i][k] * lower[j][k] * pivots[k] for k in range(j))) / pivots[j]
    columns = list(zip(*lower))
    return np.array([[sqrt(d) * float(dot(row, y)) for d, row in zip(pivots, columns)] for y in vectors]).reshape(-1, 3)


def to_cartesian_form(metric, block) -> np.ndarray:
    """The 3 x 3 Cartesian floats B S B^T of an exact form S on covectors of the frame."""
    half = to_cartesian(metric, list(zip(*block)))  # rows: B times each column of S
    frame = to_cartesian(metric, ((1, 0, 0), (0, 1, 0), (0, 0, 1)))  # rows: columns of B
    return half.T @ frame


def to_atoms(subject: Environment | Structure):
    """The `ase.Atoms` of a structure, or of an environment: its centre, at the origin, is atom 0, neighbour j the next.

    A decimal that was read from a file is the same float again.
    """
    from ase import Atoms

    if isinstance(subject, Environment):
        positions = to_cartesian(subject.metric, [(0, 0, 0), *subject.positions])
        return Atoms([subject.centre_species, *subject.species], positions=positions)
    cell = to_cartesian(subject.metric, subject.cell) if subject.cell is not None else None
    positions = to_cartesian(subject.metric, subject.positions)
    return Atoms(list(subject.species), positions=positions, cell=cell, pbc=subject.pbc)


def turned(atoms, centre: int, turn: np.ndarray):
    """A copy of `ase.Atoms`, turned with its cell about atom `centre`, so that rounding is relative to distances."""
    copy = atoms.copy()
    copy.set_cell(atoms.cell.array @ turn.T)
    copy.positions = (atoms.positions - atoms.positions[centre]) @ turn.T + atoms.positions[centre]
    return copy


def orthonormal(metric, vectors) -> np.ndarray:
    """Orthonormal Cartesian rows (d, 3n) with the span of d integral displacements (3n entries), independent."""
    # A reduced lattice basis is nearly orthogonal, so that the floats span the same space however long the integers.
    # Of what is not rational so many bits are kept that the floats do not notice.
    rational = not any(isinstance(x, Algebraic) for v in vectors for x in v)
    whole = [[int(x) if rational else floor(x * 2**KEPT_BITS) for x in v] for v in vectors]
    rows = []
    for row in fmpz_mat(whole).lll().tolist():
        largest = max(abs(int(x)) for x in row)
        exact = [Fraction(int(x), largest) for x in row]
        rows.append(to_cartesian(metric, [exact[i : i + 3] for i in range(0, len(exact), 3)]).ravel())
    return np.linalg.qr(np.array(rows).T)[0].T
