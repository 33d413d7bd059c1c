"""The Jacobian of somebody else's features by differences: an estimate."""

from collections.abc import Callable

import numpy as np

from symsens.numbers.differences import LEVELS, STEP, Estimate, estimate_derivative


def estimate_jacobian(
    features: Callable, atoms, centre: int, *, method: str = "auto", step: float = STEP, levels: int = LEVELS
) -> Estimate:
    """The Jacobian (m, N, 3) of ``features(atoms, centre) -> (m,)`` with respect to the positions of all atoms.

    Parameters
    ----------
    atoms : `ase.Atoms` with N atoms; it is not changed. Steps are in its unit, Angstrom.
    method, step, levels : as for `estimate_derivative`.

    Notes
    -----
    A complex step hands `features` an `ase.Atoms` whose position array is complex.
    """
    work = atoms.copy()

    def function(flat):
        work.arrays["positions"] = flat.reshape(-1, 3)
        return np.asarray(features(work, centre))

    found = estimate_derivative(function, atoms.get_positions().ravel(), method=method, step=step, levels=levels)
    return found.reshape(len(found.value), len(atoms), 3)
