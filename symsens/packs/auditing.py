"""What an energy model, any ASE calculator, makes of the pack: a black box, measured in floats.

Where the truth is known, forces that symmetry forbids and changes under rotations, reflections and exchanges of like
atoms, what remains is the implementation's error. Where proofs speak of a body order, what remains tells which order
the model sees.

Law: tolerances judge an implementation and no theorem; every number measured is in the report.
"""

from dataclasses import dataclass

import numpy as np
from ase.calculators.calculator import PropertyNotImplementedError
from scipy.spatial.transform import Rotation

from symsens.errors import InputError
from symsens.packs.catalogue import Case, cases

TOLERANCE = 1e-6  # eV, and eV/Angstrom
STEP = 1e-3  # Angstrom
TURNS = 3


@dataclass(frozen=True)
class Measured:
    """One number.

    Attributes
    ----------
    case : the name of the case.
    what : "rotation", "reflection", "exchange", "forbidden force", "pair" or "blind direction".
    value : in eV, or eV/Angstrom for forces and derivatives.
    beside : what it is to be seen beside: the force on all atoms, the largest derivative there is.
    verdict : "ok" or "BROKEN" where the truth is zero; "sees" or "blind" where that is the question.
    """

    case: str
    what: str
    value: float
    beside: float
    verdict: str


@dataclass(frozen=True)
class CalculatorAudit:
    """What was measured of a calculator.

    Attributes
    ----------
    name : of the calculator.
    measured : one after the other.
    left_out : case -> why nothing was asked of it.
    tolerance : what was called zero.
    """

    name: str
    measured: tuple[Measured, ...]
    left_out: dict[str, str]
    tolerance: float

    @property
    def broken(self) -> list[Measured]:
        """What is not as it must be."""
        return [one for one in self.measured if one.verdict == "BROKEN"]

    def as_dict(self) -> dict:
        """Plain values."""
        return {
            "schema": "symsens/calculator-audit/1",
            "calculator": self.name,
            "tolerance": self.tolerance,
            "measured": [vars(one) for one in self.measured],
            "left_out": self.left_out,
            "broken": len(self.broken),
        }


def audit_calculator(
    calculator, found: tuple[Case, ...] | None = None, tolerance: float = TOLERANCE
) -> CalculatorAudit:
    """Ask a calculator every case.

    Parameters
    ----------
    calculator : an ASE calculator with energies and forces; with "energies" of atoms, pairs and blind directions are
        asked too.
    found : default: `cases()`; ``cases("Si", "Si")`` for a model of one element.
    tolerance : in eV and eV/Angstrom, what is called zero.

    Returns
    -------
    CalculatorAudit

    Raises
    ------
    InputError
        The calculator can be asked no case at all.
    """
    model, measured, left_out = _Model(calculator), [], {}
    for case in cases() if found is None else found:
        try:
            measured += _asked(model, case, tolerance)
        except PropertyNotImplementedError as error:
            left_out[case.name] = f"has no {error or 'such property'}"
        except Exception as error:  # a black box may raise anything, e.g. for elements that it does not know
            left_out[case.name] = " ".join(f"{type(error).__name__}: {error}".split())[:200]
    name = type(calculator).__name__
    if not measured:
        raise InputError(f"{name}: can be asked no case: {next(iter(left_out.values()), 'there are none')}")
    return CalculatorAudit(name, tuple(measured), left_out, tolerance)


class _Model:
    """Energies and forces of an ASE calculator."""

    def __init__(self, calculator):
        self._calculator = calculator

    def _of(self, atoms, name: str):
        self._calculator.reset() if hasattr(self._calculator, "reset") else None
        found = self._calculator.get_property(name, atoms, allow_calculation=True)
        if found is None:
            raise PropertyNotImplementedError(name)
        found = np.array(found, dtype=float)
        if not np.isfinite(found).all():
            raise ValueError(f"{name} are not finite")
        return found

    def energy(self, atoms) -> float:
        """eV."""
        return float(self._of(atoms, "energy"))

    def forces(self, atoms) -> np.ndarray:
        """(N, 3) eV/Angstrom."""
        return self._of(atoms, "forces")

    def site_energy(self, atoms) -> float:
        """eV, of atom 0."""
        return float(self._of(atoms, "energies")[0])


def _asked(model: _Model, case: Case, tolerance: float) -> list[Measured]:
    zero = lambda value: "ok" if value <= tolerance else "BROKEN"
    found = []
    for what, value, beside in _invariances(model, case.atoms[0]):
        found.append(Measured(case.name, what, value, beside, zero(value)))
    if case.kind == "symmetric":
        forces = model.forces(case.atoms[0]).ravel()
        along = float(np.abs(case.directions.reshape(len(case.directions), -1) @ forces).max())
        found.append(Measured(case.name, "forbidden force", along, float(np.linalg.norm(forces)), zero(along)))
        return found
    question = _pair if case.kind == "pair" else _direction
    value, beside = question(model, case)
    seen = "sees" if value > tolerance else "blind"
    return [*found, Measured(case.name, "pair" if case.kind == "pair" else "blind direction", value, beside, seen)]


def _invariances(model: _Model, atoms):
    """What isometries and exchanges of like atoms change, energies and forces, beside the forces themselves."""
    energy, forces = model.energy(atoms), model.forces(atoms)
    size = float(np.linalg.norm(forces))

    def changed(other, turn, order):
        back = model.forces(other) @ turn  # row vectors: F' = F turn^T
        return max(abs(model.energy(other) - energy), float(np.abs(back - forces[order]).max()))

    everyone, like = np.arange(len(atoms)), np.flatnonzero(atoms.numbers == atoms.numbers[-1])
    turns = Rotation.random(TURNS, random_state=1).as_matrix()
    yield "rotation", max(changed(_moved(atoms, turn), turn, everyone) for turn in turns), size
    mirror = turns[0] @ np.diag([1.0, 1.0, -1.0])
    yield "reflection", changed(_moved(atoms, mirror), mirror, everyone), size
    order = everyone.copy()
    order[like] = np.roll(like, 1)
    yield "exchange", changed(atoms[order], np.eye(3), order), size


def _moved(atoms, turn):
    copy = atoms.copy()
    copy.positions = atoms.positions @ turn.T + [0.3, -0.2, 0.1]
    return copy


def _pair(model: _Model, case: Case) -> tuple[float, float]:
    """The difference of the site energies, beside that of the energies."""
    first, second = case.atoms
    sites = abs(model.site_energy(first) - model.site_energy(second))
    return sites, abs(model.energy(first) - model.energy(second))


def _direction(model: _Model, case: Case) -> tuple[float, float]:
    """The largest derivative of the site energy along the displacements, beside that along all neighbours'."""
    (atoms,) = case.atoms
    gradient = np.zeros((len(atoms), 3))
    for place in np.ndindex(*gradient[1:].shape):
        unit = np.zeros_like(gradient)
        unit[place[0] + 1, place[1]] = 1.0
        gradient[place[0] + 1, place[1]] = _derivative(model, atoms, unit)
    along = max(abs(_derivative(model, atoms, direction)) for direction in case.directions)
    return along, float(np.linalg.norm(gradient))


def _derivative(model: _Model, atoms, direction) -> float:
    """By four points, of error STEP^4."""

    def at(t):
        copy = atoms.copy()
        copy.positions = atoms.positions + t * direction
        return model.site_energy(copy)

    return (8 * (at(STEP) - at(-STEP)) - (at(2 * STEP) - at(-2 * STEP))) / (12 * STEP)
