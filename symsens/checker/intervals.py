"""Prove again, in a second arithmetic, the rank of the Jacobian of closed forms that are not polynomials.

Law: the standard library, mpmath's intervals and `symsens.checker.exact`; nothing of the search. A certificate carries
the closed forms as expression trees. They are evaluated anew with their derivatives (forward mode) in interval
arithmetic, summed over tuples, and

Lemma inverse: if ||I - W J_c||_inf < 1 for r rows and columns J_c of J, then J_c is regular, so rank J >= r.

The upper bound is that of the levels above (J = Phi . D, so null(D) lies in null(J); checked: order <= nu, degree in d
<= l_max), or the number of features when all of them are given.

A tree is a list [operation, operands...]:  ["num", "3/2"]  ["pi"]  ["s", a]  ["d", a, b] (places of the tuple, from 1)
["def", i]
["const", m, i, j] (entry of a constant matrix)  ["+", ...]  ["*", ...]  ["^", x, "p/q"]  ["exp", x]  log sin cos tanh
erf ramp (max(x, 0)) ["hyper", ["a", ...], ["b", ...], x] (pFq with positive parameters, p <= q).
"""

from fractions import Fraction
from itertools import product
from math import prod

from mpmath import mp, workprec
from mpmath.ctx_iv import MPIntervalContext

from symsens.checker.exact import CERTIFICATE, Environment, Malformed, Refuted, check, components, read

MAX_BITS, MAX_TERMS, MAX_DEPTH = 20_000, 20_000, 200
ONE_PLACE = ("exp", "log", "sin", "cos", "tanh", "erf", "ramp")


def tree(value, where, depth=0):
    """An expression tree, its shape checked."""
    ok = type(value) is list and value and type(value[0]) is str and depth < MAX_DEPTH
    name, rest = (value[0], value[1:]) if ok else (None, [])
    whole = all(type(x) is int and 0 <= x < 10**6 for x in rest)
    counts = {"num": 1, "pi": 0, "s": 1, "d": 2, "def": 1, "const": 3, "^": 2, "hyper": 3} | dict.fromkeys(ONE_PLACE, 1)
    if not ok or (name not in counts and name not in ("+", "*")) or len(rest) != counts.get(name, len(rest)):
        raise Malformed(f"{where}: not an expression tree: {str(value)[:60]}")
    if name in ("s", "d", "def", "const"):
        if not whole:
            raise Malformed(f"{where}: {name} takes small indices: {str(value)[:60]}")
        return tuple(value)
    if name == "num":
        return ("num", read(Fraction, rest[0], where))
    if name == "^":
        return ("^", tree(rest[0], where, depth + 1), read(Fraction, rest[1], where))
    if name == "hyper":
        return ("hyper", *(tuple(read([Fraction], part, where)) for part in rest[:2]), tree(rest[2], where, depth + 1))
    return (name, *(tree(part, where, depth + 1) for part in rest))


TERM = {
    "species": [str],
    "distinct": lambda value, where: _flag(value, where),
    "form": tree,
    "inside": [tree],
    "regular": [tree],
}
CLOSED_FORM = {
    "schema": {"symsens/closed-form-certificate/1"},
    "above": CERTIFICATE,
    "descriptor": str,
    "definitions": [tree],
    "constants": [{"left": (None, [[tree]]), "matrix": [[tree]]}],
    "features": [{"label": str, "terms": [TERM]}],
    "complete": lambda value, where: _flag(value, where),
    "claims": {"rank": int, "nullity": int, "radial_truncation": int},
    "pivot_columns": [int],
    "left_inverse": [[Fraction]],
    "bits": int,
}


def _flag(value, where):
    if type(value) is not bool:
        raise Malformed(f"{where}: expected true or false; found {str(value)[:40]}")
    return value


def degree(form, definitions):
    """Degree of a tree as a polynomial in the d's at fixed s; infinite if it is none."""
    name, rest = form[0], form[1:]
    if name == "d":
        return 1
    if name == "def":
        return definitions[rest[0]]
    if name == "+":
        return max((degree(x, definitions) for x in rest), default=0)
    if name == "*":
        return sum(degree(x, definitions) for x in rest)
    if name == "^":
        inner, power = degree(rest[0], definitions), rest[1]
        return inner * power if inner == 0 or (power.denominator == 1 and power >= 0) else float("inf")
    inner = max((degree(x, definitions) for x in operands(form)), default=0)
    return 0 if inner == 0 else float("inf")


def operands(form):
    """The trees below a tree."""
    return [x for x in form[1:] if type(x) is tuple and x and type(x[0]) is str]


def places(form, definitions, constants, where):
    """The places of the tuple that a tree looks at; `Malformed` if it names a definition or constant that is not
    there."""
    name, rest = form[0], form[1:]
    if name in ("s", "d"):
        return set(rest)
    if name == "def" and rest[0] >= len(definitions):
        raise Malformed(f"{where}: definition {rest[0]} does not come before it")
    if name == "def":
        return definitions[rest[0]]
    if name == "const" and not (rest[0] < len(constants) and max(rest[1:]) < len(constants[rest[0]]["matrix"])):
        raise Malformed(f"{where}: there is no constant {rest}")
    return set().union(*(places(x, definitions, constants, where) for x in operands(form)))


def rational(form, t):
    """The exact value of a polynomial tree at invariants t(leaf); None if it is none."""
    name, rest = form[0], form[1:]
    if name == "num":
        return rest[0]
    if name in ("s", "d"):
        return t(form)
    parts = [rational(x, t) for x in operands(form)]
    if None in parts or name not in ("+", "*", "^") or (name == "^" and (rest[1].denominator != 1 or rest[1] < 0)):
        return None
    return (
        sum(parts, Fraction(0))
        if name == "+"
        else prod(parts, start=Fraction(1))
        if name == "*"
        else parts[0] ** rest[1].numerator
    )


class Dual:
    """An interval with its derivatives by the invariants of a tuple, {component: interval}; zero derivatives are left
    out."""

    __slots__ = ("value", "slope")

    def __init__(self, value, slope=None):
        self.value, self.slope = value, slope or {}

    def __add__(self, other):
        slope = dict(self.slope)
        for c, x in other.slope.items():
            slope[c] = slope[c] + x if c in slope else x
        return Dual(self.value + other.value, slope)

    def __mul__(self, other):
        slope = {c: x * other.value for c, x in self.slope.items()}
        for c, x in other.slope.items():
            slope[c] = slope[c] + x * self.value if c in slope else x * self.value
        return Dual(self.value * other.value, slope)

    def through(self, value, derivative):
        """f(self), given f and f' at its value."""
        return Dual(value, {c: x * derivative for c, x in self.slope.items()})


class Evaluator:
    """Trees in interval arithmetic of so many bits; a context of its own, so no global precision changes."""

    def __init__(self, bits, constants):
        self.iv, self.bits, self.sums, self.constants = MPIntervalContext(), bits, {}, []
        self.iv.prec = bits
        for constant in constants:
            left, matrix = (
                [[self.at(x, None).value for x in row] for row in part or ()]
                for part in (constant["left"], constant["matrix"])
            )
            self.constants.append(self.solve(left, self.cholesky(matrix)) if left else self.inverse_root(matrix))

    def number(self, x):
        return self.iv.mpf(x.numerator) / x.denominator

    def at(self, form, place):
        """The dual value of a tree; `place` gives invariants and definitions of the tuple at hand."""
        iv, name, rest = self.iv, form[0], form[1:]
        if name == "num":
            return Dual(self.number(rest[0]))
        if name == "pi":
            return Dual(+iv.pi)
        if name == "const":
            m, i, j = rest
            return Dual(self.constants[m][i][j])
        if name in ("s", "d", "def"):
            return place(form)
        if name in ("+", "*"):
            parts = [self.at(x, place) for x in rest]
            total = Dual(iv.mpf(0 if name == "+" else 1))
            for part in parts:
                total = total + part if name == "+" else total * part
            return total
        if name == "^":
            return self.power(self.at(rest[0], place), rest[1])
        if name == "hyper":
            above, below, x = rest[0], rest[1], self.at(rest[2], place)
            factor = prod([Fraction(1), *above, *(1 / b for b in below)])
            slope = self.hyper([a + 1 for a in above], [b + 1 for b in below], x.value) * self.number(factor)
            return x.through(self.hyper(above, below, x.value), slope)
        return self.function(name, self.at(rest[0], place))

    def power(self, x, exponent):
        """x^(p/q); a negative or broken power needs an interval that proves x > 0."""
        iv = self.iv
        if exponent.denominator == 1 and exponent >= 0:
            n = exponent.numerator
            return x.through(x.value**n, n * x.value ** (n - 1)) if n else Dual(iv.mpf(1))
        if not x.value.a > 0:
            if exponent.denominator == 1 and x.value.b < 0:
                return x.through(x.value**exponent.numerator, exponent.numerator * x.value ** (exponent.numerator - 1))
            raise Refuted(f"a power {exponent} of a number that is not proved to be positive")
        if exponent.denominator == 1:
            value = x.value**exponent.numerator
        elif exponent.denominator == 2:
            value = iv.sqrt(x.value) ** exponent.numerator
        else:
            value = iv.exp(iv.log(x.value) * self.number(exponent))
        return x.through(value, value * self.number(exponent) / x.value)

    def function(self, name, x):
        iv, v = self.iv, x.value
        if name == "exp":
            value = iv.exp(v)
            return x.through(value, value)
        if name == "log":
            if not v.a > 0:
                raise Refuted("a logarithm of a number that is not proved to be positive")
            return x.through(iv.log(v), 1 / v)
        if name == "sin":
            return x.through(iv.sin(v), iv.cos(v))
        if name == "cos":
            return x.through(iv.cos(v), -iv.sin(v))
        if name == "tanh":
            value = 1 - 2 / (iv.exp(2 * v) + 1)
            return x.through(value, 1 - value * value)
        if name == "ramp":
            if not (v.a > 0 or v.b < 0):
                raise Refuted("a ramp max(x, 0) at an x whose sign is not proved")
            return x if v.a > 0 else Dual(iv.mpf(0))
        slope = (
            2 / iv.sqrt(iv.pi) * iv.exp(-v * v)
        )  # erf(x) = 2 x / sqrt(pi) e^(-x^2) 1F1(1; 3/2; x^2): no cancellation
        return x.through(v * slope * self.hyper([Fraction(1)], [Fraction(3, 2)], v * v), slope)

    def hyper(self, above, below, x):
        """pFq(above; below; x), below positive, p <= q, each series summed once."""
        key = tuple(above), tuple(below), x._mpi_
        if key not in self.sums:
            self.sums[key] = self.series(above, below, x)
        return self.sums[key]

    def series(self, above, below, x):
        """The hypergeometric series, its tail bounded by a geometric one of ratio 1/2."""
        if min(below, default=1) <= 0 or len(above) > len(below):
            raise Refuted(
                "a hypergeometric function whose lower parameters are not positive, or fewer than the upper ones"
            )
        iv, total, term = self.iv, self.iv.mpf(0), self.iv.mpf(1)
        size = max(abs(x.a), abs(x.b))
        for k in range(MAX_TERMS):
            total += term
            term *= x * self.number(prod([Fraction(1, k + 1), *(a + k for a in above), *(1 / (b + k) for b in below)]))
            magnitude = max(abs(term.a), abs(term.b))
            if magnitude == 0:  # a polynomial, or x = 0
                return total
            if min(above, default=1) + k <= 0:
                continue
            # For k' >= k: (a + k')/(b + k') <= max(1, (a + k)/(b + k)), the other factors fall, so `later` bounds all
            # ratios.
            pairs = [max(Fraction(1), (a + k) / (b + k)) for a, b in zip(above, below)]
            single = [1 / (b + k) for b in below[len(above) :]]
            later = self.number(prod([Fraction(1, k + 1), *pairs, *single])) * size
            if later.b < 0.5 and magnitude < abs(total).b * iv.mpf(2) ** (-self.bits):
                return total + 2 * iv.mpf([-magnitude, magnitude])
        raise Refuted(f"a hypergeometric series did not converge in {MAX_TERMS} terms")

    def inverse_root(self, overlap):
        """Intervals for S^(-1/2), S symmetric positive definite.

        With a symmetric approximation B > 0 of it, S' = B^-2 and lambda a lower bound of both spectra,
        ||S^(-1/2) - B|| <= lambda^(-3/2) ||S - S'|| / 2 (Bhatia, Matrix Analysis, X.3.8: -x^(-1/2) is operator
        monotone).
        """
        iv, n = self.iv, len(overlap)
        with workprec(self.bits):
            middle = mp.matrix(n, n)
            for i, j in product(range(n), repeat=2):
                middle[i, j] = mp.mpf(overlap[i][j].mid) if i <= j else mp.mpf(overlap[j][i].mid)
            values, vectors = mp.eigsy(middle)
            if not min(values) > 0:
                raise Refuted("a constant matrix is not positive definite")
            root = vectors * mp.diag([1 / mp.sqrt(v) for v in values]) * vectors.T
            back = vectors * mp.diag([mp.sqrt(v) for v in values]) * vectors.T
            b = [[iv.mpf(root[min(i, j), max(i, j)]) for j in range(n)] for i in range(n)]
            c = [[iv.mpf(back[min(i, j), max(i, j)]) for j in range(n)] for i in range(n)]
        times = lambda p, q: [
            [sum((p[i][k] * q[k][j] for k in range(n)), iv.mpf(0)) for j in range(n)] for i in range(n)
        ]  # noqa: E731
        size = lambda m: max(sum((abs(x) for x in row), iv.mpf(0)).b for row in m)  # noqa: E731  (bounds ||m||_2 if symmetric)
        unit = [[iv.mpf(int(i == j)) for j in range(n)] for i in range(n)]
        minus = lambda p, q: [[x - y for x, y in zip(r, s)] for r, s in zip(p, q)]  # noqa: E731
        # B^-1 = C (I - E)^-1 with E = I - B C; ||B^-1|| <= ||C|| / (1 - ||E||), norms by rows (a bound of the spectral
        # norm of the symmetric B^-1).
        e = iv.mpf(size(minus(unit, times(b, c))))
        if not e.b < 1:
            raise Refuted("the inverse root of a constant matrix could not be enclosed")
        inverse = iv.mpf(size(c)) / (1 - e)
        defect = iv.mpf(size(minus(times(times(b, overlap), b), unit)))  # B S B - I, so ||S - S'|| <= ||B^-1||^2 defect
        if not defect.b < 0.5:
            raise Refuted("the inverse root of a constant matrix could not be enclosed")
        self.cholesky(b)  # B > 0
        largest = 2 * iv.mpf(size(b)) ** 2  # ||S^-1|| <= ||B||^2 / (1 - defect), and ||S'^-1|| = ||B||^2
        delta = (iv.sqrt(largest) ** 3 * inverse**2 * defect / 2).b
        return [[x + iv.mpf([-delta, delta]) for x in row] for row in b]

    def cholesky(self, matrix):
        """L, lower triangular, L L^T = S for every positive definite S in the intervals (a positive pivot proves it
        is)."""
        iv, n = self.iv, len(matrix)
        lower = [[iv.mpf(0)] * n for _ in range(n)]
        for i, j in ((a, b) for a in range(n) for b in range(a + 1)):
            rest = matrix[i][j] - sum((lower[i][k] * lower[j][k] for k in range(j)), iv.mpf(0))
            if i == j and not rest.a > 0:
                raise Refuted("a constant matrix is not proved to be positive definite")
            lower[i][j] = iv.sqrt(rest) if i == j else rest / lower[j][j]
        return lower

    def solve(self, left, right):
        """left^-1 right by elimination in intervals, the largest pivot first."""
        n, rows = len(left), [[*a, *b] for a, b in zip(left, right)]
        for i in range(n):
            pivot = max(range(i, n), key=lambda r: abs(mp.mpf(rows[r][i].mid)))
            rows[i], rows[pivot] = rows[pivot], rows[i]
            if not (rows[i][i].a > 0 or rows[i][i].b < 0):
                raise Refuted("a constant matrix is not proved to be regular")
            rows[i] = [x / rows[i][i] for x in rows[i]]
            for r in range(n):
                if r != i:
                    rows[r] = [x - rows[r][i] * y for x, y in zip(rows[r], rows[i])]
        return [row[n:] for row in rows]


class Forms:
    """The closed forms on one environment: gradients by invariants, one evaluation per class of equal invariants."""

    def __init__(self, env, certificate):
        self.env, self.definitions = env, certificate["definitions"]
        self.evaluator, self.known = Evaluator(certificate["bits"], certificate["constants"]), {}

    def gradient(self, number, form, tau):
        """{pair: interval}: the derivative of a form on the tuple tau by the dot products."""
        pairs = [(min(tau[a], tau[b]), max(tau[a], tau[b])) for a, b in components(len(tau))]
        values = tuple(self.env.gram[j][k] for j, k in pairs)
        key = number, values
        if key not in self.known:
            index = {c: i for i, c in enumerate(components(len(tau)))}
            cache, iv = {}, self.evaluator.iv

            def place(leaf):
                if leaf not in cache:
                    if leaf[0] == "def":
                        cache[leaf] = self.evaluator.at(self.definitions[leaf[1]], place)
                    else:
                        low, high = min(leaf[1:]) - 1, max(leaf[1:]) - 1
                        i = index[low, high]
                        cache[leaf] = Dual(self.evaluator.number(Fraction(values[i], self.env.scale)), {i: iv.mpf(1)})
                return cache[leaf]

            self.known[key] = self.evaluator.at(form, place).slope
        total = {}
        for i, x in self.known[key].items():
            total[pairs[i]] = total[pairs[i]] + x if pairs[i] in total else x
        return total

    def sign(self, condition, invariant):
        """The sign of a condition: exact where it is a polynomial, otherwise proved by an interval (0 where that
        cannot)."""
        exact = rational(condition, invariant)
        if exact is not None:
            return (exact > 0) - (exact < 0)
        value = self.evaluator.at(condition, lambda leaf: Dual(self.evaluator.number(invariant(leaf)))).value
        return 1 if value.a > 0 else -1 if value.b < 0 else 0

    def row(self, number, terms):
        """A feature's derivative by the dot products, summed over its tuples."""
        env, total = self.env, {}
        for t, term in enumerate(terms):
            for tau in product(*[[j for j in range(env.n) if env.species[j] == kind] for kind in term["species"]]):
                if term["distinct"] and len(set(tau)) < len(tau):
                    continue

                def invariant(leaf):
                    return Fraction(env.gram[tau[leaf[1] - 1]][tau[leaf[-1] - 1]], env.scale)

                signs = [self.sign(condition, invariant) for condition in term["inside"]]
                if 0 in signs or (
                    min(signs, default=1) > 0
                    and 0 in [self.sign(condition, invariant) for condition in term["regular"]]
                ):
                    raise Refuted(f"features[{number}]: a neighbour lies exactly where the form is not smooth")
                if min(signs, default=1) > 0:
                    for pair, x in self.gradient((number, t), term["form"], tau).items():
                        total[pair] = total[pair] + x if pair in total else x
        return total


def check_closed_forms(certificate):
    """The statements that a closed-form certificate proves, those of the certificate above it first.

    Raises
    ------
    Malformed, Refuted
        As `symsens.checker.exact.check`.
    """
    raw, certificate = certificate, read(CLOSED_FORM, certificate, "certificate")
    statements, above = check(raw["above"]), certificate["above"]
    env, nu, features = Environment(above), above["nu"], certificate["features"]
    l_max = above["descriptor"]["l_max"] if above["descriptor"] else None
    columns, rank, bits = certificate["pivot_columns"], len(certificate["pivot_columns"]), certificate["bits"]
    claims, bound = certificate["claims"], above["claims"]["rank"]
    if not 53 <= bits <= MAX_BITS:
        raise Refuted(f"bits: {bits} is outside 53..{MAX_BITS}")
    definitions, degrees = [], []
    for i, form in enumerate(certificate["definitions"]):
        definitions.append(places(form, definitions, certificate["constants"], f"definitions[{i}]"))
        degrees.append(degree(form, degrees))
    for i, constant in enumerate(certificate["constants"]):
        for matrix in filter(None, (constant["left"], constant["matrix"])):
            if any(len(row) != len(constant["matrix"]) for row in [matrix, *matrix]):
                raise Malformed(f"constants[{i}]: not a square matrix")
            if any(places(x, [], [], f"constants[{i}]") for row in matrix for x in row):
                raise Malformed(f"constants[{i}]: depends on the neighbours")
    for i, feature in enumerate(features):
        for term in feature["terms"]:
            order = len(term["species"])
            used = places(term["form"], definitions, certificate["constants"], f"features[{i}]")
            for condition in (*term["inside"], *term["regular"]):
                used |= places(condition, [], [], f"features[{i}].inside")
            if not 1 <= order <= nu or not used <= set(range(1, order + 1)):
                raise Refuted(
                    f"features[{i}]: a form of more neighbours than its {order} species, or of a higher order than "
                    f"nu = {nu}"
                )
            if l_max is not None and (
                order > 2 or degree(term["form"], degrees) > l_max or any(degree(c, degrees) for c in term["inside"])
            ):
                raise Refuted(f"features[{i}]: not a polynomial of degree <= l_max = {l_max} in d_12")
    if (
        sorted(set(columns)) != sorted(columns)
        or any(not 0 <= c < env.columns for c in columns)
        or len(features) < rank
    ):
        raise Refuted("pivot_columns: not as many different columns as features")
    inverse = certificate["left_inverse"]
    if len(inverse) != rank or any(len(row) != len(features) for row in inverse):
        raise Refuted(f"left_inverse: not {rank} x {len(features)}")

    forms = Forms(env, certificate)
    iv, number = forms.evaluator.iv, forms.evaluator.number
    block = []
    for i, feature in enumerate(features):
        row = forms.row(i, feature["terms"])
        block.append(
            [
                sum((x * env.dG[pair].get(c, 0) for pair, x in row.items()), iv.mpf(0)) / env.scale * env.length
                for c in columns
            ]
        )
    worst = 0
    for i, weights in enumerate(inverse):
        entries = [sum((number(w) * row[k] for w, row in zip(weights, block)), iv.mpf(0)) for k in range(rank)]
        defect = sum((abs((i == k) - x) for k, x in enumerate(entries)), iv.mpf(0))
        if not defect.b < 1:
            raise Refuted(f"left_inverse[{i}]: ||I - W J_c|| is not proved to be below 1")
        worst = max(worst, float(mp.mpf(defect.b)))
    if rank != bound and not (certificate["complete"] and rank == len(features)):
        raise Refuted(f"claims: the rank is at least {rank} and at most {bound}: not decided")
    proved = {"rank": rank, "nullity": env.columns - rank, "radial_truncation": bound - rank}
    for name, value in proved.items():
        if claims[name] != value:
            raise Refuted(f"claims: {name} is {value}, not {claims[name]}")
    limit = f"<= {bound} of the levels above" if rank == bound else f"<= {rank}, the number of features"
    return [
        *statements,
        f"rank J of {certificate['descriptor']} = {rank} of {env.columns}: >= by ||I - W J_c|| <= {worst:.2g} < 1 "
        f"in intervals of {bits} bits, {limit}",
    ]


def check_either(certificate):
    """`symsens.checker.exact.check` or `check_closed_forms`, by the schema."""
    closed = type(certificate) is dict and certificate.get("schema") == "symsens/closed-form-certificate/1"
    return check_closed_forms(certificate) if closed else check(certificate)
