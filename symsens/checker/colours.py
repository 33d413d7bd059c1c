"""How many layers of message passing tell two environments, or two molecules, apart; or that no number does.

Law: the standard library only, exact numbers only. The nodes of both sides are coloured side by side, in one numbering;
squared distances are brought to one scale, so that equality of numbers is equality.

Lemma colour: networks of T layers, read off at the centre, have equal features on both sides iff the centres have equal
colours after T layers; summed over all atoms, iff each side has as many nodes of every colour. Where one layer more
makes no more colours, none ever does.
"""

from collections import Counter
from math import lcm

from symsens.checker.environments import describe
from symsens.checker.exact import prove_field, state
from symsens.checker.fields import QQ
from symsens.checker.networks import NETWORK, Around, Colouring, check_cutoff, told
from symsens.checker.refusals import Refuted
from symsens.checker.shapes import COLOURS_SCHEMA, bounded, matrix_of, read, read_labels, read_species
from symsens.checker.sides import Fixed, declared_field


def certificate_of(number, field):
    """The shape of a certificate over a field; a side without a centre is a molecule."""
    side = {
        "field": field,
        "centre": (None, read_species),
        "species": [read_species],
        "positions": [(number,) * 3],
        "metric": matrix_of(number),
    }
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
    """A certificate of separating layers, and an environment for each side: of a molecule that of its first atom."""

    def __init__(self, certificate):
        self.certificate, self.environments = certificate, []
        for name in ("first", "second"):
            try:
                self.environments.append(all_atoms(certificate[name]))
            except Refuted as error:
                raise Refuted(f"{name}: {error}") from None
        wholes = {certificate[name]["centre"] is None for name in ("first", "second")}
        if len(wholes) > 1:
            raise Refuted("first, second: an environment beside a molecule")
        self.whole, self.env = wholes.pop(), self.environments[0]


def all_atoms(data):
    """The environment that a side is, or all atoms of a molecule about the first."""
    if data["centre"] is None:
        if not data["species"] or len(data["species"]) != len(data["positions"]):
            raise Refuted("positions: a molecule has one atom or more, and as many places")
        (centre, *species), (origin, *others) = data["species"], data["positions"]
        data = data | {"centre": centre, "species": species}
        data["positions"] = [[x - y for x, y in zip(other, origin)] for other in others]
    about = {"environment": data | {"tie": None}, "nu": 1, "group": "O(3)", "vary": "neighbours", "variables": None}
    return Fixed(about)


def prove_pair(proof):
    """The hypotheses were checked when the environments were made."""
    kind = "the atoms of a molecule, the first of them the centre of " if proof.whole else ""
    a, b = map(describe, proof.environments)
    return f"A is {kind}{a}; B is {kind}{b}"


def prove_layers(proof):
    """The colours of both sides, layer by layer, until they differ or are stable."""
    data, claimed = proof.certificate["network"], proof.certificate["claims"]["layers"]
    check_cutoff(data["cutoff"])
    both = Both(proof.environments, data["cutoff"])
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
