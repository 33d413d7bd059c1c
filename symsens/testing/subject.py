"""What a descriptor under test is given, what it must return, and what a failed assertion says.

Law: nothing here judges a number, except that it must be one.
"""

from dataclasses import replace

import numpy as np

from symsens.errors import InputError
from symsens.geometry.cartesian import to_atoms
from symsens.geometry.environment import Environment, Structure


def extxyz(atoms, centre: int, displacement=None) -> str:
    """`atoms` as an extended XYZ block with all digits; `displacement` (N, 3) goes into extra columns."""
    extra = [] if displacement is None else ["displacement:R:3"]
    cell = f'Lattice="{" ".join(map(repr, atoms.cell.array.ravel().tolist()))}" ' if atoms.cell.rank else ""
    periodic = " ".join("T" if p else "F" for p in atoms.pbc)
    lines = [
        str(len(atoms)),
        f'{cell}Properties={":".join(["species:S:1:pos:R:3", *extra])} centre={centre} pbc="{periodic}"',
    ]
    columns = atoms.get_positions() if displacement is None else np.hstack([atoms.get_positions(), displacement])
    lines += [
        " ".join([symbol, *map(repr, row)]) for symbol, row in zip(atoms.get_chemical_symbols(), columns.tolist())
    ]
    return "\n".join(lines)


def fail(claim, expected, measured, excess, atoms, centre, displacement=None, known="proved"):
    """Raise the AssertionError of a failed claim; `excess` is the ratio of what was measured to what is allowed, and
    `known` says what the expected value is: proved, estimated or given."""
    label = f"{known}:"
    numbers = f"  {label:<9} {expected}\n  measured: {measured}\n  ratio:    {excess:.3g} times what is allowed"
    raise AssertionError("\n".join((claim, numbers, extxyz(atoms, centre, displacement))))


def numbers(function, atoms, centre, shape, what) -> np.ndarray:
    """What the descriptor returns for a copy of `atoms`, checked: finite, and of this shape (None for any length)."""
    value = np.asarray(function(atoms.copy(), centre))
    fits = value.ndim == len(shape) and all(b in (None, a) for a, b in zip(value.shape, shape))
    if not fits or value.dtype.kind not in "fiu":
        expected = ", ".join("m" if b is None else str(b) for b in shape)
        raise InputError(
            f"{what} returned shape {value.shape} of {value.dtype}: expected real numbers of shape ({expected})"
        )
    if not np.isfinite(value).all():
        where = tuple(map(int, np.argwhere(~np.isfinite(value))[0]))
        found, why = f"{value[where]} at {where}", "finite: a smooth function of the positions"
        fail(f"{what} is not finite", why, found, np.inf, atoms, centre)
    return np.asarray(value, dtype=float)


def features_of(function, atoms, centre) -> np.ndarray:
    """(m,) features, checked."""
    return numbers(function, atoms, centre, (None,), "features")


def jacobian_of(function, atoms, centre) -> np.ndarray:
    """(m, N, 3) Jacobian, checked."""
    return numbers(function, atoms, centre, (None, len(atoms), 3), "jacobian")


def case_of(subject, centre):
    """(atoms, centre) to give to the descriptor."""
    if isinstance(subject, Environment):
        return to_atoms(subject), 0
    return (to_atoms(subject) if isinstance(subject, Structure) else subject.copy()), centre


def environment_of(subject, centre, cutoff) -> Environment:
    """The exact environment, with atoms numbered as in `case_of`."""
    if isinstance(subject, Environment):
        return replace(subject, centre=0, atoms=tuple(range(1, subject.n + 1)))
    structure = subject if isinstance(subject, Structure) else Structure.from_ase(subject)
    return structure.environment(centre, cutoff)


def largest(array) -> float:
    """The largest absolute value, 0 of nothing."""
    return float(np.max(np.abs(array), initial=0.0))


def ratio(measured, allowed) -> float:
    """measured / allowed, infinite where nothing is allowed."""
    return measured / allowed if allowed else np.inf
