"""All patterns of coincidences of n neighbours up to relabelling, whatever their species and positions.

A pattern divides the neighbours into shells, (species, square), and for every two shells, or one, the pairs j < k of a
neighbour of each into those of equal dot product. Any such division is one; whether points in space have it is another
question (THEORY, section 8). They are enumerated once for each choice of the sizes of the shells, and those that a
renumbering of the neighbours takes to each other are counted once.

Law: labels and permutations only; no coordinates.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, permutations

import numpy as np

from symsens.errors import InputError
from symsens.rows.patterns import Pattern, orbits

MAX_NEIGHBOURS = 5
COSTS = {6: ("1.4 billion", "2 million"), 7: ("5 * 10^14", "10^11")}  # divisions of the pairs of one shell; classes


def patterns(n: int) -> list[Pattern]:
    """All patterns of n neighbours, one of each class under relabelling; the largest shells first.

    Raises
    ------
    InputError
        n is below 1, or there are too many patterns to enumerate.
    """
    if n < 1:
        raise InputError(f"{n} neighbours: the atlas begins with 1")
    if n > MAX_NEIGHBOURS:
        raise InputError(f"{n} neighbours: the atlas ends at {MAX_NEIGHBOURS}; {_cost(n)}")
    return [pattern for shell in shellings(n) for pattern in _patterns_of(np.array(shell))]


def _cost(n: int) -> str:
    """What more neighbours would cost."""
    if n not in COSTS:
        return "the number of patterns grows faster than exponentially"
    raw, classes = COSTS[n]
    return f"{raw} divisions of the pairs of one shell would have to be looked at, about {classes} up to relabelling"


def shellings(n: int) -> Iterator[tuple[int, ...]]:
    """The number of the shell of each neighbour, up to relabelling: larger shells come first."""

    def sizes(rest: int, largest: int) -> Iterator[tuple[int, ...]]:
        if not rest:
            yield ()
        for size in range(min(rest, largest), 0, -1):
            yield from ((size, *more) for more in sizes(rest - size, size))

    for parts in sizes(n, n):
        yield tuple(i for i, size in enumerate(parts) for _ in range(size))


def _patterns_of(shell: np.ndarray) -> Iterator[Pattern]:
    """The patterns with these shells: one of every orbit under the renumberings that permute the shells."""
    first, second = np.triu_indices(len(shell), 1)
    found = divisions(list(zip(shell[first].tolist(), shell[second].tolist())))
    group = renumberings(shell)
    least = np.arange(len(found))
    if len(group) > 1 and len(first):
        keys = _keys(found)
        order = np.argsort(keys)
        images = [order[np.searchsorted(keys[order], _keys(_renumbered(found, p)))] for p in _generators(group)]
        least = orbits(np.stack(images))
    for division in found[np.unique(least)]:
        labels = _labels(shell, division)
        yield Pattern(labels, group[[np.array_equal(labels[np.ix_(p, p)], labels) for p in group]])


def divisions(blocks: list) -> np.ndarray:
    """(number, pairs) all ways to divide pairs into classes, only pairs of one block together: the least of each's
    class."""
    found = np.zeros((1, 0), dtype=np.int64)
    for pair, block in enumerate(blocks):
        parts = []
        for least in [p for p in range(pair) if blocks[p] == block] + [pair]:
            old = found if least == pair else found[found[:, least] == least]
            parts.append(np.hstack([old, np.full((len(old), 1), least)]))
        found = np.vstack(parts)
    return found


def _keys(found: np.ndarray) -> np.ndarray:
    """A number for every division of at most ten pairs; no two have the same."""
    return found @ 10 ** np.arange(found.shape[1])


def _renumbered(found: np.ndarray, permutation: np.ndarray) -> np.ndarray:
    """Divisions after neighbour j has become permutation[j]."""
    n = len(permutation)
    first, second = np.triu_indices(n, 1)
    numbers = np.zeros((n, n), dtype=np.int64)
    numbers[first, second] = numbers[second, first] = np.arange(len(first))
    moved = np.empty_like(found)
    moved[:, numbers[permutation[first], permutation[second]]] = found
    least = np.empty_like(found)
    for pair in reversed(range(len(first))):
        for other in range(pair, len(first)):
            least[moved[:, other] == moved[:, pair], other] = pair
    return least


def renumberings(shell: np.ndarray) -> np.ndarray:
    """(group, n) the permutations of the neighbours that permute the shells."""
    same = shell[:, None] == shell[None]
    every = np.array(list(permutations(range(len(shell)))))
    return every[[np.array_equal(same[np.ix_(p, p)], same) for p in every]]


def _generators(group: np.ndarray) -> np.ndarray:
    """Exchanges of two neighbours, or of the neighbours of two shells in their order: those of the group that are their
    own inverses; they generate it, a product of wreath products of symmetric groups."""
    own = np.take_along_axis(group, group, axis=1) == np.arange(group.shape[1])
    return group[own.all(axis=1)]


def _labels(shell: np.ndarray, division: np.ndarray) -> np.ndarray:
    """(n, n) labels as `symsens.geometry.gram.pair_labels` has them."""
    n = len(shell)
    numbers = {}
    labels = np.diag(shell)
    for pair, (j, k) in enumerate(combinations(range(n), 2)):
        for a, b in ((j, k), (k, j)):
            key = (shell[a], shell[b], division[pair])
            labels[a, b] = numbers.setdefault(key, shell[-1] + 1 + len(numbers))
    return labels


def pair_kinds(pattern: Pattern) -> np.ndarray:
    """(n, n) the labels numbered from 0, those of (j, k) and (k, j) being the same."""
    least = np.minimum(pattern.labels, pattern.labels.T)
    return np.unique(least, return_inverse=True)[1].reshape(least.shape)


def named(labels: np.ndarray, order: Sequence[int] | None = None) -> tuple[int, ...]:
    """The labels of neighbours in some order, renumbered as they first appear: equal for two patterns iff the same
    labels are equal."""
    names = {}
    order = range(len(labels)) if order is None else order
    return tuple(names.setdefault(int(labels[j, k]), len(names)) for j in order for k in order)


def canonical(labels: np.ndarray) -> tuple[int, ...]:
    """Labels renumbered in the order of their first appearance, neighbours renumbered so that this is least: equal
    exactly for patterns that are the same up to relabelling."""
    n = len(labels)
    every = np.array(list(permutations(range(n))))
    rows = labels[every[:, :, None], every[:, None, :]].reshape(len(every), n * n)
    named = np.full_like(rows, -1)
    for place in range(n * n):
        fresh = named[:, place] < 0
        same = (rows == rows[:, place : place + 1]) & fresh[:, None]
        named[same] = np.broadcast_to((named.max(axis=1) + 1)[:, None], rows.shape)[same]
    return tuple(min(map(tuple, named.tolist())))
