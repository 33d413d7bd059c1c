"""Environments and networks for the tests of learned descriptors, and their textbook sums in vectors and loops."""

from dataclasses import replace

import mpmath
import numpy as np

from symsens import Environment
from symsens.descriptors.networks import SchNet, TensorField

TETRAHEDRON = [(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)]
F1 = [(5, 0, 1), (3, 4, -2), (-3, -4, -2), (0, 0, 6)]
CLUSTER = Environment(
    ["H", "O", "H", "O", "H"],
    [
        ("0.9", "0.1", "-0.3"),
        ("-0.4", "1.3", "0.2"),
        ("0.3", "-0.8", "1.1"),
        ("-1.2", "-0.7", "-0.9"),
        ("1.7", "1.6", "0.4"),
    ],
    "C",
)
HEXAGONAL = Environment(
    ["O", "O", "H", "O"],
    [(1, 0, "1/2"), ("1/3", "2/3", 0), (-1, "1/5", "1/4"), ("-1/2", -1, "-1/3")],
    "O",
    metric=[["1", "-1/2", 0], ["-1/2", 1, 0], [0, 0, "8/3"]],
)
SMALL = dict(features=5, filters=4, rbf=4, cutoff="2.2")
NETWORKS = {
    "one layer": SchNet(**SMALL),
    "two layers": SchNet(layers=2, **SMALL, seed=3),
    "squared": TensorField(channels=3, hidden=4, rbf=5, cutoff="2.2"),
    "norm": TensorField(channels=3, hidden=4, rbf=5, cutoff="2.2", readout="norm", seed=7),
}


def case(positions, species="H"):
    return Environment([species] * len(positions), positions, "C")


# Textbook sums, in vectors and loops.


def cartesian(env):
    """Rows x_j = B y_j with B^T B = M, by mpmath's own Cholesky factor."""
    b = mpmath.cholesky(mpmath.matrix([[mpmath.mpf(c.numerator) / c.denominator for c in row] for row in env.metric])).T
    y = [[mpmath.mpf(c.numerator) / c.denominator for c in row] for row in env.positions]
    return [[mpmath.mpf(0)] * 3] + [[sum(b[i, c] * v[c] for c in range(3)) for i in range(3)] for v in y]


def softplus(x):
    return mpmath.log(mpmath.exp(x) / 2 + mpmath.mpf(1) / 2)


def dense(network, name, x, bias=True):
    weight = network.arrays[f"{name}.weight"].tolist()
    shift = network.arrays[f"{name}.bias"].tolist() if bias else [0.0] * len(weight)
    return [sum(mpmath.mpf(w) * v for w, v in zip(row, x)) + mpmath.mpf(b) for row, b in zip(weight, shift)]


def smearing(network, r):
    cutoff, k = mpmath.mpf(network.cutoff.numerator) / network.cutoff.denominator, network.rbf
    gap = cutoff / (k - 1)
    fade = (mpmath.cos(mpmath.pi * r / cutoff) + 1) / 2
    return [mpmath.exp(-((r - i * gap) ** 2) / (2 * gap**2)) for i in range(k)], fade


def neighbours(network, x, i):
    cutoff = mpmath.mpf(network.cutoff.numerator) / network.cutoff.denominator
    for j in range(len(x)):
        r = mpmath.sqrt(sum((a - b) ** 2 for a, b in zip(x[i], x[j])))
        if j != i and r < cutoff:
            yield j, r


def two_layers_of(network, name, x):
    return dense(network, f"{name}.1", [softplus(v) for v in dense(network, f"{name}.0", x)])


def embedded(network, env):
    numbers = {"H": 1, "C": 6, "O": 8}
    return [
        [mpmath.mpf(v) for v in network.arrays["embedding.weight"][numbers[z]].tolist()]
        for z in (env.centre_species, *env.species)
    ]


def textbook_schnet(network, env):
    x, h = cartesian(env), embedded(network, env)
    for t in range(network.layers):
        name, new = f"interactions.{t}", []
        for i in range(len(x)):
            m = [mpmath.mpf(0)] * network.filters
            for j, r in neighbours(network, x, i):
                e, fade = smearing(network, r)
                w, source = (
                    two_layers_of(network, f"{name}.filter_network", e),
                    dense(network, f"{name}.in2f", h[j], bias=False),
                )
                m = [a + b * c * fade for a, b, c in zip(m, source, w)]
            new.append([a + b for a, b in zip(h[i], two_layers_of(network, f"{name}.f2out", m))])
        h = new
    return h[0]


def textbook_vectors(network, env):
    """(S, V'): what the scalars and the mixed l = 1 features of the centre are."""
    x, a = cartesian(env), embedded(network, env)
    scalar, vector = a[0], [[mpmath.mpf(0)] * 3 for _ in range(network.channels)]
    for j, r in neighbours(network, x, 0):
        e, fade = smearing(network, r)
        r0, r1 = (two_layers_of(network, f"radial.{l}", e) for l in (0, 1))
        scalar = [s + f * fade * b for s, f, b in zip(scalar, r0, a[j])]
        vector = [[v + f * fade * b * c / r for v, c in zip(row, x[j])] for row, f, b in zip(vector, r1, a[j])]
    return scalar, list(
        zip(*(dense(network, "self_interaction.1", component, bias=False) for component in zip(*vector)))
    )


def textbook_tensor_field(network, env):
    scalar, vector = textbook_vectors(network, env)
    q = [sum(c**2 for c in v) for v in vector]
    q = [mpmath.sqrt(v) for v in q] if network.readout == "norm" else q
    shifted = [v + mpmath.mpf(b) for v, b in zip(q, network.arrays["nonlinearity.1.bias"].tolist())]
    return [softplus(v) for v in [*dense(network, "self_interaction.0", scalar), *shifted]]


def altered(network, path, **changes):
    """`network` with some arrays changed, through a file."""
    arrays = {name: array.copy() for name, array in network.arrays.items()}
    for name, change in changes.items():
        change(arrays[name.replace("__", ".")])
    np.savez(path, **arrays)
    return replace(network, weights=path)
