"""Sites whose 2-jets are known (THEORY, section 9), and small random ones."""

from itertools import permutations, product
from random import Random

from symsens import Environment, Structure


def shells(*of):
    """All vectors with these coordinates up to order and signs."""
    return sorted(
        {
            tuple(a * b for a, b in zip(order, signs))
            for x in of
            for order in permutations(x)
            for signs in product((1, -1), repeat=3)
        }
    )


TETRAHEDRON = [(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)]
SQUARE = [(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0)]
GENERIC = [(1, 2, 3), (4, -1, 2), (-3, 1, 5), (2, -4, -3)]
FCC = shells((1, 1, 0))
# name: positions, allowed, reached at nu = 1, 2, 3
SITES = {
    "tetrahedron": (TETRAHEDRON, 6, (2, 6, 6)),
    "octahedron": (shells((1, 0, 0)), 8, (2, 8, 8)),
    "bcc": (shells((1, 1, 1)), 12, (2, 12, 12)),
    "square": (SQUARE, 9, (2, 8, 9)),
    "fcc": (FCC, 21, (2, 16, 21)),
    "sc and fcc": (shells((1, 0, 0), (1, 1, 0)), 44, (4, 39, 44)),
    "bcc 1 and 2": (shells((1, 1, 1), (2, 0, 0)), 30, (4, 30, 30)),
    "generic": (GENERIC, 54, (8, 38, 54)),
    "on a line": ([(1, 0, 0), (-1, 0, 0), (2, 0, 0)], 12, (4, 12, 12)),
    "opposite": ([(1, 1, 0), (-1, -1, 0)], 4, (2, 4, 4)),
    "one": ([(1, 2, 3)], 2, (2, 2, 2)),
    "none": ([], 0, (0, 0, 0)),
}


def site(positions, species=None, **more):
    return Environment(species or ["H"] * len(positions), positions, **more)


METRICS = (None, [[2, 1, 0], [1, 3, 0], [0, 0, 1]], [[2, -1, 0], [-1, 2, 0], [0, 0, "1/3"]])


def random_site(seed):
    """At most four neighbours on a small lattice, where much coincides."""
    rng = Random(seed)
    places = [x for x in product(range(-2, 3), repeat=3) if any(x)]
    positions = rng.sample(places, rng.randrange(1, 5))
    metric = rng.choice(METRICS)
    half = [[f"{c}/2" for c in x] for x in positions]
    return site(half, [rng.choice("HHHO") for _ in positions], **({"metric": metric} if metric else {}))


def random_molecule(seed):
    """Two to four atoms on a small lattice."""
    rng = Random(seed)
    positions = rng.sample(list(product(range(-1, 2), repeat=3)), rng.randrange(2, 5))
    return Structure([rng.choice("HHHO") for _ in positions], [[f"{c}/2" for c in x] for x in positions])
