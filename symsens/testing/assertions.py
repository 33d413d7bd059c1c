"""Assertions about a numeric descriptor: it is invariant, smooth, differentiated rightly, and of its body order.

A descriptor is ``features(atoms, centre) -> (m,)`` and ``jacobian(atoms, centre) -> (m, N, 3)``, with `atoms` an
`ase.Atoms`. `subject` is an exact `Environment` (the descriptor then gets its atoms with centre 0), or a `Structure` or
`ase.Atoms` with `centre`. Every failure is an AssertionError that gives the proved value, the measured one, their ratio
to what is allowed, and the structure as an extended XYZ block.

Law: a tolerance is the accuracy that the caller claims for the descriptor, and nothing else; where the numbers at hand
cannot decide to that accuracy, `UndecidedError` is raised: undecided is never passed. What is estimated is called
estimated; an estimate condemns nothing that is within reach of its noise: `UndecidedWarning`.
"""

import warnings
from collections.abc import Callable

import numpy as np

from symsens.errors import InputError, UndecidedError, UndecidedWarning
from symsens.geometry.cartesian import to_atoms, turned
from symsens.geometry.congruence import match_environments
from symsens.numbers.differences import EPS, NEARBY, STEP, Estimate, estimate_noise, extrapolate
from symsens.peers.differences import estimate_jacobian
from symsens.rows.degeneracy import equal_features
from symsens.testing.subject import case_of, extxyz, fail, features_of, jacobian_of, largest, ratio

# Rotations: two that mix all axes, and two that keep one, for faults that hide along it.
_TURNS = (
    np.array([[2, -1, 2], [2, 2, -1], [-1, 2, 2]]) / 3,
    np.array([[3, -4, 0], [4, 3, 0], [0, 0, 5]]) / 5,
    np.diag([1.0, -1.0, -1.0]),
    np.array([[2, -6, 3], [3, -2, -6], [6, 3, 2]]) / 7,
)
_SHIFT = np.array([1.25, -0.75, 2.5])
_COMPARABLE = 10  # an entry is wrong if it is off by more than so many errors of an estimate


def assert_invariant(
    features: Callable,
    subject,
    centre: int = 0,
    *,
    jacobian: Callable | None = None,
    accuracy: float = 1e-10,
    mirror: bool = True,
) -> None:
    """Features do not change under rotations, translation and any order of the atoms, nor, with `mirror`, reflection.

    Parameters
    ----------
    jacobian : if given, it must turn with the atoms: J(Q x) = J(x) Q^T, columns reordered with the atoms.
    accuracy : largest change allowed, relative to the largest feature (the largest entry of the Jacobian).
    mirror : False for descriptors that are meant to tell an environment from its mirror image.
    """
    atoms, centre = case_of(subject, centre)
    for function, value_of, name in ((features, features_of, "features"), (jacobian, jacobian_of, "the Jacobian")):
        if function is None:
            continue
        start = value_of(function, atoms, centre)
        for motion, moved, place, turn, order in _motions(atoms, centre, mirror):
            value = value_of(function, moved, place)
            expected = start if value_of is features_of else (start @ turn.T)[:, order]
            if value.shape != expected.shape:
                raise InputError(f"{name}: shape {start.shape} became {value.shape} under {motion}")
            change, allowed = largest(value - expected), accuracy * largest(start)
            if change > allowed:
                where = tuple(map(int, np.unravel_index(np.argmax(abs(value - expected)), value.shape)))
                claim = f"assert_invariant: {name} changed under {motion}"
                proved = f"no change: {float(expected[where])!r} at {where}"
                measured = f"{float(value[where])!r}, a change of {change:.3g}"
                fail(claim, proved, measured, ratio(change, allowed), atoms, centre)


def _motions(atoms, centre, mirror):
    """(name, moved atoms, their centre, Q, order of the atoms) for a few motions."""
    n, everything = len(atoms), np.arange(len(atoms))
    turns = [(f"rotation {i + 1}", q) for i, q in enumerate(_TURNS)]
    if mirror:
        turns += [("inversion", -np.eye(3)), ("the mirror z -> -z", np.diag([1.0, 1.0, -1.0]))]
        turns += [(f"rotation-reflection {i + 1}", -q) for i, q in enumerate(_TURNS[:2])]
    for name, turn in turns:
        yield name, turned(atoms, centre, turn), centre, turn, everything
    moved = atoms.copy()
    moved.arrays["positions"] = atoms.positions + _SHIFT
    yield "a translation", moved, centre, np.eye(3), everything
    reversal, cycle = everything[::-1], np.roll(everything, 1)
    for name, order in (("reversal of the atoms", reversal), ("cyclic reordering of the atoms", cycle)):
        if n > 1:
            yield name, atoms[order.tolist()], int(np.flatnonzero(order == centre)[0]), np.eye(3), order


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

    The derivative of plain numbers is an estimate, with an estimated error in which the noise of the features is
    measured. An entry that is off by more than is allowed, but by no more than ten times this error and the noise of
    the Jacobian itself, is neither right nor wrong: a warning, as where the error is larger than what is asked for.
    ``pytest -W error::symsens.errors.UndecidedWarning`` makes failures of such warnings.

    Parameters
    ----------
    accuracy : largest error allowed in each feature's row, relative to the largest entry of the row; the error of the
        reference and 64 ulps of the largest entry or feature (rows that vanish by cancellation) come on top.
    reference : (values, errors) to compare with, each (m, N, 3): midpoints and radii of an enclosure, say, which are
        taken at their word. By default `symsens.peers.differences.estimate_jacobian`.

    Warns
    -----
    UndecidedWarning
        Nothing is wrong for certain, but some entries cannot be told to this accuracy (that times the largest
        derivative, or the largest feature per Angstrom if that is more).
    """
    atoms, centre = case_of(subject, centre)
    measured = jacobian_of(jacobian, atoms, centre)
    largest_feature = largest(features_of(features, atoms, centre))
    if reference is None:
        reference = estimate_jacobian(features, atoms, centre)
    estimated = isinstance(reference, Estimate)
    value, error = (reference.value, reference.error) if estimated else map(np.asarray, reference)
    if not measured.shape == value.shape == error.shape:
        raise InputError(
            f"the Jacobian has shape {measured.shape}, its reference {value.shape} with errors {error.shape}"
        )
    size = max(largest(value), largest_feature) or 1.0
    rows = abs(value).max(axis=(1, 2), initial=0.0)[:, None, None]
    allowed = np.broadcast_to(accuracy * rows + 64 * EPS * size, value.shape)
    off = abs(measured - value)
    suspect = ~(off <= allowed + error)
    doubt = error
    if estimated and suspect.any():
        doubt = _COMPARABLE * (error + 4 * _noise_of_rows(jacobian, atoms, centre))
    wrong = suspect & (off > allowed + doubt)
    if wrong.any():
        where = np.unravel_index(np.argmax(np.where(wrong, off - allowed - doubt, -np.inf)), wrong.shape)
        about = f"error about {error[where]:.1e}" if estimated else f"error at most {error[where]:.1e}"
        fail(
            f"assert_jacobian_correct: {_entry(where)} is not the derivative",
            f"{float(value[where])!r}, {about}",
            f"{float(measured[where])!r}, off by {off[where]:.3g}",
            ratio(off[where], allowed[where] + error[where]),
            atoms,
            centre,
            known="estimated" if estimated else "given",
        )
    if (untold := suspect | ~(error <= accuracy * size)).any():
        where = np.unravel_index(np.argmax(np.where(untold, np.maximum(off, error), -np.inf)), untold.shape)
        warnings.warn(
            f"assert_jacobian_correct: cannot tell {untold.sum()} of {untold.size} entries to accuracy {accuracy:.1e}: "
            f"{_entry(where)} is {float(measured[where])!r}, the reference {float(value[where])!r} with an error of "
            f"about {error[where]:.1e}: noise. Ask for less, or give a better reference\n{extxyz(atoms, centre)}",
            UndecidedWarning,
            stacklevel=2,
        )


def _entry(where) -> str:
    feature, atom, axis = map(int, where)
    return f"entry (feature {feature}, atom {atom}, {'xyz'[axis]})"


def _noise_of_rows(jacobian, atoms, centre):
    """(m, 1, 1): the noise of a Jacobian near these positions, the largest of each row."""

    def moved(flat):
        shifted = atoms.copy()
        shifted.arrays["positions"] = flat.reshape(-1, 3)
        return jacobian_of(jacobian, shifted, centre)

    return estimate_noise(moved, atoms.get_positions().ravel(), (NEARBY,)).max(axis=(1, 2), initial=0.0)[:, None, None]


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

    Along fixed random displacements, one-sided limits are extrapolated from both sides. Structures with atoms in line,
    in a plane or on an axis are where cusps hide: draw them with `collinear`, `planar`, `singular_environments`.

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
    atoms, centre = case_of(subject, centre)
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
    start = features_of(features, atoms, centre)
    slope = jacobian_of(jacobian, atoms, centre) if jacobian is not None else None
    random = np.random.default_rng(0)
    steps = [STEP * 2.0**-k for k in range(9)]
    powers = list(range(1, len(steps)))
    for _ in range(directions):
        direction = random.standard_normal((len(atoms), 3))
        direction /= np.linalg.norm(direction)

        def along(function, value_of, h):
            shifted = atoms.copy()
            shifted.arrays["positions"] = atoms.positions + h * direction
            return value_of(function, shifted, centre)

        up, down = ([along(features, features_of, sign * h) for h in steps] for sign in (1, -1))
        if any(value.shape != start.shape for value in (*up, *down)):
            raise InputError(f"the number of features changed from {len(start)} near this structure")
        size = np.maximum(abs(np.array(up)), abs(np.array(down))) + abs(start)
        noise = [4 * EPS * s for s in size]
        scale = max(map(largest, (size, (up[0] - start) / STEP, (down[0] - start) / STEP)))
        kinks = [(a - 2 * start + b) / h for a, b, h in zip(up, down, steps)]
        tests = [
            ("jump in a feature", [a - b for a, b in zip(up, down)], noise, scale),
            ("isolated value of a feature", [(a + b) / 2 - start for a, b in zip(up, down)], noise, scale),
            ("kink in a feature", kinks, [x / h for x, h in zip(noise, steps)], scale),
        ]
        if slope is not None:
            for sign in (1, -1):
                values = [along(jacobian, jacobian_of, sign * h) for h in steps]
                noise = [4 * EPS * (abs(slope) + abs(value)) for value in values]
                jumps = [value - slope for value in values]
                tests.append(("jump in the Jacobian", jumps, noise, largest([slope, *values])))
        for what, table, floor, size in tests:
            limit, error = extrapolate(table, powers, floor)
            allowed = accuracy * size
            wrong = abs(limit) - error > allowed
            if wrong.any():
                place = np.unravel_index(np.argmax(np.where(wrong, abs(limit), 0)), limit.shape)
                at = tuple(map(int, place))
                proved = f"limit 0 along the displacement shown, for a smooth function (place {at})"
                measured = f"{limit[place]:.6g}, error about {error[place]:.1e}"
                excess = ratio(abs(limit[place]), allowed)
                fail(f"assert_smooth: {what}{where}", proved, measured, excess, atoms, centre, direction)
            if (error > allowed).any():
                raise UndecidedError(
                    f"assert_smooth: {what}{where}: its limit is known to {largest(error):.1e} only, and {allowed:.1e} "
                    f"is asked for: not smooth, or too rough for steps of {STEP} Angstrom\n"
                    f"{extxyz(atoms, centre, direction)}"
                )


def _distance(features, pair):
    """(first atoms, largest difference, largest feature, both and the second atoms in words)."""
    first, second = map(to_atoms, pair)
    a, b = features_of(features, first, 0), features_of(features, second, 0)
    if a.shape != b.shape:
        raise InputError(f"{len(a)} features for the first environment of the pair, {len(b)} for the second")
    difference, size = largest(a - b), max(largest(a), largest(b))
    words = f"largest difference {difference:.3e}, largest feature {size:.3e}; the second environment:"
    return first, difference, size, f"{words}\n{extxyz(second, 0)}"


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
    if not equal_features(x, y, nu):
        raise InputError(
            f"the pair is not degenerate at nu = {nu}: some feature of this order tells the two environments apart"
        )
    first, difference, size, measured = _distance(features, pair)
    if difference > accuracy * size:
        claim = f"assert_cannot_separate: features separate environments that are degenerate at nu = {nu}"
        proved = f"equal features for every descriptor of order {nu}"
        fail(claim, proved, measured, ratio(difference, accuracy * size), first, 0)


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
    if match_environments(x, y) is not None:
        raise InputError("the environments are congruent: no invariant descriptor tells them apart")
    if nu is not None and equal_features(x, y, nu):
        raise InputError(
            f"the pair is degenerate at nu = {nu}: no descriptor of this order tells the two environments apart"
        )
    first, difference, size, measured = _distance(features, pair)
    if not difference > accuracy * size:
        claim = "assert_separates: features do not separate two environments"
        proved = "not congruent" + ("" if nu is None else f", and different at nu = {nu}")
        fail(claim, proved, measured, ratio(accuracy * size, difference), first, 0)
