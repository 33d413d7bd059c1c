"""A tensor field network with one equivariant layer of l = 0 and l = 1."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from flint import ctx
from sympy import sqrt

from symsens.descriptors.networks.forward import (
    X,
    apply,
    linear,
    perceptron,
    product,
    push,
    radial_basis,
    shifted_softplus,
    times,
)
from symsens.descriptors.networks.network import Network, weight_file
from symsens.errors import NotSmoothError, UndecidedError
from symsens.forms.arithmetics import ball
from symsens.geometry.colours import edges, squared_distances
from symsens.geometry.displacements import Displacements
from symsens.geometry.environment import Environment
from symsens.rows.angular import angular_rows
from symsens.rows.matrices import RowClass, Rows
from symsens.rows.message_passing import pair_number
from symsens.spec import choice, integer, rational

NORM_BITS = (64, 256, 1024)


@dataclass(frozen=True)
class TensorField(Network):
    r"""Invariants of the centre after one tensor-field convolution with filters of l = 0 and l = 1.

        S_c  = a_{Z_0, c} + sum_j R^0_c(r_j) f_c(r_j) a_{Z_j, c}                 l = 0
        V_c  = sum_j R^1_c(r_j) f_c(r_j) x_j / r_j a_{Z_j, c}                    l = 1
        R^l(r) = V^l_2 ssp(V^l_1 e(r) + c^l_1) + c^l_2                           e, f_c, ssp as in `SchNet`
        S' = W^0 S + b^0,   V' = W^1 V                                           self-interaction
        features = ( ssp(S'_c),  ssp(q_c + b^1_c) ),   q_c = |V'_c|^2  or  |V'_c|

    over the neighbours with r_j < r_c; shape (2 channels,). The centre's own point, which the paper sums at r = 0,
    enters as the first term of S. ``readout=squared`` is smooth; ``readout=norm``, the paper's nonlinearity, is refused
    where a V'_c vanishes, as all do where no vector is invariant under the site symmetry (methane's carbon). A
    neighbour exactly at r_c is refused. Lengths in Angstrom.

    Every feature is a smooth function of sums over pairs of neighbours whose angular part is of degree l <= 1 in the
    cosine: the class of D_{2,1} (`symsens.rows.angular`).

    Source: N. Thomas et al., "Tensor field networks", arXiv:1802.08219 (2018), but shifted softplus in radial networks.
    """

    name = "tensor-field"
    formula = (
        r"S_c = a_{Z_0 c} + \sum_j R^0_c(r_j) a_{Z_j c}, \quad "
        r"\vec V_c = \sum_j R^1_c(r_j) \hat r_j a_{Z_j c}, \quad F = \eta(W S + b), \eta(|W \vec V|^2 + b)"
    )
    channels: int = integer(16, low=1, high=512, help="channels of each l")
    hidden: int = integer(16, low=1, high=512, help="width of the radial networks")
    rbf: int = integer(16, low=2, high=200, help="number of Gaussians from 0 to the cutoff")
    readout: str = choice("squared", ("squared", "norm"), help="what is read off the vectors")
    cutoff: Fraction = rational(5, above=0, help="cutoff radius, Angstrom")
    seed: int = integer(0, low=0, high=2**32 - 1, help="makes the weights if no file is given")
    weights: str | None = weight_file("an .npz file of weights")

    layers = 1

    def shapes(self):
        c, out = self.channels, {"embedding.weight": (None, self.channels)}
        for l in (0, 1):
            out |= {
                f"radial.{l}.0.weight": (self.hidden, self.rbf),
                f"radial.{l}.0.bias": (self.hidden,),
                f"radial.{l}.1.weight": (c, self.hidden),
                f"radial.{l}.1.bias": (c,),
                f"self_interaction.{l}.weight": (c, c),
            }
        return out | {"self_interaction.0.bias": (c,), "nonlinearity.1.bias": (c,)}

    @property
    def width(self):
        return 2 * self.channels

    def capacity(self, env):
        """S combines one sum per shell, or per species and hidden unit (or none); V' combines vectors of that kind."""
        shells = self.shells(env)
        sums = (self.hidden + 1) * len({z for z, _ in shells})
        return min(self.channels, len(shells), sums) + min(self.channels, 3 * sums, sums * (sums + 1) // 2)

    def _inside(self, env: Environment) -> list[int]:
        return [node - 1 for node in edges(env, self.cutoff)[0]]

    def classes(self, env):
        """All functions of sums over pairs within the cutoff, of degree l <= 1 in the angle: D_{2,1}."""
        return (RowClass("incompleteness", lambda moves: [self._rows(moves)]),)

    def _rows(self, moves: Displacements) -> Rows:
        """D_{2,1} on the neighbours within the cutoff."""
        env = moves.environment
        inside = self._inside(env)
        pairs = [pair_number(env.n, j, k) for a, j in enumerate(inside) for k in inside[a:]]
        rows = angular_rows(Displacements.of_neighbours(env.part(inside)), 1)

        def coefficients(start, stop):
            used, flat = rows.coefficients(start, stop)
            return [pairs[p] for p in used], flat

        return Rows(moves.derivative, rows.count, coefficients, rows.name)

    def _invariants(self, env, arithmetic, seeds, weights):
        """Jets of S (channels,) and of |V'|^2 (channels,)."""
        inside, squares = self._inside(env), squared_distances(env)
        scale = env.gram_scale
        counted = sorted({squares[0][j + 1] for j in inside})
        place = [counted.index(squares[0][j + 1]) for j in inside]
        radial = radial_basis(arithmetic, self.cutoff, self.rbf, arithmetic.array([(s, scale) for s in counted]))
        embedding = self.embedding(env, arithmetic)
        a = embedding[[j + 1 for j in inside]][:, :, None]
        # R^l f_c and R^1 f_c / r, as jets in s, times the embedding of each neighbour
        filters = (perceptron(arithmetic, weights, f"radial.{l}", radial[:, : self.rbf]) for l in (0, 1))
        even, odd = (times(filter_, radial[:, self.rbf + l, None])[place] * a for l, filter_ in enumerate(filters))
        ds = seeds[[pair_number(env.n, j, j) for j in inside]]
        scalars = push(arithmetic, even, ds)
        scalars[:, 0] = scalars[:, 0] + embedding[0]

        # V'_c = sum_j g_cj x_j, |V'_c|^2 = sum_jk g_cj g_ck d_jk: dot products are all that is needed.
        g = linear(arithmetic, weights["self_interaction.1.weight"], odd).transpose(1, 0, 2)
        n = len(inside)
        d = arithmetic.array([(env.gram[j][k], scale) for j in inside for k in inside]).reshape(n, n)
        pulled = product(arithmetic, g[:, :, 0], d)
        value = (pulled * g[:, :, 0]).sum(axis=1, initial=arithmetic.number(0, 1))
        slope = 2 * product(arithmetic, pulled * g[:, :, 1], ds)
        upper = np.triu_indices(n)
        weight = g[:, upper[0], 0] * g[:, upper[1], 0] * np.where(upper[0] == upper[1], 1, 2)
        pairs = [pair_number(env.n, inside[j], inside[k]) for j, k in zip(*upper)]
        slope = slope + product(arithmetic, weight, seeds[pairs])
        return scalars, np.concatenate([value[:, None], slope], axis=1)

    def evaluate(self, env, arithmetic, seeds):
        self.check_smooth(env)
        weights = self.lifted(arithmetic)
        scalars, q = self._invariants(env, arithmetic, seeds, weights)
        if self.readout == "norm":
            q = apply(arithmetic, sqrt(X), q)
        q[:, 0] = q[:, 0] + weights["nonlinearity.1.bias"]
        scalars = linear(arithmetic, weights["self_interaction.0.weight"], scalars, weights["self_interaction.0.bias"])
        return shifted_softplus(arithmetic, np.concatenate([scalars, q]))

    def check_smooth(self, env):
        """Refuse a neighbour exactly at the cutoff radius and, for ``readout=norm``, a vector V'_c that is zero.

        All V'_c are zero, whatever the weights, if in every shell of equal (species, distance) the positions sum to
        zero: decided exactly. Otherwise balls away from zero prove that none is.

        Raises
        ------
        NotSmoothError
            Naming the atom, or the channel that vanishes.
        UndecidedError
            A norm could not be told from zero at the stated precision.
        """
        super().check_smooth(env)
        if self.readout == "squared":
            return

        def refusal(what):
            where = f"{self.name}:readout=norm is not differentiable at this structure: {what}"
            return NotSmoothError(f"{where} of {env.source or env.formula}: use readout=squared")

        shells = {}
        for j in self._inside(env):
            shells.setdefault((env.species[j], env.gram[j][j]), []).append(j)
        if not any(sum(env.gram[j][k] for j in shell for k in shell) for shell in shells.values()):
            why = "the neighbours of each species and distance sum to zero"
            raise refusal(f"{why}, so every l = 1 norm is zero at the centre")
        for bits in NORM_BITS:
            with ctx.workprec(bits):
                arithmetic = ball()
                seeds = np.empty((env.n * (env.n + 1) // 2, 0), dtype=object)
                norms = self._invariants(env, arithmetic, seeds, self.lifted(arithmetic))[1][:, 0]
                for channel, norm in enumerate(norms):
                    if norm.is_zero():
                        raise refusal(f"the l = 1 norm of channel {channel} is zero at the centre")
                if all(norm > 0 for norm in norms):
                    return
        raise UndecidedError(
            f"{self.name}: an l = 1 norm at the centre could not be told from zero within {bits} bits: use "
            "readout=squared"
        )
