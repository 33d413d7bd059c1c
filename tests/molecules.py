"""Molecules and crystals of known symmetry, and how a file would hold them: turned, shifted, with noise."""

import numpy as np
from ase import Atoms
from ase.build import bulk, graphene, molecule
from ase.spacegroup import crystal
from scipy.spatial.transform import Rotation


def ring(species, n, radius, height, phase=0.0):
    """[(species, place)] of a regular n-gon across z."""
    angles = phase + 2 * np.pi * np.arange(n) / n
    return [(species, (radius * np.cos(a), radius * np.sin(a), height)) for a in angles]


def of_places(*places):
    """Atoms at [(species, place)]."""
    atoms = [atom for part in places for atom in part]
    return Atoms([z for z, _ in atoms], [place for _, place in atoms])


def ferrocene(turn=0.0):
    """D5h; D5d with a turn of pi/5."""
    rings = [ring("C", 5, 1.21, 1.65), ring("H", 5, 2.28, 1.6)]
    below = [ring("C", 5, 1.21, -1.65, turn), ring("H", 5, 2.28, -1.6, turn)]
    return of_places([("Fe", (0, 0, 0))], *rings, *below)


def sandwich(n, turn=0.0):
    """Two rings of n atoms on each side of a metal."""
    return of_places([("Cr", (0, 0, 0))], ring("C", n, 2, 1.2), ring("C", n, 2, -1.2, turn))


def propeller(n):
    """Dn, Cnh or S2n have no mirror through the axis: rings of two species, turned against each other."""
    return [*ring("C", n, 2, 1), *ring("H", n, 3, 1.2, 0.3)]


G2 = {
    "CH4": ("Td", 24), "C6H6": ("D6h", 24), "NH3": ("C3v", 6), "H2O": ("C2v", 4), "C2H6": ("D3d", 12),
    "C2H4": ("D2h", 8), "C3H6_D3h": ("D3h", 12), "BF3": ("D3h", 12), "CH3CH2OH": ("Cs", 2), "C4H4NH": ("C2v", 4),
    "H2O2": ("C2", 2), "CO2": ("D*h", None), "HCN": ("C*v", None), "C2H2": ("D*h", None), "C3H4_D2d": ("D2d", 8),
    "SiF4": ("Td", 24),
}  # fmt: skip


def flipped(places):
    """The places after the half-turn about x."""
    return [(z, (x, -y, -h)) for z, (x, y, h) in places]


def mirrored(places):
    """The places after the mirror across z."""
    return [(z, (x, y, -h)) for z, (x, y, h) in places]


def rotoreflected(places, n):
    """The places after S_2n."""
    turn = Rotation.from_rotvec([0, 0, np.pi / n]).as_matrix()
    return [(z, tuple(turn @ np.array([x, y, -h]))) for z, (x, y, h) in places]


MADE = {
    "SF6": (of_places([("S", (0, 0, 0))], ring("F", 4, 1.56, 0), [("F", (0, 0, z)) for z in (1.56, -1.56)]), "Oh", 48),
    "ferrocene": (ferrocene(), "D5h", 20),
    "ferrocene, staggered": (ferrocene(np.pi / 5), "D5d", 20),
    "D4d": (sandwich(4, np.pi / 4), "D4d", 16),
    "D6d": (sandwich(6, np.pi / 6), "D6d", 24),
    "C7v": (of_places([("Cr", (0, 0, 1))], ring("C", 7, 2, 0)), "C7v", 14),
    "D8h": (of_places(ring("S", 8, 2, 0)), "D8h", 32),
    "C5": (of_places(propeller(5)), "C5", 5),
    "C5h": (of_places(propeller(5), mirrored(propeller(5))), "C5h", 10),
    "D5": (of_places(propeller(5), flipped(propeller(5))), "D5", 10),
    "S8": (of_places(propeller(4), rotoreflected(propeller(4), 4)), "S8", 8),
    "S6": (of_places(propeller(3), rotoreflected(propeller(3), 3)), "S6", 6),
    "C3h": (of_places(propeller(3), mirrored(propeller(3))), "C3h", 6),
    "D7": (of_places(propeller(7), flipped(propeller(7))), "D7", 14),
}  # fmt: skip

CRYSTALS = {
    "diamond": bulk("C", "diamond", 3.567),
    "diamond, 8 atoms": bulk("C", "diamond", 3.567, cubic=True),
    "rock salt": bulk("NaCl", "rocksalt", 5.64),
    "rock salt, 16 atoms": bulk("NaCl", "rocksalt", 5.64, cubic=True) * (2, 1, 1),
    "hcp, ideal": bulk("Mg", "hcp", 3.2, c=3.2 * np.sqrt(8 / 3)),
    "hcp": bulk("Mg", "hcp", 3.2, c=5.21),
    "iron": bulk("Fe"),
    "quartz": crystal(
        ["Si", "O"],
        [(0.4697, 0, 1 / 3), (0.4133, 0.2672, 1 / 3 - 0.1188)],
        spacegroup=152,
        cellpar=[4.916, 4.916, 5.4054, 90, 90, 120],
    ),
    "graphite": crystal(
        ["C", "C"], [(0, 0, 0.25), (1 / 3, 2 / 3, 0.25)], spacegroup=194, cellpar=[2.46, 2.46, 6.7, 90, 90, 120]
    ),
    "rutile": crystal(
        ["Ti", "O"], [(0, 0, 0), (0.305, 0.305, 0)], spacegroup=136, cellpar=[4.594, 4.594, 2.959, 90, 90, 90]
    ),
    "calcite": crystal(
        ["Ca", "C", "O"],
        [(0, 0, 0), (0, 0, 0.25), (0.257, 0, 0.25)],
        spacegroup=167,
        cellpar=[4.99, 4.99, 17.06, 90, 90, 120],
    ),
    "zirconia": crystal(
        ["Zr", "O", "O"],
        [(0.2754, 0.0395, 0.2083), (0.07, 0.3317, 0.3447), (0.4496, 0.7569, 0.4792)],
        spacegroup=14,
        cellpar=[5.15, 5.2075, 5.3175, 90, 99.23, 90],
    ),
    "triclinic": crystal(
        ["Zr", "O"],
        [(0.2754, 0.0395, 0.2083), (0.07, 0.3317, 0.3447)],
        spacegroup=2,
        cellpar=[5.15, 5.2075, 5.3175, 80, 99.23, 70],
    ),
}
GRAPHENE = graphene(vacuum=8)


def rattled(atoms, size, seed=0):
    """A copy, turned and shifted at random, with every atom and cell vector moved by `size` in a random direction."""
    random, copy = np.random.default_rng(seed), atoms.copy()
    turn = Rotation.random(random_state=seed).as_matrix()
    moves = random.normal(size=(len(atoms) + 3, 3))
    moves *= size / np.linalg.norm(moves, axis=1)[:, None]
    copy.positions = atoms.positions @ turn.T + random.normal(size=3) + moves[3:]
    copy.set_cell(atoms.cell.array @ turn.T + moves[:3] * atoms.pbc[:, None])
    return copy


def named_molecule(name):
    """A molecule of ASE's set or of those made here."""
    return MADE[name][0] if name in MADE else molecule(name)
