"""SchNet: continuous-filter convolutions."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from symsens.descriptors.networks.forward import linear, perceptron, push, radial_basis, times, widen
from symsens.descriptors.networks.network import Network, weight_file
from symsens.geometry.colours import edges, squared_distances
from symsens.rows.message_passing import edge_derivative, message_passing_class
from symsens.spec import integer, rational


@dataclass(frozen=True)
class SchNet(Network):
    r"""The centre's feature vector after T interaction layers of SchNet, read off in its environment.

    Nodes are the centre (i = 0) and its neighbours, edges all pairs with r_ij < r_c, also between neighbours. With

        h_i^0     = a_{Z_i}                                                        the embedding
        m_i       = sum_{j: r_ij < r_c} (W_in h_j) o F(r_ij) f_c(r_ij)             the continuous-filter convolution
        F(r)      = V_2 ssp(V_1 e(r) + c_1) + c_2
        e_k(r)    = exp(-(r - mu_k)^2 / 2 d^2),   mu_k = k d,   d = r_c / (rbf - 1)
        h_i^{t+1} = h_i^t + W_2 ssp(W_1 m_i + b_1) + b_2
        ssp(x)    = ln(e^x / 2 + 1/2),   f_c(r) = (1 + cos(pi r / r_c)) / 2

    the features are h_0^T, of shape (features,). One layer sees only the distances of the neighbours to the centre: a
    smooth function of nu = 1 sums. With two layers the neighbours have seen each other (and atoms out of the centre's
    own cutoff, if the environment holds them): the class of `symsens.rows.message_passing` with two layers. Lengths in
    Angstrom. Smooth unless a pair that counts is exactly at r_c (there the second derivative jumps; refused).

    Sources: K. T. Schuett et al., NeurIPS 30, 991 (2017), arXiv:1706.08566; J. Chem. Phys. 148, 241722 (2018). Arrays
    are named and oriented as in the state_dict of SchNetPack's ``representation.SchNet``, whose filter network (no
    activation after its second layer) and cosine cutoff are followed.
    """

    name = "schnet"
    formula = (
        r"h_i^{t+1} = h_i^{t} + U\Bigl(\sum_{j:\, r_{ij} < r_c} (W h_j^{t}) "
        r"\circ F(r_{ij}) f_c(r_{ij})\Bigr), \quad h_i^0 = a_{Z_i}"
    )
    layers: int = integer(1, low=1, high=2, help="number of interaction layers")
    features: int = integer(32, low=1, high=512, help="length of the feature vectors")
    filters: int = integer(16, low=1, high=512, help="number of filters")
    rbf: int = integer(16, low=2, high=200, help="number of Gaussians from 0 to the cutoff")
    cutoff: Fraction = rational(5, above=0, help="cutoff radius of every edge, Angstrom")
    seed: int = integer(0, low=0, high=2**32 - 1, help="makes the weights if no file is given")
    weights: str | None = weight_file("an .npz file of weights")

    def shapes(self):
        f, w, k = self.features, self.filters, self.rbf
        out = {"embedding.weight": (None, f)}
        for t in range(self.layers):
            out |= {
                f"interactions.{t}.in2f.weight": (w, f),
                f"interactions.{t}.f2out.0.weight": (f, w),
                f"interactions.{t}.f2out.0.bias": (f,),
                f"interactions.{t}.f2out.1.weight": (f, f),
                f"interactions.{t}.f2out.1.bias": (f,),
                f"interactions.{t}.filter_network.0.weight": (w, k),
                f"interactions.{t}.filter_network.0.bias": (w,),
                f"interactions.{t}.filter_network.1.weight": (w, w),
                f"interactions.{t}.filter_network.1.bias": (w,),
            }
        return out

    @property
    def width(self):
        return self.features

    def capacity(self, env):
        """dh_0^T is a combination of the dm_0 of all layers; the first of them has nu = 1, so a dimension per shell."""
        return min(self.features, min(self.filters, len(self.shells(env))) + (self.layers - 1) * self.filters)

    def classes(self, env):
        """Message passing on distances with as many layers and this cutoff; one layer is nu = 1."""
        return (message_passing_class(self.layers, self.cutoff),)

    def evaluate(self, env, arithmetic, seeds):
        self.check_smooth(env)
        squares, near, weights = squared_distances(env), edges(env, self.cutoff), self.lifted(arithmetic)
        needed = [[0]]  # nodes whose features count after layer T, T-1, ...
        while len(needed) <= self.layers:
            needed.append(sorted({j for i in needed[-1] for j in (i, *near[i])}))
        counted = sorted({squares[i][j] for i in needed[-2] for j in near[i]})
        place = {s: u for u, s in enumerate(counted)}
        numbers = arithmetic.array([(s, env.gram_scale) for s in counted])
        radial = radial_basis(arithmetic, self.cutoff, self.rbf, numbers)

        def edge_jet(i, j):
            return sum(count * seeds[pair] for pair, count in edge_derivative(env.n, i, j).items())

        ds = {i: np.array([edge_jet(i, j) for j in near[i]], dtype=arithmetic.dtype) for i in needed[-2]}
        nodes, h = list(range(env.n + 1)), self.embedding(env, arithmetic)[:, :, None]
        for t in range(self.layers):
            prefix, updated = f"interactions.{t}", needed[self.layers - 1 - t]
            filters = perceptron(arithmetic, weights, f"{prefix}.filter_network", radial[:, : self.rbf])
            filters = times(filters, radial[:, self.rbf, None])
            message = linear(arithmetic, weights[f"{prefix}.in2f.weight"], h)
            gathered = []
            for i in updated:
                source = message[[nodes.index(j) for j in near[i]]]
                filter_ = filters[[place[squares[i][j]] for j in near[i]]]
                total = push(arithmetic, source[..., :1] * filter_, ds[i].reshape(len(near[i]), seeds.shape[1]))
                if source.shape[-1] > 1 and len(source):  # the neighbours' own features move as well
                    total[:, 1:] = total[:, 1:] + (source[..., 1:] * filter_[..., :1]).sum(axis=0)
                gathered.append(total)
            change = perceptron(arithmetic, weights, f"{prefix}.f2out", np.stack(gathered))
            h = widen(arithmetic, h[[nodes.index(i) for i in updated]], seeds.shape[1]) + change
            nodes = updated
        return h[nodes.index(0)]
