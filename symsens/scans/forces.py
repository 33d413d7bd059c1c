"""How much of given forces lies where no model can have any: in the proved null space of a structure.

A model of the class asked about has the gradient zero along every null vector. So the part of a reference force in the
rigid and the symmetry null space is noise of the label (the true one is zero there too), and the part in the spurious
null space is force that no such model can fit at this structure.

Law: floats, of exact null vectors; lengths in eV/Angstrom.
"""

import numpy as np

from symsens.geometry.cartesian import orthonormal

PARTS = {"rigid": "force_rigid", "symmetry": "force_symmetry", "incompleteness": "force_spurious"}


def blind_forces(result, atoms) -> dict[str, float]:
    """The lengths of the parts of the forces of `atoms`, in each level of the null space beyond those before it.

    Parameters
    ----------
    result : of a whole structure, proved.
    atoms : ``ase.Atoms`` with or without known forces, in the order of the structure.

    Returns
    -------
    dict
        "force" and those of `PARTS`, in eV/Angstrom; empty where no forces are known or the null space is not.
    """
    forces = known_forces(atoms)
    if forces is None or result.filtration.undecided is not None or result.subject.snapped is not None:
        return {}
    found, inside, vectors = {"force": float(np.linalg.norm(forces))}, np.zeros(forces.size), []
    for level in result.filtration.levels:
        if level.name in PARTS and not level.unlisted:
            vectors += level.vectors
            basis = orthonormal(result.subject.metric, vectors) if vectors else np.zeros((0, forces.size))
            seen = basis.T @ (basis @ forces.ravel())
            found[PARTS[level.name]] = float(np.linalg.norm(seen - inside))
            inside = seen
    return found


def known_forces(atoms) -> np.ndarray | None:
    """(N, 3) the forces that come with the atoms; None where none do."""
    results = getattr(getattr(atoms, "calc", None), "results", {})
    forces = results.get("forces")
    return None if forces is None else np.asarray(forces, dtype=float)
