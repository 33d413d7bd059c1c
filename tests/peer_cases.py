"""Structures at which packages are compared, and how far two arrays agree."""

import numpy as np
from ase import Atoms
from ase.build import molecule


def cluster(n=20):
    """A carbon among n others at 1.2 to 3.5 Angstrom, none closer than 1.1 to another."""
    rng, points = np.random.default_rng(1), []
    while len(points) < n:
        x = rng.uniform(-3.2, 3.2, 3)
        if 1.2 < np.linalg.norm(x) < 3.5 and all(np.linalg.norm(x - p) > 1.1 for p in points):
            points.append(x)
    return Atoms(f"C{n + 1}", np.vstack([[0, 0, 0], np.round(points, 3)]))


def rattled(name):
    atoms = molecule(name)
    atoms.rattle(0.05, seed=7)
    return atoms


def lifted(z):
    """Four H around C, planar but for the first, which is lifted by z (exact rank 9 for z > 0, 7 for z = 0)."""
    return Atoms("CH4", [[0, 0, 0], [1.05, 0.13, z], [-0.21, 1.12, 0], [-0.98, -0.35, 0], [0.33, -1.17, 0]])


def shell(width):
    """Six H around C at different distances from 1.02 to 1.02 + width, far apart in angle."""
    turn, height = 2.4 * np.arange(6), 1 - np.arange(1, 12, 2) / 6
    across = np.sqrt(1 - height**2)
    directions = np.column_stack([across * np.cos(turn), across * np.sin(turn), height])
    return Atoms("CH6", np.vstack([[0, 0, 0], np.linspace(1.02, 1.02 + width, 6)[:, None] * directions]))


def collinear():
    """C-H-H in line along an axis, of two hundred bond lengths: arithmetic rounds the cosine to either side of -1."""
    for k in range(200):
        bond = np.eye(3)[k % 3] * (1 + k / 997)
        yield Atoms("CHH", [0 * bond, bond, -bond * (1 + k / 1009)])


def crystal():
    return Atoms("CuAu", [[0.1, 0, 0], [1.9, 1.8, 2.2]], cell=[[3.6, 0, 0], [0.3, 3.7, 0], [0, 0.2, 4.1]], pbc=True)


STRUCTURES = {"CH4": molecule("CH4"), "ethanol": molecule("CH3CH2OH"), "cluster": cluster()}


def floats(values):
    return np.array([float(v) for v in values])


def matrix(values):
    """(m, 3N) from (m, N, 3)."""
    return values.reshape(len(values), -1)


def digits(found, true):
    """Correct digits of the largest error, relative to the largest entry."""
    assert found.shape == true.shape
    return -np.log10(max(abs(found - true).max() / abs(true).max(), 1e-17))
