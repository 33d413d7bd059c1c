"""Pairs with known answers: (A, B, options of compare, congruent, equal_up_to, separated_at), by name."""

from dataclasses import replace
from fractions import Fraction

from ase.build import bulk
from checker_cases import HEXAGONAL, RING, environment
from comparison_oracle import Points

from symsens import Structure
from symsens.certificates.comparisons import comparison_certificate

LAYERS = [(5, 0, 2), (3, 4, 2), (-4, 3, 2), (4, 3, -2), (0, 5, -2), (-5, 0, -2)]
CHIRAL = [(1, 0, 0), (0, 2, 0), (0, 0, 3)]


def around(*positions, species="H", **options):
    return environment(list(positions), species, centre_species="C", **options)


def axial(d):
    return around((5, 0, 1), (3, 4, -2), (-3, -4, -2), (0, d, 6))


def in_frame(env, frame):
    """The same environment in another frame: x = B y, B its columns, and the metric B^T B (from the identity)."""
    rows = [[Fraction(c) for c in row] for row in frame]
    adjugate, d = cofactor_rows(rows)
    positions = [[sum(a * x for a, x in zip(row, y)) / d for row in adjugate] for y in env.positions]
    metric = [[sum(rows[k][i] * rows[k][j] for k in range(3)) for j in range(3)] for i in range(3)]
    return environment(positions, env.species, centre_species=env.centre_species, metric=metric)


def cofactor_rows(m):
    (a, b, c), (d, e, f), (g, h, i) = m
    adjugate = [
        [e * i - f * h, c * h - b * i, b * f - c * e],
        [f * g - d * i, a * i - c * g, c * d - a * f],
        [d * h - e * g, b * g - a * h, a * e - b * d],
    ]
    return adjugate, a * adjugate[0][0] + b * adjugate[1][0] + c * adjugate[2][0]


def points(subject, cutoff=None):
    """An environment or a structure for the oracle."""
    return Points(comparison_certificate(subject, subject, cutoff, False, None, [], {})["first"])


def on_a_line(*places):
    return Structure("H" * len(places), [(x, 0, 0) for x in places])


def mirrored(env):
    return environment([(x, y, -z) for x, y, z in env.positions], env.species, centre_species=env.centre_species)


def layers(stacking):
    """Close-packed spheres of diameter 1 in a frame of two neighbours in a layer and the height of one layer."""
    third = Fraction(1, 3)
    places = {"A": (0, 0), "B": (third, third), "C": (2 * third, 2 * third)}
    metric = [[1, Fraction(1, 2), 0], [Fraction(1, 2), 1, 0], [0, 0, Fraction(2, 3)]]
    positions = [(*places[layer], height) for height, layer in enumerate(stacking)]
    cell = [(1, 0, 0), (0, 1, 0), (0, 0, len(stacking))]
    return Structure("H" * len(stacking), positions, cell=cell, pbc=(True,) * 3, metric=metric)


def helix(turn):
    """Atoms on a screw along the third vector, right- or left-handed: quarter turns."""
    ring = [(1, 0), (0, 1), (-1, 0), (0, -1)][::turn]
    return Structure(
        "SSSS", [(*y, k) for k, y in enumerate(ring)], cell=[(9, 0, 0), (0, 9, 0), (0, 0, 4)], pbc=(0, 0, 1)
    )


HEXAGON = environment([(*y, 0) for y in RING], "HHHHHO", metric=HEXAGONAL)
TURNED_HEXAGON = environment([(*y, 0) for y in [*RING[1:], RING[0]]], "HHHHHO", metric=HEXAGONAL)
HAND = Structure(("C", "H", "F", "H"), [(0, 0, 0), (1, 0, 0), (0, 2, 0), (0, 0, 3)])
OTHER_HAND = Structure(("F", "C", "H", "H"), [(0, 2, 1), (0, 0, 1), (-1, 0, 1), (0, 0, 4)])
PRIMITIVE, CUBE = (Structure.from_ase(bulk("Cu", "fcc", a=4.0, cubic=cubic)) for cubic in (False, True))
SALT, ZINCBLENDE = (Structure.from_ase(bulk("NaCl", kind, a=4.0)) for kind in ("rocksalt", "zincblende"))
SHORT = Structure("CH", [(0, 0, 0), (0, 0, 1)])

PAIRS = {
    "nu=1": (around((1, 0, 0), (0, 1, 0)), around((1, 0, 0), (0, 0, 1)), {}, True, 4, None),
    "nu=1 apart": (around((1, 0, 0), (0, 2, 0)), around((1, 0, 0), (0, 0, 3)), {}, False, 0, 1),
    "nu=2 apart": (around((1, 0, 0), (0, 2, 0)), around((1, 0, 0), (-2, 0, 0)), {}, False, 1, 2),
    "axial": (axial(2), axial(-2), {}, False, 2, 3),
    "axial, chiral": (axial(2), axial(-2), {"chiral": True}, False, 2, 3),
    "axial, merged": (axial(0), mirrored(axial(0)), {}, True, 4, None),
    "axial, up to 2": (axial(2), axial(-2), {"nu_max": 2}, False, 2, None),
    "layers": (around(*LAYERS, (0, 0, 5)), around(*LAYERS, (0, 0, -5)), {}, False, 3, 4),
    "hexagon": (HEXAGON, TURNED_HEXAGON, {}, True, 4, None),
    "frames": (axial(2), in_frame(axial(2), [(1, 2, 0), (0, 1, 0), ("1/2", 0, 3)]), {"chiral": True}, True, 4, None),
    "line": (around((1, 2, 3), (2, 4, 6)), around((-2, -4, -6), (-1, -2, -3)), {"chiral": True}, True, 4, None),
    "mirror": (around(*CHIRAL), mirrored(around(*CHIRAL)), {}, True, 4, None),
    "mirror, chiral": (around(*CHIRAL), mirrored(around(*CHIRAL)), {"chiral": True}, False, 2, 3),
    "planar mirror, chiral": (
        around((1, 2, 0), (3, 1, 0), (-1, 4, 0)),
        around((-1, 2, 0), (-3, 1, 0), (1, 4, 0)),
        {"chiral": True},
        True,
        4,
        None,
    ),
    "centres": (around((1, 0, 0)), environment([(1, 0, 0)], "H", centre_species="N"), {}, False, 0, 1),
    "species": (around((1, 0, 0)), around((1, 0, 0), species="O"), {}, False, 0, 1),
    "numbers": (around((1, 0, 0)), around((1, 0, 0), (0, 1, 0)), {}, False, 0, 1),
    "none": (around(), around(), {}, True, 4, None),
    "homometric": (on_a_line(0, 1, 4, 10, 12, 17), on_a_line(0, 1, 8, 11, 13, 17), {"nu_max": 2}, False, 0, 1),
    "hands": (HAND, OTHER_HAND, {}, True, 4, None),
    "hands, chiral": (HAND, OTHER_HAND, {"chiral": True}, False, 2, 3),
    "molecules": (
        Structure("CH", [(0, 0, 0), (0, 0, 1)]),
        Structure("CHH", [(0, 0, 0), (0, 0, 1), (1, 0, 0)]),
        {},
        False,
        0,
        1,
    ),
    "cells": (PRIMITIVE, CUBE, {"cutoff": 3}, True, 4, None),
    "stacking": (layers("ABC"), layers("AB"), {"cutoff": "11/10"}, False, 1, 2),
    "helix": (helix(1), helix(-1), {"cutoff": 3}, True, 4, None),
    "helix, chiral": (helix(1), helix(-1), {"cutoff": 3, "chiral": True}, False, 2, 3),
    "rock salt": (SALT, ZINCBLENDE, {"cutoff": 2}, False, 0, 1),
    "slab and bulk": (helix(1), replace(helix(1), pbc=(True, True, True)), {"cutoff": 3, "nu_max": 1}, False, 1, None),
    "cut": (on_a_line(0, 1, 5, 6), on_a_line(0, 1, 7, 8), {"cutoff": "3/2"}, False, 4, None),
}
SUMS = {"homometric": (1, 2), "hands, chiral": (2, 3), "molecules": (0, 1)}
