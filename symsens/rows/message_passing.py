"""What no message-passing network can see from a centre (THEORY, section 7), exactly: on distances, or with angles.

Two classes of networks on the nodes and edges of `symsens.geometry.colours`, with any C^1 updates U_t and messages M_t
that vanish beyond the cutoff. In each of T layers, from h_i = species at first,

    distances   h_i <- U_t(h_i, sum over neighbours j of M_t(h_i, h_j, s_ij))
    angles      h_i <- U_t(h_i, sum over ordered pairs (j, k) of neighbours of M_t(h_i, h_j, h_k, s_ij, s_ik, s_jk)),

j = k allowed; instead of s_jk one may write x_ij . x_ik. States belong to nodes: what a network keeps for edges it
makes anew from the nodes in each layer. The features are h_0, of the centre.

With the colours c_i^t after t layers, call messages of equal sides and equal colours c^(t-1) of their senders of one
kind. V_i^0 is empty, and V_i^t has for each kind of message that i receives the rows

    sum over these messages of ds, for each side        sum over these messages of V_j^(t-1), for each sender j.

So V_0^T has a row for each walk: a kind that the centre receives in the last layer, a kind that its sender receives in
the layer before, and so on, and at the end a side. Lemma colour: V_0^T v = 0 iff no such network sees v. One layer is
D_1, or with angles D_2, on the neighbours within the cutoff.

Law: a row is named by one walk that it stands for; ranks come from below modulo a prime, zeros are exact.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache, cached_property

from flint import nmod_mat

from symsens.errors import InputError
from symsens.geometry.colours import Clouds, checked_cutoff, sides
from symsens.geometry.displacements import Displacements, as_displacements
from symsens.geometry.environment import Environment
from symsens.numbers.field import Place
from symsens.numbers.kernel import Matrix, from_columns, independent, matrix, modular_pivots, multiply, residues
from symsens.rows.filtration import Filtration, filtration_of
from symsens.rows.matrices import RowClass

MAX_LAYERS = 20


def pair_number(n: int, j: int, k: int) -> int:
    """Place of the pair of neighbours j, k (from 0) in the order of ``np.triu_indices(n)``."""
    j, k = min(j, k), max(j, k)
    return j * n - j * (j - 1) // 2 + k - j


def edge_derivative(n: int, i: int, j: int) -> dict[int, int]:
    """ds_ij of two nodes as coefficients of the derivatives of dot products: s_jk = x_j.x_j + x_k.x_k - 2 x_j.x_k."""
    if i == j:
        return {}
    ends = [node - 1 for node in (i, j) if node]
    out = {pair_number(n, a, a): 1 for a in ends}
    return out | {pair_number(n, *ends): -2} if len(ends) == 2 else out


Walk = tuple[tuple[tuple[int, ...], ...], int]  # the senders of each step, the centre receives the first; a side


@dataclass(frozen=True, eq=False)
class Walks:
    """V_0 after some layers: rows named by walks, asked as `symsens.rows.matrices.Rows` are.

    Attributes
    ----------
    moves : the displacements.
    clouds : the nodes, and what they receive.
    layers : T, 1 or more.
    """

    moves: Displacements
    clouds: Clouds
    layers: int

    @cached_property
    def _colours(self) -> list[list[int]]:
        return list(self.clouds.colours(self.layers - 1))

    @cache  # noqa: B019  (as long-lived as the one answer that it is for)
    def _kinds(self, layer: int, node: int) -> dict[tuple, list[tuple[int, ...]]]:
        """What a node receives in a layer, 1 to T."""
        return self.clouds.kinds(node, self._colours[layer - 1])

    @cached_property
    def _reached(self) -> list[list[int]]:
        """The nodes whose features after t layers count, for t = 0, ..., T."""
        found = [{0}]
        for _ in range(self.layers):
            found.append(found[-1].union(*(sent for i in found[-1] for sent, _ in self.clouds.received[i])))
        return [sorted(nodes) for nodes in reversed(found)]

    def _classes(self, layer: int) -> list[list[int]]:
        """The nodes of each colour after a layer below the last, as far as they count; after the last the centre."""
        found = defaultdict(list)
        for node in self._reached[layer]:
            found[self._colours[layer][node] if layer < self.layers else 0].append(node)
        return [found[colour] for colour in sorted(found)]

    @property
    def _told(self) -> tuple[int, ...]:
        """The sides whose sums are rows: the others are those of a kind with its senders exchanged."""
        return (0, 2) if self.clouds.angles else (0,)

    def coefficients(self, walk: Walk) -> dict[int, int]:
        """The row of a walk by the derivatives of dot products."""
        steps, side = walk
        counts, here, total = {0: 1}, 0, Counter()
        for step, sent in enumerate(steps):
            layer = self.layers - step
            kind = next(key for key, senders in self._kinds(layer, here).items() if sent in senders)
            heard = [(i, count, other) for i, count in counts.items() for other in self._kinds(layer, i)[kind]]
            if step == len(steps) - 1:
                for i, count, other in heard:
                    for pair, factor in edge_derivative(self.moves.environment.n, *sides(i, other)[side]).items():
                        total[pair] += count * factor
            counts, here = Counter(), sent[0]
            for _, count, other in heard:
                counts[other[0]] += count
        return {pair: count for pair, count in total.items() if count}

    def name(self, walk: Walk) -> Walk:
        """How a certificate cites the row: the walk itself."""
        return walk

    def exact(self, walks: list[Walk]) -> Matrix:
        """The rows of these walks, exactly."""
        base, size = self.moves.derivative, self.moves.derivative.nrows()
        rows = [self.coefficients(walk) for walk in walks]
        return multiply(matrix(len(rows), size, [row.get(pair, 0) for row in rows for pair in range(size)]), base)

    def modular_pivots(self, place: Place, enough: int) -> list[Walk]:
        """Walks whose rows are independent modulo a prime: a maximal set, or `enough` of them.

        After each layer the rows of a colour, on all its nodes at once, are replaced by a maximal independent set.
        """
        width, n, prime = self.moves.width, self.moves.environment.n, place.prime
        base = residues(self.moves.derivative, place)
        rank, entries = base.rank(), [int(x) for x in base.entries()]
        gram = [entries[i * width : (i + 1) * width] for i in range(base.nrows())]

        @cache
        def along(a, b):
            return _sum([0] * width, ((gram[pair], x) for pair, x in edge_derivative(n, a, b).items()))

        known = {node: [] for node in self._reached[0]}  # for each node (walk, row), in the order of its colour
        for layer in range(1, self.layers + 1):
            new = {}
            for members in self._classes(layer):
                most = min(enough, rank) if layer == self.layers else rank * len(members)
                candidates = self._candidates(layer, members, known, along, width)
                chosen = _independent(candidates, width * len(members), prime, most)
                for i, node in enumerate(members):
                    part = slice(i * width, (i + 1) * width)
                    new[node] = [(walk, row[part]) for walk, row in chosen]
            known = new
        return [walk for walk, _ in known[0]]

    def _candidates(self, layer, members, known, along, width):
        """(walk, the rows of all members side by side) of all kinds, those of one step first."""
        kinds = self._kinds(layer, members[0])
        for kind, senders in kinds.items():
            for side in self._told:
                rows = [
                    _sum([0] * width, ((along(*sides(i, sent)[side]), 1) for sent in self._kinds(layer, i)[kind]))
                    for i in members
                ]
                yield ((senders[0],), side), [x for row in rows for x in row]
        for kind, senders in kinds.items():
            counts = [Counter(sent[0] for sent in self._kinds(layer, i)[kind]) for i in members]
            for k, ((steps, side), _) in enumerate(known[senders[0][0]]):
                rows = [_sum([0] * width, ((known[j][k][1], x) for j, x in count.items())) for count in counts]
                yield ((senders[0], *steps), side), [x for row in rows for x in row]

    def annihilate(self, vectors) -> bool:
        """Whether V_0 times every one of `vectors` is exactly zero."""
        images = multiply(self.moves.derivative, from_columns(vectors, self.moves.width)).transpose()
        entries, size = images.entries(), images.ncols()
        rows = (entries[i : i + size] for i in range(0, len(entries), size))
        return not any(self._seen(row) for row in rows if any(row))

    def _seen(self, image: list) -> bool:
        """Whether some row is not zero along a displacement, given the derivatives of dot products along it.

        After each layer the rows of a colour, here one number for each of its nodes, are replaced by a spanning set.
        """
        n, field = self.moves.environment.n, self.moves.environment.field

        def along(a, b):
            return sum(x * image[pair] for pair, x in edge_derivative(n, a, b).items())

        known = {node: [] for node in self._reached[0]}
        for layer in range(1, self.layers + 1):
            new = {}
            for members in self._classes(layer):
                rows = []
                for kind, senders in self._kinds(layer, members[0]).items():
                    heard = [self._kinds(layer, i)[kind] for i in members]
                    for side in self._told:
                        rows.append([sum(along(*sides(i, sent)[side]) for sent in h) for i, h in zip(members, heard)])
                    for k in range(len(known[senders[0][0]])):
                        rows.append([sum(known[sent[0]][k] for sent in h) for h in heard])
                rows = [row for row in map(list, dict.fromkeys(map(tuple, rows))) if any(row)]
                chosen = independent(rows, len(members), field)
                for place, node in enumerate(members):
                    new[node] = [rows[i][place] for i in chosen]
            known = new
        return bool(known[0])


def _sum(start: list[int], terms) -> list[int]:
    for row, factor in terms:
        start = [a + factor * b for a, b in zip(start, row)]
    return start


def _independent(candidates, width: int, prime: int, most: int) -> list[tuple[Walk, list[int]]]:
    """A maximal set of candidates that are independent modulo `prime`, or the first `most`; rows are reduced."""
    chosen, batch, size = [], [], 1 + width * 3 // 2
    for last, candidate in _with_end(candidates):
        if candidate is not None:
            batch.append((candidate[0], [x % prime for x in candidate[1]]))
        if batch and (last or len(batch) >= size):
            rows = chosen + batch
            stacked = nmod_mat(len(rows), width, [x for _, row in rows for x in row], prime)
            chosen = [rows[i] for i in modular_pivots(stacked.transpose())][:most]
            batch, size = [], 2 * size
        if len(chosen) >= most:
            break
    return chosen


def _with_end(items):
    """(False, item) for each, then (True, None)."""
    yield from ((False, item) for item in items)
    yield True, None


def message_passing_class(layers: int, cutoff=None, angles: bool = False) -> RowClass:
    """All networks of so many layers on distances below `cutoff`, or with angles, read off at the centre: V_0."""

    def rows(moves):
        return [Walks(moves, Clouds.of([moves.environment], angles, cutoff), layers)]

    return RowClass("incompleteness", rows)


def message_passing_filtration(
    subject: Environment | Displacements, layers: int, cutoff=None, angles: bool = False
) -> Filtration:
    """What no network of so many layers, read off at the centre, can see of an environment.

    Parameters
    ----------
    subject : an environment, or the displacements of one; the nodes are its centre and its neighbours.
    layers : 1 to 20; each lets a node see one edge further.
    cutoff : radius in Angstrom (anything exact); None joins every pair.
    angles : networks that see the angles between edges too.

    Returns
    -------
    Filtration
        ``rank`` bounds that of the Jacobian of every such network from above; most that are wide enough reach it.

    Raises
    ------
    InputError
        layers or cutoff out of range, or more messages than the stated limit.
    """
    if not (isinstance(layers, int) and 1 <= layers <= MAX_LAYERS):
        raise InputError(f"layers = {layers!r}: a network has 1 to {MAX_LAYERS} layers")
    moves = as_displacements(subject)
    cutoff = checked_cutoff(moves.environment, cutoff)
    return filtration_of(moves, message_passing_class(layers, cutoff, angles))
