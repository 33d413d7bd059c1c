"""The Jacobians: D_nu, D_{2,l} and that of polynomial features, by rows that are made one at a time.

Law: every row is a combination of differentials dG_jk = (M y_j).dy_k + (M y_k).dy_j, kept as {(j, k): weight} (Lemma
incidence). A `Matrix` is three things: labels that give all its rows, the row of any label, and whether something is
a label.
"""

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations, product
from math import prod
from typing import Any

from symsens.checker.limits import MAX_DEGREE, MAX_NUMBER_BITS
from symsens.checker.linear import combine
from symsens.checker.refusals import Refuted


def components(nu):
    """The invariants of a nu-tuple: (0,0), (1,1), ..., then (0,1), (0,2), ..., (1,2), ..."""
    return [(a, a) for a in range(nu)] + list(combinations(range(nu), 2))


def pair(j, k):
    """The pair of neighbours j and k, in order."""
    return (j, k) if j <= k else (k, j)


@dataclass(frozen=True)
class Matrix:
    """A matrix given by its rows."""

    labels: Any
    row: Any
    valid: Any


def check_powers(env, degree):
    """Nothing, or `Refuted`: powers of dot products up to this degree are numbers of an allowed size."""
    if degree * env.bits > MAX_NUMBER_BITS:
        raise Refuted(f"powers of degree {degree} of the dot products have more than {MAX_NUMBER_BITS} bits")


def basis_free(env):
    """D_nu: for each class of equal species and dot products, and each component (a, b), the row sum dG_ab.

    For SO(3) the classes are those of equal triple products too, and there is the row sum dT_abc of each (Lemma
    orientation).
    """
    nu, classes = env.nu, defaultdict(list)
    threes = list(combinations(range(nu), 3)) if env.chiral else []
    places = components(nu) + threes

    def key(tau):
        dots = (env.alike[tau[a]][tau[b]] for a, b in components(nu))
        return (*(env.species[j] for j in tau), *dots, *(env.triple(*(tau[a] for a in abc)) for abc in threes))

    def row(label):
        tau, component = label
        return combine(signed([t[a] for a in component]) for t in classes[key(tau)])

    def valid(label):
        tau, component = label
        return len(tau) == nu and all(0 <= j < env.n for j in tau) and tuple(component) in places

    for tau in product(range(env.n), repeat=nu):
        classes[key(tau)].append(tau)
    return Matrix(product([members[0] for members in classes.values()], places), row, valid)


def signed(neighbours):
    """({their dot product or triple product, in order: 1}, sign); 0 for a triple product of repeated neighbours."""
    ordered = sorted(neighbours)
    if len(ordered) == 2:
        return {tuple(ordered): 1}, 1
    if len(set(ordered)) < 3:
        return {}, 0
    swaps = sum(j > k for j, k in combinations(neighbours, 2))
    return {tuple(ordered): 1}, (-1) ** swaps


def angular(env, l_max):
    """D_{2,l}: for each class of equal species and radii and each l <= l_max, the sums of d^l ds_j, d^l ds_k and
    l d^(l-1) dd (Lemma angular)."""
    check_powers(env, l_max)
    shells, classes = [(kind, env.alike[j][j]) for j, kind in enumerate(env.species)], defaultdict(list)

    def weight(a, b, l, d):
        if a == b:
            return d**l
        return l * d ** (l - 1) if l else 0

    def row(label):
        (j, k), (a, b), l = label
        members = classes[shells[j], shells[k]]
        return combine(({pair(t[a], t[b]): 1}, weight(a, b, l, env.gram[t[0]][t[1]])) for t in members)

    def valid(label):
        tau, component, l = label
        in_range = len(tau) == 2 and all(0 <= j < env.n for j in tau)
        return in_range and tuple(component) in components(2) and 0 <= l <= l_max

    for j, k in product(range(env.n), repeat=2):
        classes[shells[j], shells[k]].append((j, k))
    firsts = [members[0] for members in classes.values()]
    return Matrix(product(firsts, components(2), range(l_max + 1)), row, valid)


def check_features(features, l_max, nu):
    """Nothing, or `Refuted`: the features have the form that the levels speak of: order <= nu, degree <= l_max in
    d_12."""
    if l_max is not None and (nu != 2 or not 0 <= l_max <= MAX_DEGREE):
        raise Refuted(f"descriptor.l_max: {l_max} is outside 0..{MAX_DEGREE}, or nu = {nu} is not 2")
    top = MAX_DEGREE if l_max is None else l_max
    for i, feature in enumerate(features):
        where, order = f"descriptor.features[{i}]", len(feature["species"])
        if not 1 <= order <= nu:
            raise Refuted(f"{where}.species: {order} species at nu = {nu}")
        size = len(components(order))
        for _, exponents in feature["terms"]:
            if not fitting(exponents, size, top):
                raise Refuted(f"{where}.terms: exponents other than {size} in 0..{MAX_DEGREE}, l_max for d_12")


def fitting(exponents, size, top):
    """Whether exponents are as many as the invariants, of an allowed size, and at most `top` for d_12."""
    if len(exponents) != size or min(exponents) < 0 or max(exponents) > MAX_DEGREE:
        return False
    return max(exponents[2:], default=0) <= top


def degree(feature):
    """The degree of a polynomial feature in the dot products."""
    return max((sum(exponents) for _, exponents in feature["terms"]), default=0)


def jacobian(env, features):
    """J: for each feature, the sum over its tuples and their invariants t_c of d phi / d t_c dt_c, at t = G / scale.

    A row is `scale` to the power of the feature's degree times what it stands for.
    """
    degrees = list(map(degree, features))
    check_powers(env, max(degrees, default=0))

    def tuples(species):
        return product(*[[j for j in range(env.n) if env.species[j] == kind] for kind in species])

    def terms_of(i):
        pairs = components(len(features[i]["species"]))
        # scale^degree phi, as a polynomial in G
        phi = [(x * env.scale ** (degrees[i] - sum(e)), e) for x, e in features[i]["terms"]]
        for tau in tuples(features[i]["species"]):
            at = [pair(tau[a], tau[b]) for a, b in pairs]
            t = [env.gram[j][k] for j, k in at]
            for (x, e), c in product(phi, range(len(at))):
                if e[c]:
                    yield {at[c]: x}, e[c] * prod(g ** (m - (b == c)) for b, (g, m) in enumerate(zip(t, e)))

    return Matrix(range(len(features)), lambda i: combine(terms_of(i)), lambda i: 0 <= i < len(features))
