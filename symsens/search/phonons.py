"""Force constants and dynamical matrices as floats, for plots and fits.

Law: estimates; what is proved is which spaces they lie in.
"""

import numpy as np

from symsens.geometry.cartesian import to_cartesian_form
from symsens.numbers.kernel import lines_of
from symsens.rows.crystals import ForceConstants


def ordered_pairs(found: ForceConstants) -> list[tuple]:
    """The pairs (a, b, R) of different atoms within one environment, then those of atoms with themselves."""
    still = (0,) * len(found.jets.structure.lattice)
    return [*found.jets.pairs.pairs, *((a, a, still) for a in range(len(found.jets.structure.species)))]


def estimate_basis(found: ForceConstants, space: str) -> np.ndarray:
    """Cartesian force constants that span a space, (dimension, pairs, 3, 3), in the order of `ordered_pairs`; the
    largest entry of each is 1.

    Parameters
    ----------
    space : "reached", "allowed" (by site functions of any order), or "missing", orthogonal to what is reached.
    """
    chosen = {"reached": found.reached, "allowed": found.allowed}
    coefficients = lines_of(found.coefficients(chosen[space])) if space in chosen else found.directions
    forms = np.array([_cartesian(found, form) for form in found.jets.pairs.forms])
    pairs = found.jets.pairs.pairs
    basis = np.zeros((len(coefficients), len(pairs) + len(found.jets.structure.species), 3, 3))
    for line, row in zip(basis, coefficients):
        largest = max(abs(float(c)) for c in row)
        line[: len(pairs)] = np.tensordot([float(c) / largest for c in row], forms, 1)
        for (a, _, _), block in zip(pairs, line):
            line[len(pairs) + a] -= block
        line /= np.abs(line).max()
    return basis


def _cartesian(found: ForceConstants, form) -> np.ndarray:
    blocks = np.zeros((len(found.jets.pairs.pairs), 3, 3))
    for p, block in form.blocks.items():
        blocks[p] = to_cartesian_form(found.jets.structure.metric, (block[0:3], block[3:6], block[6:9]))
    return blocks


def estimate_dynamical_matrix(pairs: list[tuple], blocks: np.ndarray, q, masses=None) -> np.ndarray:
    """D(q), (3 N, 3 N), of Cartesian force constants: sum over R of Phi(a, b, R) exp(2 pi i q . R) / sqrt(m_a m_b).

    Parameters
    ----------
    pairs, blocks : (a, b, R), and their 3 x 3 blocks.
    q : coefficients of the reciprocal vectors of the cell.
    masses : of the atoms of the cell; None: all 1.
    """
    size = 1 + max(a for a, _, _ in pairs)
    whole = np.zeros((size, 3, size, 3), dtype=complex)
    for (a, b, step), block in zip(pairs, blocks):
        whole[a, :, b, :] += block * np.exp(2j * np.pi * np.dot(q, step))
    root = np.sqrt(np.ones(size) if masses is None else np.asarray(masses, dtype=float))
    whole /= root[:, None, None, None] * root[None, None, :, None]
    return whole.reshape(3 * size, 3 * size)
