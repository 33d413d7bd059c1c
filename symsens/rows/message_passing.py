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

Summed over all nodes, as whole structures are, the rows are the sums of V over the nodes of each colour; nodes are then
the atoms, and messages come from images of atoms too.

There are many walks, but few are needed. A walk as far as some layer is a vector: how often it comes to each node, all
of them of one colour; what follows is linear in it. So those walks are followed whose vectors are independent.

Law: integers only; V_0 = C . E with the derivative E of the dot products, as for tuples (`symsens.rows.tuples`). A row
is named by its walk.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

from symsens.errors import InputError
from symsens.geometry.colours import Clouds, Message, checked_cutoff
from symsens.geometry.displacements import Displacements, as_displacements
from symsens.geometry.environment import Environment
from symsens.geometry.structure_displacements import StructureDisplacements
from symsens.numbers.field import QQ
from symsens.numbers.kernel import Matrix, independent
from symsens.rows.filtration import Filtration, filtration_of
from symsens.rows.matrices import RowClass, Rows

MAX_LAYERS = 20
MAX_ROWS = 400_000


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


@dataclass(frozen=True)
class Walk:
    """The messages of each step of a walk, received by its root first; and how often it ends at each node."""

    root: int
    steps: tuple[Message, ...]
    ends: dict[int, int]

    @property
    def at(self) -> int:
        """A node at which it ends."""
        return self.steps[-1].senders[0] if self.steps else self.root

    @property
    def names(self) -> tuple[tuple[int, ...], ...]:
        """What a certificate calls its steps."""
        return tuple(message.name for message in self.steps)


def followed(clouds: Clouds, layers: int, summed: bool = False) -> Iterator[list[tuple[list[Walk], dict[int, dict]]]]:
    """The walks that need to be followed, after 0, 1, ..., T - 1 steps.

    Parameters
    ----------
    summed : over all nodes; otherwise read off at the first.

    Yields
    ------
    list
        For each colour the walks that end at nodes of it, their vectors independent, and what these nodes receive in
        the layer that comes next: node -> kind -> messages.
    """
    colours = list(clouds.colours(layers if summed else layers - 1))
    found = {0: [Walk(0, (), {0: 1})]}
    if summed:
        alike = {c: [i for i, d in enumerate(colours[layers]) if c == d] for c in sorted(set(colours[layers]))}
        found = {c: [Walk(nodes[0], (), dict.fromkeys(nodes, 1))] for c, nodes in alike.items()}
    for layer in range(layers, 0, -1):
        received = cache(lambda node, before=colours[layer - 1]: clouds.kinds(node, before))
        now = [(walks, {i: received(i) for walk in walks for i in walk.ends}) for walks in found.values()]
        yield now
        longer = defaultdict(list)
        for walks, heard in now:
            for kind in heard[walks[0].at]:
                for walk in walks:
                    ends = Counter()
                    for i, count in walk.ends.items():
                        for message in heard[i][kind]:
                            ends[message.senders[0]] += count
                    longer[kind[1][0]].append(Walk(walk.root, (*walk.steps, heard[walk.at][kind][0]), ends))
        found = {colour: _independent(walks) for colour, walks in sorted(longer.items())}


def _independent(walks: list[Walk]) -> list[Walk]:
    """Those of some walks whose vectors span the rest, first come first."""
    different = list({tuple(sorted(walk.ends.items())): walk for walk in reversed(walks)}.values())[::-1]
    nodes = sorted({i for walk in different for i in walk.ends})
    chosen = independent([[walk.ends.get(i, 0) for i in nodes] for walk in different], len(nodes), QQ)
    return [different[k] for k in chosen]


def messages_followed(clouds: Clouds, layers: int, summed: bool = False) -> int:
    """How many messages are looked at: walks of a colour times the messages that its nodes receive, in all layers."""
    count = 0
    for step in followed(clouds, layers, summed):
        for walks, heard in step:
            count += len(walks) * sum(len(found) for kinds in heard.values() for found in kinds.values())
    return count


def message_passing_rows(moves: Displacements, clouds: Clouds, layers: int) -> Iterator[Rows]:
    """Rows that span those of V_0, by walks of one step, of one or two, and so on; named (steps, side).

    Raises
    ------
    InputError
        More rows than the stated limit.
    """
    slope = cache(lambda ends: edge_derivative(moves.environment.n, *ends))
    for rows in _spanning(clouds, layers, slope, False):
        yield _sparse(moves.derivative, rows, lambda name: name[1:])


def summed_rows(moves: StructureDisplacements, clouds: Clouds, layers: int) -> Iterator[Rows]:
    """Rows that span the sums of V over all atoms of equal colour, named (first atom, steps, side).

    Raises
    ------
    InputError
        More rows than the stated limit.
    """
    for rows in _spanning(clouds, layers, lambda side: {} if side < 0 else {side: 1}, True):
        yield _sparse(moves.derivative, rows, lambda name: name)


def _spanning(clouds: Clouds, layers: int, slope, summed: bool) -> Iterator[dict]:
    """(row, entry) pairs of the rows, each with its name, after one step, two, and so on."""
    rows, told = {}, (0, 2) if clouds.angles else (0,)  # the others are those of a kind with its senders exchanged
    for step in followed(clouds, layers, summed):
        for walks, heard in step:
            for kind, side, walk in product(heard[walks[0].at], told, walks):
                if entries := _entries(walk, kind, side, heard, slope):
                    rows.setdefault(entries, (walk.root, (*walk.names, heard[walk.at][kind][0].name), side))
            if len(rows) > MAX_ROWS:
                raise InputError(
                    f"{len(clouds.species)} atoms and {layers} layers give more than {MAX_ROWS} rows: lower the cutoff "
                    "or the layers"
                )
        yield rows


def _entries(walk: Walk, kind: tuple, side: int, heard: dict, slope) -> tuple[tuple[int, int], ...]:
    """The row of a walk with one more step and a side."""
    total = Counter()
    for i, count in walk.ends.items():
        for message in heard[i][kind]:
            for row, factor in slope(message.sides[side]).items():
                total[row] += count * factor
    return tuple(sorted((row, count) for row, count in total.items() if count))


def _sparse(base: Matrix, rows: dict, name) -> Rows:
    # Short rows first: they often reach the full rank before the long ones are looked at.
    kept = sorted(rows.items(), key=lambda item: len(item[0]))

    def coefficients(start, stop):
        block = [dict(entries) for entries, _ in kept[start:stop]]
        used = sorted({row for entries in block for row in entries})
        return used, [entries.get(row, 0) for entries in block for row in used]

    return Rows(base, len(kept), coefficients, lambda i: name(kept[i][1]))


def message_passing_class(layers: int, cutoff=None, angles: bool = False) -> RowClass:
    """All networks of so many layers on distances below `cutoff`, or with angles, read off at the centre: V_0."""

    def rows(moves):
        return message_passing_rows(moves, Clouds.of([moves.environment], angles, cutoff), layers)

    return RowClass("incompleteness", rows)


def summed_message_passing_class(layers: int, cutoff=None, angles: bool = False) -> RowClass:
    """All sums over the atoms of a structure of functions of the features of such networks: sums of V by colours."""

    def rows(moves):
        return summed_rows(moves, Clouds.of_structure(moves.sides, angles, cutoff), layers)

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
