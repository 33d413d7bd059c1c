"""2-jets of random models straight from what they are, modulo a prime: an oracle that shares no code with the search.

A model of order nu sums a random function phi = L^e over all ordered nu-tuples, L a random linear form in the dot
products of the tuple with coefficients of its own for each tuple of species, e a random exponent. It knows nothing of
classes, symmetry or functionals. As many of them as it takes span all 2-jets.
"""

from itertools import product
from random import Random

import numpy as np

P = 2**31 - 1


def residue(x):
    return x.numerator * pow(x.denominator, -1, P) % P


def mat(a, b):
    """a b modulo P; products of 31-bit numbers are summed in two halves."""
    high, low = a >> 16, a & 0xFFFF
    return ((_dot(high, b) << 16) + _dot(low, b)) % P


def _dot(a, b):
    total = np.zeros((a.shape[0], b.shape[1]), dtype=np.int64)
    for k in range(a.shape[1]):
        total = (total + a[:, k, None] * b[None, k]) % P
    return total


def modular_rank(rows):
    """Of an integer array, modulo P, by elimination."""
    rows, rank = rows % P, 0
    for column in range(rows.shape[1]):
        at = np.flatnonzero(rows[rank:, column])
        if not len(at):
            continue
        rows[[rank, rank + at[0]]] = rows[[rank + at[0], rank]]
        rows[rank] = rows[rank] * pow(int(rows[rank, column]), -1, P) % P
        below = rows[rank + 1 :]
        below -= below[:, column, None] * rows[rank] % P
        below %= P
        rank += 1
        if rank == len(rows):
            break
    return rank


class Jet:
    """Value, gradient and Hessian modulo P."""

    def __init__(self, value, gradient, hessian):
        self.value, self.gradient, self.hessian = value % P, gradient % P, hessian % P

    def __add__(self, other):
        return Jet(self.value + other.value, self.gradient + other.gradient, self.hessian + other.hessian)

    def __mul__(self, other):
        cross = self.gradient[:, None] * other.gradient[None] % P
        hessian = self.hessian * other.value % P + other.hessian * self.value % P + cross + cross.T
        gradient = self.gradient * other.value % P + other.gradient * self.value % P
        return Jet(self.value * other.value, gradient, hessian)

    def times(self, c):
        return Jet(self.value * c, self.gradient * c, self.hessian * c)

    def power(self, e):
        """f^e: e f^(e-1) df, e f^(e-1) d2f + e (e-1) f^(e-2) df df."""
        one, two = (pow(int(self.value), e - k, P) for k in (1, 2))
        first, second = e * one % P, e * (e - 1) % P * two % P
        outer = self.gradient[:, None] * self.gradient[None] % P
        hessian = self.hessian * first % P + outer * second % P
        return Jet(one * int(self.value), self.gradient * first, hessian)


def combined(jets, rng):
    """A random linear form in jets, with a constant, to a random power."""
    width = len(jets[0].gradient)
    total = Jet(rng.randrange(P), np.zeros(width, np.int64), np.zeros((width, width), np.int64))
    for jet in jets:
        total = total + jet.times(rng.randrange(P))
    return total.power(rng.randrange(2, P - 1))


class Model:
    """Random coefficients, the same for all environments."""

    def __init__(self, seed):
        self.seed = seed

    def rng(self, *key):
        return Random(f"{self.seed} {key}")


def dot_products(positions, metric, owners, width):
    """{(j, k): jet of x_j . x_k}; coordinate c of neighbour j moves with column i, times f, for (i, f) in owners[j]
    (c-th of each)."""
    x = [[residue(c) for c in y] for y in positions]
    m = [[residue(c) for c in row] for row in metric]
    found = {}
    place = np.zeros((len(x), 3, width), dtype=np.int64)
    for j, own in enumerate(owners):
        for atom, factor in own:
            for c in range(3):
                place[j, c, 3 * atom + c] += factor
    m = np.array(m, dtype=np.int64)
    for j, y in enumerate(x):
        for k, z in enumerate(x):
            of_j, of_k = mat(m, np.array([y]).T)[:, 0], mat(m, np.array([z]).T)[:, 0]
            gradient = (mat(of_k[None], place[j] % P) + mat(of_j[None], place[k] % P))[0]
            half = mat(mat((place[j] % P).T, m), place[k] % P)
            found[j, k] = Jet(int(sum(int(a) * int(b) for a, b in zip(y, of_k)) % P), gradient, half + half.T)
    return found


def feature(species, dots, nu, model, width):
    """The jet of one random feature of order nu of an environment."""
    total = Jet(0, np.zeros(width, np.int64), np.zeros((width, width), np.int64))
    for t in product(range(len(species)), repeat=nu):
        rng = model.rng("phi", *(species[j] for j in t))
        total = total + combined([dots[t[a], t[b]] for a in range(nu) for b in range(a, nu)], rng)
    return total


def site_jets(env, nu, count, readout="linear", seed=0):
    """(count, ...) flattened (gradient, Hessian) of random models of one environment, whose centre is fixed."""
    width = 3 * env.n
    dots = dot_products(env.positions, env.metric, [[(j, 1)] for j in range(env.n)], width)
    parts = lambda k: [feature(env.species, dots, nu, Model((seed, k, i)), width) for i in range(3)]
    if readout == "linear":
        return flat([feature(env.species, dots, nu, Model((seed, k)), width) for k in range(count)])
    return flat([combined(parts(k), Random(f"{seed} {k}")) for k in range(count)])


def angular_jets(env, degree, count, seed=0):
    """Those of sums over pairs of random a_l(s_j, s_k) (x_j . x_k)^l, l <= degree."""
    width, found = 3 * env.n, []
    dots = dot_products(env.positions, env.metric, [[(j, 1)] for j in range(env.n)], width)
    for i in range(count):
        total = Jet(0, np.zeros(width, np.int64), np.zeros((width, width), np.int64))
        for j, k in product(range(env.n), repeat=2):
            for l in range(degree + 1):
                part = combined([dots[j, j], dots[k, k]], Random(f"{seed} {i} {l} {env.species[j]} {env.species[k]}"))
                for _ in range(l):
                    part = part * dots[j, k]
                total = total + part
        found.append(total)
    return flat(found)


def structure_jets(structure, nu, count, model="sum", seed=0):
    """The same of a molecule whose atoms all move: models that are a "sum" of features of the environments, a sum of
    a "nonlinear" function of them, or any function of their "set"."""
    width, atoms = 3 * len(structure.species), range(len(structure.species))
    environments = []
    for i in atoms:
        others = [j for j in atoms if j != i]
        x = [tuple(a - b for a, b in zip(structure.positions[j], structure.positions[i])) for j in others]
        dots = dot_products(x, structure.metric, [[(j, 1), (i, -1)] for j in others], width)
        environments.append((structure.species[i], [structure.species[j] for j in others], dots))

    def summed(key, nonlinear):
        total = None
        for centre, species, dots in environments:
            jets = [feature(species, dots, nu, Model((key, i, centre)), width) for i in range(3 if nonlinear else 1)]
            jet = combined(jets, Random(f"{key} {centre}")) if nonlinear else jets[0]
            total = jet if total is None else total + jet
        return total

    if model == "set":
        return flat(
            [combined([summed((seed, k, i), True) for i in range(2)], Random(f"{seed} {k} set")) for k in range(count)]
        )
    return flat([summed((seed, k), model == "nonlinear") for k in range(count)])


def flat(jets):
    return np.array([np.concatenate([jet.gradient, jet.hessian.ravel()]) for jet in jets])
