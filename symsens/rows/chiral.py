"""What SO(3) features of order nu may see: dot products and triple products det(x_j, x_k, x_l) (THEORY, section 2).

A smooth function of nu vectors that rotations leave alone, but reflections need not, is a function of their dot
products and triple products. Classes of tuples are those of equal species, dot products and *signs* of triple products:
the dot products give the squares. The rows of a class are the sums of the derivatives of each dot product and of each
triple product (Lemma orientation). Up to nu = 2 there is no triple product, and the rows are those of O(3).

Law: integers only; a triple product in frame coordinates differs from that in space by a constant factor.
"""

from collections.abc import Iterable
from itertools import combinations

import numpy as np

from symsens.geometry.displacements import Displacements
from symsens.geometry.environment import Environment
from symsens.numbers.kernel import matrix, multiply, stacked
from symsens.numbers.metric import cross, dot
from symsens.rows.matrices import RowClass, Rows, basis_free_rows, named_rows, never
from symsens.rows.patterns import is_without_gap
from symsens.rows.tuples import (
    TupleClasses,
    components,
    different_rows,
    enumerate_tuples,
    group_tuples,
    pair_incidence,
)

# Permutations of three places, and their signs.
ORDERS = {(0, 1, 2): 1, (1, 2, 0): 1, (2, 0, 1): 1, (0, 2, 1): -1, (2, 1, 0): -1, (1, 0, 2): -1}


def triples(nu: int) -> tuple[tuple[int, ...], ...]:
    """The triple products of a nu-tuple, as positions a < b < c."""
    return tuple(combinations(range(nu), 3))


def orientations(env: Environment) -> np.ndarray:
    """(n, n, n) signs of the triple products of neighbours."""
    y, signs = env.integer_positions[0], np.zeros((env.n,) * 3, dtype=np.int8)
    for triple in combinations(range(env.n), 3):
        value = dot(cross(y[triple[0]], y[triple[1]]), y[triple[2]])
        for order, sign in ORDERS.items():
            signs[tuple(triple[i] for i in order)] = sign * ((value > 0) - (value < 0))
    return signs


def triple_numbers(n: int) -> np.ndarray:
    """(n, n, n) numbers of the triples j < k < l in the order of `combinations`, whatever their order; -1 for
    repeats."""
    numbers = np.full((n,) * 3, -1, dtype=np.int64)
    for number, triple in enumerate(combinations(range(n), 3)):
        for order in ORDERS:
            numbers[tuple(triple[i] for i in order)] = number
    return numbers


def triple_derivative(env: Environment) -> list[int]:
    """One row per triple j < k < l, 3n columns, flattened: d det(y_j, y_k, y_l) / dy, times q^2."""
    y, entries = env.integer_positions[0], []
    for j, k, l in combinations(range(env.n), 3):
        row = [0] * (3 * env.n)
        for moving, a, b in ((j, k, l), (k, l, j), (l, j, k)):
            row[3 * moving : 3 * moving + 3] = cross(y[a], y[b])
        entries += row
    return entries


def parity(tuples: np.ndarray) -> np.ndarray:
    """(T,) signs of the permutations that sort triples; of no meaning for repeats."""
    j, k, l = tuples.T
    return np.where(j < k, 1, -1) * np.where(k < l, 1, -1) * np.where(j < l, 1, -1)


def triple_incidence(n: int, tuples: np.ndarray, class_of: np.ndarray):
    """C_nu on triples as sorted triples (row = class * number of triple products + product, triple, signed count)."""
    parts, numbers, size = triples(tuples.shape[1]), triple_numbers(n), max(n * (n - 1) * (n - 2) // 6, 1)
    entries, weights = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for i, places in enumerate(parts):
        found = tuples[:, places]
        number = numbers[tuple(found.T)]
        counting = number >= 0
        entries.append((class_of[counting] * len(parts) + i) * size + number[counting])
        weights.append(parity(found[counting]))
    entry, where = np.unique(np.concatenate(entries), return_inverse=True)
    counts = np.zeros(len(entry), dtype=np.int64)
    np.add.at(counts, where, np.concatenate(weights))
    return *(part[counts != 0] for part in np.divmod(entry, size)), counts[counts != 0]


def chiral_classes(env: Environment, labels: np.ndarray, nu: int) -> TupleClasses:
    """Group the nu-tuples by equal species, dot products and triple products."""
    tuples, n = enumerate_tuples(labels.diagonal(), nu), len(labels)
    class_of, _ = group_tuples(labels, tuples)
    signs = orientations(env)
    for a, b, c in triples(nu):
        _, class_of = np.unique(class_of * 3 + signs[tuple(tuples[:, (a, b, c)].T)], return_inverse=True)
    representatives = tuples[np.unique(class_of, return_index=True)[1]]

    pairs, threes = components(nu), triples(nu)
    row, pair, count = pair_incidence(n, tuples, class_of)
    cls, part = np.divmod(row, len(pairs))
    row3, triple, count3 = triple_incidence(n, tuples, class_of)
    cls3, part3 = np.divmod(row3, max(len(threes), 1))
    width = len(pairs) + len(threes)
    rows = np.concatenate([cls * width + part, cls3 * width + len(pairs) + part3])
    columns = np.concatenate([pair, n * (n + 1) // 2 + triple])
    order = np.lexsort((columns, rows))
    entries = rows[order], columns[order], np.concatenate([count, count3])[order]
    first, second = np.triu_indices(n)
    spread = [*(second - first).tolist(), *(l - j for j, _, l in combinations(range(n), 3))]
    return different_rows((*pairs, *threes), representatives, entries, np.array(spread, dtype=np.int64))


def chiral_rows(moves: Displacements, nu: int, order: int) -> Rows:
    """The rows of order `order` <= nu as rows of order nu (Lemma padding)."""
    env = moves.environment
    below = triple_derivative(env)
    over_neighbours = matrix(len(below) // (3 * env.n) if env.n else 0, 3 * env.n, below)
    turned = over_neighbours if moves.tie is None else multiply(over_neighbours, moves.tie)
    return named_rows(stacked(moves.derivative, turned), chiral_classes(env, moves.labels, order), nu - order)


def chiral_invariants_of_order(nu: int) -> RowClass:
    """All smooth functions of sums over nu-tuples that rotations leave alone (Theorem 1 for SO(3))."""

    def rows(moves: Displacements) -> Iterable[Rows]:
        for order in range(min(nu, 2), nu + 1):
            yield basis_free_rows(moves, nu, order) if order < 3 else chiral_rows(moves, nu, order)

    return RowClass("incompleteness", rows, nu, is_without_gap if nu > 1 else never)
