"""What a comparison is about: two environments, or two molecules, and the classes of their tuples of neighbours.

Law: the standard library only, exact numbers only. All dot products of both sides are brought to one scale, so that
equality of numbers is equality. A molecule is the set of the environments of all its atoms.
"""

from collections import Counter
from fractions import Fraction
from functools import cached_property
from itertools import combinations, product
from math import comb, lcm

from symsens.checker.environments import Environment, counted, describe, digest
from symsens.checker.limits import MAX_NEIGHBOURS, MAX_NU, MAX_TUPLE_INVARIANTS
from symsens.checker.matrices import components
from symsens.checker.refusals import Refuted
from symsens.checker.shapes import MATRIX, read_species

SIDE = {
    "field": {"QQ"},
    "centre": (None, read_species),
    "species": [read_species],
    "positions": [(Fraction,) * 3],
    "metric": MATRIX,
}


class Fixed(Environment):
    """An environment of which nothing is differentiated."""

    def set_tie(self, certificate):
        """As many displacements as ever, and no derivative."""
        self.columns = 3 * self.n


class Side:
    """An environment, or the environments of all atoms of a molecule."""

    def __init__(self, data, nu, group):
        self.data, self.nu, self.group = data, nu, group
        species, positions = data["species"], data["positions"]
        if data["centre"] is not None:
            self.environments = [self.environment(data["centre"], species, positions)]
            return
        if not species or len(species) != len(positions) or len(set(map(tuple, positions))) != len(positions):
            raise Refuted("positions: a molecule has one atom or more, each at a place of its own")
        self.environments = [self.about(a) for a in range(len(species))]

    def environment(self, centre, species, positions):
        """One environment."""
        data = {**self.data, "centre": centre, "species": species, "positions": positions, "tie": None}
        return Fixed({"environment": data, "nu": self.nu, "group": self.group, "vary": "neighbours", "variables": None})

    def about(self, a):
        """The environment of atom a of a molecule: all other atoms, in their order."""
        species, positions = self.data["species"], self.data["positions"]
        others = [b for b in range(len(species)) if b != a]
        moved = [[x - y for x, y in zip(positions[b], positions[a])] for b in others]
        return self.environment(species[a], [species[b] for b in others], moved)

    def describe(self):
        """One line: which atoms, where."""
        if self.data["centre"] is not None:
            return describe(self.environments[0])
        return (
            f"a molecule over QQ of {len(self.environments)} atoms ({counted(self.data['species'])}); "
            f"SHA-256 {digest(self.data)}"
        )


def check_size(certificate, nu):
    """Nothing, or `Refuted` for an order, or tuples, beyond the limits."""
    total = 0
    for name in ("first", "second"):
        n, whole = len(certificate[name]["species"]), certificate[name]["centre"] is None
        if not 1 <= nu <= MAX_NU or n > MAX_NEIGHBOURS:
            raise Refuted(f"{name}: {n} atoms at order nu = {nu}: outside 1..{MAX_NU}, or more than {MAX_NEIGHBOURS}")
        total += n * (n - 1) ** max(nu, 2) if whole else n ** max(nu, 2)
    if total * comb(nu + 1, 2) > MAX_TUPLE_INVARIANTS:
        raise Refuted(f"nu: {nu} means over {MAX_TUPLE_INVARIANTS} invariants of tuples")


class ComparisonProof:
    """A certificate of a comparison, its sides, and their dot products on one scale."""

    def __init__(self, certificate):
        self.certificate, self.claims = certificate, certificate["claims"]
        self.chiral = certificate["group"] == "SO(3)"
        levels = self.claims["levels"]
        self.nu = max([1, *(level["separated_at"] or level["equal_up_to"] for level in levels)])
        check_size(certificate, self.nu)
        self.sides = []
        for name in ("first", "second"):
            try:
                self.sides.append(Side(certificate[name], self.nu, certificate["group"]))
            except Refuted as error:
                raise Refuted(f"{name}: {error}") from None
        if len({side.data["centre"] is None for side in self.sides}) > 1:
            raise Refuted("first, second: an environment beside a molecule")
        self.whole = self.sides[0].data["centre"] is None
        scale = 1
        for env in self.environments:
            scale = lcm(scale, env.scale)
        self.grams = {
            id(env): [[x * (scale // env.scale) for x in row] for row in env.gram] for env in self.environments
        }

    @property
    def environments(self):
        """All environments of both sides."""
        return [env for side in self.sides for env in side.environments]

    def gram(self, env):
        """The dot products of an environment on the scale of all."""
        return self.grams[id(env)]

    @cached_property
    def numbers(self):
        """For each environment its pairs of neighbours, numbered by their species and dot product."""
        seen = {}
        return {
            id(env): [
                [seen.setdefault((env.species[j], env.species[k], x), len(seen)) for k, x in enumerate(row)]
                for j, row in enumerate(self.gram(env))
            ]
            for env in self.environments
        }

    def key(self, env, tau):
        """The class of a tuple: species, dot products, and for SO(3) signs of triple products."""
        table = self.numbers[id(env)]
        dots = tuple(table[tau[a]][tau[b]] for a, b in components(len(tau)))
        if not self.chiral:
            return env.data["centre"], dots
        return env.data["centre"], dots, tuple(sign(env.triple(*abc)) for abc in combinations(tau, 3))

    def classes(self, env, nu):
        """How many nu-tuples of an environment are in each class."""
        return Counter(self.key(env, tau) for tau in product(range(env.n), repeat=nu))

    def members(self, level, nu):
        """For each side how many members each class has: tuples of all its environments, or environments."""
        kinds = [Counter(env.data["centre"] for env in side.environments) for side in self.sides]
        found = []
        for side, centres in zip(self.sides, kinds):
            each = [self.classes(env, nu) for env in side.environments]
            if level == "set":
                total = Counter(frozenset(classes.items()) for classes in each)
            else:
                total = Counter()
                for classes in each:
                    total.update(classes)
            found.append((centres, total))
        return found

    def count(self, what):
        """The sum of what is counted in the environments of either side."""
        return [sum(what(env) for env in side.environments) for side in self.sides]


def sign(x):
    """-1, 0 or 1."""
    return (x > 0) - (x < 0)
