"""Whole structures in exact coordinates, whose totally symmetric displacements textbooks count."""

from fractions import Fraction
from itertools import product

from symsens import Structure
from symsens.numbers.declared import number_field

HEXAGONAL = [["1", "-1/2", "0"], ["-1/2", "1", "0"], ["0", "0", "8/3"]]
CUBE = [(1, 0, 0), (0, 1, 0), (0, 0, 1)]
FCC = [(0, 2, 2), (2, 0, 2), (2, 2, 0)]
THREE = [(1, 0), (0, 1), (-1, -1)]  # in a hexagonal frame
SIX = [*THREE, (1, 1), (-1, 0), (0, -1)]


def hexagonal(species, positions, **options):
    return Structure(species, positions, metric=HEXAGONAL, **options)


def crystal(species, positions, cell=CUBE, **options):
    return Structure(species, positions, cell=cell, pbc=(True,) * 3, **options)


def scaled(places, factor, height):
    return [(factor * a, factor * b, height) for a, b in places]


def ferrocene():
    """Eclipsed, in a frame of two corners of a pentagon, where the metric holds its angle."""
    field = number_field("QQ<sqrt(5)>")
    cosine = field.parse("(sqrt(5) - 1)/4")
    ring = [(field.parse(1), field.parse(0)), (field.parse(0), field.parse(1))]
    for _ in range(3):
        (a, b), (c, d) = ring[-2:]
        ring.append((2 * cosine * c - a, 2 * cosine * d - b))
    metric = [[1, cosine, 0], [cosine, 1, 0], [0, 0, 1]]
    rings = [(factor * a, factor * b, z) for factor in (1, 2) for z in (2, -2) for a, b in ring]
    return Structure(["Fe"] + ["C"] * 10 + ["H"] * 10, [(0, 0, 0), *rings], metric=metric, field=field)


def buckminsterfullerene():
    """The truncated icosahedron of International Tables: cyclic permutations of three places with all signs."""
    field = number_field("QQ<sqrt(5)>")
    phi, number = field.parse("(1 + sqrt(5))/2"), field.parse
    corners = [(number(0), number(1), 3 * phi), (number(2), 1 + 2 * phi, phi), (number(1), 2 + phi, 2 * phi)]
    places = set()
    for corner, signs, turn in product(corners, product((1, -1), repeat=3), range(3)):
        y = [sign * x for sign, x in zip(signs, corner)]
        places.add((*y[turn:], *y[:turn]))
    return Structure(["C"] * 60, sorted(places), field=field)


# name: (structure, order of its group of permutations, point group, totally symmetric vibrations)
MOLECULES = {
    "H2O": (Structure("OHH", [(0, 0, 0), (3, 4, 0), (-3, 4, 0)]), 2, "C2v", 2),
    "NH3": (hexagonal("NHHH", [(0, 0, 1), *scaled(THREE, 2, 0)]), 6, "C3v", 2),
    "CH4": (Structure("CHHHH", [(0, 0, 0), (1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)]), 24, "Td", 1),
    "CO2": (Structure("COO", [(0, 0, 0), (2, 1, 2), (-2, -1, -2)]), 2, "D*h", 1),
    "HCN": (Structure("HCN", [(0, 0, -1), (0, 0, 0), (0, 0, 2)]), 1, "C*v", 2),
    "SF6": (Structure("SFFFFFF", [(0, 0, 0), *[tuple(s * x for x in e) for e in CUBE for s in (1, -1)]]), 48, "Oh", 1),
    "ethane": (
        hexagonal(["C"] * 2 + ["H"] * 6, [(0, 0, 1), (0, 0, -1), *scaled(THREE, 2, 2), *scaled(THREE, -2, -2)]),
        12,
        "D3d",
        3,
    ),
    "ethene": (
        Structure(["C"] * 2 + ["H"] * 4, [(2, 0, 0), (-2, 0, 0), (3, 2, 0), (3, -2, 0), (-3, 2, 0), (-3, -2, 0)]),
        4,
        "D2h",
        3,
    ),
    "benzene": (hexagonal(["C"] * 6 + ["H"] * 6, [*scaled(SIX, 1, 0), *scaled(SIX, 2, 0)]), 12, "D6h", 2),
    "cyclopropane": (
        hexagonal(["C"] * 3 + ["H"] * 6, [*scaled(THREE, 3, 0), *scaled(THREE, 5, 2), *scaled(THREE, 5, -2)]),
        12,
        "D3h",
        3,
    ),
}

THIRD, U, X, Y, Z = Fraction(1, 3), Fraction(47, 100), Fraction(41, 100), Fraction(27, 100), Fraction(3, 25)
SILICON = [(U, 0, THIRD), (0, U, 2 * THIRD), (-U, -U, 0)]
OXYGEN = [
    (X, Y, Z),
    (-Y, X - Y, Z + THIRD),
    (Y - X, -X, Z + 2 * THIRD),
    (Y, X, -Z),
    (X - Y, -Y, 2 * THIRD - Z),
    (-X, Y - X, THIRD - Z),
]
CHAIN = {"cell": [(0, 0, 3), (0, 0, 1), (0, 1, 0)], "pbc": (True, False, False)}

# name: (structure, cutoff, order of its group modulo the lattice, point group, free symmetric parameters)
CRYSTALS = {
    "simple cubic": (crystal(["Po"], [(0, 0, 0)]), "9/5", 48, "Oh", 0),
    "diamond": (crystal("CC", [(0, 0, 0), (1, 1, 1)], FCC), "17/5", 48, "Oh", 0),
    "diamond, skew cell": (
        crystal("CC", [(0, 0, 0), (1, 1, 1)], [(0, 2, 2), (2, 2, 4), (2, 2, 0)]),
        "17/5",
        48,
        "Oh",
        0,
    ),
    "rock salt": (crystal(["Na", "Cl"], [(0, 0, 0), (2, 0, 0)], FCC), "7/2", 48, "Oh", 0),
    "zinc blende": (crystal(["Zn", "S"], [(0, 0, 0), (1, 1, 1)], FCC), "17/5", 24, "Td", 0),
    "hcp": (
        hexagonal(["Mg"] * 2, [("1/3", "2/3", "1/4"), ("2/3", "1/3", "3/4")], cell=CUBE, pbc=(True,) * 3),
        "3/2",
        24,
        "D6h",
        0,
    ),
    "graphene": (
        hexagonal(["C"] * 2, [("1/3", "2/3", 0), ("2/3", "1/3", 0)], cell=CUBE, pbc=(True, True, False)),
        "6/5",
        12,
        "D6h",
        0,
    ),
    "rutile": (
        crystal(
            ["Ti"] * 2 + ["O"] * 4,
            [(0, 0, 0), ("1/2", "1/2", "1/2")]
            + [("3/10", "3/10", 0), ("7/10", "7/10", 0), ("4/5", "1/5", "1/2"), ("1/5", "4/5", "1/2")],
            metric=[[1, 0, 0], [0, 1, 0], [0, 0, "2/5"]],
        ),
        "3/4",
        16,
        "D4h",
        1,
    ),
    "quartz": (hexagonal(["Si"] * 3 + ["O"] * 6, SILICON + OXYGEN, cell=CUBE, pbc=(True,) * 3), "3/4", 6, "D3", 4),
    "chain": (Structure("CH", [(0, 0, 0), (1, 0, 0)], **CHAIN), "4", 2, "C2v", 1),
    "straight chain": (Structure("CN", [(0, 0, 0), (0, 0, 1)], **CHAIN), "7/2", 1, "C*v", 1),
    "even chain": (Structure("C", [(0, 0, 0)], **CHAIN), "7/2", 2, "D*h", 0),
}
