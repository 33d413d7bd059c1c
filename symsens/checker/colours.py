"""How many layers of message passing tell two environments, or two molecules, apart; or that no number does.

Law: the standard library only, exact numbers only. The nodes of both sides are coloured side by side, in one numbering;
squared distances are brought to one scale, so that equality of numbers is equality.

Lemma colour: networks of T layers, read off at the centre, have equal features on both sides iff the centres have equal
colours after T layers; summed over all atoms, iff each side has as many nodes of every colour. Where one layer more
makes no more colours, none ever does.
"""

from collections import Counter
from math import lcm

from symsens.checker.exact import prove_field, state
from symsens.checker.fields import QQ
from symsens.checker.networks import NETWORK, Around, Colouring, check_cutoff, told
from symsens.checker.refusals import Refuted
from symsens.checker.shapes import COLOURS_SCHEMA, bounded, read, read_labels
from symsens.checker.sides import Side, check_size, declared_field, side_of


def certificate_of(number, field):
    """The shape of a certificate over a field."""
    side = side_of(number, field)
    return {
        "schema": {COLOURS_SCHEMA},
        "first": side,
        "second": side,
        "network": {key: NETWORK[key] for key in ("messages", "cutoff")},
        "claims": {"layers": (None, int)},
        "labels": read_labels,
    }


def read_certificate(value, where):
    """A certificate of separating layers."""
    bounded(value, where)
    return read(certificate_of(*declared_field(value, where)), value, where)


class Both:
    """The nodes of two sides; a name or a side is one of a side's, with the number of that side before it."""

    def __init__(self, environments, cutoff):
        self.parts = [Around(env, cutoff) for env in environments]
        scale = lcm(*(env.scale for env in environments))
        self.factors = [scale // env.scale for env in environments]
        self.starts = (0, len(self.parts[0].nodes))
        self.of = [(part, node) for part in (0, 1) for node in self.parts[part].nodes]
        self.nodes = range(len(self.of))
        self.species = [kind for part in self.parts for kind in part.species]
        self.near = [names for part in self.parts for names in part.near]

    def sender(self, node, name):
        """The node of a name: one of the side of the receiver."""
        return self.starts[self.of[node][0]] + name

    def sides(self, node, names):
        """The sides that a message to a node tells."""
        part, own = self.of[node]
        return [(part, side) for side in self.parts[part].sides(own, names)]

    def square(self, side):
        """The squared length of a side, on the scale of both."""
        part, ends = side
        return self.factors[part] * self.parts[part].square(ends)


class ColoursProof:
    """A certificate of separating layers, and its sides."""

    def __init__(self, certificate):
        self.certificate, self.sides = certificate, []
        check_size(certificate, 1)
        for name in ("first", "second"):
            try:
                self.sides.append(Side(certificate[name], 1, "O(3)"))
            except Refuted as error:
                raise Refuted(f"{name}: {error}") from None
        wholes = [side.data["centre"] is None for side in self.sides]
        if len(set(wholes)) > 1:
            raise Refuted("first, second: an environment beside a molecule")
        self.whole, self.env = wholes[0], self.sides[0].environments[0]


def prove_pair(proof):
    """The hypotheses were checked when the sides were made."""
    a, b = (side.describe() for side in proof.sides)
    return f"A is {a}; B is {b}"


def prove_layers(proof):
    """The colours of both sides, layer by layer, until they differ or are stable."""
    data, claimed = proof.certificate["network"], proof.certificate["claims"]["layers"]
    check_cutoff(data["cutoff"])
    both = Both([side.environments[0] for side in proof.sides], data["cutoff"])
    colouring, layers = Colouring(both, data["messages"] == "angles"), 0
    while same(colouring.colours[-1], both.starts[1], proof.whole):
        colouring.check_size(layers + 1)
        colouring.grow()
        if len(set(colouring.colours[-1])) == len(set(colouring.colours[-2])):
            layers = None
            break
        layers += 1
    if layers != claimed:
        raise Refuted(f"claims.layers: {layers}, not {claimed}")
    where = "summed over all atoms" if proof.whole else "read off at the centre"
    on = f"message passing on {told(data)}, {where}"
    if layers is None:
        return f"no number of layers of {on}, tells A from B: their colours are equal and stable"
    return f"{layers} layer{'s' * (layers != 1)} of {on}, tell A from B in some network, and no fewer do"


def same(colours, split, whole):
    """Whether both sides have equal colours: the centres, or as many nodes of each."""
    if whole:
        return Counter(colours[:split]) == Counter(colours[split:])
    return colours[0] == colours[split]


RULES = {"field": prove_field, "pair": prove_pair, "separating-layers": prove_layers}


def prove(certificate):
    """The statements of a certificate of separating layers, and the proof."""
    proof = ColoursProof(certificate)
    names = [name for name in RULES if name != "field" or proof.env.field is not QQ]
    return [state(RULES, name, proof) for name in names], proof
