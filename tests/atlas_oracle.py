"""Whether a pattern is excluded by the steps given, and how large a set of singular environments is near one of them,
by other means than the checker's: SymPy's determinants, derivatives and expansions, NumPy's ranks of differences.
"""

import json
from fractions import Fraction
from functools import cache
from itertools import combinations, combinations_with_replacement, permutations

import numpy as np
import sympy

from symsens.rows.patterns import Pattern

T = sympy.Symbol("t")


def pattern_of(labels):
    """With all permutations that keep its labels."""
    labels, every = np.array(labels), np.array(list(permutations(range(len(labels)))))
    return Pattern(labels, every[[np.array_equal(labels[np.ix_(p, p)], labels) for p in every]])


def exclusion_is_true(labels, nu, exclusion):
    """Whether the steps prove that no environment has these labels and is spuriously singular at order nu."""
    pattern, changes, proofs = pattern_of(labels), exclusion["changes"], exclusion["proofs"]
    lost = [[x for row in pattern.on_pairs(B) for x in row] for B in pattern.lost(nu)]
    if not lost:
        return False
    if changes is None:
        return len(proofs) == 1 and trial(json.dumps([labels, [], 0])).holds(proofs[0])
    sides = [len(labels)] * len(labels)
    if any(list(map(len, B)) != sides for B in changes) or not len(changes) == len(lost) == len(proofs):
        return False
    given = [[x for row in B for x in row] for B in changes]
    if not sympy.Matrix(given).rank() == sympy.Matrix(lost).rank() == sympy.Matrix(given + lost).rank():
        return False
    return all(trial(json.dumps([labels, changes, chart])).holds(steps) for chart, steps in enumerate(proofs))


@cache
def trial(text):
    """A `Trial` of labels, changes and the number of the first of these."""
    return Trial(*json.loads(text))


class Trial:
    """The polynomials of a pattern as SymPy writes them, and what must not vanish, by names of dot products."""

    def __init__(self, labels, changes, chart):
        n = len(labels)
        self.names = {}
        for j, k in [(j, j) for j in range(n)] + list(combinations(range(n), 2)):
            self.names.setdefault(frozenset((labels[j][k], labels[k][j])), []).append((j, k))
        self.classes, self.labels = list(self.names.values()), labels
        values = [sympy.Integer(1), *sympy.symbols(f"g1:{len(self.classes)}")]
        free = sympy.symbols(f"c1:{len(changes) - chart}") if changes else ()
        self.values, self.unknowns = values, [*values[1:], *free]
        kind = {pair: i for i, pairs in enumerate(self.classes) for j, k in pairs for pair in ((j, k), (k, j))}
        change = sum((w * sympy.Matrix(B) for w, B in zip([1, *free], changes[chart:])), sympy.zeros(n, n))
        G = sympy.Matrix(n, n, lambda j, k: values[kind[j, k]]) + T * change
        fours, self.known = list(combinations(range(n), 4)), []
        for rows in fours:
            for columns in [c for c in fours if c >= rows]:
                minor = sympy.expand(G.extract(list(rows), list(columns)).det(method="berkowitz"))
                self.known += [minor.coeff(T, 0), minor.coeff(T, 1)]

    def polynomial(self, terms):
        """Of a certificate; None where it is none in these unknowns, each monomial once."""
        exponents = [tuple(e) for _, e in terms]
        if len(set(exponents)) != len(exponents) or any(x == "0" for x, _ in terms):
            return None
        if any(len(e) != len(self.unknowns) or any(i < 0 for i in e) for e in exponents):
            return None
        return sum(sympy.Integer(x) * sympy.prod(g**i for g, i in zip(self.unknowns, e)) for x, e in terms)

    def unit(self, names):
        """What the names of dot products stand for, if it cannot vanish; else None."""
        if not 0 < len(names) < 3 or not all(0 <= i < len(self.classes) for i in names):
            return None
        first = [self.classes[i][0] for i in names]
        if len(names) == 1:
            return self.values[names[0]] if first[0][0] == first[0][1] else None
        shells = [{self.labels[j][j], self.labels[k][k]} for j, k in first]
        return (
            self.values[names[0]] - self.values[names[1]] if names[0] != names[1] and shells[0] == shells[1] else None
        )

    def holds(self, steps):
        """Whether the steps, all of them, are a proof."""
        rest = self.after(list(steps), self.known)
        return rest == []

    def after(self, steps, known):
        """The steps that are left when the first ones prove one case; None where they do not."""
        if not steps:
            return None
        step, *rest = steps
        weights = [(i, self.polynomial(terms)) for i, terms in step["weights"]]
        units = [self.unit(names) for names in step["units"]]
        cases = [(power, self.polynomial(terms)) for power, terms in step["cases"]]
        sound = all(0 <= i < len(known) and weight is not None for i, weight in weights) and None not in units
        if not sound or any(not 0 < power <= 1000 or q is None for power, q in cases) or step["scale"] == "0":
            return None
        whole = sympy.Integer(step["scale"]) * sympy.prod(units) * sympy.prod(q**power for power, q in cases)
        if sympy.expand(sum((weight * known[i] for i, weight in weights), -whole)) != 0:
            return None
        for _, q in cases:
            rest = self.after(rest, [*known, q])
            if rest is None:
                return None
        return rest


def values_in(field):
    """What takes a number of a certificate to a float."""
    alpha = 0.0
    if field != "QQ":
        near = np.mean([float(Fraction(x)) for x in field["root"]])
        roots = np.roots([float(Fraction(x)) for x in reversed(field["minimal_polynomial"])])
        alpha = min((root.real for root in roots), key=lambda x: abs(x - near))
    parts = lambda x: [x] if isinstance(x, str) else x
    return lambda x: sum(float(Fraction(c)) * alpha**i for i, c in enumerate(parts(x)))


def dimension_by_differences(labels, witness, changes, weights):
    """That of the environments near a witness that have its labels and, where there are changes, U^T B U = 0 for a B:
    the kernel of differences by the positions and all weights but the largest, rotations apart."""
    env = witness["environment"]
    value = values_in(env["field"])
    frame = np.linalg.cholesky(np.array([[value(x) for x in row] for row in env["metric"]]))
    X = np.array([[value(x) for x in y] for y in env["positions"]]) @ frame
    n = len(X)
    groups = {}
    for j, k in combinations_with_replacement(range(n), 2):
        groups.setdefault(min(labels[j][k], labels[k][j]), []).append((j, k))
    a, b, c = next(t for t in combinations(range(n), 3) if abs(np.linalg.det(X[list(t)])) > 1e-6)
    others = [j for j in range(n) if j not in (a, b, c)]

    bases, given = np.array(changes or [], dtype=float), np.array([value(w) for w in weights])
    free = [i for i in range(len(given)) if i != np.argmax(abs(given))]

    def conditions(flat):
        Y, own = flat[: 3 * n].reshape(n, 3), given.copy()
        own[free] = flat[3 * n :]
        G = Y @ Y.T
        out = [G[p] - G[group[0]] for group in groups.values() for p in group[1:]]
        U = np.zeros((len(others), n))
        for i, j in enumerate(others):
            U[i, j], U[i, [a, b, c]] = -1, np.linalg.solve(Y[[a, b, c]].T, Y[j])
        if len(bases):
            form = U @ np.tensordot(own, bases, 1) @ U.T
            out += [form[i, j] for i in range(len(U)) for j in range(i + 1)]
        return np.array(out)

    x, h = np.concatenate([X.ravel(), given[free]]), 1e-6
    assert np.abs(conditions(x)).max(initial=0) < 1e-9
    columns = [(conditions(x + h * e) - conditions(x - h * e)) / (2 * h) for e in np.eye(len(x))]
    rank = np.linalg.matrix_rank(np.array(columns), tol=1e-5) if len(columns[0]) else 0
    return len(x) - rank - 3
