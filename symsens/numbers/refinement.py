"""Approximate eigenvectors at any precision.

Law: a search, of which nothing is assumed by those who use it.
"""

import math
from fractions import Fraction

import flint
import numpy as np
from flint import arb, arb_mat

BITS_PER_DIGIT = math.log2(10)


def precisions(start, limit):
    """start, 2 start, 4 start, ... below the limit, and the limit."""
    while start < limit:
        yield start
        start *= 2
    yield limit


def identity(n):
    return arb_mat(n, n, [int(i == j) for i in range(n) for j in range(n)])


def fraction(x):
    """The exact dyadic rational in an exact arb."""
    mantissa, exponent = x.man_exp()
    return int(mantissa) * Fraction(2) ** int(exponent)


def refine(S, V, rank, bits):
    """Approximate eigenvectors (columns) and eigenvalues of S, descending: a search, nothing here is proved.

    Ogita and Aishima (Japan J. Indust. Appl. Math. 35, 1007 (2018)): with T = V^T S V, R = I - V^T V,
    l_i = T_ii / (1 - R_ii), the step V <- V (I + E), E_ij = (T_ij + l_j R_ij) / (l_j - l_i), converges quadratically
    where E is small. Where it is not (clusters, or values so small that the last step left only noise) the block
    T - l (I - R) of the cluster, shifted by its mean l and scaled, is diagonalised in float64 and V rotated by the
    eigenvectors: a cluster gains about 15 digits each time, a graded spectrum 8. E counts as small below sqrt(u), so
    that what float64 leaves behind is. Starting at V = I, no other eigensolver is needed. Stops when the Bound will be
    good to ``bits`` bits, or when nothing improves any more.
    """
    n = S.nrows()
    small = 0 if V is None else 2.0**-26  # at V = I the whole matrix is one cluster
    V = identity(n) if V is None else V
    best, stale = [arb.pos_inf(), arb.pos_inf()], 0
    for _ in range(flint.ctx.prec):
        T, G = (V.transpose() * (S * V)).tolist(), (V.transpose() * V).tolist()
        l = [(T[i][i] / G[i][i]).mid() for i in range(n)]
        order = sorted(range(n), key=lambda i: l[i], reverse=True)
        top, tolerance = l[order[0]], abs(l[order[rank - 1]]) * arb(2) ** -bits
        off = [[(T[i][j] - l[j] * G[i][j]).mid() if i != j else arb(0) for j in range(n)] for i in range(n)]
        defect = max(abs(G[i][j] - (i == j)).mid() for i in range(n) for j in range(n))
        error = max([abs(x) for row in off for x in row] + [abs(l[i]) for i in order[rank:]])
        stale = 0 if error < best[0] / 2 or defect < best[1] / 2 else stale + 1
        best = [min(best[0], error), min(best[1], defect)]
        if (error <= tolerance and defect <= arb(2) ** -bits) or stale > 4 or not top > 0:
            break
        link, E = list(range(n)), [[0] * n for _ in range(n)]
        for i in range(n):
            for j in range(n):
                done = i == j or (abs(off[i][j]) <= tolerance and abs(off[j][i]) <= tolerance)
                E[i][j] = ((i == j) - G[i][j]) / 2 if done else off[i][j] / (l[j] - l[i])
                if not (done or abs(E[i][j]) < small):
                    E[i][j] = -G[i][j] / 2
                    if link[i] != link[j]:
                        link = [link[j] if k == link[i] else k for k in link]
        V = (V + V * arb_mat(E)).mid()
        W = _rotation(T, G, l, [[i for i in range(n) if link[i] == k] for k in sorted(set(link))])
        V, small = V if W is None else (V * W).mid(), 2.0**-26
    V = V.tolist()
    return arb_mat([[row[i] for i in order] for row in V]), [l[i] for i in order]


def _rotation(T, G, l, clusters):
    """The block-diagonal orthogonal matrix diagonalising each cluster to float64 accuracy; None if all are single."""
    W = None
    for cluster in clusters:
        if len(cluster) == 1:
            continue
        W = identity(len(l)) if W is None else W
        mean = sum(l[i] for i in cluster) / len(cluster)
        H = [[(T[i][j] - mean * G[i][j]).mid() for j in cluster] for i in cluster]
        scale = max(abs(x) for row in H for x in row)
        H = np.array([[float(x / scale) for x in row] for row in H])
        if not np.isfinite(H).all():
            continue
        Q = arb_mat([[arb(x) for x in row] for row in np.linalg.eigh(H + H.T)[1].tolist()])
        for _ in range(flint.ctx.prec.bit_length() - 5):  # Newton-Schulz: 2^-50, 2^-100, ...
            Q = ((Q * (3 * identity(len(cluster)) - Q.transpose() * Q)) * (arb(1) / 2)).mid()
        for a, i in enumerate(cluster):
            for b, j in enumerate(cluster):
                W[i, j] = Q[a, b]
    return W
