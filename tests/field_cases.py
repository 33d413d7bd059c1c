"""Certificates over real number fields, made by a naive search of its own that shares no code with the checker.

Numbers are FLINT's polynomials modulo the minimal polynomial; ranks and null spaces are by elimination over the field;
stabilisers by trying all permutations. It serves as an oracle too: `is_true` of a certificate.
"""

from fractions import Fraction
from itertools import combinations, combinations_with_replacement, count, permutations, product

import mpmath
import sympy
from flint import fmpq, fmpq_poly, fmpz, fmpz_poly, nmod_poly

UNIT = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


class Number:
    """An element of QQ[x] / (f)."""

    def __init__(self, f, value):
        self.f, self.poly = f, value if isinstance(value, fmpq_poly) else fmpq_poly([value])

    def _with(self, poly):
        return Number(self.f, poly % self.f)

    def _poly(self, other):
        return other.poly if isinstance(other, Number) else fmpq_poly([other])

    def __add__(self, other):
        return self._with(self.poly + self._poly(other))

    def __sub__(self, other):
        return self._with(self.poly - self._poly(other))

    def __mul__(self, other):
        return self._with(self.poly * self._poly(other))

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self._with(-self.poly)

    def __truediv__(self, other):
        gcd, inverse, _ = self._poly(other).xgcd(self.f)
        assert gcd == 1
        return self._with(self.poly * inverse)

    def __eq__(self, other):
        return self.poly == self._poly(other)

    def __hash__(self):
        return hash(str(self.poly))

    def __bool__(self):
        return self.poly != 0

    def written(self):
        """As a certificate writes it."""
        texts = [str(x) for x in self.poly.coeffs()] or ["0"]
        return texts if len(texts) > 1 else texts[0]


class Declared:
    """A field QQ[x] / (f), as a certificate declares it; f by its coefficients of 1, x, ..."""

    def __init__(self, polynomial, root, generator="c"):
        self.polynomial, self.f = polynomial, fmpq_poly(list(polynomial))
        texts = list(map(str, polynomial))
        self.document = {"generator": generator, "minimal_polynomial": texts, "root": list(map(str, root))}

    def __call__(self, value):
        """A number, a text such as "3/2", or coefficients of 1, c, c^2, ..., as an element."""
        if isinstance(value, Number):
            return value
        parts = value if isinstance(value, list | tuple) else [value]
        return Number(self.f, fmpq_poly([exact(x) for x in parts]) % self.f)

    def split(self, start=2**61 - 1):
        """A prime modulo which the polynomial has a root, and that root."""
        return next((p, root) for p in count(start, -1) if fmpz(p).is_prime() for root in self.roots(p))

    def roots(self, p):
        """The roots modulo a prime."""
        factors = nmod_poly(list(self.polynomial), p).factor()[1]
        return [int(-factor[0] / factor[1]) for factor, _ in factors if factor.degree() == 1]


def exact(x):
    value = Fraction(str(x))
    return fmpq(value.numerator, value.denominator)


def echelon(rows):
    """Reduced rows with their leading columns, by elimination."""
    found = []
    for row in rows:
        row = list(row)
        for lead, other in found:
            if row[lead]:
                factor = row[lead]
                row = [x - factor * y for x, y in zip(row, other)]
        lead = next((c for c, x in enumerate(row) if x), None)
        if lead is None:
            continue
        row = [x / row[lead] for x in row]
        reduced = [(c, [x - other[lead] * y for x, y in zip(other, row)]) for c, other in found]
        found = [*reduced, (lead, row)]
    return found


def independent(rows):
    """The numbers of the rows that are independent of those before them."""
    found, chosen = [], []
    for i, row in enumerate(rows):
        row = list(row)
        for lead, other in found:
            if row[lead]:
                factor = row[lead] / other[lead]
                row = [x - factor * y for x, y in zip(row, other)]
        lead = next((c for c, x in enumerate(row) if x), None)
        if lead is not None:
            found.append((lead, row))
            chosen.append(i)
    return chosen


def null_space(rows, columns, one):
    """A basis of the vectors that all rows take to 0."""
    found = dict(echelon(rows))
    for free in range(columns):
        if free not in found:
            vector = [one * 0] * columns
            vector[free] = one
            for lead, row in found.items():
                vector[lead] = -row[free]
            yield vector


def inverse(matrix, one):
    rows = [[*row, *(one * int(i == j) for j in range(len(matrix)))] for i, row in enumerate(matrix)]
    return [row[len(matrix) :] for _, row in sorted(echelon(rows))]


def times(matrix, vector):
    return [sum((a * x for a, x in zip(row, vector)), vector[0] * 0) for row in matrix]


def transposed(matrix):
    return [list(column) for column in zip(*matrix)]


class Problem:
    """An environment over a declared field, and all that a certificate of order nu says of it."""

    def __init__(self, field, positions, species=None, metric=UNIT, nu=2, atoms=None):
        self.field, self.nu, self.one = field, nu, field(1)
        self.y = [[field(c) for c in y] for y in positions]
        self.n, self.species = len(positions), list(species or "H" * len(positions))
        self.metric = [[field(c) for c in row] for row in metric]
        self.lowered = [times(self.metric, y) for y in self.y]
        self.gram = [[sum((a * b for a, b in zip(y, z)), field(0)) for z in self.lowered] for y in self.y]
        self.atoms = atoms  # of the centre, and of the neighbours
        self.tie = self.ties()
        self.columns = len(self.tie[0])

    def ties(self):
        if self.atoms is None:
            return [[self.one * int(i == j) for j in range(3 * self.n)] for i in range(3 * self.n)]
        centre, atoms = self.atoms
        variables, rows = sorted({centre, *atoms}), []
        for atom, axis in product(atoms, range(3)):
            row = [self.one * 0] * (3 * len(variables))
            row[3 * variables.index(atom) + axis] += 1
            row[3 * variables.index(centre) + axis] -= 1
            rows.append(row)
        return rows

    def slope(self, j, k):
        """The derivative of x_j . x_k by the neighbours."""
        row = [self.one * 0] * (3 * self.n)
        for c in range(3):
            row[3 * j + c] += self.lowered[k][c]
            row[3 * k + c] += self.lowered[j][c]
        return row

    def tied(self, row):
        return times(transposed(self.tie), row)

    def rows(self, tuples, size):
        """{label: row} of the sums over tuples of equal species and dot products."""
        classes, pairs = {}, [(a, a) for a in range(size)] + list(combinations(range(size), 2))
        for tau in tuples:
            dots = (self.gram[tau[a]][tau[b]] for a, b in combinations_with_replacement(range(size), 2))
            classes.setdefault((*(self.species[j] for j in tau), *map(str, (x.poly for x in dots))), []).append(tau)
        for members in classes.values():
            for a, b in pairs:
                slopes = [self.slope(tau[a], tau[b]) for tau in members]
                yield [list(members[0]), [a, b]], self.tied([sum(x[1:], x[0]) for x in zip(*slopes)])

    def turns(self):
        back = inverse(self.metric, self.one)
        for a, b in combinations(range(3), 2):
            turn = []
            for y in self.y:
                skew = [self.one * 0] * 3
                skew[a], skew[b] = y[b], -y[a]
                turn += times(back, skew)
            yield turn

    def rigid(self):
        """A basis of {u : T u is a rotation}."""
        turns = list(self.turns())
        turns = [turns[i] for i in independent(turns)]
        rows = [[*row, *(-t[i] for t in turns)] for i, row in enumerate(self.tie)]
        found = null_space(rows, self.columns + len(turns), self.one)
        return [vector[: self.columns] for vector in found]

    def forced(self):
        """A basis of what symmetry and rotations force: the null space of complete invariants (Theorem 2)."""
        return list(
            null_space([row for _, row in self.rows(permutations(range(self.n)), self.n)], self.columns, self.one)
        )

    def stabiliser(self):
        same = lambda p: all(self.gram[p[j]][p[k]] == self.gram[j][k] for j, k in combinations(range(self.n), 2))
        plain = lambda p: all(self.gram[p[j]][p[j]] == self.gram[j][j] for j in range(self.n))
        kept = lambda p: [self.species[j] for j in p] == self.species
        return [p for p in permutations(range(self.n)) if kept(p) and plain(p) and same(p)]

    def generators(self):
        """All symmetries; the neighbours must span a plane at least."""
        basis = independent(self.y)
        extra = []
        if len(basis) == 2:
            u, v = (self.y[i] for i in basis)
            cross = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]]
            extra = [times(inverse(self.metric, self.one), cross)]
        back = inverse(transposed([self.y[i] for i in basis] + extra), self.one)
        found = []
        for p in self.stabiliser():
            for factor in (1, -1) if extra else (1,):
                images = [self.y[p[i]] for i in basis] + [[factor * x for x in n] for n in extra]
                isometry = [times(transposed(back), row) for row in transposed(images)]
                found.append((p, isometry))
        return found

    def spaces(self):
        """Bases of Rigid, of Rigid + Symmetry and of the null space of D_nu."""
        rows = [row for _, row in self.rows(product(range(self.n), repeat=self.nu), self.nu)]
        return self.rigid(), self.forced(), list(null_space(rows, self.columns, self.one))

    def claims(self, dimensions):
        """What a certificate claims of spaces of these dimensions."""
        rigid, forced, nullity = dimensions
        names = "rigid", "symmetry", "incompleteness", "angular_truncation", "radial_truncation"
        return {
            "displacements": self.columns,
            "rank": self.columns - nullity,
            "nullity": nullity,
            "symmetry_allowed_rank": self.columns - forced,
            "stabiliser_order": len(self.stabiliser()),
            "filtration": dict(zip(names, (rigid, forced - rigid, nullity - forced, None, None))),
        }

    def certificate(self):
        """A true certificate of the filtration."""
        spaces, known, levels = self.spaces(), [], []
        for name, basis in zip(("rigid", "symmetry", "incompleteness"), spaces):
            chosen = independent([*known, *basis])
            assert chosen[: len(known)] == list(range(len(known))) and len(chosen) == len(basis)
            new = [basis[i - len(known)] for i in chosen if i >= len(known)]
            known += new
            levels.append({"name": name, "null_vectors": self.written(new)})
        prime, root = self.field.split()
        rows = list(self.rows(product(range(self.n), repeat=self.nu), self.nu))
        pivots = [rows[i][0] for i in independent([row for _, row in rows])]
        levels[-1] |= {"prime": str(prime), "root": str(root), "pivot_rows": pivots}
        centre, atoms = self.atoms or (None, None)
        return {
            "schema": "symsens/certificate/1",
            "environment": {
                "field": self.field.document,
                "centre": "C",
                "species": self.species,
                "positions": self.written(self.y),
                "metric": self.written(self.metric),
                "tie": self.atoms and {"centre": centre, "atoms": list(atoms)},
            },
            "nu": self.nu,
            "group": "O(3)",
            "vary": "atoms" if self.atoms else "neighbours",
            "variables": self.atoms and sorted({centre, *atoms}),
            "descriptor": None,
            "claims": self.claims(map(len, spaces)),
            "generators": [{"permutation": list(p), "isometry": self.written(q)} for p, q in self.generators()],
            "point_group": None,
            "levels": levels,
        }

    def written(self, rows):
        return [[x.written() for x in row] for row in rows]


def is_true(certificate):
    """Whether what a basis-free certificate over a field other than QQ claims is so, whatever its evidence."""
    data, declared = certificate["environment"], certificate["environment"]["field"]
    polynomial = [int(x) for x in declared["minimal_polynomial"]]
    low, high = map(Fraction, declared["root"])
    content, factors = fmpz_poly(polynomial).factor()
    if abs(content) != 1 or len(factors) != 1 or factors[0][1] != 1:
        return False
    f = sympy.Poly(polynomial[::-1], sympy.Symbol("x"))
    if not low < high or f.count_roots(rational(low), rational(high)) != 1:
        return False
    field, tie = Declared(polynomial, (low, high)), data["tie"]
    atoms = tie and (tie["centre"], tie["atoms"])
    problem = Problem(field, data["positions"], data["species"], data["metric"], certificate["nu"], atoms)
    apart = len({tuple(y) for y in problem.y}) == problem.n and not any(y == [0, 0, 0] for y in problem.y)
    if not apart or not definite(problem, f, low, high):
        return False
    return problem.claims(map(len, problem.spaces())) == certificate["claims"]


def rational(x):
    return sympy.Rational(x.numerator, x.denominator)


def numeric(problem, f, low, high):
    """The real value of numbers, to 200 digits or so."""
    with mpmath.workdps(200):
        inside = [r for r in f.real_roots() if rational(low) < r < rational(high)]
        root = mpmath.mpf(str(inside[0].evalf(200)))
    return lambda x: mpmath.polyval([mpmath.mpf(int(c.p)) / int(c.q) for c in x.poly.coeffs()][::-1] or [0], root)


def definite(problem, f, low, high):
    """Whether the metric is symmetric and positive definite."""
    value = numeric(problem, f, low, high)
    with mpmath.workdps(200):
        matrix = mpmath.matrix([[value(x) for x in row] for row in problem.metric])
        return problem.metric == transposed(problem.metric) and min(mpmath.eigsy(matrix, eigvals_only=True)) > 1e-90


HEPTAGON = Declared((-1, -2, 1, 1), ("6/5", "13/10"))  # c = 2 cos(2 pi / 7)
GOLDEN = Declared((-1, -1, 1), (1, 2), "s")  # s = (1 + sqrt(5)) / 2
ROOT2 = Declared((-2, 0, 1), (1, 2), "r")
MINUS_ROOT2 = Declared((-2, 0, 1), (-2, -1), "r")
CUBE_ROOT = Declared((-2, 0, 0, 1), (1, 2), "t")
TOWER = Declared((1, 0, -10, 0, 1), (3, 4), "b")  # sqrt(2) + sqrt(3)
METRIC = {  # of a frame of two neighbouring vertices of a regular polygon and its axis
    field: [[1, cosine, 0], [cosine, 1, 0], [0, 0, 1]]
    for field, cosine in ((HEPTAGON, ("0", "1/2")), (GOLDEN, ("-1/2", "1/2")), (ROOT2, ("0", "1/2")))
}
DOUBLED = {HEPTAGON: (0, 1), GOLDEN: (-1, 1), ROOT2: (0, 1)}  # 2 cos of the angle between them: of 7, 5, 8 vertices


def ring(field, vertices, height=0):
    """Vertices of a regular polygon, in such a frame."""
    points = [[field(1), field(0)], [field(0), field(1)]]
    while len(points) <= max(vertices):
        points.append([field(DOUBLED[field]) * x - y for x, y in zip(points[-1], points[-2])])
    return [[*points[k], height] for k in vertices]


def heptagon(nu):
    """The pole and four vertices of a regular heptagon across it (THEORY, section 8)."""
    return Problem(HEPTAGON, [*ring(HEPTAGON, (0, 1, 2, 4)), [0, 0, 2]], metric=METRIC[HEPTAGON], nu=nu)


STRETCHED = [[1, 0, 0], [0, (-10, 0, 4), 0], [0, 0, 1]]
F1 = [(5, 0, 1), (3, 4, -2), (-3, -4, -2), (0, 0, 6)]
METHANE = [(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)]
PROBLEMS = {  # with (rigid, symmetry, incompleteness) and the order of the stabiliser
    "heptagon": (lambda: heptagon(2), (3, 0, 4), 1),
    "heptagon-nu3": (lambda: heptagon(3), (3, 0, 1), 1),
    "heptagon-nu4": (lambda: heptagon(4), (3, 0, 0), 1),
    "pentagon": (lambda: Problem(GOLDEN, ring(GOLDEN, range(5)), metric=METRIC[GOLDEN]), (3, 11, 0), 10),
    "pentagon-atoms": (
        lambda: Problem(GOLDEN, ring(GOLDEN, range(5)), metric=METRIC[GOLDEN], atoms=(5, range(5))),
        (6, 11, 0),
        10,
    ),
    "octagon": (lambda: Problem(ROOT2, [*ring(ROOT2, (0, 1, 3)), [0, 0, 3]], metric=METRIC[ROOT2]), (3, 0, 2), 1),
    "images": (
        lambda: Problem(ROOT2, [(0, (0, 1), 1), (1, 1, 0), (0, (0, -1), 1)], "HOH", atoms=(0, (1, 2, 1))),
        (4, 0, 0),
        1,
    ),
    "two": (lambda: Problem(CUBE_ROOT, [(1, (0, 1), 0), ((1, 0, "1/3"), 0, 1)], "HO", nu=1), (3, 0, 1), 1),
    "F1": (lambda: Problem(TOWER, F1), (3, 0, 1), 1),
    "F1-stretched": (
        lambda: Problem(TOWER, [[(0, x), y, (0, 0, z)] for x, y, z in F1], metric=STRETCHED),
        (3, 0, 1),
        1,
    ),
    "methane": (lambda: Problem(ROOT2, [[(0, x) for x in y] for y in METHANE]), (3, 8, 0), 24),
}
