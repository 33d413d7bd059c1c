"""Classes of message-passing networks on whole structures: which displacements no sum over the atoms sees.

Law: the standard library only, exact numbers only. Nodes are the atoms; a node receives messages from its neighbours
closer than the cutoff, images of atoms among them, which are named by their numbers in its list of neighbours. The
levels above are proved as for features of whole structures.

Lemma colour: a sum over the atoms of functions of their features sees v iff the sum of V v over the atoms of some
colour is not 0; each atom is a root of walks, and those of equal colour are roots of the same ones. Rows vanish on what
the isometries of the structure hide, for the networks that they stand for do not see it (Lemma whole).
"""

from collections import defaultdict
from functools import partial
from itertools import pairwise

from symsens.checker import exact, fields, structures
from symsens.checker.lattices import Structure
from symsens.checker.matrices import Matrix
from symsens.checker.networks import NETWORK, Network, check_network, closer, scope
from symsens.checker.refusals import Refuted
from symsens.checker.shapes import (
    STRUCTURE_NETWORK_SCHEMA,
    levels_of,
    read_level,
)


def certificate_of(number, field):
    """The shape of a certificate over a field: as of a structure, about a class of networks in place of an order."""
    shape, levels = structures.certificate_of(number, field), levels_of(number)
    levels["incompleteness"] = levels["incompleteness"] | {"pivot_rows": [(int, [[int]], int)]}
    own = {"schema": {STRUCTURE_NETWORK_SCHEMA}, "network": NETWORK, "levels": [partial(read_level, levels)]}
    return {key: part for key, part in shape.items() if key not in ("nu", "level")} | own


def read_certificate(value, where):
    """A certificate about a class of networks on a structure, over the field that it declares."""
    return structures.read_over_field(certificate_of, value, where)


class Everywhere:
    """The atoms of a structure; senders are named by their numbers in the list of neighbours of the receiver."""

    def __init__(self, env, cutoff):
        self.env, self.species, self.nodes = env, env.species, range(env.n)
        origin = (0,) * len(env.cell)
        self.spokes = [[env.side((i, origin), other) for other in near] for i, near in enumerate(env.around)]
        self.near = [
            [j for j, side in enumerate(spokes) if closer(env, cutoff, env.distance(side))] for spokes in self.spokes
        ]

    def sender(self, node, name):
        """The atom of a neighbour."""
        return self.env.around[node][name][0]

    def sides(self, node, names):
        """The sides that a message to a node tells: to each sender, then between two; None from one to itself."""
        near = self.env.around[node]
        between = (self.env.side(near[j], near[k]) for j, k in pairwise(names))
        return [*(self.spokes[node][j] for j in names), *between]

    def square(self, side):
        """The squared length of a side, in units of the structure."""
        return 0 if side is None else self.env.distance(side)

    def slope(self, side):
        """The differential of a squared side, by half those of all."""
        return {} if side is None else {side: 1}


class Summed(Network):
    """A class of networks at a structure, summed over all atoms."""

    def __init__(self, at, data, moving):
        super().__init__(at, data, moving)
        alike = defaultdict(list)
        for node, colour in enumerate(self.colours[self.layers]):
            alike[colour].append(node)
        self.alike = alike
        self.roots = {node: alike[colour] for node, colour in enumerate(self.colours[self.layers])}

    def starts(self):
        """One atom of each colour."""
        return [nodes[0] for nodes in self.alike.values()]

    def matrix(self):
        """The sums of V over the atoms of each colour."""
        return Matrix(self.spanning(), self.row, self.valid)

    def used(self):
        """All sides that messages tell."""
        for i in self.nodes:
            for names in self.received(i):
                yield from (side for side in self.at.sides(i, names) if side is not None)


def prove_neighbours(proof):
    """The lists of neighbours were made with the structure, from all images within reach (Lemma images)."""
    env, cutoff = proof.env, proof.certificate["network"]["cutoff"]
    check_network(proof.certificate["network"])
    reach = env.data["cutoff"]
    if reach is not None and (cutoff is None or fields.sign(reach - cutoff) < 0):
        raise Refuted("network.cutoff: beyond the neighbours of the structure")
    return f"{structures.describe_neighbours(env)}; {env.columns} displacements, images move with their atom"


def prove_sum(proof):
    """The rank of the sums of V over atoms of equal colour (Lemma colour); null vectors that symmetry explains are not
    multiplied out (Lemma whole)."""
    env, data = proof.env, proof.certificate["network"]
    moving = len(proof.certificate["levels"][2]["null_vectors"])
    network = Summed(Everywhere(env, data["cutoff"]), data, moving)
    env.dG = {side: env.slope(side) for side in network.used()}
    statement = exact.prove_rank(proof, "incompleteness", "V summed", network.matrix())
    return f"{statement}; {scope(data)}, summed over all atoms, sees its null space"


RULES = structures.RULES | {
    "neighbours": prove_neighbours,
    "summed-message-passing": prove_sum,
}
WITHOUT = ("structure-sum", "structure-set", "structure-claims")


def prove(certificate):
    """The statements that a certificate about a class of networks on a structure proves, and the proof."""
    names = [level["name"] for level in certificate["levels"]]
    if names != ["rigid", "symmetry", "incompleteness"]:
        raise Refuted(f"levels: expected rigid, symmetry, incompleteness; found {', '.join(names):.200}")
    as_structure = certificate | {"nu": 1, "level": "sum"}
    proof = structures.StructureProof(as_structure, Structure(as_structure))
    unasked = {*WITHOUT}
    unasked |= {"field"} if proof.env.field is fields.QQ else set()
    unasked |= {"point-group"} if certificate["point_group"] is None else set()
    rules = [*(name for name in RULES if name not in unasked), "structure-claims"]
    return [exact.state(RULES, name, proof) for name in rules], proof
