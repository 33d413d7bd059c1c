"""A one-parameter family of environments as a certificate gives it: its shape, its dot products, its Jacobian.

Law: the standard library only, exact numbers only. The family is rewritten as numerators over one denominator; its dot
products, their differences and the minors of D_nu are computed anew as polynomials in t.
"""

from dataclasses import dataclass
from functools import cached_property, partial
from itertools import combinations
from types import SimpleNamespace

from symsens.checker import fields
from symsens.checker.curves import count_roots, determinant, dot, interpolated, minus, value, without
from symsens.checker.environments import bits_of, check_metric, check_size
from symsens.checker.limits import MAX_CURVE_BITS, MAX_CURVE_DEGREE, MAX_CURVE_WORK, MAX_POINTS
from symsens.checker.linear import combine
from symsens.checker.matrices import basis_free
from symsens.checker.refusals import Malformed, Refuted
from symsens.checker.shapes import (
    LEVELS,
    LOCUS_SCHEMA,
    bounded,
    matrix_of,
    number_of,
    read,
    read_exact,
    read_field,
    read_labels,
    read_number,
    read_species,
)

STEPS = LEVELS[:3]
MINOR = {"rows": [([int], [int])], "columns": [int]}


def read_member(value, where):
    """A value of t, in the field of the certificate of the environment there, and that certificate."""
    certificate = read_exact(value.get("certificate") if type(value) is dict else None, f"{where}.certificate")
    field = certificate["environment"]["field"]
    number = number_of(None if field == "QQ" else field)
    return read({"t": number, "certificate": lambda *_: certificate}, value, where)


def read_point(polynomial, value, where):
    """A member with its polynomial and its interval."""
    own = {"polynomial": polynomial, "interval": (read_number, read_number)}
    if type(value) is not dict or not value.keys() >= own.keys():
        raise Malformed(f"{where}: expected an object with the keys polynomial, interval, t, certificate")
    found = {key: read(shape, value[key], f"{where}.{key}") for key, shape in own.items()}
    return found | read_member({key: part for key, part in value.items() if key not in own}, where)


def shape_of(field):
    """The shape of a certificate over a field, None for QQ."""
    number = number_of(field)
    return {
        "schema": {LOCUS_SCHEMA},
        "family": {
            "field": {"QQ"} if field is None else lambda *_: field,
            "centre": read_species,
            "species": [read_species],
            "metric": matrix_of(number),
            "numerators": [([number],) * 3],
            "denominator": [number],
        },
        "interval": (read_number, read_number),
        "nu": int,
        "generic": read_member,
        "minors": [MINOR],
        "regular": [MINOR | {"polynomial": [number]}],
        "points": [partial(read_point, [number])],
        "open": [[number]],
        "claims": {"rank": int, "points": int, "open": int, "filtration": dict.fromkeys(STEPS, int)},
        "labels": read_labels,
    }


def read_certificate(value, where):
    """A certificate of a family."""
    bounded(value, where)
    family = value.get("family") if type(value) is dict else None
    field = family.get("field") if type(family) is dict else None
    field = read_field(field, f"{where}.family.field") if type(field) is dict else None
    return read(shape_of(field), value, where)


@dataclass
class LocusProof:
    """A family whose size is within the limits, and what has been proved of it so far.

    In `lowered` and `gram` is the metric times the numerators, and the products of these with the numerators. `rank` is
    that for almost all t.
    """

    certificate: dict
    rank: int = 0
    work: int = 0

    def __post_init__(self):
        check_size(self.n, self.nu)
        self.field.check()
        self.check_numbers()
        check_metric(self.family["metric"])
        if len(self.family["numerators"]) != self.n or not self.n:
            raise Refuted("family: not one position for each of the species, or none")
        if self.low >= self.high:
            raise Refuted("interval: empty")
        longest = max(len(f) for y in self.family["numerators"] for f in y)
        self.spend(4 * self.n**2 * longest**2)
        if max(len(self.certificate[name]) for name in ("minors", "regular", "points", "open")) > MAX_POINTS:
            raise Refuted(f"certificate: a list of more than {MAX_POINTS}")

    def check_numbers(self):
        """Nothing, or `Refuted`: the polynomials are within the limits, the last coefficient of each is not 0."""
        family, certificate = self.family, self.certificate
        polynomials = [[1], family["denominator"], *(f for y in family["numerators"] for f in y), *certificate["open"]]
        polynomials += [part["polynomial"] for name in ("points", "regular") for part in certificate[name]]
        if max(map(len, polynomials)) > MAX_CURVE_DEGREE + 1 or not family["denominator"]:
            raise Refuted(f"family: a degree above {MAX_CURVE_DEGREE}, or no denominator")
        if not all(f[-1] for f in polynomials if f):
            raise Refuted("family: a polynomial whose last coefficient is 0")
        if bits_of([*polynomials, *family["metric"], certificate["interval"]]) > MAX_CURVE_BITS:
            raise Refuted(f"family: a number of more than {MAX_CURVE_BITS} bits")

    def spend(self, amount):
        """Nothing, or `Refuted` for more work than is allowed."""
        growth = 1 + self.bits * self.rank // 512 if self.rank else 1
        self.work += amount * self.field.degree**2 * growth
        if self.work > MAX_CURVE_WORK:
            raise Refuted(f"certificate: more than {MAX_CURVE_WORK} operations with coefficients are needed")

    @property
    def env(self):
        """What has the field."""
        return self

    @property
    def family(self):
        """The family as it is given."""
        return self.certificate["family"]

    @property
    def field(self):
        """K."""
        return fields.QQ if self.family["field"] == "QQ" else self.family["field"]

    @property
    def n(self):
        """The number of neighbours."""
        return len(self.family["species"])

    @property
    def nu(self):
        """The order."""
        return self.certificate["nu"]

    @property
    def low(self):
        """The lower end of the interval."""
        return self.certificate["interval"][0]

    @property
    def high(self):
        """The upper end of the interval."""
        return self.certificate["interval"][1]

    @cached_property
    def numerators(self):
        """n x 3 polynomials."""
        return [[tuple(f) for f in y] for y in self.family["numerators"]]

    @cached_property
    def lowered(self):
        """M y_j."""
        rows = [[(x,) if x else () for x in row] for row in self.family["metric"]]
        return [[dot(row, y) for row in rows] for y in self.numerators]

    @cached_property
    def gram(self):
        """y_j^T M y_k."""
        return [[dot(u, v) for v in self.numerators] for u in self.lowered]

    @cached_property
    def degree(self):
        """Of the entries of the Jacobian, at most."""
        return max(len(f) for u in self.lowered for f in u) - 1

    @cached_property
    def bits(self):
        """Of the coefficients of the entries of the Jacobian, with room for values at small integers."""
        return bits_of(f for u in self.lowered for f in u) + 8 * self.degree

    # Patterns.

    def pattern(self, gram):
        """The coincidences of dot products that are equal as given."""
        classes = {}
        alike = [[classes.setdefault(g, len(classes)) for g in row] for row in gram]
        return SimpleNamespace(n=self.n, nu=self.nu, chiral=False, species=self.family["species"], alike=alike)

    def differences(self, gram):
        """Where none of these is 0, no labels of pairs are equal but those that are equal as given (Lemma family)."""
        species, found = self.family["species"], {}
        for j, k in combinations(range(self.n), 2):
            if species[j] == species[k] and gram[j][j] != gram[k][k]:
                yield minus(gram[j][j], gram[k][k])
        for j, k in combinations(range(self.n), 2):
            shells = frozenset([(species[j], gram[j][j]), (species[k], gram[k][k])])
            found.setdefault(shells, set()).add(gram[j][k])
        for values in found.values():
            for f, g in combinations(values, 2):
                self.spend(len(f) + len(g) + 1)
                yield minus(f, g)

    # The Jacobian.

    def row(self, weights, lowered):
        """A row of the Jacobian, given the numbers M y_j at some t."""
        ends = ((j, k, x) for (j, k), x in weights.items())
        sides = ((a, b, x) for j, k, x in ends for a, b in ((j, k), (k, j)))
        return combine(({3 * a + c: g for c, g in enumerate(lowered[b])}, x) for a, b, x in sides)

    def at(self, t):
        """M y_j at an integer."""
        return [[value(f, t) for f in u] for u in self.lowered]

    def minor(self, given, pattern, where):
        """The determinant of rows and columns as a polynomial, by its values at more integers than its degree."""
        self.spend(self.n**self.nu * self.nu**2)
        rows, columns, matrix = given["rows"], given["columns"], basis_free(pattern)
        if len(rows) != self.rank or len(columns) != self.rank or not set(columns) <= set(range(3 * self.n)):
            raise Refuted(f"{where}: not {self.rank} rows and columns of the Jacobian")
        if not all(map(matrix.valid, rows)):
            raise Refuted(f"{where}.rows: the matrix has no such row")
        weights, count = list(map(matrix.row, rows)), self.rank * self.degree + 1
        self.spend(count * (self.rank**3 + 6 * sum(map(len, weights))))
        values = []
        for t in range(count):
            lowered = self.at(t)
            table = (self.row(row, lowered) for row in weights)
            values.append(determinant(self.field, [[row.get(c, 0) for c in columns] for row in table]))
        return interpolated(values)

    def check_rank_elsewhere(self):
        """Nothing, or `Refuted`: the rank is not above the one claimed, by its values at more integers than the degree
        of any larger minor."""
        matrix = basis_free(self.pattern(self.gram))
        weights = {frozenset(matrix.row(label).items()) for label in matrix.labels}
        count = (self.rank + 1) * self.degree + 1
        self.spend(count * len(weights) * (self.rank + 1) * 3 * self.n)
        for t in range(count):
            lowered = self.at(t)
            if fields.rank(self.field, (self.row(dict(row), lowered) for row in weights)) > self.rank:
                raise Refuted(f"generic: the rank at t = {t} is above {self.rank}")

    def check_listed(self, f, divisors, what):
        """Nothing, or `Refuted`: all roots in the interval of f, not 0, are roots of the divisors."""
        self.spend(len(f) ** 2 + len(f) * sum(map(len, divisors)))
        if count_roots(self.field, without(self.field, f, divisors), self.low, self.high):
            raise Refuted(f"{what} has a root in the interval that is not listed")
