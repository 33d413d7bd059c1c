"""Colours of atoms by what they receive from others: what message passing tells apart (THEORY, section 7).

The nodes of a cloud are the centre of an environment (node 0) and its neighbours (node j + 1), its edges all pairs
closer than a cutoff. In every layer a node receives a message from each of its neighbours, with their distance; or, of
networks that see angles, from each ordered pair of its neighbours (j = k allowed), with the three sides. Colours start
as species; the new colour of a node is its old one with the multiset of (sides, colours of the senders) it receives.

Two nodes of equal colour after T layers have equal features in every network of T layers of that kind, and nodes of
different colours do not in some (Lemma colour): colours of distances are those of the Weisfeiler-Lehman test (1-WL).

Law: integers only; clouds side by side are coloured in one numbering, so that colours of both may be compared.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product
from typing import NamedTuple

from symsens.errors import InputError
from symsens.geometry.environment import Environment
from symsens.geometry.sides import Sides
from symsens.numbers.metric import apply, dot

MAX_MESSAGES = 4_000_000  # of one layer


def squared_distances(env: Environment) -> list[list[int]]:
    """(n+1) x (n+1) integers ``env.gram_scale`` * s_ij between nodes; node 0 is the centre."""
    g = env.gram
    square = [g[j][j] for j in range(env.n)]
    inner = [[a, *(a + b - 2 * x for b, x in zip(square, row))] for a, row in zip(square, g)]
    return [[0, *square], *inner]


def edges(env: Environment, cutoff: Fraction | None) -> list[list[int]]:
    """For every node the nodes at a distance below `cutoff` (all others if None), decided exactly on squares."""
    squares = squared_distances(env)
    return [
        [j for j, s in enumerate(row) if j != i and (cutoff is None or s < cutoff**2 * env.gram_scale)]
        for i, row in enumerate(squares)
    ]


def checked_cutoff(env: Environment, cutoff):
    """A cutoff in the field of an environment, or None.

    Raises
    ------
    InputError
        It is no number of the field, or not positive.
    """
    found = None if cutoff is None else env.field.parse(cutoff)
    if found is not None and not found > 0:
        raise InputError(f"cutoff {cutoff} is not positive: give a radius in Angstrom")
    return found


class Message(NamedTuple):
    """What a node receives from another, or from an ordered pair of them.

    Attributes
    ----------
    name : what a certificate calls the senders.
    senders : the nodes that send it.
    label : numbers of the squared sides that it tells, to each sender and between two; equal where these are equal.
    sides : the ends of these sides.
    """

    name: tuple[int, ...]
    senders: tuple[int, ...]
    label: tuple[int, ...]
    sides: tuple


@dataclass(frozen=True)
class Clouds:
    """The nodes of one or more clouds, side by side, and what each of them receives in every layer.

    Attributes
    ----------
    species : of the nodes.
    received : for each node its messages; the ends of a side are nodes of its cloud.
    sizes : numbers of nodes of the clouds.
    angles : whether the senders are pairs of neighbours.
    """

    species: tuple[str, ...]
    received: tuple[tuple[Message, ...], ...]
    sizes: tuple[int, ...]
    angles: bool = False

    @classmethod
    def of(cls, environments: Sequence[Environment], angles: bool = False, cutoff=None) -> "Clouds":
        """The clouds of some environments.

        Parameters
        ----------
        angles : whether messages come from pairs of neighbours.
        cutoff : radius of every edge in Angstrom (anything exact); None joins every pair.

        Raises
        ------
        InputError
            The cutoff is none, or there are too many messages.
        """
        near = [edges(env, checked_cutoff(env, cutoff)) for env in environments]
        _check_messages(sum(len(ends) ** (1 + angles) for one in near for ends in one), angles)
        tables = [squared_distances(env) for env in environments]
        if len(environments) > 1:  # in one unit
            scales = [env.gram_scale for env in environments]
            tables = [[[s * Fraction(1, scale) for s in row] for row in table] for table, scale in zip(tables, scales)]
        numbers = {s: i for i, s in enumerate(sorted({s for table in tables for row in table for s in row}))}
        received, sizes = [], []
        for table, one in zip(tables, near):
            named = [[numbers[s] for s in row] for row in table]
            first = sum(sizes)
            for i, ends in enumerate(one):
                found = []
                for name in product(ends, repeat=2) if angles else ((j,) for j in ends):
                    sides = (*((i, j) for j in name), *pairwise(name))
                    senders, label = tuple(first + j for j in name), tuple(named[a][b] for a, b in sides)
                    found.append(Message(name, senders, label, sides))
                received.append(tuple(found))
            sizes.append(len(table))
        species = tuple(z for env in environments for z in (env.centre_species, *env.species))
        return cls(species, tuple(received), tuple(sizes), angles)

    @classmethod
    def of_structure(cls, sides: Sides, angles: bool = False, cutoff=None) -> "Clouds":
        """All atoms of a structure, with their neighbours below the cutoff, or all that `sides` knows.

        A message is named by the numbers of the neighbours of its receiver; the ends of a side are its number.

        Raises
        ------
        InputError
            There are too many messages.
        """
        near = []
        for env in sides.environments:
            squares = [dot(y, apply(env.metric, y)) for y in env.positions]
            near.append([k for k, s in enumerate(squares) if cutoff is None or s < cutoff**2])
        _check_messages(sum(len(ends) ** (1 + angles) for ends in near), angles)
        labels, received = [*sides.labels.tolist(), 0], []
        for around, ends in zip(sides.surroundings, near):
            atoms, table, found = around.atoms.tolist(), around.sides.tolist(), []
            for name in product(ends, repeat=2) if angles else ((j,) for j in ends):
                nodes = [j + 1 for j in name]
                told = (*(table[0][k] for k in nodes), *(table[k][l] for k, l in pairwise(nodes)))
                found.append(Message(name, tuple(atoms[k] for k in nodes), tuple(labels[x] for x in told), told))
            received.append(tuple(found))
        return cls(tuple(sides.structure.species), tuple(received), (len(near),), angles)

    def colours(self, layers: int | None = None) -> Iterator[list[int]]:
        """Numbers of the colours of all nodes after 0, 1, ... layers; None: until they are stable.

        Stable colours are those of any number of layers more: after the last no two nodes of equal colour part.
        """
        now = _numbered(self.species)
        yield now
        while layers is None or layers > 0:
            new = _numbered([(c, self._heard(i, now)) for i, c in enumerate(now)])
            if layers is None and max(new, default=0) == max(now, default=0):
                return
            now, layers = new, None if layers is None else layers - 1
            yield now

    def _heard(self, node: int, colours: list[int]) -> tuple:
        return tuple(sorted((m.label, tuple(colours[j] for j in m.senders)) for m in self.received[node]))

    def kinds(self, node: int, colours: list[int]) -> dict[tuple, list[Message]]:
        """The messages that a node receives, by (sides, colours of the senders), in a fixed order."""
        found = {}
        for message in self.received[node]:
            found.setdefault((message.label, tuple(colours[j] for j in message.senders)), []).append(message)
        return dict(sorted(found.items()))


def _check_messages(count: int, angles: bool) -> None:
    if count > MAX_MESSAGES:
        raise InputError(
            f"{count} messages in one layer, more than {MAX_MESSAGES}: lower the cutoff"
            + (" or leave out the angles" if angles else "")
        )


def _numbered(values: Sequence) -> list[int]:
    """Each by its place among the different ones."""
    numbers = {value: i for i, value in enumerate(sorted(set(values)))}
    return [numbers[value] for value in values]


def separating_layers(
    first: Environment, second: Environment, angles: bool = False, cutoff=None, readout: str = "centre"
) -> int | None:
    """How many layers of message passing tell two environments, or two clusters, apart.

    Networks of T layers, whatever their weights, give equal features to both iff the answer is None or above T.

    Parameters
    ----------
    angles : networks whose messages come from pairs of neighbours with their angle; otherwise from each neighbour, with
        its distance (1-WL).
    cutoff : radius of every edge in Angstrom (anything exact); None joins every pair.
    readout : "centre": features of the centre; "all": sums over all atoms, the centre an atom like the others.

    Returns
    -------
    int or None
        The smallest number of layers after which the colours differ; None if none ever does, which the stable colours
        of both prove.

    Raises
    ------
    InputError
        No such read-out, no such cutoff, environments over different fields, or too many messages.
    """
    if readout not in ("centre", "all"):
        raise InputError(f"readout = {readout!r}: it is 'centre' or 'all'")
    if first.field != second.field:
        names = f"{first.field.name}, the other over {second.field.name}"
        raise InputError(f"one environment is over {names}: use one field")
    clouds = Clouds.of((first, second), angles, cutoff)
    split = clouds.sizes[0]
    for layers, colours in enumerate(clouds.colours()):
        here, there = colours[:split], colours[split:]
        same = here[0] == there[0] if readout == "centre" else Counter(here) == Counter(there)
        if not same:
            return layers
    return None
