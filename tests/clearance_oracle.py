"""Whether a claimed clearance is true, by other means than the checker's: labels linked two by two in mpmath's numbers,
the matrix of class sums in full, its rank by NumPy; and environments inside, tried one by one."""

import random
from itertools import combinations, product

import mpmath
import numpy as np
from checker_oracle import Object, number

TRIES = 20


def linked(spans, same):
    """Numbers of spans, equal for those that overlap, also by others between them."""
    numbers = list(range(len(spans)))
    for _ in spans:
        for a, b in combinations(range(len(spans)), 2):
            if same(a, b) and spans[a][0] <= spans[b][1] and spans[b][0] <= spans[a][1]:
                least = min(numbers[a], numbers[b])
                numbers = [least if x in (numbers[a], numbers[b]) else x for x in numbers]
    return numbers


def clearance_is_true(rank, claim):
    about, e = Object(rank), number(claim["radius"])
    plain = (
        rank.get("schema") == "symsens/certificate/1" and rank["descriptor"] is None and rank["vary"] == "neighbours"
    )
    if not plain or about.chiral or about.nu < 2 or e <= 0 or about.n < 3:
        return False
    n, places = about.n, [(a, b) for a in range(about.nu) for b in range(a, about.nu)]
    dot = lambda j, k: number(str(about.gram[j][k]))
    length = [mpmath.sqrt(dot(j, j)) for j in range(n)]
    span = lambda j, k: (dot(j, k) - e * (length[j] + length[k] + e), dot(j, k) + e * (length[j] + length[k] + e))
    shell = linked([span(j, j) for j in range(n)], lambda a, b: about.species[a] == about.species[b])
    pairs = list(combinations(range(n), 2))
    ends = [sorted((shell[j], shell[k])) for j, k in pairs]
    part = dict(zip(pairs, linked([span(*pair) for pair in pairs], lambda a, b: ends[a] == ends[b])))
    label = lambda j, k: (shell[j], shell[k], -1 if j == k else part[min(j, k), max(j, k)])
    columns, rows = {pair: i for i, pair in enumerate([*pairs, *((j, j) for j in range(n))])}, {}
    for tau in product(range(n), repeat=about.nu):
        key = tuple(label(tau[a], tau[b]) for a, b in places)
        for a, b in places:
            row = rows.setdefault((key, a, b), np.zeros(len(columns)))
            row[columns[min(tau[a], tau[b]), max(tau[a], tau[b])]] += 1
    if np.linalg.matrix_rank(np.array(list(rows.values()))) < len(columns):
        return False
    return all(spans_space(about, e, random.Random(k)) for k in range(TRIES))


def spans_space(about, e, draw):
    """Whether neighbours moved at random, by as much as is allowed, span space."""
    metric = np.array([[float(x.p) / float(x.q) for x in row] for row in about.metric])
    frame = np.linalg.cholesky(metric).T
    x = np.array([[float(c.p) / float(c.q) for c in y] for y in about.y]) @ frame.T
    moves = np.array([[draw.gauss(0, 1) for _ in range(3)] for _ in x])
    moves *= float(e) / np.linalg.norm(moves, axis=1)[:, None]
    return np.linalg.matrix_rank(x + moves, tol=1e-12 * np.abs(x).max()) == 3
