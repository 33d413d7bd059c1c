"""What a certificate claims, computed anew by other means: FLINT's matrices over QQ, brute force over permutations, and
mpmath's numbers with differences for derivatives. It shares no code and no method with the checker.

Rigid + S is found as the null space of complete invariants, the dot products of all neighbours in all orders (Theorem
2), without any isometry.
"""

from fractions import Fraction
from functools import cache
from itertools import combinations, combinations_with_replacement, permutations, product

import mpmath
from flint import fmpq, fmpq_mat

DIGITS, STEP, ZERO = 140, 45, mpmath.mpf(10) ** -30


def exact(text):
    value = Fraction(str(text))
    return fmpq(value.numerator, value.denominator)


def matrix(rows, columns):
    return fmpq_mat(len(rows), columns, [x for row in rows for x in row]) if rows else fmpq_mat(0, columns)


def rank(rows, columns):
    return matrix(rows, columns).rank() if rows and columns else 0


class Object:
    """What a certificate is about, in FLINT's numbers."""

    def __init__(self, certificate):
        data = certificate["environment"]
        self.species, self.n, self.nu = data["species"], len(data["species"]), certificate["nu"]
        self.chiral = certificate.get("group") == "SO(3)"
        self.y = [[exact(c) for c in y] for y in data["positions"]]
        self.metric = [[exact(c) for c in row] for row in data["metric"]]
        self.gram = [[self.dot(a, b) for b in self.y] for a in self.y]
        self.motion = self.unit() if data["tie"] is None else self.tied(data["tie"])
        self.columns = len(self.motion[0]) if self.n else 3 * len(certificate["variables"] or [])

    def dot(self, a, b):
        return sum((self.metric[i][j] * a[i] * b[j] for i in range(3) for j in range(3)), fmpq(0))

    def unit(self):
        return [[fmpq(int(i == j)) for j in range(3 * self.n)] for i in range(3 * self.n)]

    def tied(self, tie):
        atoms = sorted({tie["centre"], *tie["atoms"]})
        rows = []
        for atom, axis in product(tie["atoms"], range(3)):
            row = [fmpq(0)] * (3 * len(atoms))
            row[3 * atoms.index(atom) + axis] += 1
            row[3 * atoms.index(tie["centre"]) + axis] -= 1
            rows.append(row)
        return rows

    def turns(self):
        """Infinitesimal rotations: dy = M^-1 A y, A antisymmetric."""
        inverse = fmpq_mat(3, 3, [x for row in self.metric for x in row]).inv()
        for a, b in ((0, 1), (0, 2), (1, 2)):
            turn = fmpq_mat(3, 3)
            turn[a, b], turn[b, a] = fmpq(1), fmpq(-1)
            turn = inverse * turn
            yield [sum((turn[i, j] * y[j] for j in range(3)), fmpq(0)) for y in self.y for i in range(3)]

    def derivative(self, j, k):
        """The derivative of x_j . x_k by the neighbours' coordinates."""
        row = [fmpq(0)] * (3 * self.n)
        for (at, other), i in product(((j, k), (k, j)), range(3)):
            row[3 * at + i] += sum((self.metric[i][c] * self.y[other][c] for c in range(3)), fmpq(0))
        return row

    def tie_up(self, rows):
        """Rows by the neighbours' coordinates to rows by the displacements."""
        if not rows or not self.n:
            return []
        product_ = matrix(rows, 3 * self.n) * matrix(self.motion, self.columns)
        return [[product_[i, j] for j in range(self.columns)] for i in range(len(rows))]

    def nullity(self, rows):
        return self.columns - rank(self.tie_up(rows), self.columns)

    def rigid(self):
        """dim {u : T u is a rotation}."""
        turns = list(self.turns())
        if not self.n:
            return self.columns
        stacked = [[*row, *(turn[i] for turn in turns)] for i, row in enumerate(self.motion)]
        return self.columns + 3 - rank(stacked, self.columns + 3) - (3 - rank(turns, 3 * self.n))

    def label(self, tau, angles=True):
        pairs = combinations_with_replacement(range(len(tau)), 2)
        inner = [self.gram[tau[a]][tau[b]] for a, b in pairs if angles or a == b]
        inner += [self.volume(*abc) for abc in combinations(tau, 3)] if self.chiral else []
        return (*(self.species[j] for j in tau), *map(str, inner))

    def volume(self, j, k, l):
        """det(y_j, y_k, y_l)."""
        return fmpq_mat(3, 3, [*self.y[j], *self.y[k], *self.y[l]]).det()

    def slope(self, *at):
        """The derivative of a dot product, or of a triple product, by the neighbours' coordinates."""
        if len(at) == 2:
            return self.derivative(*at)
        row = [fmpq(0)] * (3 * self.n)
        for place, i in product(range(3), range(3)):
            rows = [self.y[j] for j in at]
            rows[place] = [fmpq(int(c == i)) for c in range(3)]
            row[3 * at[place] + i] += fmpq_mat(3, 3, [x for y in rows for x in y]).det()
        return row

    def summed(self, tuples, size):
        """Rows of a basis-free Jacobian: dot products, for SO(3) triple products too, summed over tuples of one
        class."""
        slope, rows = cache(self.slope), {}
        parts = list(combinations_with_replacement(range(size), 2))
        parts += combinations(range(size), 3) if self.chiral else []
        for tau in tuples:
            for part in parts:
                key = self.label(tau), part
                row = slope(*(tau[a] for a in part))
                rows[key] = [x + y for x, y in zip(rows[key], row)] if key in rows else row
        return list(rows.values())

    def forced(self):
        """dim (Rigid + S), and the order of the stabiliser."""
        orders = list(permutations(range(self.n)))
        order = sum(self.label(tau) == self.label(tuple(range(self.n))) for tau in orders)
        return self.nullity(self.summed(orders, self.n)), order

    def incompleteness(self):
        return self.nullity(self.summed(product(range(self.n), repeat=self.nu), self.nu))

    def angular(self, l_max):
        derivatives = {(j, k): self.derivative(j, k) for j in range(self.n) for k in range(self.n)}
        rows = {}
        for (j, k), l in product(product(range(self.n), repeat=2), range(l_max + 1)):
            d = self.gram[j][k]
            weights = {(j, j): d**l, (k, k): d**l, (j, k): l * d ** (l - 1) if l else fmpq(0)}
            for part, (pair, weight) in enumerate([((j, j), d**l), ((k, k), d**l), ((j, k), weights[j, k])]):
                weight = (l * d ** (l - 1) if l else fmpq(0)) if part == 2 else weight
                key = self.label((j, k), angles=False), l, part
                row = [weight * x for x in derivatives[pair]]
                rows[key] = [x + y for x, y in zip(rows[key], row)] if key in rows else row
        return self.nullity(list(rows.values()))

    def polynomials(self, features):
        rows = []
        for feature in features:
            size, total = len(feature["species"]), [fmpq(0)] * (3 * self.n)
            pairs = [(a, a) for a in range(size)] + [(a, b) for a in range(size) for b in range(a + 1, size)]
            for tau in product(range(self.n), repeat=size):
                if [self.species[j] for j in tau] != feature["species"]:
                    continue
                for (coefficient, powers), c in product(feature["terms"], range(len(pairs))):
                    weight = exact(coefficient) * powers[c]
                    for other, (a, b) in enumerate(pairs):
                        power = powers[other] - (other == c)
                        weight *= self.gram[tau[a]][tau[b]] ** power if powers[c] else 1
                    row = self.derivative(tau[pairs[c][0]], tau[pairs[c][1]])
                    total = [x + weight * y for x, y in zip(total, row)]
            rows.append(total)
        return self.nullity(rows)


def claims(certificate):
    """The claims of a certificate of exact numbers, as they should be."""
    about, descriptor = Object(certificate), certificate["descriptor"] or {}
    forced, order = about.forced()
    nulls = {"rigid": about.rigid(), "symmetry": forced, "incompleteness": about.incompleteness()}
    if descriptor.get("l_max") is not None:
        nulls["angular_truncation"] = about.angular(descriptor["l_max"])
    if descriptor.get("features") is not None:
        nulls["radial_truncation"] = about.polynomials(descriptor["features"])
    steps, before = dict.fromkeys(("angular_truncation", "radial_truncation")), 0
    for name, dimension in nulls.items():
        steps[name], before = dimension - before, dimension
    allowed = about.columns - forced
    return {
        "displacements": about.columns,
        "rank": about.columns - before,
        "nullity": before,
        "symmetry_allowed_rank": allowed,
        "stabiliser_order": order,
        "filtration": steps,
    }


# Closed forms.


class Numeric:
    """Closed forms as functions of the coordinates, in mpmath's numbers; of this environment, or of that above.

    `inside` are the tuples, with the number of their feature, that contributed to the last values.
    """

    step = mpmath.mpf(10) ** -STEP

    def __init__(self, certificate, data=None):
        self.certificate, self.data = certificate, data or certificate["above"]["environment"]
        self.metric = mpmath.matrix([[number(x) for x in row] for row in self.data["metric"]])
        self.constants = [self.constant(c) for c in certificate["constants"]]
        self.y = [number(c) for y in self.data["positions"] for c in y]

    def constant(self, constant):
        of = lambda part: mpmath.matrix([[self.value(x, {}) for x in row] for row in part])
        matrix_ = of(constant["matrix"])
        if constant["left"]:
            return mpmath.inverse(of(constant["left"])) * mpmath.cholesky(matrix_)
        values, vectors = mpmath.eigsy(matrix_)
        return vectors * mpmath.diag([1 / mpmath.sqrt(v) for v in values]) * vectors.T

    def value(self, form, t):
        name, rest = form[0], form[1:]
        if name == "num":
            return number(rest[0])
        if name == "pi":
            return +mpmath.pi
        if name in ("s", "d"):
            return t[min(rest), max(rest)]
        if name == "def":
            if ("def", rest[0]) not in t:
                t["def", rest[0]] = self.value(self.certificate["definitions"][rest[0]], t)
            return t["def", rest[0]]
        if name == "const":
            return self.constants[rest[0]][rest[1], rest[2]]
        if name == "^":
            return mpmath.power(self.value(rest[0], t), number(rest[1]))
        if name == "hyper":
            return mpmath.hyper([number(a) for a in rest[0]], [number(b) for b in rest[1]], self.value(rest[2], t))
        parts = [self.value(x, t) for x in rest]
        if name == "+":
            return mpmath.fsum(parts)
        if name == "*":
            return mpmath.fprod(parts)
        return max(parts[0], mpmath.mpf(0)) if name == "ramp" else getattr(mpmath, name)(parts[0])

    def product(self, vectors):
        """The dot product of two vectors, or the square of one."""
        a, b = vectors if isinstance(vectors, tuple) else (vectors, vectors)
        return (a.T * self.metric * b)[0]

    def features(self, y):
        """The values of all features at these coordinates."""
        n, species = len(self.data["species"]), self.data["species"]
        points = [mpmath.matrix(y[3 * j : 3 * j + 3]) for j in range(n)]
        cluster = (self.certificate.get("invariances") or {}).get("cluster")
        if cluster:  # all atoms, and for the "dot products" their squared distances
            points, species, n = [mpmath.matrix([0, 0, 0]), *points], [self.data["centre"], *species], n + 1
        pair = (lambda a, b: b - a) if cluster else (lambda a, b: (a, b))
        gram = [[self.product(pair(a, b)) for b in points] for a in points]
        totals, self.inside = [], []
        for number_, feature in enumerate(self.certificate["features"]):
            total = mpmath.mpf(0)
            for term in feature["terms"]:
                for tau in product(range(n), repeat=len(term["species"])):
                    if [species[j] for j in tau] != term["species"]:
                        continue
                    if term["distinct"] and len(set(tau)) < len(tau):
                        continue
                    t = {(a + 1, b + 1): gram[j][k] for a, j in enumerate(tau) for b, k in enumerate(tau) if a <= b}
                    if all(self.value(condition, t) > 0 for condition in term["inside"]):
                        total += self.value(term["form"], t)
                        self.inside.append((number_, tau))
            totals.append(total)
        return totals

    def jacobian(self, motion, columns, y=None):
        """The columns of the Jacobian at these coordinates, or where the atoms are, by differences."""
        found, y = [], y or self.y
        for c in range(columns):
            here = [[x + sign * self.step * exact_float(motion[i][c]) for i, x in enumerate(y)] for sign in (1, -1)]
            plus, minus = self.features(here[0]), self.features(here[1])
            found.append([(a - b) / (2 * self.step) for a, b in zip(plus, minus)])
        return found

    def rank(self, motion, columns):
        """The rank of the Jacobian."""
        return numerical_rank(self.jacobian(motion, columns))


def numerical_rank(rows):
    """The number of singular values far above the error of differences, each column scaled to 1."""
    if not rows or not rows[0]:
        return 0
    scale = [max(abs(row[i]) for row in rows) or 1 for i in range(len(rows[0]))]
    values = mpmath.svd_r(mpmath.matrix([[x / s for x, s in zip(row, scale)] for row in rows]), compute_uv=False)
    return sum(v > ZERO * max(values) for v in values)


def number(text):
    value = Fraction(str(text))
    return mpmath.mpf(value.numerator) / value.denominator


def exact_float(x):
    return mpmath.mpf(int(x.p)) / int(x.q)


def closed_claims(certificate):
    """The claims of a certificate of closed forms, as they should be."""
    above = claims(certificate["above"])
    about = Object(certificate["above"])
    with mpmath.workdps(DIGITS):
        found = Numeric(certificate).rank(about.motion, about.columns)
    return {"rank": found, "nullity": about.columns - found, "radial_truncation": above["rank"] - found}
