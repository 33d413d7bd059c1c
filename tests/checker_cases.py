"""Certificates that the tests of the checker share: true ones of every kind, and how to alter one."""

import json
from copy import deepcopy
from fractions import Fraction
from functools import lru_cache, partial, reduce
from itertools import product
from math import prod
from operator import getitem
from pathlib import Path

import sympy
from sympy.polys.matrices import DomainMatrix

from symsens import Environment, PowerSpectrum, certify
from symsens.checker import load
from symsens.checker.exact import PRIME

STORED = Path(__file__).parent / "certificates"  # as the writer wrote them once: these must go on to verify


def stored(name):
    """A fresh copy of a certificate of the folder `certificates`."""
    (certificate,) = load((STORED / f"{name}.json").read_text())
    return certificate


METHANE = [(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)]
F1, BENT = [(5, 0, 1), (3, 4, -2), (-3, -4, -2), (0, 0, 6)], [(0, 1, 1), (1, 0, 1), (1, 1, 0)]
HEXAGONAL = [["1", "-1/2", "0"], ["-1/2", "1", "0"], ["0", "0", "8/3"]]
RING = [(1, 0), (1, 1), (0, 1), (-1, 0), (-1, -1), (0, -1)]  # the six-fold ring in a hexagonal frame


def environment(positions, species="H", **options):
    return Environment(species * len(positions) if species == "H" else species, positions, **options)


SLAB = environment(
    [(2, 0, 0), (0, 2, 0), (0, 0, 5), (0, 0, -5)], "HHCC", centre_species="C", centre=3, atoms=(1, 2, 3, 3)
)

power_spectrum = partial(PowerSpectrum, radial="monomial")
SMALL_F1 = environment([tuple(Fraction(c, 6) for c in y) for y in F1])

# name: environment, options of certify, (rigid, symmetry, incompleteness, angular, radial truncation), stabiliser order
CASES = {
    "none": (environment([]), {}, (0, 0, 0), 1),
    "none, atoms": (environment([]), {"vary": "atoms"}, (3, 0, 0), 1),
    "one": (environment([(1, 2, 3)]), {"nu": 1}, (2, 0, 0), 1),
    "two": (environment([(1, 2, 3), (1, 0, 1)]), {"nu": 3}, (3, 0, 0), 1),
    "collinear": (environment([(1, 2, 3), (-1, -2, -3), (2, 4, 6)], "HHO"), {}, (2, 4, 0), 1),
    "planar": (environment([(1, 2, 0), (3, 1, 0), (-1, 4, 0), (2, -5, 0)]), {}, (3, 2, 0), 1),
    "methane": (environment(METHANE), {}, (3, 8, 0), 24),
    "methane, nu=3": (environment(METHANE), {"nu": 3}, (3, 8, 0), 24),
    "methane, atoms": (environment(METHANE), {"vary": "atoms"}, (6, 8, 0), 24),
    "F1": (environment(F1), {}, (3, 0, 1), 1),
    "F1, nu=3": (environment(F1), {"nu": 3}, (3, 0, 0), 1),
    "F1, atoms": (environment(F1), {"vary": "atoms"}, (6, 0, 1), 1),
    "hexagonal": (environment([(*y, 0) for y in RING], metric=HEXAGONAL), {}, (3, 14, 0), 12),
    "oblique": (environment(F1, metric=[["2", "1", "-1/2"], ["1", "3", "1"], ["-1/2", "1", "4"]]), {}, (3, 0, 0), 1),
    "slab": (SLAB, {"vary": "atoms"}, (4, 3, 0), 4),
    "methane, power spectrum": (
        environment(METHANE),
        {"descriptor": power_spectrum(n_max=2, l_max=1)},
        (3, 8, 0, 0, 0),
        24,
    ),
    "F1, power spectrum": (SMALL_F1, {"descriptor": power_spectrum(n_max=2, l_max=2)}, (3, 0, 1, 0, 1), 1),
    "atoms, power spectrum": (
        environment(BENT, "HOH"),
        {"descriptor": power_spectrum(n_max=3, l_max=2), "vary": "atoms"},
        (6, 2, 0, 0, 0),
        2,
    ),
}


def certified(name):
    """A fresh copy of the certificate of one of `CASES` or `BY_HAND`."""
    return json.loads(certified_text(name))


@lru_cache
def certified_text(name):
    certificate = (
        described(*BY_HAND[name]) if name in BY_HAND else certify(CASES[name][0], **CASES[name][1]).certificate
    )
    return json.dumps(certificate)


def described(env, features, l_max):
    """The certificate of polynomial features at nu = 2, from an oracle of its own: SymPy differentiates them as
    written."""
    certificate = deepcopy(certify(env).certificate)
    polynomials = sympy.ring([f"x{i}" for i in range(3 * env.n)], sympy.QQ)[0]
    exact = lambda value: sympy.QQ(Fraction(str(value)).numerator, Fraction(str(value)).denominator)  # noqa: E731
    here, sides = [exact(c) for y in env.positions for c in y], list(product(range(3), repeat=2))
    x, metric = (
        [polynomials.gens[3 * j : 3 * j + 3] for j in range(env.n)],
        {(a, b): exact(env.metric[a][b]) for a, b in sides},
    )
    gram = [
        [sum((x[j][a] * x[k][b] * metric[a, b] for a, b in sides), polynomials.zero) for k in range(env.n)]
        for j in range(env.n)
    ]
    gradient_of = lambda polynomial: [polynomial.diff(c)(*here) for c in polynomials.gens]  # noqa: E731
    at, gradient = [[g(*here) for g in row] for row in gram], [[gradient_of(g) for g in row] for row in gram]
    matrices = {}
    if l_max is not None:
        shells = {}
        for j, k in product(range(env.n), repeat=2):
            shells.setdefault((env.species[j], env.species[k], at[j][j], at[k][k]), []).append((j, k))
        rows = matrices["angular_truncation"] = {}
        for pairs, l in product(shells.values(), range(l_max + 1)):
            for (a, b), power in (((0, 0), l), ((1, 1), l), ((0, 1), l - 1)):
                weight = [(l if a != b else 1) * at[j][k] ** power if power >= 0 else 0 for j, k in pairs]
                terms = [[w * g for g in gradient[p[a]][p[b]]] for w, p in zip(weight, pairs)]
                rows[json.dumps([pairs[0], [a, b], l])] = [sum(column) for column in zip(*terms)]
    rows = matrices["radial_truncation"] = {}
    for i, feature in enumerate(features):
        value = polynomials.zero
        for tau in product(range(env.n), repeat=len(feature["species"])):
            if [env.species[j] for j in tau] == feature["species"]:
                t = [gram[j][j] for j in tau] + [gram[j][k] for n, j in enumerate(tau) for k in tau[n + 1 :]]
                value += sum(
                    (exact(c) * prod(s**m for s, m in zip(t, e)) for c, e in feature["terms"]), polynomials.zero
                )
        rows[json.dumps(i)] = gradient_of(value)
    inside = [v for level in certificate["levels"] for v in level["null_vectors"]]
    for name, rows in matrices.items():
        matrix, labels = DomainMatrix(list(rows.values()), (len(rows), 3 * env.n), sympy.QQ), list(rows)
        candidates = [[str(c) for c in v] for v in matrix.nullspace().to_list()]
        vectors = [[exact(c) for c in v] for v in inside + candidates]
        chosen = DomainMatrix(vectors, (len(vectors), 3 * env.n), sympy.QQ).transpose().rref()[1]
        new = [candidates[i - len(inside)] for i in chosen if i >= len(inside)]
        pivots = [json.loads(labels[i]) for i in matrix.transpose().rref()[1]]
        certificate["levels"].append({"name": name, "null_vectors": new, "prime": str(PRIME), "pivot_rows": pivots})
        certificate["claims"]["filtration"][name] = len(new)
        inside += new
    certificate["claims"] |= {"nullity": len(inside), "rank": 3 * env.n - len(inside)}
    certificate["descriptor"] = {"name": "by hand", "l_max": l_max, "features": features}
    return certificate


FEATURES = [
    {"species": ["H"], "terms": [["1", [1]], ["1/2", [2]]]},
    {"species": ["O"], "terms": [["-7/3", [2]], ["1", [1]]]},
    {"species": ["H", "H"], "terms": [["3/2", [1, 0, 1]], ["-1/5", [0, 1, 0]]]},
    {"species": ["H", "O"], "terms": [["1", [0, 1, 1]], ["1/2", [0, 0, 1]]]},
    {"species": ["O", "H"], "terms": [["1", [0, 1, 1]]]},
    {"species": ["H", "H"], "terms": []},
]
SCALENE = [(5, 0, 2), (3, 4, 2), (-4, 3, 2), (4, 3, -2), (0, 5, -2), (-5, 0, -2), (0, 0, 5)]
BY_HAND = {
    "scalene": (environment(SCALENE), [], 1),
    "angular": (environment([("3/2", 0, 1), (0, 1, 2), (1, "1/3", -1)], "HHO"), FEATURES, 1),
    "radial": (environment([(1, "1/5", 0), (1, 0, 1), (2, 1, 0)], "HHO", metric=HEXAGONAL), FEATURES, None),
}


# Alterations.


def put(certificate, path, value):
    """The certificate, once what is at a path such as "levels.2.prime" has been replaced (or, by a callable,
    changed)."""
    *parents, last = [int(key) if key.isdigit() else key for key in path.split(".")]
    place = reduce(getitem, parents, certificate)
    place[last] = value(place[last]) if callable(value) else value
    return certificate


def without(i):
    return lambda items: items[:i] + items[i + 1 :]


def twice(items):
    return [*items, items[-1]]


INVERSION = [["-1", "0", "0"], ["0", "-1", "0"], ["0", "0", "-1"]]
IDENTITY = [["1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]]
SHEAR = [["1", "1/2", "0"], ["0", "1", "0"], ["0", "0", "1"]]
