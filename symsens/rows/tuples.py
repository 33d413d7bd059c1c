"""nu-tuples, their classes, and the basis-free Jacobian D_nu = C_nu . E (THEORY, section 2).

Every invariant of a tuple is an entry of the Gram matrix, so D_nu factors into the derivative E of the Gram matrix
(geometry, exact integers) and the incidence C_nu of tuple classes on pairs (combinatorics, small counts):

    E       one row per pair j <= k:              d (x_j . x_k) / dX
    C_nu    one row per (class, component (a,b)): how many tuples tau of the class have {tau_a, tau_b} = {j, k}

Law: equality of invariants is equality of integers; nothing here knows a descriptor.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from math import prod

import numpy as np

from symsens.errors import InputError
from symsens.geometry.gram import pair_numbers

MAX_TUPLES = 4_000_000


@cache
def components(nu: int) -> tuple[tuple[int, int], ...]:
    """The nu(nu+1)/2 invariants of a tuple, as positions (a, b): squares (a, a) first, then a < b."""
    return tuple((a, a) for a in range(nu)) + tuple(combinations(range(nu), 2))


@dataclass(frozen=True)
class TupleClasses:
    """Classes of nu-tuples with equal species and invariants, and their incidence on basic invariants, in sparse rows.

    Attributes
    ----------
    parts : the components of a tuple: positions (a, b) of dot products; (a, b, c) of triple products.
    representatives : (classes, nu) one tuple of each class.
    rows : (R, 2) the (class, component) of each row of C_nu that is kept; rows equal to an earlier one are left out.
    indptr, indices, counts : sparse rows of C_nu over pairs, and triples behind them.
    """

    parts: tuple[tuple[int, ...], ...]
    representatives: np.ndarray
    rows: np.ndarray
    indptr: np.ndarray
    indices: np.ndarray
    counts: np.ndarray

    def incidence(self, start: int, stop: int) -> tuple[list[int], list[int]]:
        """Rows start..stop of C_nu: the invariants that occur in them, and the dense rows over these, flattened."""
        span = slice(self.indptr[start], self.indptr[stop])
        used, column = np.unique(self.indices[span], return_inverse=True)
        dense = np.zeros((stop - start, len(used)), dtype=np.int64)
        dense[np.repeat(np.arange(stop - start), np.diff(self.indptr[start : stop + 1])), column] = self.counts[span]
        return used.tolist(), dense.ravel().tolist()

    def row_name(self, row: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """(representative tuple, component) of row `row`: the name under which a certificate cites it."""
        cls, component = self.rows[row]
        return tuple(map(int, self.representatives[cls])), self.parts[component]


def enumerate_tuples(shell: np.ndarray, nu: int) -> np.ndarray:
    """(T, nu) ordered tuples of neighbours with non-decreasing shells, given the number of the shell of each.

    A class whose shells are in another order is a reordering of one of these, and has the same rows of D_nu.
    """
    n = len(shell)
    if n**nu > MAX_TUPLES:
        raise InputError(
            f"{n} neighbours have {n**nu} tuples of order nu = {nu}, more than {MAX_TUPLES}: lower nu or the cutoff"
        )
    tuples = np.arange(n)[:, None]
    for _ in range(nu - 1):
        left, right = np.nonzero(shell[tuples[:, -1]][:, None] <= shell[None, :])
        tuples = np.hstack([tuples[left], right[:, None]])
    return tuples


def product_tuples(neighbours, distinct: bool = False) -> np.ndarray:
    """(T, nu) all ordered tuples with tau_a in ``neighbours[a]``; only those of different neighbours if `distinct`."""
    sizes = [len(choice) for choice in neighbours]
    if prod(sizes) > MAX_TUPLES:
        raise InputError(
            f"{prod(sizes)} tuples of order nu = {len(sizes)}, more than {MAX_TUPLES}: lower nu or the cutoff"
        )
    tuples = np.empty((*sizes, len(sizes)), dtype=np.int64)
    for a, choice in enumerate(neighbours):
        tuples[..., a] = np.reshape(choice, (-1, *[1] * (len(sizes) - 1 - a)))
    tuples = tuples.reshape(-1, len(sizes))
    if distinct:
        for a, b in combinations(range(len(sizes)), 2):
            tuples = tuples[tuples[:, a] != tuples[:, b]]
    return tuples


def invariant_columns(labels: np.ndarray, tuples: np.ndarray) -> Iterator[np.ndarray]:
    """Columns of integers that are equal for two tuples iff their species and invariants are."""
    nu = tuples.shape[1]
    for a, b in components(nu)[nu:] or components(nu):
        yield labels[tuples[:, a], tuples[:, b]]


def group_tuples(labels: np.ndarray, tuples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Classes of equal species and invariants among `tuples`: the class of each, and the first tuple of each class."""
    class_of = number_classes(len(tuples), invariant_columns(labels, tuples))
    return class_of, tuples[np.unique(class_of, return_index=True)[1]]


def number_classes(size: int, columns) -> np.ndarray:
    """Numbers of `size` things, equal where the things have equal labels (from 0) in every one of the columns."""
    class_of = np.zeros(size, dtype=np.int64)
    for labels in columns:
        _, class_of = np.unique(class_of * (labels.max(initial=0) + 1) + labels, return_inverse=True)
    return class_of


def pair_incidence(n: int, tuples: np.ndarray, class_of: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """C_nu as sorted triples (row = class * number of components + component, pair j <= k, count)."""
    pair = pair_numbers(n)
    columns = [pair[tuples[:, a], tuples[:, b]] for a, b in components(tuples.shape[1])]
    return incidence_of(class_of, columns, n * (n + 1) // 2)


def incidence_of(class_of: np.ndarray, columns, width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sorted triples (row = class * number of components + component, basic invariant, count).

    Parameters
    ----------
    columns : for each component of a tuple the number of the basic invariant that it is, below `width`; -1 for none.
    """
    entries = [np.zeros(0, dtype=np.int64)]
    for i, column in enumerate(columns):
        entry = (class_of * len(columns) + i) * width + column
        entries.append(entry[column >= 0])
    entry, counts = np.unique(np.concatenate(entries), return_counts=True)
    return *np.divmod(entry, max(width, 1)), counts


def tuple_classes(labels: np.ndarray, nu: int) -> TupleClasses:
    """Group the nu-tuples (repeats allowed) by equal species and invariants; see `pair_labels` for `labels`."""
    tuples = enumerate_tuples(labels.diagonal(), nu)
    class_of, representatives = group_tuples(labels, tuples)
    entries = pair_incidence(len(labels), tuples, class_of)
    first, second = np.triu_indices(len(labels))
    return different_rows(components(nu), representatives, entries, second - first)


def different_rows(parts, representatives: np.ndarray, entries, spread: np.ndarray) -> TupleClasses:
    """Classes with their rows in sparse form, each different one once, short ones first.

    Parameters
    ----------
    entries : sorted triples (row = class * number of parts + part, basic invariant, count).
    spread : how far apart the neighbours of a basic invariant are numbered; a band of three already makes a generic
        cloud rigid.
    """
    row, indices, counts = entries
    indptr = np.searchsorted(row, np.arange(len(representatives) * len(parts) + 1))
    kept = {}
    for i, (lo, hi) in enumerate(zip(indptr[:-1].tolist(), indptr[1:].tolist())):
        kept.setdefault(indices[lo:hi].tobytes() + counts[lo:hi].tobytes(), i)
    keep = [i for i in kept.values() if indptr[i + 1] > indptr[i]]
    keep = np.array(sorted(keep, key=lambda i: (indptr[i + 1] - indptr[i], spread[indices[indptr[i]]])), dtype=np.int64)
    lengths = np.diff(indptr)[keep]
    gather = np.concatenate([np.arange(indptr[i], indptr[i + 1]) for i in keep]) if len(keep) else keep
    return TupleClasses(
        parts=tuple(parts),
        representatives=representatives,
        rows=np.stack(np.divmod(keep, len(parts)), axis=1).reshape(-1, 2),
        indptr=np.concatenate([[0], np.cumsum(lengths)]),
        indices=indices[gather],
        counts=counts[gather],
    )
