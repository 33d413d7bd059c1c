"""The 2-jets of the features of order nu, and what a functional says of them (THEORY, section 9).

    dF = sum phi_c dt_c,    d2F = sum phi_c Hess t_c + sum phi_cd dt_c (x) dt_d

with phi_c and phi_cd free on every class of tuples. Basic invariants G_p, dot products of neighbours or sides, stand
behind the t_c, so that a row is made of small counts that know no geometry, A over invariants and Q over pairs of them:

    ( sum_p A_p dG_p,    sum_p A_p Hess G_p + sum_pq Q_pq dG_p (x) dG_q )

A functional is an invariant vector a or an invariant symmetric form S (`symsens.geometry.symmetric_forms`); its value
at a row is the same counts times a . dG_p, <S, Hess G_p> and dG_p^T S dG_q. So ranks need no matrix of Hessians (Lemma
jets).

Law: equality of invariants is equality of integers; nothing here knows a descriptor.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np

from symsens.geometry.environment import Environment
from symsens.geometry.gram import pair_numbers
from symsens.geometry.symmetric_forms import Invariant
from symsens.numbers.metric import dot
from symsens.rows.tuples import components, enumerate_tuples, group_tuples


@dataclass(frozen=True)
class TwoJets:
    """Rows of 2-jets in counts.

    Attributes
    ----------
    count : number of rows.
    first : (row, p, A_p), three columns: the basic invariants of each row.
    second : (row, p, q, Q_pq), four columns, p <= q: the pairs of them whose symmetrised product it has.
    """

    count: int
    first: np.ndarray
    second: np.ndarray


def jets_of_classes(class_of: np.ndarray, columns: Sequence[np.ndarray]) -> TwoJets:
    """One row for each (class, component c), and one for each (class, c <= d), different ones only.

    Parameters
    ----------
    class_of : (T,) the class of each tuple.
    columns : for each component of a tuple the number of the basic invariant that it is; -1 for none.
    """
    pairs = list(combinations_with_replacement(range(len(columns)), 2))
    kinds = len(columns) + len(pairs)
    first = _counted(class_of, kinds, [(i, column[:, None]) for i, column in enumerate(columns)], 1)
    products = [(i, np.sort(np.column_stack([columns[c], columns[d]]))) for i, (c, d) in enumerate(pairs, len(columns))]
    return _different(first, _counted(class_of, kinds, products, 2))


def _counted(class_of: np.ndarray, kinds: int, products, factors: int) -> np.ndarray:
    """Sorted rows (class * kinds + kind, invariants, count): how often a class has this product of invariants."""
    keys = [np.zeros((0, 1 + factors), dtype=np.int64)]
    for kind, invariants in products:
        there = (invariants >= 0).all(axis=1)
        keys.append(np.column_stack([class_of[there] * kinds + kind, invariants[there]]))
    return np.column_stack(np.unique(np.concatenate(keys), axis=0, return_counts=True))


def _different(first: np.ndarray, second: np.ndarray) -> TwoJets:
    """Each different row once, numbered anew."""
    kept = {}
    for rows in (first, second):
        starts = np.flatnonzero(np.diff(rows[:, 0], prepend=-1))
        for lo, hi in zip(starts, [*starts[1:], len(rows)]):
            kept.setdefault((rows.shape[1], rows[lo:hi, 1:].tobytes()), int(rows[lo, 0]))
    numbers = {row: i for i, row in enumerate(kept.values())}

    def renumbered(rows):
        lines = [[numbers[row[0]], *row[1:]] for row in rows.tolist() if row[0] in numbers]
        return np.array(lines, dtype=np.int64).reshape(-1, rows.shape[1])

    return TwoJets(len(numbers), renumbered(first), renumbered(second))


def site_two_jets(labels: np.ndarray, nu: int) -> TwoJets:
    """Those of all nu-tuples of neighbours, over pairs j <= k of neighbours; see `pair_labels` for `labels`."""
    tuples = enumerate_tuples(labels.diagonal(), nu)
    class_of, _ = group_tuples(labels, tuples)
    number = pair_numbers(len(labels))
    columns = [number[tuples[:, a], tuples[:, b]] for a, b in components(nu)]
    return jets_of_classes(class_of, columns)


@dataclass(frozen=True)
class Derivatives:
    """The derivatives of basic invariants along the displacements of nodes, integral up to one common factor.

    Attributes
    ----------
    gradients : for each invariant (node, covector) pairs, to be added.
    hessians : for each invariant (node, node', count) triples, to be added: the block count * metric.
    metric : 3 x 3.
    """

    gradients: Sequence[Sequence[tuple]]
    hessians: Sequence[Sequence[tuple]]
    metric: Sequence[Sequence]


def gram_derivatives(env: Environment) -> Derivatives:
    """Those of the dot products x_j . x_k, pairs j <= k in the order of ``np.triu_indices``; nodes are neighbours, and
    displacements those of the integral positions."""
    pairs = list(zip(*(side.tolist() for side in np.triu_indices(env.n))))
    g = env.covectors
    gradients = [((j, g[k]), (k, g[j])) for j, k in pairs]
    return Derivatives(gradients, [((j, k, 1), (k, j, 1)) for j, k in pairs], env.integer_metric[0])


class Functionals:
    """Invariant vectors, then invariant forms, looked up by nodes.

    Parameters
    ----------
    vectors, forms : see `invariant_vectors` and `invariant_forms`.
    pair_of : two nodes -> the number of their ordered pair.
    """

    def __init__(self, vectors: Sequence[Invariant], forms: Sequence[Invariant], pair_of: Callable):
        self.width, self._pair_of = len(vectors) + len(forms), pair_of
        self._vectors, self._forms = defaultdict(list), defaultdict(list)
        for e, invariant in enumerate(vectors):
            for node, triple in invariant.blocks.items():
                self._vectors[node].append((e, triple))
        for e, invariant in enumerate(forms, len(vectors)):
            for pair, block in invariant.blocks.items():
                self._forms[pair].append((e, block))

    def at_gradient(self, gradient) -> dict:
        """Functional -> a . dG."""
        found = defaultdict(int)
        for node, covector in gradient:
            for e, triple in self._vectors[node]:
                found[e] += dot(triple, covector)
        return found

    def at_hessian(self, hessian, metric) -> dict:
        """Functional -> <S, Hess G>."""
        found, flat = defaultdict(int), [x for row in metric for x in row]
        for first, second, count in hessian:
            for e, block in self._forms[self._pair_of(first, second)]:
                found[e] += count * dot(block, flat)
        return found

    def at_product(self, first, second) -> dict:
        """Functional -> dG^T S dG' of two gradients."""
        found = defaultdict(int)
        for j, g in first:
            for k, h in second:
                flat = None
                for e, block in self._forms[self._pair_of(j, k)]:
                    flat = flat or [x * y for x in g for y in h]
                    found[e] += dot(block, flat)
        return found

    def at_rows(self, jets: TwoJets, derivatives: Derivatives) -> list[list]:
        """(rows, functionals) the value of every functional at every row."""
        values = [[0] * self.width for _ in range(jets.count)]
        gradients, used = derivatives.gradients, set(jets.first[:, 1].tolist())
        linear = {
            p: [*self.at_gradient(gradients[p]).items()]
            + [*self.at_hessian(derivatives.hessians[p], derivatives.metric).items()]
            for p in used
        }
        products = {tuple(pq): None for pq in jets.second[:, 1:3].tolist()}
        products = {(p, q): [*self.at_product(gradients[p], gradients[q]).items()] for p, q in products}
        for row, p, count in jets.first.tolist():
            for e, x in linear[p]:
                values[row][e] += count * x
        for row, p, q, count in jets.second.tolist():
            for e, x in products[p, q]:
                values[row][e] += count * x
        return values
