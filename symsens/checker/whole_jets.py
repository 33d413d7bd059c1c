"""The 2-jets that features of all environments of a structure have, summed over its atoms or as a set.

Law: the standard library only, exact numbers only. Coordinates are half the squared sides of tuples with their centre.

Lemma sides: these and dot products are linear combinations of each other.
Lemma readout: what functions of the features of each atom add, within groups of equal environments.
"""

from collections import Counter, defaultdict
from itertools import combinations

from symsens.checker.linear import apply
from symsens.checker.structures import Tuples, groups
from symsens.checker.two_jets import Geometry, gradient, rows_of, spend


def whole_geometry(env):
    """Of half the squared sides of a structure, scaled to integers; all atoms move, images with their atom."""

    def ends(side):
        covector = apply(env.whole, env.vector(side))
        return [(side[0], [-x for x in covector]), (side[1], covector)]

    return Geometry(ends, lambda side: [(side[0],) * 2 + (1,), (side[1],) * 2 + (1,), (*side[:2], -2)], env.whole)


def every_side(env):
    """All sides between two atoms of a molecule."""
    return [env.side((j, ()), (k, ())) for j, k in combinations(range(env.n), 2)]


class WholeJets:
    """The tuples of all centres, each with its key and its sides, and the groups of equal environments.

    Attributes
    ----------
    members : tuple -> (number of its class, its sides; None for one that is constant).
    group : for each atom the number of its group.
    """

    def __init__(self, env):
        tuples = Tuples(env)
        parts = len(tuples.places)
        spend(4 * len(tuples.tuples) * parts * (parts + 3))
        number = {}
        keys = {tau: number.setdefault(tuples.key(tau), len(number)) for tau in tuples.tuples}
        self.members = {tau: (key, [tuples.side(tau, place) for place in tuples.places]) for tau, key in keys.items()}
        self.group = groups(env, keys)

    def rows(self, apart):
        """The rows of all classes, or of those within each group of equal environments apart."""
        return rows_of(
            ((self.group[tau[0]], key) if apart else key, sides) for tau, (key, sides) in self.members.items()
        )

    def stacks(self, geometry):
        """For each group the first derivatives of all features at its atoms, side by side."""
        counts = defaultdict(lambda: defaultdict(Counter))
        for tau, (key, sides) in self.members.items():
            for c, side in enumerate(sides):
                if side is not None:
                    counts[self.group[tau[0]], key, c][tau[0]][(side,)] += 1
        found = defaultdict(dict)
        for (group, _, _), sums in counts.items():
            label = tuple(frozenset(sums[i].items()) for i in sorted(sums))
            found[group][label] = [gradient(row, geometry.ends) for row in label]
        return [list(stack.values()) for stack in found.values()]


def structure_jets(env, level, readout):
    """(rows, stacks of first derivatives whose products are added, geometry) of the models of a structure."""
    jets, geometry = WholeJets(env), whole_geometry(env)
    if readout == "linear":
        return jets.rows(False), [], geometry
    rows, stacks = jets.rows(True), jets.stacks(geometry)
    if level == "set":
        firsts = [row for row in rows if all(len(key) == 1 for key, _ in row)]
        stacks.append([[gradient(row, geometry.ends)] for row in firsts])
    return rows, stacks, geometry
