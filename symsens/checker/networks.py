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


def sides(node, sent):
    """The pairs of nodes whose squared distances a message to a node tells."""
    return [*((node, j) for j in sent), *pairwise(sent)]


def end(steps):
    """A node at which a walk ends."""
    return steps[-1][0] if steps else 0


class Network:
    """A class of networks at an environment: what nodes receive, their colours, and the rows of V."""

    def __init__(self, env, data, moving):
        self.env, self.layers, self.angles = env, data["layers"], data["messages"] == "angles"
        self.nodes, self.moving = range(env.n + 1), moving
        if not 1 <= self.layers <= MAX_LAYERS:
            raise Refuted(f"network.layers: {self.layers} is outside 1..{MAX_LAYERS}")
        cutoff = data["cutoff"]
        if cutoff is not None and (cutoff <= 0 or bits_of([[cutoff]]) > MAX_SCALE_BITS):
            raise Refuted("network.cutoff: not positive, or too long a number")
        self.limit = None if cutoff is None else cutoff**2
        squares = [[self.square(a, b) for b in self.nodes] for a in self.nodes]
        self.near = [[b for b in self.nodes if b != a and self.inside(squares[a][b])] for a in self.nodes]
        self.count = sum(len(ends) ** (1 + self.angles) for ends in self.near)
        if self.count * self.layers > MAX_MESSAGES:
            raise Refuted(f"network: {self.count} messages in each of {self.layers} layers are over {MAX_MESSAGES}")
        numbers = {}
        self.numbers = [[numbers.setdefault(s, len(numbers)) for s in row] for row in squares]
        self.colours = [number([env.data["centre"], *env.species])]
        while len(self.colours) < self.layers:
            heard = [sorted(Counter(self.kind(i, m) for m in self.received(i)).items()) for i in self.nodes]
            self.colours.append(number([(c, tuple(h)) for c, h in zip(self.colours[-1], heard)]))
        self.kinds = cache(self.kinds_of)
        self.ends = cache(self.ends_of)

    def square(self, a, b):
        """The squared distance of two nodes, in units of the dot products."""
        gram, (j, k) = self.env.gram, (a - 1, b - 1)
        if a and b:
            return gram[j][j] + gram[k][k] - 2 * gram[j][k]
        return gram[j][j] if a else gram[k][k] if b else 0

    def inside(self, square):
        """Whether two nodes at this squared distance are closer than the cutoff."""
        return self.limit is None or fields.sign(self.limit * self.env.scale - square) > 0

    def received(self, node):
        """The senders of each message that a node receives."""
        return product(self.near[node], repeat=2) if self.angles else ((j,) for j in self.near[node])

    def kind(self, node, sent, layer=-1):
        """The kind of a message in a layer counted from 0, by default the last that has colours."""
        told = tuple(self.numbers[a][b] for a, b in sides(node, sent))
        return told, tuple(self.colours[layer][j] for j in sent)

    def kinds_of(self, node, layer):
        """The senders of the messages that a node receives in a layer, by their kinds."""
        found = defaultdict(list)
        for sent in self.received(node):
            found[self.kind(node, sent, layer)].append(sent)
        return dict(found)

    def heard(self, steps):
        """(how often, node, senders) of all messages of the kind with which a walk ends."""
        *before, sent = steps
        layer = self.layers - len(steps)
        kind = self.kind(end(before), sent, layer)
        return [
            (count, i, other) for i, count in self.ends(tuple(before)).items() for other in self.kinds(i, layer)[kind]
        ]

    def ends_of(self, steps):
        """How often a walk ends at each node: at the first senders of the messages."""
        found = Counter()
        for count, _, sent in self.heard(steps) if steps else []:
            found[sent[0]] += count
        return found if steps else {0: 1}

    def row(self, label):
        """The row of a walk, by the differentials of dot products."""
        steps, side = label
        total = Counter()
        for count, i, sent in self.heard(tuple(map(tuple, steps))):
            a, b = sides(i, sent)[side]
            ends = [node - 1 for node in (a, b) if node] if a != b else []
            for j in ends:
                total[j, j] += count
            if len(ends) == 2:
                total[pair(*ends)] -= 2 * count
        return total

    def valid(self, label):
        """Whether a label is that of a walk."""
        steps, side = label
        here = 0
        for sent in steps:
            if len(sent) != 1 + self.angles or not set(sent) <= set(self.near[here]):
                return False
            here = sent[0]
        return 1 <= len(steps) <= self.layers and 0 <= side < (3 if self.angles else 1)

    def spanning(self):
        """Labels of rows that span all; the sides left out are those of kinds with the senders exchanged."""
        walks, work = {0: [()]}, 0
        for layer in reversed(range(self.layers)):
            longer = defaultdict(list)
            for known in walks.values():
                heard = [self.kinds(i, layer) for i in sorted({i for steps in known for i in self.ends(steps)})]
                work += len(known) * sum(len(sent) for kinds in heard for sent in kinds.values())
                if work * (1 + self.moving) * self.env.field.degree**2 > MAX_FOLLOWED:
                    raise Refuted(f"network: over {MAX_FOLLOWED} messages on the walks for {self.moving} null vectors")
                for kind in self.kinds(end(known[0]), layer):
                    for steps in known:
                        step = (*steps, self.kinds(end(steps), layer)[kind][0])
                        yield from ((step, side) for side in ((0, 2) if self.angles else (0,)))
                        longer[kind[1][0]].append(step)
            walks = {colour: self.independent(found) for colour, found in longer.items()}

    def independent(self, walks):
        """Those of some walks whose vectors span the others."""
        echelon = {}
        return [steps for steps in walks if absorb(echelon, self.ends(steps))]

    def reached(self):
        """The nodes from which a message reaches the centre in one layer less than there are."""
        found = {0}
        for _ in range(self.layers - 1):
            found = found.union(*(self.near[i] for i in found))
        return found


def number(values):
    """Each by the place at which it was first met among the different ones."""
    numbers = {}
    return [numbers.setdefault(value, len(numbers)) for value in values]


# Rules.


def prove_displacements(proof):
    """The tie was checked when the environment was made."""
    return describe_displacements(proof.env, proof.certificate["variables"])


def network_at(proof):
    """The class of networks of a certificate."""
    rigid, *others = proof.certificate["levels"]
    return Network(proof.env, proof.certificate["network"], sum(len(level["null_vectors"]) for level in others))


def prove_message_passing(proof):
    """The rank of V (Lemma colour)."""
    network = network_at(proof)
    matrix = Matrix(network.spanning(), network.row, network.valid)
    statement = exact.prove_rank(proof, "incompleteness", "V", matrix)
    return f"{statement}; {scope(proof.certificate['network'])}, read off at the centre, sees its null space"


def scope(data):
    """Which networks are meant."""
    told = "distances and the angles between them" if data["messages"] == "angles" else "distances"
    below = "" if data["cutoff"] is None else f" below {short([data['cutoff']])[1:-1]}"
    return f"no network of {data['layers']} message-passing layer{'s' * (data['layers'] > 1)} on {told}{below}"


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
            if network.inside(sum(a * b for a, b in zip(apart, apply(env.metric, apart))) * env.scale):
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
