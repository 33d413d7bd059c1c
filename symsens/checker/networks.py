"""Classes of message-passing networks: which displacements none of them sees, read off at the centre.

Law: the standard library only, exact numbers only. Nodes are the centre, 0, and the neighbours, 1 to n; a node receives
a message from each node closer than the cutoff, or where angles are told from each ordered pair of these, and the
message tells the squared sides between receiver and senders. The levels above are proved as in any certificate.

Lemma colour: nodes are coloured layer by layer by what they receive. Messages of equal sides from senders of equal
colours are of one kind. V has a row for each walk: a kind that the centre receives in the last layer, a kind that the
first of its senders receives in the layer before, and so on, and last a side; the row is the sum of ds over all
messages that this comes to. V v = 0 iff no network sees v. How often the walk comes to each node is a vector, and its
row is linear in it: rows of walks that begin with those whose vectors span the others span all rows.
"""

from collections import Counter, defaultdict
from fractions import Fraction
from functools import cache, partial
from itertools import pairwise, product

from symsens.checker import exact, fields
from symsens.checker.environments import (
    Environment,
    bits_of,
    check_positions,
    counted,
    describe_displacements,
    short,
)
from symsens.checker.limits import MAX_FOLLOWED, MAX_LAYERS, MAX_MESSAGES, MAX_SCALE_BITS, MAX_TUPLE_INVARIANTS
from symsens.checker.linear import absorb, apply
from symsens.checker.matrices import Matrix, pair
from symsens.checker.refusals import Refuted
from symsens.checker.shapes import (
    NETWORK_SCHEMA,
    bounded,
    certificate_of,
    field_inside,
    levels_of,
    read,
    read_element,
    read_level,
    read_species,
)

NETWORK = {"messages": {"distances", "angles"}, "layers": int, "cutoff": (None, Fraction)}


def network_of(number, field):
    """The shape of a certificate over a field: that of exact numbers with a class of networks in place of an order."""
    shape, levels = certificate_of(number, field), levels_of(number)
    levels["incompleteness"] = levels["incompleteness"] | {"pivot_rows": [([[int]], int)]}
    further = (None, {"species": [read_species], "positions": [(number,) * 3]})
    own = {
        "schema": {NETWORK_SCHEMA},
        "network": NETWORK,
        "left_out": further,
        "levels": [partial(read_level, levels)],
    }
    return {key: part for key, part in shape.items() if key not in ("nu", "group", "descriptor")} | own


def read_certificate(value, where):
    """A certificate about a class of networks."""
    bounded(value, where)
    field = field_inside(value, where)
    if field is None:
        return read(network_of(Fraction, {"QQ"}), value, where)
    return read(network_of(partial(read_element, field), lambda value, where: field), value, where)


# Where messages pass. A message is known by its receiver and the names of its senders; it tells squared sides.


class Around:
    """The centre of an environment, 0, and its neighbours, 1 to n, by these names; a side is a pair of nodes."""

    def __init__(self, env, cutoff):
        self.env, self.species, self.nodes = env, [env.data["centre"], *env.species], range(env.n + 1)
        inside = partial(closer, env, cutoff)
        self.near = [[b for b in self.nodes if b != a and inside(self.square((a, b)))] for a in self.nodes]

    def sender(self, _, name):
        """The node of a name."""
        return name

    def sides(self, node, names):
        """The sides that a message to a node tells: to each sender, then between two."""
        return [*((node, j) for j in names), *pairwise(names)]

    def square(self, side):
        """The squared length of a side, in units of the dot products."""
        gram, (j, k) = self.env.gram, (node - 1 for node in side)
        if min(side):
            return gram[j][j] + gram[k][k] - 2 * gram[j][k]
        return gram[max(side) - 1][max(side) - 1] if max(side) else 0

    def slope(self, side):
        """The differential of a squared side, by those of dot products."""
        if side[0] == side[1]:
            return {}
        ends = [node - 1 for node in side if node]
        found = {(j, j): 1 for j in ends}
        return found | {pair(*ends): -2} if len(ends) == 2 else found


def closer(env, cutoff, square):
    """Whether a squared length, in the units of an environment or a structure, is below that of the cutoff."""
    return cutoff is None or fields.sign(cutoff**2 * env.scale - square) > 0


class Colouring:
    """What nodes receive, and their colours after 0, 1, ... layers.

    Attributes
    ----------
    at : where messages pass.
    count : number of messages of one layer.
    colours : of all nodes, after each layer so far.
    """

    def __init__(self, at, angles):
        self.at, self.angles, self.nodes = at, angles, at.nodes
        self.count = sum(len(names) ** (1 + angles) for names in at.near)
        numbers = {}
        self.number = cache(lambda side: numbers.setdefault(at.square(side), len(numbers)))
        self.colours = [number(at.species)]

    def check_size(self, layers):
        """Nothing, or `Refuted` for more messages than are looked at."""
        if self.count * layers > MAX_MESSAGES:
            raise Refuted(f"network: {self.count} messages in each of {layers} layers are over {MAX_MESSAGES}")

    def grow(self):
        """The colours after one layer more."""
        heard = [sorted(Counter(self.kind(i, m) for m in self.received(i)).items()) for i in self.nodes]
        self.colours.append(number([(c, tuple(h)) for c, h in zip(self.colours[-1], heard)]))

    def received(self, node):
        """The names of the senders of each message that a node receives."""
        return product(self.at.near[node], repeat=2) if self.angles else ((j,) for j in self.at.near[node])

    def kind(self, node, names, layer=-1):
        """The kind of a message in a layer counted from 0, by default the last that has colours."""
        told = tuple(map(self.number, self.at.sides(node, names)))
        return told, tuple(self.colours[layer][self.at.sender(node, name)] for name in names)


class Network(Colouring):
    """A class of networks at an environment or a structure: the kinds of messages, and the rows of V.

    Attributes
    ----------
    roots : for each root of walks the nodes that it stands for.
    moving : number of null vectors that the rows are multiplied with.
    """

    def __init__(self, at, data, moving):
        super().__init__(at, data["messages"] == "angles")
        self.layers, self.moving, self.field = data["layers"], moving, at.env.field
        self.check_size(self.layers)
        for _ in range(self.layers):
            self.grow()
        self.roots = {0: (0,)}
        self.kinds = cache(self.kinds_of)
        self.ends = cache(self.ends_of)

    def starts(self):
        """The roots, one for those that stand for the same nodes."""
        return self.roots

    def kinds_of(self, node, layer):
        """The messages that a node receives in a layer, by their kinds."""
        found = defaultdict(list)
        for names in self.received(node):
            found[self.kind(node, names, layer)].append(names)
        return dict(found)

    def end(self, walk):
        """A node at which a walk ends."""
        root, *steps = walk
        for names in steps:
            root = self.at.sender(root, names[0])
        return root

    def heard(self, walk):
        """(how often, node, names) of all messages of the kind with which a walk ends."""
        *before, names = walk
        layer = self.layers - len(before)
        kind = self.kind(self.end(before), names, layer)
        return [
            (count, i, other) for i, count in self.ends(tuple(before)).items() for other in self.kinds(i, layer)[kind]
        ]

    def ends_of(self, walk):
        """How often a walk ends at each node: at the first senders of the messages."""
        if len(walk) == 1:
            return dict.fromkeys(self.roots[walk[0]], 1)
        found = Counter()
        for count, i, names in self.heard(walk):
            found[self.at.sender(i, names[0])] += count
        return found

    def row(self, label):
        """The row of a walk and a side."""
        root, steps, side = label
        total = Counter()
        for count, i, names in self.heard((root, *map(tuple, steps))):
            for key, weight in self.at.slope(self.at.sides(i, names)[side]).items():
                total[key] += count * weight
        return total

    def valid(self, label):
        """Whether a label is that of a walk and a side."""
        root, steps, side = label
        if root not in self.roots or not 1 <= len(steps) <= self.layers or not 0 <= side < (3 if self.angles else 1):
            return False
        for names in steps:
            if len(names) != 1 + self.angles or not set(names) <= set(self.at.near[root]):
                return False
            root = self.at.sender(root, names[0])
        return True

    def spanning(self):
        """Labels of rows that span all; the sides left out are those of kinds with the senders exchanged."""
        walks, work = {root: [(root,)] for root in self.starts()}, 0
        for layer in reversed(range(self.layers)):
            longer = defaultdict(list)
            for known in walks.values():
                heard = [self.kinds(i, layer) for i in sorted({i for walk in known for i in self.ends(walk)})]
                work += len(known) * sum(len(found) for kinds in heard for found in kinds.values())
                if work * (1 + self.moving) * self.field.degree**2 > MAX_FOLLOWED:
                    raise Refuted(f"network: over {MAX_FOLLOWED} messages on the walks for {self.moving} null vectors")
                for kind in self.kinds(self.end(known[0]), layer):
                    for walk in known:
                        root, *steps = step = (*walk, self.kinds(self.end(walk), layer)[kind][0])
                        yield from ((root, tuple(steps), side) for side in ((0, 2) if self.angles else (0,)))
                        longer[kind[1][0]].append(step)
            walks = {colour: self.independent(found) for colour, found in longer.items()}

    def independent(self, walks):
        """Those of some walks whose vectors span the others."""
        echelon = {}
        return [walk for walk in walks if absorb(echelon, self.ends(walk))]

    def reached(self):
        """The nodes from which a message reaches the first one in one layer less than there are."""
        found = {0}
        for _ in range(self.layers - 1):
            found = found.union(*({self.at.sender(i, name) for name in self.at.near[i]} for i in found))
        return found

    def matrix(self):
        """V, its rows labelled as in a certificate about an environment: without the root, the centre."""
        labels = (label[1:] for label in self.spanning())
        return Matrix(labels, lambda label: self.row((0, *label)), lambda label: self.valid((0, *label)))


def number(values):
    """Each by the place at which it was first met among the different ones."""
    numbers = {}
    return [numbers.setdefault(value, len(numbers)) for value in values]


# Rules.


def prove_displacements(proof):
    """The tie was checked when the environment was made."""
    return describe_displacements(proof.env, proof.certificate["variables"])


def check_network(data):
    """Nothing, or `Refuted`: layers and cutoff are some."""
    if not 1 <= data["layers"] <= MAX_LAYERS:
        raise Refuted(f"network.layers: {data['layers']} is outside 1..{MAX_LAYERS}")
    check_cutoff(data["cutoff"])


def check_cutoff(cutoff):
    """Nothing, or `Refuted`: positive, and no long number."""
    if cutoff is not None and (cutoff <= 0 or bits_of([[cutoff]]) > MAX_SCALE_BITS):
        raise Refuted("network.cutoff: not positive, or too long a number")


def network_at(proof):
    """The class of networks of a certificate, at its environment."""
    data, (_, *others) = proof.certificate["network"], proof.certificate["levels"]
    check_network(data)
    moving = sum(len(level["null_vectors"]) for level in others)
    return Network(Around(proof.env, data["cutoff"]), data, moving)


def prove_message_passing(proof):
    """The rank of V (Lemma colour)."""
    statement = exact.prove_rank(proof, "incompleteness", "V", network_at(proof).matrix())
    return f"{statement}; {scope(proof.certificate['network'])}, read off at the centre, sees its null space"


def scope(data):
    """Which networks are meant."""
    return f"no network of {data['layers']} message-passing layer{'s' * (data['layers'] > 1)} on {told(data)}"


def told(data):
    """What messages tell."""
    what = "distances and the angles between them" if data["messages"] == "angles" else "distances"
    return what if data["cutoff"] is None else f"{what} below {short([data['cutoff']])[1:-1]}"


def prove_out_of_reach(proof):
    """No message of the further atoms comes to the centre; one at the cutoff vanishes with its derivative."""
    env, claim, network = proof.env, proof.certificate["left_out"], network_at(proof)
    species, positions = claim["species"], claim["positions"]
    reached = sorted(network.reached())
    if bits_of(positions) > MAX_SCALE_BITS or len(reached) * len(positions) > MAX_TUPLE_INVARIANTS:
        raise Refuted("left_out: too many atoms, or too long a number")
    check_positions([*env.positions, *positions], env.n + len(species))
    places = [(0, 0, 0), *env.positions]
    for k, y in enumerate(positions):
        for node in reached:
            apart = [a - b for a, b in zip(y, places[node])]
            square = sum(a * b for a, b in zip(apart, apply(env.metric, apart))) * env.scale
            if closer(env, proof.certificate["network"]["cutoff"], square):
                raise Refuted(f"left_out: atom {k} sends messages that come to the centre")
    return f"no message of the {len(species)} further atoms ({counted(species)}) comes to the centre, to first order"


RULES = {
    "displacements": prove_displacements,
    "message-passing": prove_message_passing,
    "angular-message-passing": prove_message_passing,
    "out-of-reach": prove_out_of_reach,
}


def prove(certificate):
    """The statements of a certificate about a class of networks, and the proof."""
    as_exact = certificate | {"nu": 1, "group": "O(3)", "descriptor": None}
    proof = exact.Proof(as_exact, Environment(as_exact))
    exact.needed_levels(proof)
    rules, angles = exact.RULES | RULES, certificate["network"]["messages"] == "angles"
    names = [] if proof.env.field is fields.QQ else ["field"]
    names += ["environment", "displacements", "stabiliser"]
    names += ["point-group"] if certificate["point_group"] is not None else []
    names += ["rigid", "symmetry", "angular-message-passing" if angles else "message-passing"]
    names += ["out-of-reach"] if certificate["left_out"] is not None else []
    return [exact.state(rules, name, proof) for name in [*names, "claims"]], proof
