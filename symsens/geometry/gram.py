"""The Gram matrix of an environment: which of its entries are equal, and its derivative E.

Law: equality of invariants is equality of integers; nothing here knows a tuple or a descriptor.
"""

from collections.abc import Sequence
from math import lcm

import numpy as np

from symsens.budget import need_memory
from symsens.geometry.environment import Environment
from symsens.numbers.kernel import Matrix, matrix


def pair_labels(env: Environment) -> np.ndarray:
    """(n, n) integers, equal exactly where ``(z_j, z_k, s_j, s_k, x_j . x_k)`` are equal.

    The diagonal numbers the shells, by (species, distance); labels off it, of ordered pairs, determine both shells.
    """
    return common_labels([env])[0]


def common_labels(environments: Sequence[Environment]) -> list[np.ndarray]:
    """The labels of `pair_labels` for each of several environments, equal across them too where the values are."""
    unit = lcm(*(env.gram_scale for env in environments))
    factors = [unit // env.gram_scale for env in environments]
    grams = [[[f * x for x in row] for row in env.gram] if f > 1 else env.gram for f, env in zip(factors, environments)]
    shells = [[(z, gram[j][j]) for j, z in enumerate(env.species)] for env, gram in zip(environments, grams)]
    number = {shell: i for i, shell in enumerate(sorted({key for keys in shells for key in keys}))}
    numbers = {(i, i, key[1]): i for key, i in number.items()}
    found = []
    for gram, keys in zip(grams, shells):
        shell = [number[key] for key in keys]
        labels = [
            [numbers.setdefault((shell[j], shell[k], x), len(numbers)) for k, x in enumerate(row)]
            for j, row in enumerate(gram)
        ]
        found.append(np.array(labels, dtype=np.int64).reshape(len(shell), len(shell)))
    return found


def pair_numbers(n: int) -> np.ndarray:
    """(n, n) numbers of the pairs j <= k in the order of ``np.triu_indices(n)``, the same for (k, j)."""
    upper = np.triu_indices(n)
    numbers = np.zeros((n, n), dtype=np.int64)
    numbers[upper] = numbers.T[upper] = np.arange(len(upper[0]))
    return numbers


def gram_derivative(env: Environment) -> Matrix:
    """E, one row per pair j <= k (in the order of ``np.triu_indices``), 3n columns: d(x_j . x_k)/dy, times q m.

    Column 3j+c is frame component c of neighbour j; (q, m) are the denominators of positions and metric.
    """
    n, g = env.n, env.covectors
    size = n * (n + 1) // 2 * 3 * n
    need_memory(
        24 * size, f"{env.source or env.formula}: the derivatives of {n} neighbours' dot products", "lower the cutoff"
    )
    entries = [0] * size
    start = 0
    for j in range(n):
        for k in range(j, n):
            for c in range(3):
                entries[start + 3 * j + c] += g[k][c]
                entries[start + 3 * k + c] += g[j][c]
            start += 3 * n
    return matrix(n * (n + 1) // 2, 3 * n, entries)
