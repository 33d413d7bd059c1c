"""What a comparison is about: two environments, or two structures, and the classes of their tuples of neighbours.

Law: the standard library only, exact numbers only. All dot products of both sides are brought to one scale, so that
equality of numbers is equality. A structure is the set of the environments of all its atoms, of all others or, where it
has a cutoff, of those within it and their images; of a crystal numbers are counted per atom.
"""

from collections import Counter
from fractions import Fraction
from functools import cached_property, partial
from itertools import combinations, product
from math import comb, lcm

from symsens.checker import lattices
from symsens.checker.environments import Environment, counted, describe, digest
from symsens.checker.fields import sign
from symsens.checker.limits import MAX_NEIGHBOURS, MAX_NU, MAX_TUPLE_INVARIANTS
from symsens.checker.matrices import components
from symsens.checker.refusals import Refuted
from symsens.checker.shapes import expect, matrix_of, read_element, read_field, read_species


def side_of(number, field):
    """The shape of a side over a field: an environment, or a structure, which has no centre, and may have a cutoff."""
    return {
        "field": field,
        "centre": (None, read_species),
        "species": [read_species],
        "positions": [(number,) * 3],
        "metric": matrix_of(number),
        "within": (None, {"lattice": [(number,) * 3], "cutoff": number}),
    }


def declared_field(value, where):
    """The shapes of a number and of a field, as the first side declares it; the second must declare the same one."""
    first = value.get("first") if type(value) is dict else None
    declared = first.get("field") if type(first) is dict else None
    if type(declared) is not dict:
        return Fraction, {"QQ"}
    field = read_field(declared, f"{where}.first.field")

    def same(value, where):
        expect(read_field(value, where) == field, value, where, "the field of the first side")
        return field

    return partial(read_element, field), same


class Fixed(Environment):
    """An environment of which nothing is differentiated."""

    def set_tie(self, certificate):
        """As many displacements as ever, and no derivative."""
        self.columns = 3 * self.n


class Side:
    """An environment, or the environments of all atoms of a structure.

    `whole` are the environments by which molecules are searched for an isometry: those of all other atoms.
    """

    def __init__(self, data, nu, group):
        self.data, self.nu, self.group, self.structure = data, nu, group, None
        species, positions, within = data["species"], data["positions"], data["within"]
        self.cutoff, self.crystal = (within["cutoff"], bool(within["lattice"])) if within else (None, False)
        if data["centre"] is not None:
            if within:
                raise Refuted("within: null, for an environment has the neighbours given")
            self.environments = self.whole = [self.environment(data["centre"], species, positions)]
            return
        if not species or len(species) != len(positions) or len(set(map(tuple, positions))) != len(positions):
            raise Refuted("positions: a molecule has one atom or more, each at a place of its own")
        self.whole = [] if self.crystal else [self.about(a) for a in range(len(species))]
        self.environments = self.near(within) if within else self.whole

    def near(self, within):
        """The environments of the atoms and images within the cutoff of each atom."""
        given = {key: self.data[key] for key in ("field", "species", "positions", "metric")}
        structure = self.structure = lattices.Structure({"structure": given | within, "nu": self.nu})
        unit, points, found = Fraction(1, structure.length), structure.points, []
        for i, near in enumerate(structure.around):
            starts = ([x - z for x, z in zip(points[j], points[i])] for j, _ in near)
            vectors = [lattices.moved(start, structure.cell, counts) for start, (_, counts) in zip(starts, near)]
            kinds = [structure.species[j] for j, _ in near]
            found.append(self.environment(structure.species[i], kinds, [[unit * x for x in v] for v in vectors]))
        return found

    def environment(self, centre, species, positions):
        """One environment."""
        given = {key: self.data[key] for key in ("field", "metric")}
        data = given | {"centre": centre, "species": species, "positions": positions, "tie": None}
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
        if self.structure:
            return f"{lattices.describe(self.structure)}; neighbours within {lattices.short([self.cutoff])}"
        over = self.environments[0].field.name
        return (
            f"a molecule over {over} of {len(self.environments)} atoms ({counted(self.data['species'])}); "
            f"SHA-256 {digest(self.data)}"
        )


def check_size(certificate, nu):
    """Nothing, or `Refuted` for an order, or tuples, beyond the limits."""
    total = 0
    for name in ("first", "second"):
        n, whole = len(certificate[name]["species"]), certificate[name]["centre"] is None
        if not 1 <= nu <= MAX_NU or n > MAX_NEIGHBOURS:
            raise Refuted(f"{name}: {n} atoms at order nu = {nu}: outside 1..{MAX_NU}, or more than {MAX_NEIGHBOURS}")
        within = certificate[name]["within"]
        power = max(nu, 2) if within is None else 2  # neighbours within a cutoff are counted when they are known
        if not (within and within["lattice"]):
            total += n * (n - 1) ** power if whole else n**power
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
        first, second = self.sides
        if first.cutoff != second.cutoff:
            raise Refuted("first, second: within different cutoffs")
        self.whole, self.crystal = first.data["centre"] is None, first.crystal or second.crystal

    @property
    def environments(self):
        """All environments of both sides."""
        return [env for side in self.sides for env in side.environments]

    @property
    def all(self):
        """All of them, and those of molecules whose environments are cut off."""
        return [*self.environments, *(env for side in self.sides if side.structure for env in side.whole)]

    def unit(self, side):
        """What numbers of a side are counted by: its atoms, in crystals."""
        return len(side.environments) if self.crystal else 1

    @property
    def env(self):
        """One of them."""
        return self.sides[0].environments[0]

    @cached_property
    def numbers(self):
        """For each environment its pairs of neighbours, numbered by their species and dot products on one scale."""
        scale, seen, found = lcm(*(env.scale for env in self.all)), {}, {}
        for env in self.all:
            factor = scale // env.scale
            found[id(env)] = [
                [seen.setdefault((env.species[j], env.species[k], factor * x), len(seen)) for k, x in enumerate(row)]
                for j, row in enumerate(env.gram)
            ]
        return found

    def pairs(self, env):
        """The numbers of the pairs of an environment: equal, on both sides, iff species and dot products are."""
        return self.numbers[id(env)]

    @cached_property
    def turns(self):
        """For each environment the signs of the triple products of its neighbours, in order."""
        return {id(env): {abc: sign(env.triple(*abc)) for abc in combinations(range(env.n), 3)} for env in self.all}

    def turn(self, env, abc):
        """The sign of the triple product of three neighbours, in any order; 0 where one is repeated."""
        if len(set(abc)) < 3:
            return 0
        swaps = sum(j > k for j, k in combinations(abc, 2))
        return (-1) ** swaps * self.turns[id(env)][tuple(sorted(abc))]

    def key(self, env, tau):
        """The class of a tuple: species, dot products, and for SO(3) signs of triple products."""
        table = self.pairs(env)
        dots = tuple(table[tau[a]][tau[b]] for a, b in components(len(tau)))
        if not self.chiral:
            return env.data["centre"], dots
        return env.data["centre"], dots, tuple(self.turn(env, abc) for abc in combinations(tau, 3))

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
            unit = self.unit(side)
            found.append(tuple({key: Fraction(x, unit) for key, x in counted.items()} for counted in (centres, total)))
        return found

    def count(self, what):
        """The sum of what is counted in the environments of either side, per atom in crystals."""
        return [Fraction(sum(map(what, side.environments)), self.unit(side)) for side in self.sides]
