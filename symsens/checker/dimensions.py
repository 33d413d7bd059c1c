"""How large the set of singular environments of one pattern is near one of them, from this one alone.

Law: the standard library only, exact numbers only. G is the Gram matrix of the witness, U a basis of the dependencies
of its neighbours. Unknowns are the labels of the pattern, the entries of U, and the weights of a change B over a basis
of F; equations are G U = 0 and U^T B U = 0.

Lemma tangent: the kernel of the derivatives bounds the dimension, and is it where these are independent; scalings of
shells that are orthogonal to all others bound it from below.
"""

from itertools import combinations

from symsens.checker import fields
from symsens.checker.exclusions import Labels
from symsens.checker.refusals import Refuted


def shape_of(number):
    """The shape of a dimension with its evidence; null changes where every environment of the pattern is singular."""
    return {"value": int, "changes": (None, [[[int]]]), "weights": [number]}


def dependencies(env, where):
    """U, sparse, by Cramer's rule from three neighbours that span space; or `Refuted` where none do."""
    for a, b, c in combinations(range(env.n), 3):
        if d := env.triple(a, b, c):
            rest = (j for j in range(env.n) if j not in (a, b, c))
            return [{j: d, a: -env.triple(j, b, c), b: -env.triple(a, j, c), c: -env.triple(a, b, j)} for j in rest]
    raise Refuted(f"{where}: the neighbours of the witness do not span space")


def is_always(n, gap):
    """Whether every environment of n neighbours that span space is singular with a pattern of this gap."""
    k = n - 3
    return gap > k * (k + 1) // 2


class Tangent:
    """The derivatives of the equations at a witness, by labels in the units of its integers.

    Columns are labels, then (a, j) for the entries of U, then ("weight", i).
    """

    def __init__(self, env, pattern, changes, weights, where):
        self.env, self.labels, self.changes, self.where = env, Labels(pattern), changes, where
        self.U = dependencies(env, where)
        pairs = [(j, k) for j in range(env.n) for k in range(env.n)]
        self.B = {(j, k): sum(w * B[j][k] for w, B in zip(weights, changes)) for j, k in pairs}
        self.columns = [(number,) for number in range(self.labels.count)]
        self.columns += [(a, j) for a in range(len(self.U)) for j in range(env.n)]
        self.columns += [("weight", i) for i in range(len(changes))]

    def form(self, B, u, v):
        """u^T B v, B given as {pair: entry}."""
        return sum(u[j] * B[j, k] * v[k] for j in u for k in v)

    def of_dependencies(self):
        """The rows of G U = 0."""
        for a, u in enumerate(self.U):
            for j in range(self.env.n):
                row = {(a, k): g for k, g in enumerate(self.env.gram[j])}
                for k, x in u.items():
                    column = (self.labels.numbers[j, k],)
                    row[column] = row.get(column, 0) + x
                yield row

    def of_change(self):
        """The rows of U^T B U = 0, or `Refuted` where B does not solve it; no rows without a change."""
        each = [{(j, k): B[j][k] for j, k in self.B} for B in self.changes]
        places = [(a, b) for a in range(len(self.U)) for b in range(a + 1)]
        for a, b in places if each else []:
            u, v = self.U[a], self.U[b]
            if self.form(self.B, u, v):
                raise Refuted(f"{self.where}.weights: the neighbours of the witness cannot make this change")
            row = {("weight", i): self.form(B, u, v) for i, B in enumerate(each)}
            for j in range(self.env.n):
                for column, other in (((a, j), v), ((b, j), u)):
                    row[column] = row.get(column, 0) + self.form(self.B, {j: 1}, other)
            yield row

    def bounds(self):
        """(dimension at most, whether it is that because the derivatives are independent)."""
        place = {column: i for i, column in enumerate(self.columns)}
        rows = [*self.of_dependencies(), *self.of_change()]
        rank = fields.rank(self.env.field, [{place[column]: x for column, x in row.items()} for row in rows])
        k = len(self.U)
        above = len(self.columns) - rank - k * k - bool(self.changes)
        return above, rank == len(rows) - k * (k - 1) // 2

    def scalings(self):
        """How many sets of shells can be scaled each by itself: neighbours of different sets are orthogonal."""
        sets = [{j} for j in range(self.env.n)]
        for j, k in combinations(range(self.env.n), 2):
            same = self.labels.numbers[j, j] == self.labels.numbers[k, k]
            if same or self.env.gram[j][k]:
                one, other = (next(s for s in sets if i in s) for i in (j, k))
                if one is not other:
                    sets.remove(other)
                    one |= other
        return len(sets)


def prove_dimension(env, stratum, incompleteness, where):
    """Nothing, or `Refuted`: the dimension of the set of the environments nearby that have the pattern and are
    spuriously singular, rotations apart. That changes are a basis of F has been checked."""
    found = stratum["dimension"]
    changes, weights = found["changes"] or [], found["weights"]
    if is_always(env.n, stratum["gap"]) == bool(changes) or len(changes) != len(weights):
        raise Refuted(f"{where}: a weight for each of the changes, and changes where not all environments are singular")
    if changes and (incompleteness != 1 or not any(weights)):
        raise Refuted(f"{where}: not the only change that the neighbours can make, or none")
    tangent = Tangent(env, stratum["pattern"], changes, weights, where)
    above, smooth = tangent.bounds()
    if found["value"] != above:
        raise Refuted(f"{where}.value: {above} at most, not {found['value']}")
    if not smooth and tangent.scalings() != above:
        raise Refuted(f"{where}: the derivatives are not independent, and there are fewer than {above} scalings")
