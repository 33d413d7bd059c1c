"""Assertions about a numeric descriptor, judged against what is proved of the exact structure.

A descriptor is ``features(atoms, centre) -> (m,)`` and ``jacobian(atoms, centre) -> (m, N, 3)``, with `atoms` an `ase.Atoms`.
`subject` is an exact `Environment` (the descriptor then gets its atoms with centre 0), or a `Structure` or `ase.Atoms` with
`centre`. Every failure is an AssertionError that gives the proved value, the measured one, their ratio to what is allowed, and the structure
as an extended XYZ block.

Law: a tolerance is the accuracy that the caller claims for the descriptor, and nothing else; where the numbers at hand cannot
decide to that accuracy, `UndecidedError` is raised: undecided is never passed.
"""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
from flint import fmpz_mat

from symsens.cluster import Environment, Structure
from symsens.differences import EPS, STEP, Estimate, estimate_jacobian, extrapolate
from symsens.errors import InputError, UndecidedError
from symsens.filtration import Filtration, exact_filtration, tied_atoms
from symsens.testing.families import class_multiset, congruent
from symsens.testing.motions import to_atoms, to_cartesian

# Rotations: two that mix all axes, and two that keep one, for faults that hide along it.
_TURNS = (
    np.array([[2, -1, 2], [2, 2, -1], [-1, 2, 2]]) / 3,
    np.array([[3, -4, 0], [4, 3, 0], [0, 0, 5]]) / 5,
    np.diag([1.0, -1.0, -1.0]),
    np.array([[2, -6, 3], [3, -2, -6], [6, 3, 2]]) / 7,
)
_SHIFT = np.array([1.25, -0.75, 2.5])


def extxyz(atoms, centre: int, displacement=None) -> str:
    """`atoms` as an extended XYZ block with all digits; `displacement` (N, 3) goes into extra columns."""
    extra = [] if displacement is None else ["displacement:R:3"]
    cell = f'Lattice="{" ".join(map(repr, atoms.cell.array.ravel().tolist()))}" ' if atoms.cell.rank else ""
    periodic = " ".join("T" if p else "F" for p in atoms.pbc)
    lines = [str(len(atoms)), f'{cell}Properties={":".join(["species:S:1:pos:R:3", *extra])} centre={centre} pbc="{periodic}"']
    columns = atoms.get_positions() if displacement is None else np.hstack([atoms.get_positions(), displacement])
    lines += [" ".join([symbol, *map(repr, row)]) for symbol, row in zip(atoms.get_chemical_symbols(), columns.tolist())]
    return "\n".join(lines)


def _fail(claim, proved, measured, ratio, atoms, centre, displacement=None):
    raise AssertionError(
        f"{claim}\n  proved:   {proved}\n  measured: {measured}\n  ratio:    {ratio:.3g} times what is allowed\n{extxyz(atoms, centre, displacement)}"
    )


def _numbers(function, atoms, centre, shape, what) -> np.ndarray:
    """What the descriptor returns for a copy of `atoms`, checked: its shape (None for any length), and every number finite."""
    value = np.asarray(function(atoms.copy(), centre))
    if value.ndim != len(shape) or any(b not in (None, a) for a, b in zip(value.shape, shape)) or value.dtype.kind not in "fiu":
        expected = ", ".join("m" if b is None else str(b) for b in shape)
        raise InputError(f"{what} returned shape {value.shape} of {value.dtype}: expected real numbers of shape ({expected})")
    if not np.isfinite(value).all():
        where = tuple(map(int, np.argwhere(~np.isfinite(value))[0]))
        _fail(f"{what} is not finite", "finite: a smooth function of the positions", f"{value[where]} at {where}", np.inf, atoms, centre)
    return np.asarray(value, dtype=float)


def _features(function, atoms, centre):
    return _numbers(function, atoms, centre, (None,), "features")


def _jacobian(function, atoms, centre):
    return _numbers(function, atoms, centre, (None, len(atoms), 3), "jacobian")


def _case(subject, centre):
    """(atoms, centre) to give to the descriptor."""
    if isinstance(subject, Environment):
        return to_atoms(subject), 0
    return (to_atoms(subject) if isinstance(subject, Structure) else subject.copy()), centre


def _environment(subject, centre, cutoff) -> Environment:
    """The exact environment, with atoms numbered as in `_case`."""
    if isinstance(subject, Environment):
        return replace(subject, centre=0, atoms=tuple(range(1, subject.n + 1)))
    structure = subject if isinstance(subject, Structure) else Structure.from_ase(subject)
    return structure.environment(centre, cutoff)


def _largest(array) -> float:
    return float(np.max(np.abs(array), initial=0.0))


def assert_invariant(
    features: Callable, subject, centre: int = 0, *, jacobian: Callable | None = None, accuracy: float = 1e-10, mirror: bool = True
) -> None:
    """Features do not change under rotations, translation and any order of the atoms; with `mirror`, nor under reflection.

    Parameters
    ----------
    jacobian : if given, it must turn with the atoms: J(Q x) = J(x) Q^T, columns reordered with the atoms.
    accuracy : largest change allowed, relative to the largest feature (the largest entry of the Jacobian).
    mirror : False for descriptors that are meant to tell an environment from its mirror image.
    """
    atoms, centre = _case(subject, centre)
    for function, value_of, name in ((features, _features, "features"), (jacobian, _jacobian, "the Jacobian")):
        if function is None:
            continue
        start = value_of(function, atoms, centre)
        for motion, moved, place, turn, order in _motions(atoms, centre, mirror):
            value = value_of(function, moved, place)
            expected = start if value_of is _features else (start @ turn.T)[:, order]
            if value.shape != expected.shape:
                raise InputError(f"{name}: shape {start.shape} became {value.shape} under {motion}")
            change, allowed = _largest(value - expected), accuracy * _largest(start)
            if change > allowed:
                where = tuple(map(int, np.unravel_index(np.argmax(abs(value - expected)), value.shape)))
                _fail(
                    f"assert_invariant: {name} changed under {motion}",
                    f"no change: {float(expected[where])!r} at {where}",
                    f"{float(value[where])!r}, a change of {change:.3g}",
                    _ratio(change, allowed),
                    atoms,
                    centre,
                )


def _motions(atoms, centre, mirror):
    """(name, moved atoms, their centre, Q, order of the atoms) for a few motions."""
    n, everything = len(atoms), np.arange(len(atoms))
    turns = [(f"rotation {i + 1}", q) for i, q in enumerate(_TURNS)]
    if mirror:
        turns += [("inversion", -np.eye(3)), ("the mirror z -> -z", np.diag([1.0, 1.0, -1.0]))]
        turns += [(f"rotation-reflection {i + 1}", -q) for i, q in enumerate(_TURNS[:2])]
    for name, turn in turns:
        moved = atoms.copy()
        # About the centre, so that rounding stays relative to the distances.
        moved.set_cell(atoms.cell.array @ turn.T)
        moved.arrays["positions"] = (atoms.positions - atoms.positions[centre]) @ turn.T + atoms.positions[centre]
        yield name, moved, centre, turn, everything
    moved = atoms.copy()
    moved.arrays["positions"] = atoms.positions + _SHIFT
    yield "a translation", moved, centre, np.eye(3), everything
    for name, order in (("reversal of the atoms", everything[::-1]), ("cyclic reordering of the atoms", np.roll(everything, 1))):
        if n > 1:
            yield name, atoms[order.tolist()], int(np.flatnonzero(order == centre)[0]), np.eye(3), order


def _ratio(measured, allowed):
    return measured / allowed if allowed else np.inf


def assert_jacobian_correct(
    features: Callable,
    jacobian: Callable,
    subject,
    centre: int = 0,
    *,
    accuracy: float = 1e-6,
    reference: Estimate | tuple | None = None,
) -> None:
    """The Jacobian is the derivative of the features.

    Parameters
    ----------
    accuracy : largest error allowed in each feature's row, relative to the largest entry of the row; the error of the
        reference and 64 ulps of the largest entry or feature (rows that vanish by cancellation) come on top.
    reference : (values, errors) to compare with, each (m, N, 3): midpoints and radii of an enclosure, say. By default
        `symsens.differences.estimate_jacobian`: complex step where the features take it, Richardson differences elsewhere.

    Raises
    ------
    UndecidedError
        The reference is not accurate enough to tell: its error exceeds `accuracy` times the largest derivative (or the largest
        feature per Angstrom, if that is more).
    """
    atoms, centre = _case(subject, centre)
    measured = _jacobian(jacobian, atoms, centre)
    largest_feature = _largest(_features(features, atoms, centre))
    if reference is None:
        reference = estimate_jacobian(features, atoms, centre)
    value, error = (reference.value, reference.error) if isinstance(reference, Estimate) else map(np.asarray, reference)
    if not measured.shape == value.shape == error.shape:
        raise InputError(f"the Jacobian has shape {measured.shape}, its reference {value.shape} with errors {error.shape}")
    width, size = _largest(error), max(_largest(value), largest_feature) or 1.0
    if not width <= accuracy * size:
        raise UndecidedError(
            f"assert_jacobian_correct: the reference has errors up to {width:.1e}, more than accuracy {accuracy:.1e} times its largest "
            f"entry {size:.3g}: ask for less, or give a better reference\n{extxyz(atoms, centre)}"
        )
    allowed = accuracy * abs(value).max(axis=(1, 2), initial=0.0)[:, None, None] + error + 64 * EPS * size
    excess = abs(measured - value) - allowed
    if excess.size and excess.max() > 0:
        where = np.unravel_index(np.argmax(excess), excess.shape)
        feature, atom, axis = map(int, where)
        _fail(
            f"assert_jacobian_correct: entry (feature {feature}, atom {atom}, {'xyz'[axis]}) is not the derivative",
            f"{float(value[where])!r}, error at most {error[where]:.1e}",
            f"{float(measured[where])!r}, off by {abs(measured[where] - value[where]):.3g}",
            _ratio(abs(measured[where] - value[where]), allowed[where]),
            atoms,
            centre,
        )


def assert_smooth(
    features: Callable,
    subject,
    centre: int = 0,
    *,
    jacobian: Callable | None = None,
    accuracy: float = 1e-6,
    cutoff: float | None = None,
    directions: int = 3,
) -> None:
    """Features (and the Jacobian, if given) are finite, have no jump at this structure, and features have no kink.

    Along fixed random displacements, one-sided limits are extrapolated from both sides. Structures with atoms in line, in a
    plane or on an axis are where cusps hide: draw them with `collinear`, `planar`, `singular_environments`.

    Parameters
    ----------
    accuracy : largest jump or kink allowed, relative to the largest feature or slope.
    cutoff : each neighbour in turn is also moved to exactly this distance, and the test repeated there.
    directions : number of displacements tried.

    Raises
    ------
    UndecidedError
        The limits cannot be told from zero, nor zero from them, to this accuracy.
    """
    atoms, centre = _case(subject, centre)
    _smooth_here(features, jacobian, atoms, centre, accuracy, directions, "")
    for j in range(len(atoms)) if cutoff is not None else ():
        arm = atoms.positions[j] - atoms.positions[centre]
        length = float(np.linalg.norm(arm))
        if j == centre or not length:
            continue
        moved = atoms.copy()
        moved.arrays["positions"][j] = atoms.positions[centre] + arm * (cutoff / length)
        if np.linalg.norm(np.delete(moved.positions, j, axis=0) - moved.positions[j], axis=1).min() > 4 * STEP:
            _smooth_here(features, jacobian, moved, centre, accuracy, 1, f" with atom {j} at the cutoff")


def _smooth_here(features, jacobian, atoms, centre, accuracy, directions, where):
    start = _features(features, atoms, centre)
    slope = _jacobian(jacobian, atoms, centre) if jacobian is not None else None
    random = np.random.default_rng(0)
    steps = [STEP * 2.0**-k for k in range(9)]
    powers = list(range(1, len(steps)))
    for number in range(directions):
        direction = random.standard_normal((len(atoms), 3))
        direction /= np.linalg.norm(direction)

        def along(function, value_of, h):
            shifted = atoms.copy()
            shifted.arrays["positions"] = atoms.positions + h * direction
            return value_of(function, shifted, centre)

        up, down = ([along(features, _features, sign * h) for h in steps] for sign in (1, -1))
        if any(value.shape != start.shape for value in (*up, *down)):
            raise InputError(f"the number of features changed from {len(start)} near this structure")
        size = np.maximum(abs(np.array(up)), abs(np.array(down))) + abs(start)
        noise = [4 * EPS * s for s in size]
        scale = max(map(_largest, (size, (up[0] - start) / STEP, (down[0] - start) / STEP)))
        tests = [
            ("jump in a feature", [a - b for a, b in zip(up, down)], noise, scale),
            ("isolated value of a feature", [(a + b) / 2 - start for a, b in zip(up, down)], noise, scale),
            ("kink in a feature", [(a - 2 * start + b) / h for a, b, h in zip(up, down, steps)], [x / h for x, h in zip(noise, steps)], scale),
        ]
        if slope is not None:
            for sign in (1, -1):
                values = [along(jacobian, _jacobian, sign * h) for h in steps]
                noise = [4 * EPS * (abs(slope) + abs(value)) for value in values]
                tests.append(("jump in the Jacobian", [value - slope for value in values], noise, _largest([slope, *values])))
        for what, table, floor, size in tests:
            limit, error = extrapolate(table, powers, floor)
            allowed = accuracy * size
            wrong = abs(limit) - error > allowed
            if wrong.any():
                place = np.unravel_index(np.argmax(np.where(wrong, abs(limit), 0)), limit.shape)
                _fail(
                    f"assert_smooth: {what}{where}",
                    f"limit 0 along the displacement shown, for a smooth function (place {tuple(map(int, place))})",
                    f"{limit[place]:.6g}, error about {error[place]:.1e}",
                    _ratio(abs(limit[place]), allowed),
                    atoms,
                    centre,
                    direction,
                )
            if (error > allowed).any():
                raise UndecidedError(
                    f"assert_smooth: {what}{where}: its limit is known to {_largest(error):.1e} only, and {allowed:.1e} is asked for: "
                    f"not smooth, or too rough for steps of {STEP} Angstrom\n{extxyz(atoms, centre, direction)}"
                )


def _null_space(env: Environment, atoms, nu) -> tuple[Filtration, list[tuple[str, np.ndarray]]]:
    """The proved filtration, and per level Cartesian unit null vectors (d, 3N), all orthonormal."""
    filtration = exact_filtration(env, nu, vary="atoms")
    if filtration.undecided:
        raise UndecidedError(filtration.undecided)
    columns = [3 * atom + c for atom in tied_atoms(env) for c in range(3)]
    outside = sorted(set(range(3 * len(atoms))) - set(columns))
    basis, vectors = np.zeros((0, 3 * len(atoms))), []
    levels = [("atoms beyond the cutoff", np.eye(3 * len(atoms))[outside])]
    for level in filtration.levels:
        vectors += level.vectors
        rows = np.zeros((len(vectors), 3 * len(atoms)))
        rows[:, columns] = _orthonormal(vectors, env.metric, len(columns))
        # Each space contains the one before, so that these singular values are 0 or 1: nothing is lost to rounding.
        _, _, right = np.linalg.svd(rows - rows @ basis.T @ basis)
        levels.append((level.name, right[: level.dimension]))
        basis = rows
    return filtration, levels


def _orthonormal(vectors, metric, width) -> np.ndarray:
    """Orthonormal Cartesian floats that span what the exact independent integer displacements `vectors` span."""
    if not vectors:
        return np.zeros((0, width))
    # A reduced lattice basis is nearly orthogonal, so that the floats span the same space however long the integers.
    reduced = fmpz_mat([list(map(int, v)) for v in vectors]).lll()
    rows = []
    for row in reduced.tolist():
        largest = max(abs(int(x)) for x in row)
        exact = [Fraction(int(x), largest) for x in row]
        rows.append(to_cartesian(metric, [exact[i : i + 3] for i in range(0, len(exact), 3)]).ravel())
    return np.linalg.qr(np.array(rows).T)[0].T


def _described(filtration: Filtration, atoms) -> str:
    names = ("rigid", "symmetry", "incompleteness")
    return f"{3 * len(atoms)} displacements, null: " + ", ".join(f"{filtration[name]} {name}" for name in names)


def _yardstick(norm, scale, filtration) -> float:
    """What accuracies are relative to: `scale`, or else the largest singular value unless all of them are proved zero."""
    if scale is not None:
        return scale
    if norm and not filtration.rank:
        raise UndecidedError(
            f"the Jacobian is proved zero here, and its largest singular value {norm:.3g} is no measure of accuracy: "
            "give scale, the size of a typical Jacobian"
        )
    return norm


def assert_null_space_respected(
    jacobian: Callable, subject, centre: int = 0, *, nu: int = 2, accuracy: float = 1e-10, cutoff=None, scale: float | None = None
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
    atoms, centre = _case(subject, centre)
    env = _environment(subject, centre, cutoff)
    matrix = _jacobian(jacobian, atoms, centre).reshape(-1, 3 * len(atoms))
    filtration, levels = _null_space(env, atoms, nu)
    norm = _yardstick(np.linalg.norm(matrix, 2) if matrix.size else 0.0, scale, filtration)
    for name, vectors in levels:
        if not len(vectors) or not matrix.size:
            continue
        _, sizes, right = np.linalg.svd(matrix @ vectors.T)
        if sizes.max(initial=0.0) > accuracy * norm:
            _fail(
                f"assert_null_space_respected: a null displacement of every descriptor of order nu = {nu} is seen (level: {name})",
                f"|J v| = 0 for the displacement v shown ({_described(filtration, atoms)})",
                f"|J v| / (|J| |v|) = {sizes[0] / norm:.3e}, claimed accuracy {accuracy:.1e}",
                _ratio(sizes[0], norm * accuracy),
                atoms,
                centre,
                (right[0] @ vectors).reshape(-1, 3),
            )


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
    atoms, centre = _case(subject, centre)
    env = _environment(subject, centre, cutoff)
    matrix = _jacobian(jacobian, atoms, centre).reshape(-1, 3 * len(atoms))
    filtration = exact_filtration(env, nu, vary="atoms")
    if filtration.undecided:
        raise UndecidedError(filtration.undecided)
    values = np.linalg.svd(matrix, compute_uv=False) if matrix.size else np.zeros(0)
    yardstick = _yardstick(values.max(initial=0.0), scale, filtration)
    relative = values / yardstick if yardstick else values
    rank, bound = int((relative > noise).sum()), filtration.rank
    around = ", ".join(f"{x:.2e}" for x in relative[max(0, min(rank, bound) - 2) : max(rank, bound) + 1])
    if rank > bound:
        _fail(
            f"assert_rank: the numeric rank is more than any descriptor of order nu = {nu} can have",
            f"rank <= {bound} ({_described(filtration, atoms)})",
            f"rank {rank} at noise {noise:.1e}; singular values over the largest: ... {around} ...",
            relative[bound] / noise,
            atoms,
            centre,
        )
    if at_least is not None and rank < at_least:
        _fail(
            f"assert_rank: the numeric rank is less than {at_least}",
            f"rank <= {bound} ({_described(filtration, atoms)}), rank >= {at_least} asked for",
            f"rank {rank} at noise {noise:.1e}; singular values over the largest: ... {around} ...",
            noise / relative[at_least - 1] if at_least <= len(relative) and relative[at_least - 1] else np.inf,
            atoms,
            centre,
        )


def _distance(features, pair):
    """(first atoms, second atoms, features of both, largest difference, largest feature)."""
    first, second = map(to_atoms, pair)
    a, b = _features(features, first, 0), _features(features, second, 0)
    if a.shape != b.shape:
        raise InputError(f"{len(a)} features for the first environment of the pair, {len(b)} for the second")
    return first, second, _largest(a - b), max(_largest(a), _largest(b))


def assert_cannot_separate(features: Callable, pair, *, nu: int, accuracy: float = 1e-10) -> None:
    """Features of order `nu` agree on a pair of environments that is degenerate at `nu`.

    Parameters
    ----------
    pair : a `DegeneratePair` or two environments; degeneracy is checked exactly.
    nu : body order of the descriptor less one. A descriptor that separates the pair has a higher one, or an error.
    accuracy : largest difference allowed, relative to the largest feature.

    Raises
    ------
    InputError
        The pair is not degenerate at `nu`.
    """
    x, y = pair
    if x.centre_species != y.centre_species or class_multiset(x, nu) != class_multiset(y, nu):
        raise InputError(f"the pair is not degenerate at nu = {nu}: some feature of this order tells the two environments apart")
    first, second, difference, size = _distance(features, pair)
    if difference > accuracy * size:
        _fail(
            f"assert_cannot_separate: features separate environments that are degenerate at nu = {nu}",
            f"equal features for every descriptor of order {nu}",
            f"largest difference {difference:.3e}, largest feature {size:.3e}; the second environment:\n{extxyz(second, 0)}",
            _ratio(difference, accuracy * size),
            first,
            0,
        )


def assert_separates(features: Callable, pair, *, nu: int | None = None, accuracy: float = 1e-10) -> None:
    """Features tell two environments apart that are proved different.

    Parameters
    ----------
    pair : a `DegeneratePair` or two environments, not congruent: checked exactly.
    nu : body order of the descriptor less one; if given, the pair must differ at this order.
    accuracy : the difference must exceed this much of the largest feature.

    Raises
    ------
    InputError
        The environments are congruent, or degenerate at `nu`: no such descriptor can tell them apart.
    """
    x, y = pair
    if congruent(x, y):
        raise InputError("the environments are congruent: no invariant descriptor tells them apart")
    if nu is not None and x.centre_species == y.centre_species and class_multiset(x, nu) == class_multiset(y, nu):
        raise InputError(f"the pair is degenerate at nu = {nu}: no descriptor of this order tells the two environments apart")
    first, second, difference, size = _distance(features, pair)
    if not difference > accuracy * size:
        _fail(
            "assert_separates: features do not separate two environments",
            "not congruent" + ("" if nu is None else f", and different at nu = {nu}"),
            f"largest difference {difference:.3e}, largest feature {size:.3e}; the second environment:\n{extxyz(second, 0)}",
            _ratio(accuracy * size, difference),
            first,
            0,
        )
