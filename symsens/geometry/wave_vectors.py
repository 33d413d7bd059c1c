"""Wave vectors of high symmetry by their usual names, as exact fractions of reciprocal vectors.

Law: a name is a convention of ASE's tables; the fractions are what is asked about, exactly.
"""

from fractions import Fraction

import numpy as np

from symsens.geometry.cartesian import to_atoms
from symsens.geometry.environment import Structure

LARGEST = 12  # denominator of the coefficients


def special_points(structure: Structure) -> dict[str, tuple[Fraction, ...]]:
    """The points of ASE's band path for the lattice of a crystal or layer, those with small rational coefficients.

    Returns
    -------
    dict
        Name -> coefficients of the reciprocal vectors of its periodic directions. The names are those of the lattice
        type that ASE sees, Gamma is "G".
    """
    found = {}
    for name, point in to_atoms(structure).cell.bandpath(pbc=structure.pbc, npoints=0).special_points.items():
        chosen = [c for c, periodic in zip(point.tolist(), structure.pbc) if periodic]
        exact = tuple(Fraction(c).limit_denominator(LARGEST) for c in chosen)
        if np.allclose([float(c) for c in exact], chosen, atol=1e-9):
            found[name] = exact
    return found
