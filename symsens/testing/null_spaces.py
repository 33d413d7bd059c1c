"""Assertions that compare a numeric Jacobian with the proved null space of every descriptor of its body order.

Law: see `symsens.testing.assertions`; floats enter only after the null space is known exactly.
"""

from collections.abc import Callable

import numpy as np

from symsens.errors import UndecidedError
from symsens.geometry.cartesian import orthonormal
from symsens.geometry.displacements import Displacements, tied_atoms
from symsens.geometry.environment import Environment
from symsens.rows.filtration import Filtration, exact_filtration
from symsens.testing.subject import case_of, environment_of, fail, jacobian_of, ratio


def null_space(env: Environment, atoms, nu) -> tuple[Filtration, list[tuple[str, np.ndarray]]]:
    """The proved filtration, and per level Cartesian unit null vectors (d, 3N), all orthonormal."""
    filtration = exact_filtration(Displacements.of_atoms(env), nu)
    if filtration.undecided:
        raise UndecidedError(filtration.undecided)
    columns = [3 * atom + c for atom in tied_atoms(env) for c in range(3)]
    outside = sorted(set(range(3 * len(atoms))) - set(columns))
    basis, vectors = np.zeros((0, 3 * len(atoms))), []
    levels = [("atoms beyond the cutoff", np.eye(3 * len(atoms))[outside])]
    for level in filtration.levels:
        vectors += level.vectors
        rows = np.zeros((len(vectors), 3 * len(atoms)))
        if vectors:
            rows[:, columns] = orthonormal(env.metric, vectors)
        # Each space contains the one before, so that these singular values are 0 or 1: nothing is lost to rounding.
        _, _, right = np.linalg.svd(rows - rows @ basis.T @ basis)
        levels.append((level.name, right[: level.dimension]))
        basis = rows
    return filtration, levels


def _described(filtration: Filtration, atoms) -> str:
    names = ("rigid", "symmetry", "incompleteness")
    return f"{3 * len(atoms)} displacements, null: " + ", ".join(f"{filtration[name]} {name}" for name in names)


def _yardstick(norm, scale, filtration) -> float:
    """What accuracies are relative to: `scale`, else the largest singular value, unless all are proved zero."""
    if scale is not None:
        return scale
    if norm and not filtration.rank:
        raise UndecidedError(
            f"the Jacobian is proved zero here, and its largest singular value {norm:.3g} is no measure of accuracy: "
            "give scale, the size of a typical Jacobian"
        )
    return norm


def assert_null_space_respected(
    jacobian: Callable,
    subject,
    centre: int = 0,
    *,
    nu: int = 2,
    accuracy: float = 1e-10,
    cutoff=None,
    scale: float | None = None,
) -> None:
    """Displacements that are proved invisible at order `nu` are null in the Jacobian: |J v| <= accuracy |J| |v|.

    Parameters
    ----------
    nu : body order of the descriptor less one: an upper bound, since what is invisible at nu is invisible below.
    accuracy : the accuracy claimed for the Jacobian, relative to its largest singular value.
    cutoff : cutoff of the environment, needed for periodic atoms; atoms beyond it must have no effect.
    scale : take this for |J|: the size of a typical Jacobian.

    Raises
    ------
    UndecidedError
        All displacements are proved invisible (periodic atoms on inversion centres) and no `scale` is given.
    """
    atoms, centre = case_of(subject, centre)
    env = environment_of(subject, centre, cutoff)
    matrix = jacobian_of(jacobian, atoms, centre).reshape(-1, 3 * len(atoms))
    filtration, levels = null_space(env, atoms, nu)
    norm = _yardstick(np.linalg.norm(matrix, 2) if matrix.size else 0.0, scale, filtration)
    for name, vectors in levels:
        if not len(vectors) or not matrix.size:
            continue
        _, sizes, right = np.linalg.svd(matrix @ vectors.T)
        if sizes.max(initial=0.0) > accuracy * norm:
            claim = f"a null displacement of every O(3) descriptor of order nu = {nu} is seen (level: {name})"
            proved = f"|J v| = 0 for the displacement v shown ({_described(filtration, atoms)})"
            measured = f"|J v| / (|J| |v|) = {sizes[0] / norm:.3e}, claimed accuracy {accuracy:.1e}"
            excess, v = ratio(sizes[0], norm * accuracy), (right[0] @ vectors).reshape(-1, 3)
            fail(f"assert_null_space_respected: {claim}", proved, measured, excess, atoms, centre, v)


def assert_rank(
    jacobian: Callable,
    subject,
    centre: int = 0,
    *,
    nu: int = 2,
    noise: float = 1e-10,
    at_least: int | None = None,
    cutoff=None,
    scale: float | None = None,
) -> None:
    """The numeric rank of the Jacobian is not above what is proved for every descriptor of order `nu`.

    Parameters
    ----------
    noise : noise level claimed for the Jacobian: singular values above noise times the largest count.
    at_least : also require this rank (a finite basis may have less than the proved bound, so that there is no default).
    cutoff, scale : as for `assert_null_space_respected`, with the same error.
    """
    atoms, centre = case_of(subject, centre)
    env = environment_of(subject, centre, cutoff)
    matrix = jacobian_of(jacobian, atoms, centre).reshape(-1, 3 * len(atoms))
    filtration = exact_filtration(Displacements.of_atoms(env), nu)
    if filtration.undecided:
        raise UndecidedError(filtration.undecided)
    values = np.linalg.svd(matrix, compute_uv=False) if matrix.size else np.zeros(0)
    yardstick = _yardstick(values.max(initial=0.0), scale, filtration)
    relative = values / yardstick if yardstick else values
    rank, bound = int((relative > noise).sum()), filtration.rank
    around = ", ".join(f"{x:.2e}" for x in relative[max(0, min(rank, bound) - 2) : max(rank, bound) + 1])
    proved = f"rank <= {bound} ({_described(filtration, atoms)})"
    measured = f"rank {rank} at noise {noise:.1e}; singular values over the largest: ... {around} ..."
    if rank > bound:
        claim = f"assert_rank: the numeric rank is more than any O(3) descriptor of order nu = {nu} can have"
        fail(claim, proved, measured, relative[bound] / noise, atoms, centre)
    if at_least is not None and rank < at_least:
        claim = f"assert_rank: the numeric rank is less than {at_least}"
        excess = noise / relative[at_least - 1] if at_least <= len(relative) and relative[at_least - 1] else np.inf
        fail(claim, f"{proved}, rank >= {at_least} asked for", measured, excess, atoms, centre)
