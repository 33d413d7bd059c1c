"""D_{2,l}: the basis-free Jacobian of pairs with polynomials in the angle up to degree l_max only (THEORY, section 3).

For each class of ordered pairs of equal (species, s_j, s_k), and each l <= l_max, the rows

    sum d^l ds_j        sum d^l ds_k        sum l d^(l-1) dd            d = x_j . x_k

Lemma Vandermonde. In a class with m distinct values of d the rows of degree l <= m - 1 (ds) and l <= m (dd) span those
of every higher degree, so no others are made, and D_{2,l} has the row space of D_2 once l_max >= m for every class.

Law: integers only; the span of the rows is what counts.
"""

from collections import defaultdict

from symsens.geometry.displacements import Displacements
from symsens.geometry.gram import pair_numbers
from symsens.rows.matrices import RowClass, Rows


def angular_class(l_max: int) -> RowClass:
    """All functions of pairs that are polynomials of degree l_max at most in the angle: D_{2,l_max}."""
    return RowClass("angular_truncation", lambda moves: [angular_rows(moves, l_max)], 2)


def angular_rows(moves: Displacements, l_max: int) -> Rows:
    """D_{2,l_max}, rows named ((j, k), (a, b), l) for certificates.

    The dot products enter as the integers of ``env.gram``, which scales each row by a positive number.
    """
    env = moves.environment
    n, shell = env.n, moves.labels.diagonal().tolist()
    pair = pair_numbers(n).tolist()
    classes = defaultdict(list)
    for j in range(n):
        for k in range(n):
            if shell[j] <= shell[k]:  # Lemma shells
                classes[shell[j], shell[k]].append((j, k))

    rows, names = [], []
    for members in classes.values():
        distinct = len({env.gram[j][k] for j, k in members})
        for l in range(min(l_max, distinct) + 1):
            first, second, mixed = defaultdict(int), defaultdict(int), defaultdict(int)
            for j, k in members:
                d = env.gram[j][k]
                first[pair[j][j]] += d**l
                second[pair[k][k]] += d**l
                mixed[pair[j][k]] += l * d ** (l - 1) if l else 0
            for component, row in (((0, 0), first), ((1, 1), second), ((0, 1), mixed)):
                if any(row.values()):
                    rows.append(row)
                    names.append((members[0], component, l))
    order = sorted(range(len(rows)), key=lambda i: (names[i][2], len(rows[i]), abs(names[i][0][0] - names[i][0][1])))

    def coefficients(start, stop):
        block = [rows[order[i]] for i in range(start, stop)]
        used = sorted({p for row in block for p in row})
        return used, [row.get(p, 0) for row in block for p in used]

    return Rows(moves.derivative, len(rows), coefficients, lambda i: names[order[i]])
