"""Forgeries of certificates about classes of networks, and of layers that tell two sides apart."""

from copy import deepcopy
from fractions import Fraction


def other_network(rng, certificate):
    """Another class: a layer more or fewer, another cutoff, other messages; atoms nearer, or another walk."""
    network, further = certificate["network"], certificate.get("left_out")
    kind = rng.randrange(5)
    if kind == 0:
        network["layers"] += rng.choice([1, -1, 2])
    elif kind == 1:
        network["cutoff"] = rng.choice([None, "1", "6/5", "3/2", "2", "3", "7", network["cutoff"]])
    elif kind == 2:
        network["messages"] = rng.choice(["angles", "distances"])
    elif kind == 3 and further:
        factor = Fraction(rng.randrange(1, 12), 10)
        further["positions"] = [[str(factor * Fraction(c)) for c in y] for y in further["positions"]]
    else:
        rows = certificate["levels"][2]["pivot_rows"]
        row = rng.choice(rows)
        row[:] = deepcopy(rng.choice(rows))
        row[-1] = rng.choice([row[-1], 0, 1, 2, -1])
        if row[-2] and rng.random() < 0.5:
            step = rng.choice(row[-2])
            step[rng.randrange(len(step))] = rng.randrange(-1, 6)


def other_layers(rng, certificate):
    """More or fewer layers that tell two sides apart, other networks, atoms elsewhere, a side twice."""
    kind = rng.randrange(5)
    if kind == 0:
        certificate["claims"]["layers"] = rng.choice([None, 0, 1, 2, 3, 10**9])
    elif kind == 1:
        certificate["network"]["cutoff"] = rng.choice([None, "1", "3/2", "2", "5/2", "3"])
    elif kind == 2:
        certificate["network"]["messages"] = rng.choice(["angles", "distances"])
    elif kind == 3:
        certificate["second"] = deepcopy(certificate["first"])
    else:
        side = certificate[rng.choice(["first", "second"])]
        point = rng.choice(side["positions"])
        point[rng.randrange(3)] = str(
            rng.choice([1, -1, Fraction(1, 2)]) * Fraction(rng.choice(point)) + rng.randrange(2)
        )
