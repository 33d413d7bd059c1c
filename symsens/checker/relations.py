"""Linear relations among forms that hold at every structure, by normal forms.

Law: the standard library only, exact numbers only. sum_a c_a F_a is constant near every structure if for every channel,
the species of a tuple and the conditions that let it in, the sum of c_a phi_a is constant once each form is averaged
over those orders of the tuple that lead to the channel (Lemma relations). What is constant has a normal form without
invariants.
"""

from fractions import Fraction
from itertools import permutations

from symsens.checker.exact import PRIME
from symsens.checker.formal import Formal
from symsens.checker.limits import MAX_NU, MAX_WORK
from symsens.checker.linear import absorb, primitive
from symsens.checker.refusals import Refuted
from symsens.checker.trees import needed, uses


class Channels:
    """The terms of some features in normal form, each in the channel to which it belongs."""

    def __init__(self, certificate):
        self.features, self.formal, self.known = certificate["features"], Formal(), {}
        self.trees, self.definitions = certificate["definitions"], {}
        self.uses = [uses(form) for form in self.trees]

    def polynomial(self, form):
        """The normal form of a tree."""
        rests = needed(form, self.uses)
        self.formal.spend(len(rests) // 4)
        for i in rests:
            if i not in self.definitions:
                self.definitions[i] = self.formal.of(self.trees[i], self.definitions)
        return self.formal.of(form, self.definitions)

    def placed(self, term):
        """The least channel of a term, and the average of its form over the orders that lead there."""
        formal, species, found = self.formal, term["species"], {}
        if len(species) > MAX_NU:
            raise Refuted(f"relations: a form of more than {MAX_NU} places")
        conditions, form = [self.polynomial(condition) for condition in term["inside"]], self.polynomial(term["form"])
        for order in permutations(range(1, len(species) + 1)):
            formal.spend(len(order))
            kinds = tuple(kind for _, kind in sorted(zip(order, species)))
            region = tuple(sorted({formal.key(formal.moved(condition, order)) for condition in conditions}))
            found.setdefault((kinds, term["distinct"], region), []).append(order)
        channel = min(found)
        total, share = {}, Fraction(1, len(found[channel]))
        for order in found[channel]:
            total = formal.plus(total, formal.moved(form, order), share)
        return channel, total

    def parts(self, number):
        """`placed` of each term of a feature."""
        if number not in self.known:
            self.known[number] = [self.placed(term) for term in self.features[number]["terms"]]
        return self.known[number]

    def check(self, vector, where):
        """Nothing, or `Refuted`: the combination of the features with these coefficients is constant."""
        totals = {}
        for number, c in enumerate(vector):
            for channel, polynomial in self.parts(number) if c else []:
                totals[channel] = self.formal.plus(totals.get(channel, {}), polynomial, c)
        if not all(map(self.formal.constant, totals.values())):
            raise Refuted(f"{where}: not seen to be constant at every structure")


def prove_relations(proof):
    """Combinations of the forms given that are constant near every structure (Lemma formal, Lemma relations)."""
    channels, given = Channels(proof.certificate), proof.certificate["relations"]
    if len(given) ** 2 * len(channels.features) > MAX_WORK:
        raise Refuted(f"relations: {len(given)} of {len(channels.features)} features are too much to check")
    for k, vector in enumerate(given):
        if len(vector) != len(channels.features):
            raise Refuted(f"relations[{k}]: not {len(channels.features)} coefficients")
        channels.check(vector, f"relations[{k}]")
    return f"{len(given)} linear combinations of the forms given are constant near every structure"


def independent(vectors, empty):
    """A lower bound of the rank of some relations, and of the forms that are 0 (Lemma minor)."""
    echelon = {}
    rows = [primitive(dict(enumerate(vector))) for vector in vectors] + [{number: 1} for number in empty]
    return sum(absorb(echelon, row, PRIME) for row in rows)


RULES = {"relations": prove_relations}
