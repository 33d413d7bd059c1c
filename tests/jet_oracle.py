"""Second order straight from the definitions, over QQ: every tuple with its dot products and their first and second
derivatives as dense matrices of fractions, and FLINT's ranks. What symmetry allows is what all functions of all dot
products (of a structure: of all distances) can have that no permutation changes. It shares no code with the search or
the checker: no characters, no isometries, no sparse rows.
"""

from collections import defaultdict
from fractions import Fraction
from itertools import combinations_with_replacement, product
from math import lcm

import numpy as np
from flint import fmpq, fmpq_mat


def matrix(rows, width):
    flat = [fmpq(x.numerator, x.denominator) if type(x) is Fraction else int(x) for row in rows for x in row]
    return fmpq_mat(len(rows), width, flat)


def whole(rows):
    """Rows times their common denominator."""
    rows = [[Fraction(x) for x in row] for row in rows]
    unit = lcm(*(x.denominator for row in rows for x in row))
    return np.array([[int(x * unit) for x in row] for row in rows], dtype=object).reshape(-1, 3), unit


def as_fractions(mat):
    return [[Fraction(int(x.p), int(x.q)) for x in row] for row in mat.tolist()]


def exact(rows):
    return np.array([[Fraction(x) for x in row] for row in rows], dtype=object)


class Second:
    """The environment, or the finite structure, of a certificate."""

    def __init__(self, certificate):
        self.site = "environment" in certificate
        data = certificate["environment" if self.site else "structure"]
        self.nu, self.readout, self.level = certificate["nu"], certificate["readout"], certificate["level"]
        self.species, (self.y, self.length) = data["species"], whole(data["positions"])
        self.metric, unit = whole(data["metric"])
        self.n = len(self.species)
        self.columns, self.pairs = 3 * self.n, list(combinations_with_replacement(range(3 * self.n), 2))
        self.width = self.columns + len(self.pairs)
        self.cutoff = None if self.site or data["cutoff"] is None else Fraction(data["cutoff"])
        self.scale = unit * self.length**2  # of dot products; displacements are those of the integral positions
        # The displacement of each atom with respect to the centre is a matrix; the centre of a site has number n.
        self.place = [np.zeros((3, self.columns), dtype=object) for _ in range(self.n + 1)]
        for j in range(self.n):
            for c in range(3):
                self.place[j][c, 3 * j + c] = 1
        self.at = [*self.y, np.array([0] * 3, dtype=object)]

    # Jets: (value, gradient, second derivatives).

    def dot(self, i, j, k):
        """(x_j - x_i) . (x_k - x_i)"""
        a, b = self.at[j] - self.at[i], self.at[k] - self.at[i]
        A, B = self.place[j] - self.place[i], self.place[k] - self.place[i]
        half = A.T @ self.metric @ B
        return a @ self.metric @ b, a @ self.metric @ B + b @ self.metric @ A, half + half.T

    def flat(self, gradient, hessian):
        return [*gradient, *(hessian[a, b] for a, b in self.pairs)]

    def product(self, r, s):
        both = np.outer(r, s)
        return self.flat([0] * self.columns, both + both.T)

    def centres(self):
        """(centre, its neighbours)"""
        if self.site:
            return [(self.n, list(range(self.n)))]
        near = lambda i, j: self.cutoff is None or self.dot(i, j, j)[0] <= self.cutoff**2 * self.scale
        return [(i, [j for j in range(self.n) if j != i and near(i, j)]) for i in range(self.n)]

    def rows(self):
        """What models of the order have."""
        parts = list(combinations_with_replacement(range(self.nu), 2))
        members, counts = defaultdict(list), defaultdict(lambda: defaultdict(int))
        for i, near in self.centres():
            jets = {(j, k): self.dot(i, j, k) for j in near for k in near}
            for tau in product(near, repeat=self.nu):
                found = [jets[tau[a], tau[b]] for a, b in parts]
                kind = None if self.site else self.species[i]
                key = (kind, *(self.species[j] for j in tau), *(value for value, _, _ in found))
                members[key].append((i, found))
                counts[i][key] += 1
        group = {i: frozenset(counts[i].items()) for i, _ in self.centres()}
        apart = self.level == "set" or self.readout == "nonlinear"
        sums = defaultdict(lambda: np.zeros(self.columns, dtype=object))
        rows = set()
        for key, tuples in members.items():
            for chosen in {group[i] for i, _ in tuples} if apart else [None]:
                inside = [found for i, found in tuples if chosen is None or group[i] == chosen]
                for c in range(len(parts)):
                    rows.add(tuple(self.flat(sum(f[c][1] for f in inside), sum(f[c][2] for f in inside))))
                for c, d in combinations_with_replacement(range(len(parts)), 2):
                    rows.add(tuple(map(sum, zip(*(self.product(f[c][1], f[d][1]) for f in inside)))))
            for i, found in tuples:
                for c in range(len(parts)):
                    sums[group[i], key, c, i] = sums[group[i], key, c, i] + found[c][1]
        if self.readout == "nonlinear":
            rows |= set(map(tuple, self.products(sums)))
        return list(rows)

    def products(self, sums):
        """Products of derivatives at one centre, summed over equal ones; of a set those of any two sums too."""
        groups = defaultdict(set)
        for which, _, _, i in sums:
            groups[which].add(i)
        for which, centres in groups.items():
            labels = sorted({(key, c) for w, key, c, _ in sums if w == which}, key=str)
            slopes = {tuple(x for i in centres for x in sums[which, *a, i]): a for a in labels}
            for a, b in combinations_with_replacement(slopes.values(), 2):
                both = [self.product(sums[which, *a, i], sums[which, *b, i]) for i in centres]
                yield [sum(x) for x in zip(*both)]
        if self.level == "set":
            totals = defaultdict(lambda: np.zeros(self.columns, dtype=object))
            for (which, key, c, _), slope in sums.items():
                totals[which, key, c] = totals[which, key, c] + slope
            different = {tuple(total): total for total in totals.values()}.values()
            for a, b in combinations_with_replacement(different, 2):
                yield self.product(a, b)

    # Symmetry.

    def basic(self):
        """All dot products, or all squared distances."""
        every = combinations_with_replacement(range(self.n), 2)
        if self.site:
            return {pair: self.dot(self.n, *pair) for pair in every}
        return {(j, k): self.dot(j, k, k) for j, k in every if j != k}

    def permutations(self):
        basic = self.basic()
        label = lambda j, k: (basic.get((min(j, k), max(j, k))) or (0,))[0]
        found = [()]
        for j in range(self.n):
            found = [
                (*p, k)
                for p in found
                for k in range(self.n)
                if k not in p
                and self.species[k] == self.species[j]
                and all(label(k, p[i]) == label(j, i) for i in range(j))
                and label(k, k) == label(j, j)
            ]
        return found

    def allowed(self):
        """What functions of all of them have that no permutation changes."""
        basic, every, rows, seen = self.basic(), self.permutations(), [], set()
        images = {p: [tuple(sorted((g[p[0]], g[p[1]]))) for g in every] for p in basic}
        for p in basic:
            if p not in seen:
                seen |= set(images[p])
                rows.append(self.flat(*(sum(basic[q][part] for q in set(images[p])) for part in (1, 2))))
        for p, q in combinations_with_replacement(list(basic), 2):
            if (p, q) not in seen:
                orbit = {(a, b) if a <= b else (b, a) for a, b in zip(images[p], images[q])}
                seen |= orbit | {(b, a) for a, b in orbit}
                rows.append([sum(x) for x in zip(*(self.product(basic[a][1], basic[b][1]) for a, b in orbit))])
        return rows

    # Functionals.

    def functional(self, given):
        """(a, S) as a vector that acts on rows."""
        a = exact(given["gradient"]).reshape(-1) * self.length if self.n else []
        S = np.zeros((self.columns, self.columns), dtype=object)
        for j, k, block in given["form"]:
            S[3 * j : 3 * j + 3, 3 * k : 3 * k + 3] = exact(block) * self.length**2
            S[3 * k : 3 * k + 3, 3 * j : 3 * j + 3] = exact(block).T * self.length**2
        return [*a, *(S[i, j] * (1 if i == j else 2) for i, j in self.pairs)]

    def written(self, gradient, hessian):
        """A lowered functional as a certificate writes it."""
        inverse = exact(as_fractions(matrix(self.metric.tolist(), 3).inv()))
        up = [[str(x / self.length) for x in inverse @ gradient[3 * j : 3 * j + 3]] for j in range(self.n)]
        S = np.zeros((self.columns, self.columns), dtype=object)
        for (a, b), x in zip(self.pairs, hessian):
            S[a, b] = S[b, a] = x
        blocks = []
        for j, k in combinations_with_replacement(range(self.n), 2):
            block = inverse @ S[3 * j : 3 * j + 3, 3 * k : 3 * k + 3] @ inverse
            if block.any():
                blocks.append([j, k, [[str(x / self.length**2) for x in row] for row in block]])
        return {"gradient": up, "form": blocks}


def rank(rows, width):
    return matrix(rows, width).rank() if rows and width else 0


def second_order(certificate):
    """(allowed, reached, functionals), the latter as a certificate writes them: all that there are, independent."""
    about = Second(certificate)
    if not about.columns:
        return 0, 0, []
    echelon, count = matrix(about.allowed(), about.width).rref()
    known, rows = as_fractions(echelon)[:count], about.rows()
    zero = [0]
    lowered = []
    for row in known:
        gradient, hessian = row[: about.columns], row[about.columns :]
        pure = any(gradient)
        lowered.append((gradient, zero * len(hessian)) if pure else (zero * about.columns, hessian))
    candidates = [about.written(np.array(g, dtype=object), h) for g, h in lowered]
    acts = [about.functional(one) for one in candidates]
    pairing = matrix(rows, about.width) * matrix(acts, about.width).transpose()
    stacked = np.array([[*g, *h] for g, h in lowered], dtype=object)
    combined = [np.array(v, dtype=object) @ stacked for v in null_space(pairing)]
    missing = [about.written(v[: about.columns], v[about.columns :]) for v in combined]
    return count, rank(rows, about.width), missing


def null_space(mat):
    """A basis of {v : mat v = 0}, as lists of fractions."""
    echelon, count = mat.rref()
    rows, width = as_fractions(echelon)[:count], mat.ncols()
    pivots = [next(c for c, x in enumerate(row) if x) for row in rows]
    found = []
    for free in (c for c in range(width) if c not in pivots):
        v = [Fraction(0)] * width
        v[free] = Fraction(1)
        for row, pivot in zip(rows, pivots):
            v[pivot] = -row[free]
        found.append(v)
    return found


def second_order_is_true(certificate):
    """Whether numbers and functionals of a certificate are what it says."""
    about, claims = Second(certificate), certificate["claims"]
    allowed, rows = about.allowed() if about.columns else [], about.rows() if about.columns else []
    numbers = {"allowed": rank(allowed, about.width), "reached": rank(rows, about.width)}
    numbers |= {"missing": numbers["allowed"] - numbers["reached"], "stabiliser_order": len(about.permutations())}
    if claims != numbers or len(certificate["missing"]) != numbers["missing"]:
        return False
    if not certificate["missing"]:
        return True
    acts = [about.functional(given) for given in certificate["missing"]]
    acts = matrix(acts, about.width).transpose()
    on_rows, on_allowed = matrix(rows, about.width) * acts, matrix(allowed, about.width) * acts
    return on_rows.rank() == 0 and on_allowed.rank() == numbers["missing"]
