"""All patterns of coincidences of a few neighbours up to relabelling, whatever their species and positions.

A pattern divides the neighbours into shells, (species, square), and for every two shells, or one, the pairs j < k of a
neighbour of each into those of equal dot product. Any such division is one; whether points in space have it is another
question (THEORY, section 8). Those that a renumbering of the neighbours takes to each other are counted once.

Law: labels and permutations only; no coordinates.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import permutations

import numpy as np

from symsens.errors import InputError
from symsens.rows.generations import Generation, generation
from symsens.rows.patterns import Pattern
from symsens.rows.sieve import rank_at_least, rank_at_two

MAX_KEPT = 5  # neighbours of which all patterns are kept
MAX_NEIGHBOURS = 6


def patterns(n: int) -> list[Pattern]:
    """All patterns of n neighbours, one of each class under relabelling; the largest shells first.

    Raises
    ------
    InputError
        n is below 1, or there are too many patterns to enumerate, or to keep: see `branch`.
    """
    check_enumerable(n)
    if n > MAX_KEPT:
        raise InputError(f"{n} neighbours have over two million patterns, too many to keep; `tally` counts their gaps")
    whole = generation(n)
    found = [whole.pattern(i) for i in range(len(whole))]
    return sorted(found, key=lambda pattern: [-m for m in Counter(pattern.labels.diagonal().tolist()).values()])


def check_enumerable(n: int) -> None:
    """Nothing, or `InputError`: whether all patterns of n neighbours can be enumerated."""
    if n < 1:
        raise InputError(f"{n} neighbours: the atlas begins with 1")
    if n > MAX_NEIGHBOURS:
        cost = "about 10^11 of them up to relabelling" if n == 7 else "more than 10^11 of them"
        raise InputError(f"{n} neighbours: the atlas ends at {MAX_NEIGHBOURS}; there are {cost}")


def branches(n: int) -> int:
    """How many branches the patterns of n neighbours have: one for each pattern of one neighbour less.

    Raises
    ------
    InputError
        n is below 1, or there are too many patterns to enumerate.
    """
    check_enumerable(n)
    return len(generation(n - 1)) if n > 1 else 1


def branch(n: int, number: int) -> Generation:
    """One branch of the patterns of n neighbours; each class under relabelling is in one branch, once."""
    return generation(n - 1).children(number) if n > 1 else generation(1)


def gaps(found: Generation, nu: int) -> np.ndarray:
    """(m,) the gaps of some patterns at order nu."""
    width = found.n * (found.n + 1) // 2
    rank = rank_at_two(found.labels) if nu == 2 else rank_at_least(found.labels)
    gap = width - rank
    for i in np.flatnonzero((gap > 0) & (found.may_be_symmetric | (nu > 2))).tolist():
        pattern = found.pattern(i)
        gap[i] = pattern.orbit_of.max() + 1 - rank[i]
        if nu > 2 and gap[i]:
            gap[i] = len(pattern.lost(nu))
    return gap


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
