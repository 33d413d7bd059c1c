"""How large the set of singular environments of one pattern is near one of them.

Unknowns are the labels of the pattern, a basis U of the dependencies and the weights of a change B in F. The equations
are G U = 0, of which the antisymmetric part of U^T G U = 0 says nothing, and U^T B U = 0. Where the others have
independent derivatives, the set is smooth, and its dimension is counted (Lemma tangent). Otherwise the kernel of the
derivatives bounds it from above, and from below scaling does: of shells orthogonal to all others.

Law: exact linear algebra over the field of the environment.
"""

from itertools import combinations

import numpy as np

from symsens.geometry.displacements import Displacements
from symsens.numbers.kernel import matrix
from symsens.rows.atlas import pair_kinds
from symsens.rows.patterns import Pattern, dependencies


def dimension_near(moves: Displacements, lost: list, weights: list | None) -> int | None:
    """The dimension, modulo rotations, of the set of the environments of its pattern near this one that are singular as
    it is; None where it is not known.

    Parameters
    ----------
    moves : of neighbours that span space.
    lost : a basis of F.
    weights : of a change of dot products in F & T over this basis, the only one but for multiples; None where every
        environment of the pattern is singular.
    """
    pattern, U = Pattern.of(moves), dependencies(moves)
    kinds, k = pair_kinds(pattern), len(U)
    rows = _of_dependencies(moves.environment.gram, kinds, U)
    if weights is not None:
        rows = [[*row, *[0] * len(lost)] for row in rows]
        rows += _of_change([pattern.on_pairs(B) for B in lost], weights, U, int(kinds.max()) + 1)
    if not rows:
        return int(kinds.max()) + 1
    width = len(rows[0])
    rank = matrix(len(rows), width, [x for row in rows for x in row]).rank()
    above = width - rank - k * k - (weights is not None)  # other bases of the same space, multiples of the same change
    smooth = rank == len(rows) - k * (k - 1) // 2
    return above if smooth or above == _scalings(moves) else None


def _of_dependencies(gram: list, kinds: np.ndarray, U: list) -> list[list]:
    """The derivatives of G U by the labels and by U."""
    n, count = len(gram), int(kinds.max()) + 1
    rows = []
    for a, u in enumerate(U):
        for j in range(n):
            row = [0] * (count + len(U) * n)
            for l in range(n):
                row[kinds[j, l]] += u[l]
                row[count + a * n + l] += gram[j][l]
            rows.append(row)
    return rows


def _of_change(forms: list, weights: list, U: list, count: int) -> list[list]:
    """The derivatives of U^T B U, the entries a >= b, by the labels (none), by U and by the weights of B."""
    n = len(forms[0])
    B = [[sum(w * form[j][l] for w, form in zip(weights, forms)) for l in range(n)] for j in range(n)]
    pair = lambda form, u, v: sum(u[j] * form[j][l] * v[l] for j in range(n) for l in range(n) if form[j][l] != 0)
    unit = [[int(j == l) for l in range(n)] for j in range(n)]
    rows = []
    for a in range(len(U)):
        for b in range(a + 1):
            row = [0] * (count + len(U) * n)
            for j in range(n):
                row[count + a * n + j] += pair(B, unit[j], U[b])
                row[count + b * n + j] += pair(B, unit[j], U[a])
            rows.append(row + [pair(form, U[a], U[b]) for form in forms])
    return rows


def _scalings(moves: Displacements) -> int:
    """How many sets of shells there are such that neighbours of different sets are orthogonal: each can be scaled."""
    shell, gram = moves.labels.diagonal().tolist(), moves.environment.gram
    joined = {a: a for a in shell}
    for j, k in combinations(range(len(shell)), 2):
        if gram[j][k] != 0:
            old, new = joined[shell[k]], joined[shell[j]]
            joined = {a: new if of == old else of for a, of in joined.items()}
    return len(set(joined.values()))
