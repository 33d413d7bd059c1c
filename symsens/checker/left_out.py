"""Atoms that a cutoff leaves out: no form of the features looks at them, where they are or nearby.

Law: the standard library only; a tuple is left out where one of the conditions that let tuples in while they are
positive is negative. It stays negative nearby, so the features and their Jacobian are those without the atom.
"""

from fractions import Fraction
from itertools import product
from math import prod

from symsens.checker.environments import check_positions, counted
from symsens.checker.limits import MAX_TUPLE_INVARIANTS
from symsens.checker.linear import apply
from symsens.checker.refusals import Refuted
from symsens.checker.shapes import read_species
from symsens.checker.trees import places, rational

SHAPE = {"species": [read_species], "positions": [(Fraction,) * 3]}


class Wider:
    """An environment with the atoms that are left out behind its neighbours."""

    def __init__(self, env, claim):
        self.inside = env.n
        self.species, self.positions = [*env.species, *claim["species"]], [*env.positions, *claim["positions"]]
        self.n = len(self.species)
        check_positions(self.positions, self.n)
        lowered = [apply(env.metric, y) for y in self.positions]
        self.gram = [apply(self.positions, y) for y in lowered]

    def negative(self, condition, tau):
        """Whether a condition is a polynomial that is negative on a tuple."""
        value = rational(condition, lambda leaf: self.gram[tau[leaf[1] - 1]][tau[leaf[-1] - 1]])
        return value is not None and value < 0

    def candidates(self, term):
        """For each place of a term the atoms of its species that no condition on this place alone excludes."""
        for a, kind in enumerate(term["species"], 1):
            own = [condition for condition in term["inside"] if places(condition, [], [], "inside") == {a}]
            atoms = [j for j in range(self.n) if self.species[j] == kind]
            yield [j for j in atoms if not any(self.negative(condition, {a - 1: j}) for condition in own)]

    def check(self, term, where):
        """Nothing, or `Refuted` with a tuple that holds an atom left out and that no condition excludes."""
        found = list(self.candidates(term))
        if prod(map(len, found)) > MAX_TUPLE_INVARIANTS:
            raise Refuted(f"{where}: more than {MAX_TUPLE_INVARIANTS} tuples")
        for tau in product(*found):
            repeated = term["distinct"] and len(set(tau)) < len(tau)
            if max(tau) < self.inside or repeated:
                continue
            if not any(self.negative(condition, tau) for condition in term["inside"]):
                raise Refuted(f"{where}: may look at atom {max(tau) - self.inside} of those left out")


def prove(proof, claim):
    """No form lets in a tuple that holds one of the atoms."""
    wider = Wider(proof.env, claim)
    for number, term in proof.terms():
        wider.check(term, f"claims.left_out: features[{number}]")
    species = claim["species"]
    return f"no form given looks at the {len(species)} further atoms ({counted(species)}), where they are or nearby"
