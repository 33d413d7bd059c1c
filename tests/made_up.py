"""A made-up descriptor of order nu = 2, its Jacobian, and the same with one bug each: what `symsens.testing` must tell
apart.

Densities c_n^l = sum_j w_j exp(-a_n r_j^2) x_j (x) ... (x) x_j (l factors, l = 0, 1, 2) and features c_n^l . c_m^l.
"""

import numpy as np

EXPONENTS = np.array([0.1, 0.25, 0.5, 1.0])
UPPER = np.triu_indices(len(EXPONENTS))


def neighbourhood(atoms, centre):
    x = np.delete(atoms.positions, centre, axis=0) - atoms.positions[centre]
    weights = np.sqrt(np.delete(atoms.numbers, centre))
    return x, weights * np.exp(-EXPONENTS[:, None] * (x * x).sum(axis=1))


def densities(x, g):
    n = len(EXPONENTS)
    return g.sum(axis=1)[:, None], g @ x, np.einsum("nj,ja,jb->nab", g, x, x).reshape(n, 9)


def features(atoms, centre):
    x, g = neighbourhood(atoms, centre)
    return np.concatenate([(c @ c.T)[UPPER] for c in densities(x, g)])


def jacobian(atoms, centre, smallest=0.0, polar=False):
    """`smallest`: coefficients below it are dropped; `polar`: sideways derivatives by the polar angles, 0/0 on the
    axis."""
    x, g = neighbourhood(atoms, centre)
    n, count, one = len(EXPONENTS), len(x), np.eye(3)
    turn = np.broadcast_to(one, (count, 3, 3)).copy()  # d x_j / d x_j
    if polar:
        rho = np.hypot(x[:, 0], x[:, 1])
        with np.errstate(invalid="ignore"):
            cos_phi, sin_phi = x[:, 0] / rho, x[:, 1] / rho
        turn[:, 0, 0] = turn[:, 1, 1] = cos_phi**2 + sin_phi**2
        turn = np.nan_to_num(turn)
    dg = -2 * EXPONENTS[:, None, None] * g[:, :, None] * x
    slopes = (
        dg[:, None],
        np.einsum("nji,ja->naji", dg, x) + np.einsum("nj,jai->naji", g, turn),
        (
            np.einsum("nji,ja,jb->nabji", dg, x, x)
            + np.einsum("nj,jai,jb->nabji", g, turn, x)
            + np.einsum("nj,ja,jbi->nabji", g, x, turn)
        ).reshape(n, 9, count, 3),
    )
    blocks = []
    for c, dc in zip(densities(x, g), slopes):
        c = np.where(abs(c) < smallest, 0.0, c)
        half = np.einsum("na,maji->nmji", c, dc)
        blocks.append((half + half.transpose(1, 0, 2, 3))[UPPER])
    inner = np.concatenate(blocks)
    full = np.zeros((len(inner), len(atoms), 3))
    full[:, [j for j in range(len(atoms)) if j != centre]] = inner
    full[:, centre] = -inner.sum(axis=1)
    return full


# The three bugs.


def odd_in_z_features(atoms, centre):
    x, g = neighbourhood(atoms, centre)
    return features(atoms, centre) + 1e-4 * (g @ x)[0, 2]


def odd_in_z_jacobian(atoms, centre):
    x, g = neighbourhood(atoms, centre)
    slope = g[0][:, None] * (np.array([0.0, 0.0, 1.0]) - 2 * EXPONENTS[0] * x * x[:, 2:])
    full = jacobian(atoms, centre)
    full[:, [j for j in range(len(atoms)) if j != centre]] += 1e-4 * slope
    full[:, centre] -= 1e-4 * slope.sum(axis=0)
    return full


def dropped_coefficient_jacobian(atoms, centre):
    return jacobian(atoms, centre, smallest=1e-5)


def nan_to_zero_jacobian(atoms, centre):
    return jacobian(atoms, centre, polar=True)


# Higher body order, and rougher things.


def with_triples(atoms, centre):
    """Features of order nu = 3 as well: c^1 . c^2 . c^1."""
    x, g = neighbourhood(atoms, centre)
    _, vector, matrix = densities(x, g)
    triples = np.einsum("na,mab,kb->nmk", vector, matrix.reshape(-1, 3, 3), vector)
    return np.concatenate([features(atoms, centre), triples.ravel()])
