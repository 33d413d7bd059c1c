"""Snapping: the structure nearby that has exactly the symmetry which a structure has within a tolerance.

The decimals of a file are seldom symmetric. Within a tolerance the isometries that permute the atoms are found and
must be a group; then a structure is made that has the group exactly, in a frame and over a field of its own. What is
proved of it is proved of it alone: the file's atoms are elsewhere, and how far is said.

Law: the structure is exact, and its group is checked on it; the largest displacement is a float64, an estimate.
"""

from dataclasses import dataclass, replace

import numpy as np

from symsens.errors import InputError
from symsens.geometry.approximate_groups import nearest_isometry
from symsens.geometry.cartesian import to_cartesian
from symsens.geometry.crystal_snapping import snap_crystal
from symsens.geometry.environment import Structure
from symsens.geometry.molecular_snapping import snap_molecule
from symsens.numbers.field import QQ

SMALLEST = 1e-12  # Angstrom: float64 tells no less
FINER = 6  # digits of rounding beyond the tolerance
MOST_DIGITS = 15
MOST = 500  # atoms


@dataclass(frozen=True)
class Snapped:
    """A structure with the symmetry that another one has within a tolerance.

    Attributes
    ----------
    structure : the exact structure.
    tolerance : Angstrom; each operation brings every atom so near to the place of another one.
    group : Schoenflies symbol of the group of a molecule about its centroid, or of the class of a crystal.
    order : the number of its operations, in a crystal modulo the cell; None if infinite.
    displacement : Angstrom; the largest displacement of an atom, or of a cell vector's end, after the best motion of
        the whole; about.
    frame : the frame of the structure: "Cartesian", "hexagonal", ..., "cell"; "given" where nothing was to snap.
    """

    structure: Structure
    tolerance: float
    group: str
    order: int | None
    displacement: float
    frame: str

    @property
    def field(self) -> str:
        """The name of the field."""
        return self.structure.field.name

    @property
    def changed(self) -> bool:
        """Whether there was anything to snap."""
        return self.frame != "given"

    def as_dict(self) -> dict:
        """As JSON."""
        return {
            "tolerance": self.tolerance,
            "changed": self.changed,
            "group": self.group,
            "order": self.order,
            "displacement": self.displacement,
            "field": self.field,
            "frame": self.frame,
        }


def snapped(structure: Structure, tolerance) -> Snapped:
    """The structure nearby that has exactly the symmetry of `structure` within a tolerance.

    Parameters
    ----------
    structure : a molecule, a layer or a crystal.
    tolerance : Angstrom; |Q x_i - x_p(i)| is at most this for each operation and atom.

    Returns
    -------
    Snapped
        Nothing is changed where all operations found are exact.

    Raises
    ------
    InputError
        A tolerance that is no positive number or lets atoms merge; operations that are no group, the pair named;
        a group whose field has too large a degree.
    """
    limit = _checked(structure, tolerance)
    digits = min(MOST_DIGITS, max(0, FINER - int(np.floor(np.log10(limit)))))
    current, frame = structure, "given"
    snap = snap_crystal if any(structure.pbc) else snap_molecule
    while (step := snap(current, limit, digits)).structure is not None:  # it ends: the exact group grows each time
        current, frame = step.structure, step.frame
    displacement = 0.0 if current is structure else _displacement(structure, current)
    if displacement > limit:
        raise InputError(
            f"{_where(structure)}: an atom would move by {displacement:.4g} Angstrom, more than the tolerance of "
            f"{limit:g}: give a larger or a smaller one"
        )
    found = Snapped(current, limit, step.group, step.order, displacement, frame)
    return replace(found, structure=replace(current, snapped=found))


def _where(structure):
    return structure.source or "structure"


def _checked(structure: Structure, tolerance) -> float:
    """The tolerance as a float, once it is a positive number and less than half of the smallest distance."""
    try:
        limit = float(QQ.parse(tolerance))
    except (InputError, OverflowError):
        limit = 0.0
    if not limit >= SMALLEST:
        shown = str(tolerance)[:40]
        raise InputError(f"a tolerance of {shown} Angstrom: give a positive number, {SMALLEST:g} or more")
    if len(structure.species) > MOST:
        raise InputError(f"{_where(structure)}: {len(structure.species)} atoms: at most {MOST} are snapped")
    i, j, distance = _nearest(structure)
    if 2 * limit >= distance:
        raise InputError(
            f"{_where(structure)}: a tolerance of {limit:g} Angstrom may merge atoms {i} and {j}, which are "
            f"{distance:.3g} Angstrom apart: give less than half of that"
        )
    return limit


def _nearest(structure: Structure) -> tuple[int, int, float]:
    """Two atoms (images of them in a crystal) at the smallest distance, and that."""
    x = to_cartesian(structure.metric, structure.positions)
    difference = x[:, None] - x[None]
    distance = np.linalg.norm(difference, axis=2)
    np.fill_diagonal(distance, np.inf)
    if any(structure.pbc):
        lattice = _lattice(structure)
        rest = difference - np.rint(difference @ np.linalg.pinv(lattice)) @ lattice
        for counts in np.ndindex(*[3] * len(lattice)):
            other = np.linalg.norm(rest + (np.array(counts) - 1) @ lattice, axis=2)
            distance = np.minimum(distance, np.where(other > 0, other, np.inf))
    i, j = divmod(int(distance.argmin()), len(x))
    return min(i, j), max(i, j), float(distance.min())


def _lattice(structure: Structure) -> np.ndarray:
    """The periodic vectors as Cartesian rows."""
    return to_cartesian(structure.metric, [a for a, periodic in zip(structure.cell, structure.pbc) if periodic])


def _displacement(before: Structure, after: Structure) -> float:
    """The largest displacement of an atom or of a cell vector's end, after the rotation and shift that fit best."""
    ends = []
    for structure in (before, after):
        x = to_cartesian(structure.metric, structure.positions)
        x = x - x.mean(axis=0)
        ends.append(np.vstack([x, _lattice(structure)]) if any(structure.pbc) else x)
    turn = nearest_isometry(ends[1], ends[0], 1)
    return float(np.linalg.norm(ends[1] @ turn.T - ends[0], axis=1).max())
