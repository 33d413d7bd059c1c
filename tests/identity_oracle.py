"""What a certificate of a family says, judged at random rational points from its JSON alone, by code of its own."""

import random
from collections import Counter
from fractions import Fraction
from itertools import permutations, product
from math import prod


def value(polynomial, point):
    return sum(Fraction(c) * prod(x**e for x, e in zip(point, exponents)) for c, exponents in polynomial)


def places(side, point):
    return [[value(c, point) for c in y] for y in side]


def dot(x, y):
    return sum(a * b for a, b in zip(x, y))


def classes(species, X, nu):
    """{class: tuples}: equal species, equal dot products."""
    found = {}
    for tau in product(range(len(X)), repeat=nu):
        key = (tuple(species[j] for j in tau), tuple(dot(X[j], X[k]) for j in tau for k in tau))
        found.setdefault(key, []).append(tau)
    return found


def rows(species, X, nu):
    """D_nu, one row for each class and each ordered pair of places."""
    n = len(X)
    for members in classes(species, X, nu).values():
        for a, b in product(range(nu), repeat=2):
            row = [Fraction(0)] * (3 * n)
            for tau in members:
                j, k = tau[a], tau[b]
                for c in range(3):
                    row[3 * j + c] += X[k][c]
                    row[3 * k + c] += X[j][c]
            yield row


def rank(matrix):
    """Gauss, over the rationals."""
    rest, found = [list(row) for row in matrix], 0
    for c in range(len(rest[0]) if rest else 0):
        pivot = next((row for row in rest if row[c]), None)
        if pivot is None:
            continue
        found += 1
        rest = [[x - row[c] / pivot[c] * y for x, y in zip(row, pivot)] for row in rest if row is not pivot]
    return found


def congruent(species, X, Y):
    gram = lambda Z: [[dot(x, y) for y in Z] for x in Z]  # noqa: E731
    first, second = gram(X), gram(Y)
    for p in permutations(range(len(X))):
        kept = all(first[j][k] == second[p[j]][p[k]] for j in range(len(X)) for k in range(len(X)))
        if kept and all(species[j] == species[p[j]] for j in range(len(X))):
            return True
    return False


def points(certificate, count=2):
    rng = random.Random(len(str(certificate)))
    number = lambda: Fraction(rng.choice((-1, 1)) * rng.randrange(101, 1000), rng.randrange(11, 99))  # noqa: E731
    return [[number() for _ in certificate["parameters"]] for _ in range(count)]


def is_true(certificate):
    """Whether what is said holds at random points; what is said of almost all, at these."""
    species = certificate["species"]
    for point in points(certificate):
        X = places(certificate["positions"], point)
        if len({tuple(x) for x in X} | {(0, 0, 0)}) <= len(X):
            continue
        if certificate["partner"] is None:
            if not nulls_hold(certificate, species, X, point):
                return False
        elif not pair_holds(certificate, species, X, places(certificate["partner"], point)):
            return False
    return True


def nulls_hold(certificate, species, X, point):
    orders = [certificate["nu"]] if certificate["nu"] else [1, 2, 3]
    vectors = [[value(c, point) for c in vector] for vector in certificate["null_vectors"]]
    for nu in orders:
        if any(dot(row, v) for row in rows(species, X, nu) for v in vectors):
            return False
    witness = certificate["witness"]
    return witness is None or rank(rows(species, X, witness["nu"])) == witness["claims"]["rank"]


def pair_holds(certificate, species, X, Y):
    count = lambda Z, nu: Counter({key: len(each) for key, each in classes(species, Z, nu).items()})  # noqa: E731
    if any(count(X, nu) != count(Y, nu) for nu in range(1, certificate["nu"] + 1)):
        return False
    witness = certificate["witness"]
    if witness is None:
        return True
    told = witness["claims"]["levels"][0]["separated_at"]
    apart = told is None or count(X, told) != count(Y, told)
    return not congruent(species, X, Y) and apart
