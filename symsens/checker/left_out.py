"""Atoms that a cutoff leaves out: no form of the features looks at them, where they are or nearby.

Law: the standard library only; a tuple is left out where one of the conditions that let tuples in while they are
positive is negative. It stays negative nearby, so the features and their Jacobian are those without the atom.
"""

from fractions import Fraction
from itertools import product
from math import prod

from symsens.checker.environments import check_positions, counted
from symsens.checker.fields import sign
from symsens.checker.limits import MAX_SCALE_BITS, MAX_TUPLE_INVARIANTS
from symsens.checker.linear import apply
from symsens.checker.refusals import Refuted
from symsens.checker.shapes import read_species
from symsens.checker.trees import places, rational, size


def shape_of(number):
    """The shape of the claim over a field, given that of its numbers."""
    return {"species": [read_species], "positions": [(number,) * 3]}


class Wider:
    """An environment with the atoms that are left out behind its neighbours."""

    def __init__(self, env, claim):
        self.inside = env.n
        self.species, self.positions = [*env.species, *claim["species"]], [*env.positions, *claim["positions"]]
        self.n, self.looked = len(self.species), 0
        check_positions(self.positions, self.n)
        bits = max(size(x) for y in claim["positions"] or [[Fraction(0)]] for x in y)
        if bits > MAX_SCALE_BITS:
            raise Refuted(f"claims.left_out: a position of more than {MAX_SCALE_BITS} bits")
        self.weight = (1 + bits // 1024) ** 2  # of a dot product: long numbers are of more than linear cost
        self.lowered = [apply(env.metric, y) for y in self.positions]

    def invariant(self, j, k):
        """The dot product of two of the atoms."""
        return sum(x * y for x, y in zip(self.positions[j], self.lowered[k]))

    def look(self, tuples):
        """Count tuples for each of their conditions, or `Refuted` when there are too many."""
        self.looked += tuples * self.weight
        if self.looked > MAX_TUPLE_INVARIANTS:
            raise Refuted(f"claims.left_out: more than {MAX_TUPLE_INVARIANTS} tuples")

    def negative(self, condition, tau):
        """Whether a condition is a polynomial that is negative on a tuple."""
        value = rational(condition, lambda leaf: self.invariant(tau[leaf[1] - 1], tau[leaf[-1] - 1]))
        return value is not None and sign(value) < 0

    def candidates(self, term):
        """For each place of a term the atoms of its species that no condition on this place alone excludes."""
        for a, kind in enumerate(term["species"], 1):
            own = [condition for condition in term["inside"] if places(condition, [], [], "inside") == {a}]
            atoms = [j for j in range(self.n) if self.species[j] == kind]
            self.look(self.n // 16 + len(atoms) * len(own))
            yield [j for j in atoms if not any(self.negative(condition, {a - 1: j}) for condition in own)]

    def check(self, term, where):
        """Nothing, or `Refuted` with a tuple that holds an atom left out and that no condition excludes."""
        found = list(self.candidates(term))
        self.look(prod(map(len, found)) * max(1, len(term["inside"])))
        for tau in product(*found):
            repeated = term["distinct"] and len(set(tau)) < len(tau)
            if max(tau) < self.inside or repeated:
                continue
            if not any(self.negative(condition, tau) for condition in term["inside"]):
                raise Refuted(f"{where}: may look at atom {max(tau) - self.inside} of those left out")


def prove(proof, claim):
    """No form lets in a tuple that holds one of the atoms."""
    wider, seen = Wider(proof.env, claim), set()
    for number, term in proof.terms():
        alike = tuple(term["species"]), term["distinct"], tuple(term["inside"])
        if alike not in seen:
            wider.check(term, f"claims.left_out: features[{number}]")
            seen.add(alike)
    species = claim["species"]
    return f"no form given looks at the {len(species)} further atoms ({counted(species)}), where they are or nearby"
