"""Which of many patterns have no gap at order 3, and so none above: the rank of C_3 modulo a prime, of all at once.

Entry (r, p) of a matrix of random combinations of the rows of C_3 is a sum over tuples tau with {tau_a, tau_b} = p of
w_r, a random number for each class and component; those with (a, b) = (1, 1) and (1, 2) are enough, for all orders of a
tuple occur. Its rank modulo a prime is at most that of C_3, which is at most the number of orbits of pairs (THEORY,
section 8). Where both are equal there is no gap; otherwise nothing is said. C_4 separates all that C_3 does.

Law: integers modulo a prime; a bound from one side.
"""

import numpy as np

from symsens.geometry.gram import pair_numbers

ORDER = 3
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
