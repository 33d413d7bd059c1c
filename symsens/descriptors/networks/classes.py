"""Whole classes of networks by name: what no network of a class sees, whatever its weights and activations.

Law: a class has no features and no Jacobian of its own; the one question that it answers is `classes`.
"""

from dataclasses import dataclass
from fractions import Fraction

from symsens.descriptors import as_descriptor
from symsens.descriptors.base import Descriptor
from symsens.errors import InputError, NoClosedForm
from symsens.geometry.colours import Clouds
from symsens.rows.message_passing import MAX_LAYERS, message_passing_class, summed_message_passing_class
from symsens.spec import integer, rational


class NetworkClass(Descriptor):
    """Base of the classes of networks: a frozen dataclass with parameters `layers` and `cutoff`, and

    angles : whether messages come from pairs of neighbours.

    Every question about features is refused in one line.
    """

    angles = False

    def classes(self, env):
        """All networks of this class."""
        return (message_passing_class(self.layers, self.cutoff, self.angles),)

    def summed(self):
        """All sums over the atoms of a whole structure of functions of the features of networks of this class."""
        return summed_message_passing_class(self.layers, self.cutoff, self.angles)

    def reach(self, centre, species):
        return None if self.cutoff is None else self.layers * self.cutoff

    def visible(self, env):
        """The neighbours from which a message reaches the centre in so many layers."""
        received = Clouds.of([env], cutoff=self.cutoff).received
        seen = {0}
        for _ in range(self.layers):
            seen = seen.union(*(message.senders for node in seen for message in received[node]))
        return env if len(seen) == env.n + 1 else env.part(sorted(node - 1 for node in seen if node))

    def _no_features(self):
        return NoClosedForm(f"{self.name} is a class of networks, none of them: only `certify` can be asked about it")

    def feature_names(self, env=None, species=None):
        """None: refused."""
        raise self._no_features()

    def jets(self, env, arithmetic, seeds=None, species=None):
        """None: refused."""
        raise self._no_features()

    def check_smooth(self, env):
        """Refused: the networks of the class are continuously differentiable everywhere, by definition."""
        raise self._no_features()

    def layout(self, centre, species):
        """None: refused."""
        raise self._no_features()

    def written_out(self, squared_distance, species):
        """None: refused."""
        raise self._no_features()


@dataclass(frozen=True)
class Dgnn(NetworkClass):
    r"""All message-passing networks on distances (1-WL), read off at the centre: a class of networks.

    Nodes are the centre (i = 0) and its neighbours, edges all pairs with r_ij < r_c, also between neighbours. With any
    continuously differentiable updates U_t and messages M_t, these vanishing from r_c on, and h_i = species at first,

        h_i <- U_t(h_i, sum_{j: r_ij < r_c} M_t(h_i, h_j, r_ij)),   t = 1..T,

    the features are h_0: SchNet and all networks whose invariant messages see one distance each. One layer is nu = 1.
    The neighbours that are T edges of length r_c away count.
    """

    name = "dgnn"
    formula = r"h_i^{t} = U_t\Bigl(h_i^{t-1}, \sum_{j:\, r_{ij} < r_c} M_t(h_i^{t-1}, h_j^{t-1}, r_{ij})\Bigr)"
    layers: int = integer(2, low=1, high=MAX_LAYERS, help="number of layers T")
    cutoff: Fraction | None = rational(None, above=0, help="cutoff radius r_c of every edge, Angstrom; none: no cutoff")


@dataclass(frozen=True)
class Agnn(NetworkClass):
    r"""All message-passing networks whose messages come from pairs of neighbours with their angle: a class of networks.

    As `dgnn`, with messages from each ordered pair of neighbours (j, k) of a node, j = k allowed,

        h_i <- U_t(h_i, sum_{j, k: r_ij < r_c, r_ik < r_c} M_t(h_i, h_j, h_k, r_ij, r_ik, angle_jik)),   t = 1..T:

    two-body and three-body messages between nodes that keep invariant states, as in M3GNet. States belong to nodes, not
    to edges, and hold no vectors: directional networks with states of edges (DimeNet, GemNet) and equivariant ones may
    see more. One layer is nu = 2.
    """

    name = "agnn"
    formula = (
        r"h_i^{t} = U_t\Bigl(h_i^{t-1}, \sum_{j, k:\, r_{ij}, r_{ik} < r_c} "
        r"M_t(h_i^{t-1}, h_j^{t-1}, h_k^{t-1}, r_{ij}, r_{ik}, \theta_{jik})\Bigr)"
    )
    angles = True
    layers: int = integer(2, low=1, high=MAX_LAYERS, help="number of layers T")
    cutoff: Fraction | None = rational(None, above=0, help="cutoff radius r_c of every edge, Angstrom; none: no cutoff")


def class_of_networks(given, level: str, nu: int | None, cutoff) -> NetworkClass:
    """The class of networks that a question about a whole structure names, by itself or a SPEC.

    Raises
    ------
    InputError
        It is none, or an order or a cutoff is given beside it.
    """
    chosen = as_descriptor(given)
    if not isinstance(chosen, NetworkClass):
        raise InputError(f"level = {level!r} asks about all features of all atoms: leave {chosen.name} out")
    if nu is not None:
        raise InputError(f"nu = {nu}: {chosen.name} is a network of no order nu: leave nu out")
    if cutoff is not None:
        own = f"{chosen.name}:cutoff={cutoff}"
        raise InputError(f"{chosen.name} has a cutoff of its own, that of every edge: give {own}")
    return chosen
