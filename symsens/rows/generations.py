"""All patterns of coincidences of n neighbours up to relabelling, made from those of n - 1.

A pattern is the shell of each neighbour and a division of the pairs j < k, those of the same two shells only being
together. One of n neighbours is made by adding a last neighbour to one of n - 1, its parent. Removing any of its n
neighbours leaves a pattern, too, of some class under relabelling; the first of these classes is the parent, all other
ways to make it are dropped. So each parent has children that no other has, and two of its children are the same up
to relabelling only by a renumbering that brings to the last place a neighbour whose removal leaves the parent's class,
and the others onto the parent, or that keeps the parent: children linked by these are counted once.

Law: labels and permutations only; each parent's children are found without the others'.
"""

from dataclasses import dataclass
from functools import cache, cached_property
from itertools import permutations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from symsens.rows.patterns import Pattern


@cache
def _pairs(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The pairs j < k of n neighbours, those of the first few first; (n, n) their numbers."""
    second, first = np.tril_indices(n, -1)
    numbers = np.zeros((n, n), dtype=np.int64)
    numbers[first, second] = numbers[second, first] = np.arange(len(first))
    return first, second, numbers


@cache
def _orders(n: int) -> np.ndarray:
    """(n!, n) all permutations."""
    return np.array(list(permutations(range(n))), dtype=np.int64)


def _firsts(rows: np.ndarray) -> np.ndarray:
    """In each column each entry becomes the number of the first row that has it there."""
    found = np.empty_like(rows)
    for i, row in enumerate(rows):
        found[i] = i
        for j in reversed(range(i)):
            found[i][rows[j] == row] = j
    return found


def _keys(rows: np.ndarray) -> np.ndarray:
    """A number for each column of at most fifteen entries below 16; no two columns have the same."""
    key = np.zeros(rows.shape[1], dtype=np.int64)
    for row in rows:
        key = 16 * key + row
    return key


@dataclass(frozen=True, eq=False)
class Generation:
    """Patterns of n neighbours, in columns.

    Attributes
    ----------
    shells : (n, m) the shell of each neighbour, numbered from 0.
    divisions : (pairs, m) for each pair j < k the first pair of its part; pairs of the first few neighbours come first.
    removed : (n, m) the class of what the removal of each neighbour leaves, by its number among all of n - 1.
    """

    shells: np.ndarray
    divisions: np.ndarray
    removed: np.ndarray

    @property
    def n(self) -> int:
        """The number of neighbours."""
        return len(self.shells)

    def __len__(self):
        return self.shells.shape[1]

    @cached_property
    def labels(self) -> np.ndarray:
        """(m, n, n) labels as `symsens.geometry.gram.pair_labels` has them: of a pair, which end lies in the larger
        shell tells (j, k) from (k, j). Not numbered without leaving any out."""
        first, second, _ = _pairs(self.n)
        labels = np.zeros((len(self), self.n, self.n), dtype=np.int64)
        labels[:, range(self.n), range(self.n)] = self.shells.T
        labels[:, first, second] = (self.n + 2 * self.divisions + (self.shells[first] > self.shells[second])).T
        labels[:, second, first] = (self.n + 2 * self.divisions + (self.shells[first] < self.shells[second])).T
        return labels

    def pattern(self, i: int) -> Pattern:
        """Pattern i, the largest shells first, with all permutations that keep it."""
        shell = self.shells[:, i].tolist()
        order = sorted(range(self.n), key=lambda j: (-shell.count(shell[j]), shell[j], j))
        names = {}
        labels = self.labels[i][np.ix_(order, order)]
        values = [*labels.diagonal().tolist(), *labels.ravel().tolist()]
        named = np.array([names.setdefault(x, len(names)) for x in values][self.n :]).reshape(labels.shape)
        return Pattern(named, _keeping(named) if self.may_be_symmetric[i] else np.arange(self.n)[None])

    @cached_property
    def may_be_symmetric(self) -> np.ndarray:
        """(m,) False where no two neighbours can be exchanged by a permutation that keeps the pattern."""
        return np.any(np.diff(np.sort(self.removed, axis=0), axis=0) == 0, axis=0)

    @cached_property
    def _numbered(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Of all patterns of numbered neighbours the keys, sorted; the class of each; and a permutation p by which
        neighbour a of it is p[a] of its class."""
        first, second, numbers = _pairs(self.n)
        keys = [_whole(self.shells[p], self.divisions[numbers[p[first], p[second]]]) for p in _orders(self.n)]
        found, at = np.unique(np.concatenate(keys), return_index=True)
        return found, at % len(self), _orders(self.n)[at // len(self)]

    def onto_itself(self, i: int) -> np.ndarray:
        """(g, n) the permutations that keep pattern i but for the numbers of its shells."""
        first, second, numbers = _pairs(self.n)
        p = _orders(self.n)
        pairs = self.divisions[numbers[p[:, first], p[:, second]], i].T
        renumbered = np.vstack([_firsts(self.shells[p, i].T), _firsts(pairs)])
        return p[np.all(renumbered == renumbered[:, :1], axis=0)]

    def children(self, parent: int) -> "Generation":
        """The patterns of one neighbour more whose parent this one is, one of each class."""
        n = self.n + 1
        found = Family(self, parent, *_extended(self.shells[:, parent], self.divisions[:, parent]))
        kept, classes, at = np.arange(found.shells.shape[1]), [], []
        for last in range(n):
            place = found.place_without(last, kept)
            classes, at = [*classes, self._numbered[1][place]], [*at, place]
            alive = classes[-1] >= parent
            kept, classes, at = kept[alive], [c[alive] for c in classes], [a[alive] for a in at]
        found = Family(self, parent, found.shells[:, kept], found.divisions[:, kept])
        ends = [found.images(np.arange(len(kept)), np.append(p, n - 1)[None]) for p in self.onto_itself(parent)]
        for last in range(n):
            (rows,) = np.nonzero(classes[last] == parent)
            # neighbour a of the rest is onto[a] of the parent: the other way round they stand as in the parent
            back = np.argsort(self._numbered[2][at[last][rows]], axis=1)
            rest = np.delete(np.arange(n), last)
            ends.append(found.images(rows, np.hstack([rest[back], np.full((len(rows), 1), last)])))
        some, others = np.concatenate(ends, axis=1)
        graph = coo_array((np.ones(len(some), dtype=bool), (some, others)), shape=(len(kept), len(kept)))
        one = np.unique(connected_components(graph, directed=False)[1], return_index=True)[1]
        return Generation(found.shells[:, one], found.divisions[:, one], np.array(classes)[:, one])


@dataclass(frozen=True, eq=False)
class Family:
    """What a parent may become by a last neighbour: shells and divisions, in columns, those of the parent on top."""

    before: Generation
    parent: int
    shells: np.ndarray
    divisions: np.ndarray

    def place_without(self, last: int, columns: np.ndarray) -> np.ndarray:
        """The place, among all patterns of numbered neighbours, of what is left of some columns without one."""
        rest = np.delete(np.arange(len(self.shells)), last)
        first, second, _ = _pairs(len(rest))
        pairs = _pairs(len(self.shells))[2][rest[first], rest[second]]
        keys = _whole(self.shells[np.ix_(rest, columns)], self.divisions[np.ix_(pairs, columns)])
        return np.searchsorted(self.before._numbered[0], keys)

    @cached_property
    def _sorted(self) -> tuple[np.ndarray, np.ndarray]:
        keys = self._ends(self.shells[-1], self.divisions[1 - len(self.shells) :])
        order = np.argsort(keys)
        return keys[order], order

    def _ends(self, shell: np.ndarray, divisions: np.ndarray) -> np.ndarray:
        """Keys by what the last neighbour adds."""
        return 16 * _keys(divisions) + shell

    def images(self, columns: np.ndarray, orders: np.ndarray) -> np.ndarray:
        """(2, m) columns, and what they become where the neighbour in place a is the one in place orders[:, a] before:
        a column again, for the parent comes to stand on the parent."""
        n = len(self.shells)
        first, second, numbers = _pairs(n)
        pairs = np.broadcast_to(numbers[orders[:, first], orders[:, second]].T, (len(first), len(columns)))
        shells = np.take_along_axis(self.shells[:, columns], np.broadcast_to(orders.T, (n, len(columns))), axis=0)
        divisions = _firsts(np.take_along_axis(self.divisions[:, columns], pairs, axis=0))
        own = self.before.shells[:, self.parent]
        shell = np.full(len(columns), own.max() + 1, dtype=np.uint8)
        for place, number in enumerate(own):
            shell[shells[place] == shells[-1]] = number
        keys, order = self._sorted
        return np.stack([columns, order[np.searchsorted(keys, self._ends(shell, divisions[1 - n :]))]])


def _whole(shells: np.ndarray, divisions: np.ndarray) -> np.ndarray:
    """Keys of patterns of at most five numbered neighbours."""
    return _keys(np.vstack([_firsts(shells), _firsts(divisions)]))


def _extended(shell: np.ndarray, division: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All ways to add a last neighbour: shells and divisions, in columns."""
    n = len(shell) + 1
    first, second, _ = _pairs(n)
    shells, divisions = [], []
    for last in range(shell.max() + 2):
        own = np.append(shell, last).astype(np.uint8)
        low, high = np.minimum(own[first], own[second]), np.maximum(own[first], own[second])
        found = division[:, None].astype(np.uint8)
        for pair in range(len(division), len(first)):
            together = [p for p in range(pair) if (low[p], high[p]) == (low[pair], high[pair])]
            parts = [found[:, found[p] == p] for p in together] + [found]
            new = np.repeat([*together, pair], [part.shape[1] for part in parts]).astype(np.uint8)
            found = np.vstack([np.hstack(parts), new])
        shells.append(np.repeat(own[:, None], found.shape[1], axis=1))
        divisions.append(found)
    return np.hstack(shells), np.hstack(divisions)


def _keeping(labels: np.ndarray) -> np.ndarray:
    """(g, n) all permutations that keep labels."""
    orders = _orders(len(labels))
    return orders[np.all(labels[orders[:, :, None], orders[:, None, :]] == labels, axis=(1, 2))]


@cache
def generation(n: int) -> Generation:
    """All patterns of n neighbours, one of each class under relabelling."""
    if n == 1:
        return Generation(*(np.zeros((rows, 1), dtype=np.uint8) for rows in (1, 0, 1)))
    before = generation(n - 1)
    families = [before.children(parent) for parent in range(len(before))]
    return Generation(*(np.hstack([getattr(f, name) for f in families]) for name in ("shells", "divisions", "removed")))
