"""Ranks of C_2 and C_3 of many patterns at once, modulo a prime: which of them have no gap.

At order 2 the rank is exact, see `rank_at_two`. At order 3 entry (r, p) of a matrix of random combinations of the rows
of C_3 is a sum over tuples tau with {tau_a, tau_b} = p of w_r, a random number for each class and component; those with
(a, b) = (1, 1) and (1, 2) are enough, for all orders of a tuple occur. Its rank modulo a prime is at most that of C_3,
which is at most the number of orbits of pairs (THEORY, section 8). Where both are equal there is no gap, nor at a
higher order, since the rows of C_3 are rows of C_4; otherwise nothing is said.

Law: integers modulo a prime; from above nothing is claimed but at order 2.
"""

import numpy as np

from symsens.geometry.gram import pair_numbers

PRIME = 2**31 - 1
SEED = 20


def rank_at_least(labels: np.ndarray) -> np.ndarray:
    """(m,) lower bounds on the rank of C_3 of patterns, most often the rank itself.

    Parameters
    ----------
    labels : (m, n, n) of ordered pairs, from 0; the same for all only where the pattern has equal ones.
    """
    m, n, _ = labels.shape
    pair, many = pair_numbers(n), int(labels.max()) + 1
    width = n * (n + 1) // 2
    weights = np.random.default_rng(SEED).integers(PRIME, size=(2, many**3, width))
    combined = np.zeros((m, width, width), dtype=np.int64)  # of pairs, then of combinations
    for j in range(n):
        for k in range(n):
            for last in range(n):
                of = (labels[:, j, k] * many + labels[:, j, last]) * many + labels[:, k, last]
                combined[:, pair[j, j]] += weights[0, of]
                combined[:, pair[j, k]] += weights[1, of]
    return ranks(combined % PRIME)


def rank_at_two(labels: np.ndarray) -> np.ndarray:
    """(m,) the rank of C_2 of patterns of at most six neighbours.

    The row of C_2 of a label, second with first, sums the pairs j < k that have it, or is a square; no two have a pair
    in common. The others are over squares: at that of j the number of k such that (j, k) has the label. The products
    of their columns are the numbers of equal labels of (j, k) and (l, m) over k and m: a matrix of the same rank r. A
    principal minor of order r of it is not 0, and at most the product of its diagonal, (1 + (n - 1)^2)^n < `PRIME` for
    n <= 6: so its rank modulo the prime is r.

    Parameters
    ----------
    labels : (m, n, n) of ordered pairs; equal only where the pattern has equal ones.
    """
    n = labels.shape[1]
    first, second = np.triu_indices(n, 1)
    apart = np.sort(np.minimum(labels, labels.transpose(0, 2, 1))[:, first, second], axis=1)
    kinds = np.sum(np.diff(apart, axis=1) > 0, axis=1) + (n > 1)
    equal = labels[:, :, None, :, None] == labels[:, None, :, None, :]
    return kinds + ranks(np.sum(equal, axis=(3, 4), dtype=np.int64))


def ranks(matrices: np.ndarray) -> np.ndarray:
    """(m,) the ranks modulo `PRIME` of (m, rows, columns) integers from 0 to it."""
    left, count = matrices.copy(), np.zeros(len(matrices), dtype=np.int64)
    places = np.arange(left.shape[1])
    for column in range(left.shape[2]):
        usable = (left[:, :, column] != 0) & (places >= count[:, None])
        (here,) = np.nonzero(usable.any(axis=1))
        first, at = count[here], usable[here].argmax(axis=1)
        pivots = left[here, at, column:]
        left[here, at, column:] = left[here, first, column:]
        factors = left[here, :, column] * (places > first[:, None])
        scale = np.where(places > first[:, None], pivots[:, :1], 1)
        rest = left[here, :, column:] * scale[:, :, None] - factors[:, :, None] * pivots[:, None]
        left[here, :, column:] = rest % PRIME
        count[here] += 1
    return count
