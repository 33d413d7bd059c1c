"""Changes at several places of a certificate of second order that fit each other, as a forger would make them."""

from copy import deepcopy
from fractions import Fraction


def other_numbers(rng, certificate):
    """One 2-jet more or less is reached, or allowed, with as many functionals."""
    claims, missing, step = certificate["claims"], certificate["missing"], rng.choice([1, -1])
    one, other = rng.choice([("reached", "missing"), ("missing", "allowed"), ("reached", "allowed")])
    claims[one] += step
    claims[other] += -step if other == "missing" else step
    more = {"reached": -step, "missing": step}[one] * ("missing" in (one, other))
    if more < 0:
        missing.pop(rng.randrange(len(missing)))
    elif more > 0:
        missing.append(other_functional(rng, deepcopy(rng.choice(missing))))


def other_functional(rng, functional):
    """A multiple, a part, or one with other numbers."""
    kind, factor = rng.randrange(4), rng.choice(["-1", "2", "1/3"])
    times = lambda rows: [[str(Fraction(factor) * Fraction(x)) for x in row] for row in rows]
    if kind == 0:
        functional["gradient"] = times(functional["gradient"])
    elif kind == 1:
        functional["form"] = [[j, k, times(block)] for j, k, block in functional["form"]]
    elif kind == 2:
        functional["form"].pop(rng.randrange(len(functional["form"])))
    else:
        functional["gradient"] = [["0"] * 3 for _ in functional["gradient"]]
    return functional


def other_missing(rng, certificate):
    """A functional exchanged for another one, for a multiple or a sum, or changed."""
    missing = certificate["missing"]
    i, j = rng.randrange(len(missing)), rng.randrange(len(missing))
    kind = rng.randrange(3)
    if kind == 0:
        missing[i] = other_functional(rng, missing[i])
    elif kind == 1:
        missing[i] = deepcopy(missing[j])
    else:
        rows = zip(missing[i]["gradient"], missing[j]["gradient"])
        missing[i]["gradient"] = [[str(Fraction(x) + Fraction(y)) for x, y in zip(a, b)] for a, b in rows]


def other_models(rng, certificate):
    """Another order or readout, what is missing as it was."""
    if rng.random() < 0.5:
        certificate["nu"] += rng.choice([1, -1])
    else:
        certificate["readout"] = {"linear": "nonlinear", "nonlinear": "linear"}[certificate["readout"]]


def other_places(rng, certificate):
    """All positions scaled, with the functionals or without; two atoms exchanged."""
    about = certificate.get("environment") or certificate["structure"]
    factor, kind = Fraction(rng.randrange(1, 5), rng.randrange(1, 5)), rng.randrange(3)
    times = lambda rows, by: [[str(by * Fraction(x)) for x in row] for row in rows]
    if kind < 2:
        about["positions"] = times(about["positions"], factor)
    if kind == 1:
        for one in certificate["missing"]:
            one["gradient"] = times(one["gradient"], factor)
            one["form"] = [[j, k, times(block, factor**2)] for j, k, block in one["form"]]
    if kind == 2:
        i, j = rng.randrange(len(about["species"])), rng.randrange(len(about["species"]))
        for items in (about["positions"], about["species"]):
            items[i], items[j] = items[j], items[i]


OF_SECOND_ORDER = [other_numbers, other_missing, other_models, other_places]
