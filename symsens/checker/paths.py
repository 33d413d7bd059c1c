"""A path of environments, polynomial in t: singular values of the Jacobian that grow at least like t, all along it.

Law: the standard library only, exact numbers only. J is evaluated exactly at so many whole numbers t that its minors,
polynomials whose degrees are bounded, are known; that one is positive on an interval is seen by Bernstein's
coefficients.

Lemma path: where det(A)^2 > c^2 t^2 ||adj A||^2 for a square part A of J, J has so many singular values above c t.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import comb

from symsens.checker.environments import Environment, counted
from symsens.checker.exact import state
from symsens.checker.identities import POSITIONS, digest
from symsens.checker.limits import (
    MAX_FAMILY_BITS,
    MAX_FAMILY_PRODUCTS,
    MAX_HALVINGS,
    MAX_MATRIX,
    MAX_PATH,
    MAX_PATH_DEGREE,
)
from symsens.checker.linear import combine
from symsens.checker.matrices import check_features, degree, jacobian
from symsens.checker.multivariate import Work
from symsens.checker.refusals import Refuted
from symsens.checker.shapes import PATH_SCHEMA, TERM, bounded, read, read_generator, read_labels, read_species

PATH = {
    "schema": {PATH_SCHEMA},
    "parameters": (read_generator,),
    "nu": int,
    "centre": read_species,
    "species": [read_species],
    "positions": POSITIONS,
    "features": [{"species": [read_species], "terms": [TERM]}],
    "columns": [int],
    "end": Fraction,
    "slope": Fraction,
    "labels": read_labels,
}
IDENTITY = [[Fraction(int(a == b)) for b in range(3)] for a in range(3)]


def read_certificate(value, where):
    """A certificate of a path."""
    bounded(value, where)
    return read(PATH, value, where)


@dataclass
class PathProof:
    """A path whose shape is sound.

    Attributes
    ----------
    degree : of det(A)^2 and of t^2 ||adj A||^2 in t, at most.
    """

    certificate: dict
    degree: int = 0

    def __post_init__(self):
        self.check_shape()
        self.check_sizes()

    def check_shape(self):
        """Nothing, or `Refuted`: positions, columns and features go together, and the ends are positive."""
        data = self.certificate
        n, features, columns = len(data["species"]), data["features"], data["columns"]
        check_features(features, None, data["nu"])
        if len(data["positions"]) != n or any(len(a) != 1 for y in data["positions"] for f in y for a in f):
            raise Refuted("positions: not as many as species, or not polynomials in one parameter")
        if len(set(columns)) != len(columns) or not all(0 <= c < 3 * n for c in columns):
            raise Refuted(f"columns: not different ones of {3 * n}")
        if not 0 < len(columns) == len(features) <= MAX_MATRIX:
            raise Refuted(f"columns, features: not equally many, or not 1 to {MAX_MATRIX}")
        if any(max(x.numerator.bit_length(), x.denominator.bit_length()) > MAX_FAMILY_BITS for x in self.ends):
            raise Refuted(f"end, slope: of over {MAX_FAMILY_BITS} bits")
        if min(self.ends) <= 0:
            raise Refuted("end, slope: not positive")

    def check_sizes(self):
        """Nothing, or `Refuted`: degrees, and terms of tuples, are within the limits."""
        data = self.certificate
        n, features = len(data["species"]), data["features"]
        largest = max((a[0] for y in data["positions"] for f in y for a in f), default=0)
        self.degree = 2 + 2 * largest * sum(2 * degree(feature) for feature in features)
        if self.degree > MAX_PATH_DEGREE:
            raise Refuted(f"features: minors of degree {self.degree}, over {MAX_PATH_DEGREE}")
        terms = sum((1 + len(feature["terms"])) * n ** len(feature["species"]) for feature in features)
        if terms * self.degree > MAX_FAMILY_PRODUCTS:
            raise Refuted(f"features: over {MAX_FAMILY_PRODUCTS} terms of tuples along the path")

    @property
    def ends(self):
        """T, and c."""
        return self.certificate["end"], self.certificate["slope"]

    def block(self, t):
        """A at t: the columns chosen of the Jacobian of the features."""
        data, work = self.certificate, Work()
        places = [[work.value_at(f, [t]) for f in y] for y in data["positions"]]
        about = {"centre": data["centre"], "species": data["species"], "positions": places}
        about |= {"field": "QQ", "metric": IDENTITY, "tie": None}
        moving = {"group": None, "vary": "neighbours", "variables": None}
        env = Environment({"environment": about, "nu": data["nu"], **moving})
        matrix, rows = jacobian(env, data["features"]), []
        for i, feature in enumerate(data["features"]):
            row = combine((env.dG[pair], x) for pair, x in matrix.row(i).items())
            unit = Fraction(env.length, env.scale ** degree(feature))
            rows.append([row[c] * unit for c in data["columns"]])
        bits = max(x.numerator.bit_length() + x.denominator.bit_length() for row in rows for x in row)
        if bits * len(rows) ** 3 * self.degree > MAX_PATH:
            raise Refuted(f"features: numbers of {bits} bits in {len(rows)} rows are too much to check")
        return rows


def inverse(rows):
    """(determinant, sum of the squares of the entries of the inverse) of a square matrix; None for a singular one."""
    size, whole = len(rows), Fraction(1)
    rest = [[*row, *(Fraction(int(i == j)) for j in range(size))] for i, row in enumerate(rows)]
    for c in range(size):
        pivot = next((i for i in range(c, size) if rest[i][c]), None)
        if pivot is None:
            return None
        whole *= rest[pivot][c] if pivot == c else -rest[pivot][c]
        rest[c], rest[pivot] = rest[pivot], rest[c]
        lead = rest[c] = [x * Fraction(1, rest[c][c]) for x in rest[c]]
        for i in range(size):
            if i != c and rest[i][c]:
                factor = rest[i][c]
                rest[i] = [x - factor * y for x, y in zip(rest[i], lead)]
    return whole, sum(x * x for row in rest for x in row[size:])


def interpolated(nodes, values):
    """Coefficients, of 1, t, t^2, ..., of the polynomial of least degree with these values (Newton)."""
    table, polynomial = list(values), []
    for step in range(1, len(nodes)):
        for i in range(len(nodes) - 1, step - 1, -1):
            table[i] = (table[i] - table[i - 1]) * Fraction(1, nodes[i] - nodes[i - step])
    for node, top in zip(reversed(nodes), reversed(table)):
        polynomial = [top, *polynomial] if not polynomial else times_linear(polynomial, node, top)
    return polynomial


def times_linear(polynomial, node, more):
    """(t - node) times a polynomial, and a number more."""
    shifted = [Fraction(0), *polynomial]
    for i, x in enumerate(polynomial):
        shifted[i] -= node * x
    shifted[0] += more
    return shifted


def positive(polynomial, end):
    """Whether a polynomial is seen to be positive on [0, end]: Bernstein's coefficients, of halves where needed."""
    n = len(polynomial) - 1
    scaled = [x * end**i * Fraction(1, comb(n, i)) for i, x in enumerate(polynomial)]
    waiting = [[sum(comb(k, i) * scaled[i] for i in range(k + 1)) for k in range(n + 1)]]
    for _ in range(MAX_HALVINGS):
        if not waiting:
            return True
        part = waiting.pop()
        if min(part) > 0:
            continue
        if part[0] <= 0 or part[-1] <= 0:
            return False
        waiting += halves(part)
    return not waiting


def halves(part):
    """Bernstein's coefficients on either half (de Casteljau)."""
    left, right = [part[0]], [part[-1]]
    while len(part) > 1:
        part = [(a + b) * Fraction(1, 2) for a, b in zip(part, part[1:])]
        left.append(part[0])
        right.append(part[-1])
    return left, right[::-1]


def prove_path(proof):
    """The hypotheses were checked when the path was made."""
    data = proof.certificate
    return (
        f"environments of {len(data['species'])} neighbours ({counted(data['species'])}) of a centre {data['centre']}, "
        f"Cartesian, whose positions are polynomials in {data['parameters'][0]}; "
        f"SHA-256 {digest(data | {'partner': None})}"
    )


def prove_bound(proof):
    """det(A)^2 - c^2 t^2 ||adj A||^2 is positive on ]0, T], a power of t left out (Lemma path)."""
    end, slope = proof.ends
    nodes, values, t = [], [], 0
    while len(nodes) <= proof.degree:
        t += 1
        if t > 3 * proof.degree + 3:
            raise Refuted("features: the block of the columns is singular at too many t")
        if found := inverse(proof.block(Fraction(t))):
            determinant, square = found
            nodes.append(t)
            values.append(determinant**2 * (1 - slope**2 * t**2 * square))
    polynomial = interpolated(nodes, values)
    power = next((i for i, x in enumerate(polynomial) if x), len(polynomial))
    if not positive(polynomial[power:] or [Fraction(0)], end):
        raise Refuted("slope: det(A)^2 > c^2 t^2 |adj A|^2 is not seen all along")
    name, rank = proof.certificate["parameters"][0], len(proof.certificate["columns"])
    return (
        f"for 0 < {name} <= {end} the Jacobian of the {rank} polynomial features given, and of any among which they "
        f"are, has {rank} singular values above {slope} {name}: so rank D_{proof.certificate['nu']} >= {rank} there"
    )


RULES = {"path": prove_path, "path-bound": prove_bound}


def prove(certificate):
    """The statements that a certificate of a path proves, and the proof."""
    proof = PathProof(certificate)
    return [state(RULES, name, proof) for name in RULES], proof
