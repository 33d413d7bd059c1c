"""Features and Jacobians of a descriptor in each arithmetic: exact rationals, Arb balls, mpmath, float64.

Law: the arithmetics run the same code of the descriptor (`jets`) and differ in their numbers only; which terms count
and where a form is not smooth is decided exactly. Nothing here knows what kind of descriptor it is given.

Every function takes an environment, whose neighbours then move about a fixed centre (column 3j + c is component c of
neighbour j), or the `Displacements` of one; `species` are those whose features are wanted, by default those of the
neighbours. Exact Jacobians are over frame coordinates, all others over Cartesian ones (`symsens.forms.seeds`). All of
them raise `NotSmoothError` where the descriptor is not differentiable.
"""

from fractions import Fraction

import flint
import mpmath
import numpy as np
from flint import arb_mat, fmpq_mat

from symsens.forms.arithmetics import NotRational, ball, exact, floating, multiprecision
from symsens.forms.seeds import cartesian_seeds, frame_seeds
from symsens.geometry.displacements import Displacements, as_displacements
from symsens.geometry.environment import Environment
from symsens.numbers.field import clear_denominators
from symsens.numbers.kernel import Matrix, matrix
from symsens.numbers.midrad import MidRad
from symsens.numbers.number_field import Algebraic

Subject = Environment | Displacements


def _values(subject: Subject, descriptor, arithmetic, species) -> list:
    env = as_displacements(subject).environment
    return descriptor.jets(env, arithmetic, species=species)[:, 0].tolist()


def _derivatives(subject: Subject, descriptor, arithmetic, species, seeds=cartesian_seeds) -> np.ndarray:
    moves = as_displacements(subject)
    return descriptor.jets(moves.environment, arithmetic, seeds(moves, arithmetic), species)


def feature_labels(subject: Subject, descriptor, species=None) -> tuple[str, ...]:
    """The features of `descriptor` (on all of `species`), in the order of the rows of J."""
    return descriptor.feature_names(as_displacements(subject).environment, species)


def exact_values(subject: Subject, descriptor, species=None) -> list | None:
    """All features as `flint.fmpq`; None where a closed form is not rational."""
    try:
        return _values(subject, descriptor, exact(), species)
    except NotRational:
        return None


def exact_jacobian(subject: Subject, descriptor, species=None) -> fmpq_mat | None:
    """J over the rationals, in frame coordinates; None where a closed form is not rational at this point.

    ``numer_denom()`` of the result gives integers over one denominator.
    """
    jacobian = _exactly(subject, descriptor, species)
    if jacobian is None or any(isinstance(x, Algebraic) for x in jacobian.flat):
        return None
    return fmpq_mat(*jacobian.shape, jacobian.ravel().tolist())


def exact_multiples(subject: Subject, descriptor, species=None) -> Matrix | None:
    """J times an integer, in frame coordinates, with integral entries over the field of the environment; None where a
    closed form has no value in it at this point."""
    jacobian = _exactly(subject, descriptor, species)
    if jacobian is None:
        return None
    rows = [[x if isinstance(x, Algebraic) else Fraction(int(x.p), int(x.q)) for x in row] for row in jacobian]
    whole, _ = clear_denominators(rows)
    return matrix(*jacobian.shape, [x for row in whole for x in row])


def _exactly(subject: Subject, descriptor, species) -> np.ndarray | None:
    try:
        return _derivatives(subject, descriptor, exact(), species, frame_seeds)
    except NotRational:
        return None


def ball_values(subject: Subject, descriptor, prec: int = 128, species=None) -> list:
    """All features as `flint.arb`, at `prec` bits."""
    with flint.ctx.workprec(prec):
        return _values(subject, descriptor, ball(), species)


def ball_jacobian(subject: Subject, descriptor, prec: int = 128, species=None) -> arb_mat:
    """J in balls at `prec` bits."""
    with flint.ctx.workprec(prec):
        jacobian = _derivatives(subject, descriptor, ball(), species)
        return arb_mat(*jacobian.shape, jacobian.ravel().tolist())


def mp_values(subject: Subject, descriptor, dps: int = 50, species=None) -> list:
    """All features as `mpmath.mpf`, computed with `dps` digits."""
    with mpmath.workdps(dps):
        return _values(subject, descriptor, multiprecision(), species)


def mp_jacobian(subject: Subject, descriptor, dps: int = 50, species=None):
    """J as an `mpmath.matrix` computed with `dps` digits: an estimate."""
    with mpmath.workdps(dps):
        jacobian = _derivatives(subject, descriptor, multiprecision(), species)
        return mpmath.matrix(jacobian.tolist()) if jacobian.size else mpmath.matrix(*jacobian.shape)


def float_values(subject: Subject, descriptor, species=None) -> np.ndarray:
    """All features in float64."""
    return np.array(_values(subject, descriptor, floating(), species), dtype=float)


def float_jacobian(subject: Subject, descriptor, species=None) -> np.ndarray:
    """J in float64 (features x displacements); no error bound."""
    return _derivatives(subject, descriptor, floating(), species)


def midrad_values(subject: Subject, descriptor, prec: int = 80, species=None) -> MidRad:
    """An enclosure of all features in float64 midpoints and radii."""
    values = descriptor.enclosed(as_displacements(subject).environment, prec, species=species)
    return MidRad(values.mid[:, 0], values.rad[:, 0])


def midrad_jacobian(subject: Subject, descriptor, prec: int = 80, species=None) -> MidRad:
    """An enclosure of J in float64 midpoints and radii; what is not float64 on the way has `prec` bits."""
    moves = as_displacements(subject)
    return descriptor.enclosed(moves.environment, prec, moves, species)
