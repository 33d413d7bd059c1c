"""Sums over all atoms of an environment, its centre an atom like the others, and what the symmetries of the whole hide.

Law: the standard library only, exact numbers only. The terms of such a certificate have roles: `species` of k atoms,
and d_ab is the squared distance of the roles a and b. The checker itself writes the sum over all k-tuples of different
atoms out as one over neighbours, the centre in no role or in one. So nothing has to be believed of the sum.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symsens.checker.limits import MAX_CLUSTER, MAX_GENERATORS, MAX_PARTS
from symsens.checker.linear import combine
from symsens.checker.refusals import Refuted
from symsens.checker.stabilisers import check_generator
from symsens.checker.trees import FUNCTIONS, MANY, NUMBERS


class Writer:
    """Trees in squared sides, written in the invariants of the neighbours; `written` counts the operations."""

    def __init__(self, count):
        self.count, self.written = count, 0

    def tree(self, form, own):
        """The form where the centre has the role `own` (0: none) and the other roles are places 1, 2, .. in order."""
        self.written += 1
        if self.written > MAX_PARTS:
            raise Refuted(f"invariances.cluster: more than {MAX_PARTS} operations once the sum is written out")
        name, rest = form[0], form[1:]
        if name not in ("d", "def", "^", *NUMBERS, *MANY, *FUNCTIONS):
            raise Refuted("invariances.cluster: a form of something else than sides")
        if name == "d":
            return self.side(*rest, own)
        if name == "def":
            if rest[0] >= self.count:
                raise Refuted(f"invariances.cluster: there is no definition {rest[0]}")
            return (name, rest[0] + own * self.count)
        nested = (type(part) is tuple and part and type(part[0]) is str for part in rest)
        return (name, *(self.tree(part, own) if tree else part for part, tree in zip(rest, nested)))

    def side(self, a, b, own):
        """The squared distance of two roles."""
        if a == b or not a or not b:
            raise Refuted(f"invariances.cluster: there is no side from role {a} to role {b}")
        first, second = sorted(0 if role == own else role - (0 < own < role) for role in (a, b))
        if not first:
            return ("s", second)
        return ("+", ("s", first), ("s", second), ("*", ("num", Fraction(-2)), ("d", first, second)))

    def term(self, term, own):
        """A term of roles as one of neighbours."""
        species = [kind for role, kind in enumerate(term["species"], 1) if role != own]
        parts = {key: [self.tree(form, own) for form in term[key]] for key in ("inside", "regular")}
        return {"species": species, "distinct": True, "form": self.tree(term["form"], own), **parts}


def written_out(certificate, env):
    """The certificate with its sums over all atoms written as sums over neighbours."""
    features, most = certificate["features"], env.nu + 1
    terms = [term for feature in features for term in feature["terms"]]
    if not all(term["distinct"] and 2 <= len(term["species"]) <= most for term in terms):
        raise Refuted(f"invariances.cluster: a term that is not of 2 to {most} different atoms")
    writer, centre = Writer(len(certificate["definitions"])), env.data["centre"]

    def spread(term):
        centred = [role for role, kind in enumerate(term["species"], 1) if kind == centre]
        return [writer.term(term, own) for own in (0, *centred)]

    largest = max((len(term["species"]) for term in terms), default=0)
    definitions = [writer.tree(form, own) for own in range(largest + 1) for form in certificate["definitions"]]
    out = [feature | {"terms": [part for term in feature["terms"] for part in spread(term)]} for feature in features]
    return certificate | {"definitions": definitions, "features": out}


@dataclass
class Cluster:
    """All atoms, the centre first, about their mean: every isometry that permutes them fixes it."""

    species: list
    positions: list
    metric: Any
    n: int
    chiral = False  # forms of sides are the same in a mirror

    @classmethod
    def of(cls, env):
        """The cluster of an environment."""
        n = env.n + 1
        positions = [[0, 0, 0], *env.positions]
        mean = [sum(column) * Fraction(1, n) for column in zip(*positions)]
        points = [[x - m for x, m in zip(y, mean)] for y in positions]
        return cls([env.data["centre"], *env.species], points, env.metric, n)


def prove_cluster(proof):
    """What the symmetries of all atoms hide (Lemma cluster)."""
    env, generators = proof.env, proof.certificate["invariances"]["cluster"]
    if len(generators) > MAX_GENERATORS or len(generators) * (3 * env.n) ** 3 > MAX_CLUSTER:
        raise Refuted(f"invariances.cluster: {len(generators)} symmetries of {env.n} neighbours are too much to check")
    cluster = Cluster.of(env)
    for i, generator in enumerate(generators):
        check_generator(cluster, generator["permutation"], generator["isometry"], f"invariances.cluster[{i}]")
        proof.hidden += moved(generator, cluster.n)
    return (
        f"each form given is a sum over all {cluster.n} atoms, the centre one of them: none sees what the "
        f"{len(generators)} symmetries of the whole that are given hide"
    )


def moved(generator, n):
    """rho(g) v - v for each displacement v of one atom along one axis, as displacements of the neighbours."""
    for atom, image in enumerate(generator["permutation"]):
        for c in range(3):
            column = {3 * image + r: row[c] for r, row in enumerate(generator["isometry"])}
            change = combine([(column, 1), ({3 * atom + c: 1}, -1)])
            yield {3 * (j - 1) + r: change[3 * j + r] - change[r] for j in range(1, n) for r in range(3)}


RULES = {"cluster": prove_cluster}
