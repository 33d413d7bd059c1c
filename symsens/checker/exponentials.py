"""Null vectors of J whose entries are sums of exponentials of rational numbers.

Law: no float; intervals only to see that an entry is not 0. On one environment the derivatives of forms in which exp is
the only function are numbers of QQ[e^q, n^(1/k), pi]. Normal forms of such numbers that add up to 0 are 0 (Lemma
formal; Lindemann-Weierstrass is not needed in this direction), so J v = 0 is seen by multiplying out.

Lemma apart: null vectors without entries in the leading columns of an echelon form of those above, each with an entry
that is not 0 in a column of its own, are independent of those and of each other.
"""

from collections import Counter
from fractions import Fraction

from symsens.checker.fields import QQ
from symsens.checker.formal import ONE, Formal
from symsens.checker.matrices import components, pair
from symsens.checker.refusals import Refuted


class Derivatives:
    """Values and derivatives of trees at rational invariants, in normal form."""

    def __init__(self, forms):
        self.forms, self.formal = forms, Formal()

    def at(self, form, place):
        """(value, {component: derivative}) of a tree."""
        formal, name, rest = self.formal, form[0], form[1:]
        formal.spend(1)
        if name in ("s", "d", "def"):
            return place(form)
        if name in ("num", "pi"):
            return formal.of(form, []), {}
        if name in ("+", "*"):
            return self.many(name, [self.at(part, place) for part in rest])
        if name == "^":
            return self.power(self.at(rest[0], place), rest[1])
        if name != "exp":
            raise Refuted(f"exponentials: the derivative of a form with {name} is no sum of exponentials")
        value, slope = self.at(rest[0], place)
        return self.through(formal.exp(value), formal.exp(value), slope)

    def through(self, value, derivative, slope):
        """f(x), given its value, f'(x), and the derivatives of x."""
        return value, {c: self.formal.times(derivative, x) for c, x in slope.items()}

    def many(self, name, parts):
        """A sum or a product."""
        formal, value, slope = self.formal, {} if name == "+" else {ONE: Fraction(1)}, {}
        for other, change in parts:
            if name == "+":
                value, moved = formal.plus(value, other), change
            else:
                slope = {c: formal.times(x, other) for c, x in slope.items()}
                moved = {c: formal.times(x, value) for c, x in change.items()}
                value = formal.times(value, other)
            slope = slope | {c: formal.plus(slope.get(c, {}), x) for c, x in moved.items()}
        return value, slope

    def power(self, inner, exponent):
        """x^(p/q)."""
        (x, slope), formal = inner, self.formal
        if exponent == 0:
            return {ONE: Fraction(1)}, {}
        derivative = formal.times({ONE: exponent}, formal.power(x, exponent - 1))
        return self.through(formal.power(x, exponent), derivative, slope)

    def slopes(self, form, rests, tau):
        """{component: derivative} of a form on a tuple, once the definitions on which it rests are known."""
        leaves, one = {}, {ONE: Fraction(1)}
        index = {c: i for i, c in enumerate(components(len(tau)))}

        def place(leaf):
            if leaf not in leaves:
                value = self.forms.invariant(tau, leaf)
                leaves[leaf] = {ONE: value} if value else {}, {index[pair(leaf[1] - 1, leaf[-1] - 1)]: one}
            return leaves[leaf]

        for i in rests:
            leaves["def", i] = self.at(self.forms.definitions[i], place)
        return self.at(form, place)[1]

    def rows(self):
        """Each feature's derivative by the dot products, {pair: number}."""
        rows = [{} for _ in self.forms.features]
        for term, alike in self.forms.alike():
            for tuples in self.forms.classes(term, "exponentials").values():
                for number, form, rests in alike:
                    self.add(rows[number], self.slopes(form, rests, tuples[0]), tuples)
        return rows

    def add(self, row, slope, tuples):
        """Add derivatives by the invariants of some tuples to those by the dot products of all pairs."""
        for tau in tuples:
            for c, (a, b) in enumerate(components(len(tau))):
                if c in slope:
                    at = pair(tau[a], tau[b])
                    row[at] = self.formal.plus(row.get(at, {}), slope[c])

    def along(self, vector):
        """The change of the dot products along a displacement {column: number}, where there is any."""
        image = {}
        for at, dG in self.forms.env.dG.items():
            self.formal.spend(1)
            total = {}
            for column in dG.keys() & vector.keys():
                total = self.formal.plus(total, vector[column], Fraction(dG[column]))
            if total:
                image[at] = total
        return image

    def number(self, terms):
        """A sum of c e^q in normal form."""
        e, total = self.formal.symbol(("exp", ONE)), {}
        for q, c in terms:
            total = self.formal.plus(total, {((e, q),) if q else ONE: c})
        return total


def proved_nonzero(evaluator, terms):
    """Whether intervals prove that a sum of c e^q is not 0."""
    evaluator.spend(4 * len(terms))
    parts = (evaluator.number(c) * evaluator.exp(evaluator.number(q)) for q, c in terms)
    total = evaluator.finite(sum(parts, evaluator.iv.mpf(0)))
    return total.a > 0 or total.b < 0


def check_apart(vectors, leading, columns, evaluator):
    """Nothing, or `Refuted`: the vectors are independent of each other and of those with these leading columns."""
    uses = Counter(column for vector in vectors for column in vector)
    if any(not 0 <= column < columns or column in leading for column in uses):
        raise Refuted("exponentials: an entry in a leading column of the null vectors above, or in none")
    for k, vector in enumerate(vectors):
        own = [terms for column, terms in vector.items() if uses[column] == 1]
        if not any(proved_nonzero(evaluator, terms) for terms in own):
            raise Refuted(f"exponentials[{k}]: not seen to have an entry in a column of its own")


def prove_exponentials(proof):
    """Null vectors of J beyond those of the levels above (Lemma apart)."""
    given, leading, env = proof.certificate["exponentials"], set(proof.above.independent), proof.env
    if env.field is not QQ:
        raise Refuted("exponentials: their exponents are dot products over QQ only")
    vectors = list(map(dict, given))
    check_apart(vectors, leading, env.columns, proof.forms.evaluator)
    derivatives = Derivatives(proof.forms)
    rows, formal = derivatives.rows(), derivatives.formal
    for k, vector in enumerate(vectors):
        image = derivatives.along({column: derivatives.number(terms) for column, terms in vector.items()})
        for i, row in enumerate(rows):
            formal.spend(1)
            total = {}
            for at in row.keys() & image.keys():
                total = formal.plus(total, formal.times(row[at], image[at]))
            if total:
                raise Refuted(f"exponentials[{k}]: not seen to be null for features[{i}]")
    proof.exponentials = len(vectors)
    return f"J v = 0 for {len(vectors)} displacements v beyond those above, with sums of exponentials as entries"


RULES = {"exponentials": prove_exponentials}
