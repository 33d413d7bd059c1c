"""Learned descriptors: networks with given weights, their Jacobians in each arithmetic, and their rank from both sides.

The functions have the names, parameters and results of those in `symsens.forms.jacobian`; columns are Cartesian.
Derivatives are forward: every intermediate carries its derivatives along all 3n displacements at once, seeded by those
of the dot products.

Law: weights are exact numbers, so that a ball Jacobian encloses the Jacobian of that very network.
"""

from dataclasses import dataclass, replace

import numpy as np
from flint import arb_mat, ctx

from symsens.descriptors.networks.network import Network
from symsens.descriptors.networks.schnet import SchNet
from symsens.descriptors.networks.tensor_field import TensorField
from symsens.errors import UndecidedError
from symsens.forms.arithmetics import Arithmetic, ball, floating, multiprecision
from symsens.forms.jacobian import cartesian_positions
from symsens.geometry.environment import Environment
from symsens.numbers.midrad import MidRad
from symsens.numbers.rank import RankProof, prove_rank_at_least_arb
from symsens.numbers.singular_values import ZERO, enclose_singular_values_arb
from symsens.rows.filtration import Filtration, Level, tie_matrix
from symsens.rows.message_passing import filtration_of_rows
from symsens.verdict import Verdict

__all__ = [
    "Network",
    "RankBounds",
    "SchNet",
    "TensorField",
    "ball_jacobian",
    "ball_values",
    "certified_network",
    "class_filtration",
    "float_jacobian",
    "float_values",
    "midrad_jacobian",
    "mp_jacobian",
    "mp_values",
    "rank_bounds",
]


def _seeds(env: Environment, arithmetic: Arithmetic, directions: bool) -> np.ndarray:
    """(pairs j <= k, 3n) Cartesian derivatives of the dot products x_j . x_k; no columns if not `directions`."""
    first, second = np.triu_indices(env.n)
    if not directions:
        return np.empty((len(first), 0), dtype=arithmetic.dtype)
    x, each = cartesian_positions(env, arithmetic), np.arange(len(first))
    seeds = np.full((len(first), env.n, 3), arithmetic.number(0, 1))
    seeds[each, first] = x[second]
    seeds[each, second] = seeds[each, second] + x[first]
    return seeds.reshape(len(first), 3 * env.n)


def _checked(jets: np.ndarray, network: Network, arithmetic: Arithmetic) -> np.ndarray:
    flat = jets.ravel().tolist()
    if not (
        all(x.is_finite() for x in flat)
        if arithmetic.name == "ball"
        else np.isfinite(np.array(flat, dtype=float)).all()
    ):
        raise UndecidedError(f"{network}: {arithmetic.name} arithmetic overflows with these weights: scale them down")
    return jets


def _run(env: Environment, network: Network, arithmetic: Arithmetic, directions: bool = True) -> np.ndarray:
    with np.errstate(all="ignore"):
        return _checked(network.evaluate(env, arithmetic, _seeds(env, arithmetic, directions)), network, arithmetic)


def float_values(env: Environment, network: Network, species=None) -> np.ndarray:
    """All features in float64. `species` is not used: a network has the same features for all."""
    return _run(env, network, floating(), directions=False)[:, 0]


def mp_values(env: Environment, network: Network, dps: int = 50, species=None) -> list:
    """All features as a list of `mpmath.mpf`, computed with `dps` digits."""
    import mpmath

    with mpmath.workdps(dps):
        return _run(env, network, multiprecision(), directions=False)[:, 0].tolist()


def ball_values(env: Environment, network: Network, prec: int = 128, species=None) -> list:
    """All features as a list of `flint.arb`, at `prec` bits."""
    with ctx.workprec(prec):
        return _run(env, network, ball(), directions=False)[:, 0].tolist()


def float_jacobian(env: Environment, network: Network, vary: str = "neighbours", species=None) -> np.ndarray:
    """J in float64, Cartesian (features x displacements); no error bound.

    Parameters
    ----------
    env, network : the environment and its network.
    vary : "neighbours" (3n columns) or "atoms" (three per atom of `symsens.rows.filtration.tied_atoms`).

    Raises
    ------
    NotSmoothError
        The network is not smooth at `env`.
    InputError
        A species that the weights do not know.
    UndecidedError
        The numbers overflow.
    """
    jacobian = _run(env, network, floating())[:, 1:]
    return (
        jacobian @ np.array(tie_matrix(env).tolist(), dtype=float).reshape(3 * env.n, -1)
        if vary == "atoms"
        else jacobian
    )


def mp_jacobian(env: Environment, network: Network, dps: int = 50, vary: str = "neighbours", species=None):
    """J as an `mpmath.matrix` computed with `dps` digits; otherwise as `float_jacobian`."""
    import mpmath

    with mpmath.workdps(dps):
        jacobian = _run(env, network, multiprecision())[:, 1:]
        if vary == "atoms":
            jacobian = jacobian @ np.array([[int(x) for x in row] for row in tie_matrix(env).tolist()], dtype=object)
        return mpmath.matrix(jacobian.tolist()) if jacobian.size else mpmath.matrix(*jacobian.shape)


def ball_jacobian(env: Environment, network: Network, prec: int = 128, vary: str = "neighbours", species=None):
    """J enclosed at `prec` bits, a `flint.arb_mat`; otherwise as `float_jacobian`."""
    with ctx.workprec(prec):
        jets = _run(env, network, ball())[:, 1:]
        jacobian = arb_mat(*jets.shape, jets.ravel().tolist())
        return jacobian * arb_mat(tie_matrix(env)) if vary == "atoms" else jacobian


def midrad_jacobian(
    env: Environment, network: Network, prec: int = 80, vary: str = "neighbours", species=None
) -> MidRad:
    """An enclosure of J in float64 midpoints and radii, from balls of `prec` bits."""
    return MidRad.from_arb(ball_jacobian(env, network, prec, vary))


def class_filtration(env: Environment, network: Network, vary: str = "neighbours") -> Filtration:
    """What no network of this class can see, whatever its weights and smooth activations, exactly.

    The class: `SchNet`, all message passing on distances with as many layers and this cutoff
    (`symsens.rows.message_passing`; one layer is nu = 1); `TensorField`, all functions of sums over pairs with angular
    degree l <= 1, D_{2,1}. Always inside the class of all invariants: its rank is at most the symmetry-allowed rank.
    """
    return filtration_of_rows(env, lambda derivative: network.class_rows(env, derivative), vary)


@dataclass(frozen=True)
class RankBounds:
    """The rank of a network's Jacobian from both sides.

    Attributes
    ----------
    lower : proved by `proof`.
    upper : the least of the network's capacity and the rank of its class; `filtration` proves the latter.
    """

    lower: int
    upper: int
    proof: RankProof
    filtration: Filtration

    @property
    def verdict(self) -> Verdict:
        """PROVED if the bounds meet."""
        return Verdict.PROVED if self.lower == self.upper else Verdict.UNDECIDED


def rank_bounds(env: Environment, network: Network, vary: str = "neighbours", max_bits: int = 1024) -> RankBounds:
    """Bound the rank of J: by its class and its sizes from above, by a block that balls prove nonsingular from below.

    Parameters
    ----------
    env, network, vary : as for `ball_jacobian`.
    max_bits : the limit of the precision of the proof.
    """
    filtration = class_filtration(env, network, vary)
    allowed = filtration.symmetry_allowed_rank if filtration.rank is None else filtration.rank
    upper, lower, bits = min(network.capacity(env), allowed), -1, 128
    while lower < upper and bits <= max_bits:
        lower = max(lower, _eliminate(ball_jacobian(env, network, bits, vary), bits))
        bits *= 2
    proof = prove_rank_at_least_arb(lambda bits: ball_jacobian(env, network, bits, vary), lower, 2 * max_bits)
    return RankBounds(lower, upper, proof, filtration)


def _eliminate(jacobian, bits: int) -> int:
    """Steps of Gaussian elimination in balls, largest pivot first, until no entry is provably nonzero: a lower bound of
    the rank."""
    with ctx.workprec(bits):
        rest = np.empty(jacobian.nrows() * jacobian.ncols(), dtype=object)
        rest[:] = jacobian.entries()
        rest = rest.reshape(jacobian.nrows(), jacobian.ncols())
        for rank in range(min(rest.shape)):
            sizes = [[x.abs_lower() for x in row] for row in rest.tolist()]
            i, best = max(enumerate(map(max, sizes)), key=lambda item: item[1])
            if not best > 0:
                return rank
            j = sizes[i].index(best)
            row, column = rest[i], rest[:, j] / rest[i, j]
            rest = np.delete(np.delete(rest - np.outer(column, row), i, 0), j, 1)
        return min(jacobian.nrows(), jacobian.ncols())


def certified_network(env: Environment, network: Network, vary: str = "neighbours", digits: int = 6):
    """The filtration and the enclosed singular values of a network's Jacobian.

    Returns
    -------
    (Filtration, one singular value per displacement, descending, or None)
        Level "incompleteness" is what no network of the class sees, "radial_truncation" what the sizes of this one lose
        beyond it (no vectors are listed). ``undecided`` names the bounds where they do not meet.
    """
    bounds = rank_bounds(env, network, vary)
    filtration, undecided, values = bounds.filtration, bounds.filtration.undecided, None
    if undecided is not None:
        return filtration, None
    level = Level("radial_truncation", (), unlisted=filtration.rank - bounds.upper)
    if bounds.verdict is not Verdict.PROVED:
        undecided = f"rank of J: at least {bounds.lower}, at most {bounds.upper}"
    else:
        try:
            values = enclose_singular_values_arb(
                lambda bits: ball_jacobian(env, network, bits, vary), bounds.lower, digits
            )
            values = (*values, *[ZERO] * (filtration.displacements - len(values)))
        except UndecidedError as reason:
            undecided = f"rank of J = {bounds.lower}, but {reason}"
    return replace(filtration, levels=(*filtration.levels, level), undecided=undecided), values
