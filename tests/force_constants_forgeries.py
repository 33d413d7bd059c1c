"""False certificates of the force constants of crystals, and some that are still true: every number changed by itself,
and changes at several places that fit each other.
"""

from copy import deepcopy
from fractions import Fraction

from checker_cases import put
from forger import at, changed, is_number, places


def one_by_one(certificate, many):
    """(path, certificate) with each integer that is claimed, and each number of a functional, the lattice, the metric,
    the positions and the cutoff changed by itself, in one way or many."""
    for path in places(certificate):
        if not path or path[0] in ("schema", "labels", "prime", "generators", "point_group"):
            continue
        value = at(certificate, path)
        if isinstance(value, int):
            others = [value + 1, value - 1]
        elif is_number(value):
            x = Fraction(value)
            others = [str(x + 1), str(x - 1), str(-x), str(2 * x), str(x + Fraction(1, 10**6))]
        elif path == ("readout",):
            others = [{"linear": "nonlinear", "nonlinear": "linear"}[value]]
        else:
            continue
        for other in others if many else others[:1] if path[0] != "claims" else others[:2]:
            if other != value:
                yield path, put(deepcopy(certificate), ".".join(map(str, path)), other)


def other_kind(rng, certificate):
    """A law that is missing, or the other way round, with the claims that follow."""
    claims, kinds = certificate["claims"], ["laws", "missing"]
    rng.shuffle(kinds)
    one, other = kinds
    if certificate[one]:
        certificate[other].append(certificate[one].pop(rng.randrange(len(certificate[one]))))
        claims["allowed"] += 1 if one == "laws" else -1
        claims["missing"] += 1 if one == "laws" else -1


def fewer(rng, certificate):
    """A functional less, or twice, with the claims that follow."""
    claims, kind = certificate["claims"], rng.choice(["laws", "missing"])
    given = certificate[kind]
    step = rng.choice([1, -1])
    if given:
        if step > 0:
            given.pop(rng.randrange(len(given)))
        else:
            given.append(combined(rng, given))
        claims["reached"] += step
        claims["missing" if kind == "missing" else "allowed"] += -step if kind == "missing" else step


def other_claims(rng, certificate):
    """Claims that add up."""
    claims, step = certificate["claims"], rng.choice([1, -1])
    for key in rng.choice(
        [("forms", "by_space_group", "allowed", "reached"), ("allowed", "missing"), ("allowed", "reached"), ("forms",)]
    ):
        claims[key] += step


def recombined(rng, certificate):
    """A functional exchanged for a sum: what is true stays so, unless it is of laws and missing ones together."""
    given = certificate[rng.choice(["laws", "missing"])]
    if given:
        both = certificate["laws"] + certificate["missing"] if rng.random() < 0.3 else given
        given[rng.randrange(len(given))] = combined(rng, both)


def combined(rng, given):
    """A sum of multiples of some functionals."""
    total = {}
    for one in rng.sample(given, min(len(given), 2)):
        factor = Fraction(rng.choice([1, -1, 2, 3]), rng.choice([1, 2]))
        for a, b, cells, block in one:
            before = total.setdefault((a, b, tuple(cells)), [[Fraction(0)] * 3 for _ in range(3)])
            total[a, b, tuple(cells)] = [
                [x + factor * Fraction(y) for x, y in zip(p, q)] for p, q in zip(before, block)
            ]
    return [[a, b, list(cells), [[str(x) for x in row] for row in block]] for (a, b, cells), block in total.items()]


def scaled(rng, certificate):
    """Positions and lattice in another unit, the cutoff with them or not."""
    about, factor = certificate["structure"], Fraction(rng.randrange(1, 4), rng.randrange(1, 3))
    for key in ("positions", "lattice"):
        about[key] = [[str(factor * Fraction(x)) for x in row] for row in about[key]]
    if rng.random() < 0.7:
        about["cutoff"] = str(factor * Fraction(about["cutoff"]))


def other_cell(rng, certificate):
    """A lattice vector exchanged, added to another one, or turned round."""
    lattice = certificate["structure"]["lattice"]
    i, j = rng.randrange(len(lattice)), rng.randrange(len(lattice))
    sign = rng.choice([1, -1])
    if i == j:
        lattice[i] = [str(-Fraction(x)) for x in lattice[i]]
    else:
        lattice[i] = [str(Fraction(x) + sign * Fraction(y)) for x, y in zip(lattice[i], lattice[j])]


def other_models(rng, certificate):
    """Another order, readout, or both."""
    certificate["nu"] += rng.choice([0, 1, -1])
    certificate["order_of_all"] = rng.choice([1, 2, 3, 4])
    if rng.random() < 0.5:
        certificate["readout"] = {"linear": "nonlinear", "nonlinear": "linear"}[certificate["readout"]]


FITTING = [other_kind, fewer, other_claims, recombined, scaled, other_cell, other_models]


def forgery(rng, certificate):
    """One to three changes, fitting ones and then of any value anywhere."""
    certificate = deepcopy(certificate)
    count = rng.randrange(1, 4)
    fitting = rng.randrange(count + 1)
    for _ in range(fitting):
        rng.choice(FITTING)(rng, certificate)
    for _ in range(count - fitting):
        chosen = [path for path in places(certificate) if path and path[0] not in ("schema", "labels")]
        path, donor = rng.choice(chosen), at(certificate, rng.choice(chosen))
        put(certificate, ".".join(map(str, path)), changed(rng, at(certificate, path), deepcopy(donor)))
    return certificate
