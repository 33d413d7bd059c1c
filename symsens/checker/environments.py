"""What a certificate is about: an environment whose hypotheses hold, and the displacements that are allowed.

Law: standard library only, exact numbers only. y_j are positions in a frame, M the metric, G_jk = y_j^T M y_k =
x_j.x_k, T the tie u -> (u_atom(j) - u_centre)_j. Positions and metric are scaled to integers, all at once: that
multiplies each row of a Jacobian by a constant and moves no null space.
"""

import hashlib
import json
from fractions import Fraction
from itertools import combinations
from math import comb, lcm

from symsens.checker.fields import QQ, Element, Field, sign, whole
from symsens.checker.limits import MAX_ENVIRONMENT, MAX_NEIGHBOURS, MAX_NU, MAX_SCALE_BITS, MAX_TUPLE_INVARIANTS
from symsens.checker.linear import apply, combine
from symsens.checker.refusals import Refuted

SHOWN, SHOWN_LENGTH = 4, 60  # positions that are printed, and the longest text of one that is


def bits_of(rows):
    """Bits of the longest number of a matrix, of its numerator and denominator together."""
    return max((x.numerator.bit_length() + x.denominator.bit_length() for row in rows for x in row), default=0)


def check_size(n, nu):
    """Nothing, or `Refuted` for an order or a number of neighbours beyond the limits."""
    invariants = n ** max(nu, 2) * comb(nu + 1, 2) if 1 <= nu <= MAX_NU and n <= MAX_NEIGHBOURS else None
    if invariants is None or invariants > MAX_TUPLE_INVARIANTS:
        raise Refuted(
            f"nu: {nu} with {n} neighbours is outside 1..{MAX_NU} with at most {MAX_NEIGHBOURS}, "
            f"or means over {MAX_TUPLE_INVARIANTS} invariants of tuples"
        )


def common_denominator(rows, where):
    """The least common denominator of a matrix, or `Refuted` for one that is too long."""
    unit = 1
    for row in rows:
        unit = lcm(unit, *(x.denominator for x in row))
        if unit.bit_length() > MAX_SCALE_BITS:
            raise Refuted(f"{where}: a common denominator of more than {MAX_SCALE_BITS} bits")
    return unit


def check_positions(positions, n):
    """Nothing, or `Refuted`: the neighbours are at different places, none of them the centre's."""
    places = set(map(tuple, positions))
    if len(positions) != n or len(places) != n or (0, 0, 0) in places:
        raise Refuted(f"environment.positions: not {n} different places off the centre, one for each of the species")


def check_metric(metric):
    """Nothing, or `Refuted`: the metric is symmetric and positive definite (Sylvester: its leading minors)."""
    (a, b, c), (b_, d, e), (c_, e_, f) = metric
    minors = (a, a * d - b * b, a * d * f + 2 * b * c * e - a * e * e - d * c * c - f * b * b)
    if (b, c, e) != (b_, c_, e_) or min(map(sign, minors)) <= 0:
        raise Refuted("environment.metric: not symmetric, or a leading minor is not positive")


class Environment:
    """An environment whose hypotheses hold: M positive definite, neighbours distinct and off the centre, the tie sound.

    In integers, or integers of the field: `gram` G = `scale` x_j.x_k, `lowered` M y_j, `image` the columns of T, `dG`
    the dG_jk T over the `columns`. Entries of `alike` are equal where those of `gram` are.
    """

    def __init__(self, certificate):
        data, self.nu = certificate["environment"], certificate["nu"]
        self.chiral = certificate["group"] == "SO(3)"
        self.data, self.species, self.positions, self.metric = data, data["species"], data["positions"], data["metric"]
        self.n, self.field = len(self.species), QQ if data["field"] == "QQ" else data["field"]
        check_size(self.n, self.nu)
        self.field.check()
        if self.field is not QQ:  # before anything is multiplied
            self.check_bits(2 * bits_of(self.positions) + bits_of(self.metric), 3 * (self.n + 1))
        check_positions(self.positions, self.n)
        check_metric(self.metric)
        unit = common_denominator(self.metric, "environment.metric")
        self.length = common_denominator(self.positions, "environment.positions")
        self.scale = unit * self.length**2
        self.points = [[whole(x * self.length) for x in y] for y in self.positions]
        self.lowered = [[whole(x * unit) for x in apply(self.metric, y)] for y in self.points]
        self.gram = [apply(self.points, y) for y in self.lowered]
        longest = max((g.bit_length() for row in self.gram for g in row), default=0)
        self.bits = longest + self.scale.bit_length() + self.field.growth
        classes = {}
        self.alike = [[classes.setdefault(g, len(classes)) for g in row] for row in self.gram]
        self.set_tie(certificate)
        self.check_bits(self.bits, self.columns)

    def check_bits(self, bits, columns):
        """Nothing, or `Refuted`: the work with numbers of so many bits is within the limit."""
        if bits * columns**2 * self.field.degree**3 > MAX_ENVIRONMENT:
            raise Refuted(f"environment: {self.n} neighbours with numbers of {bits} bits are too much to check")

    def set_tie(self, certificate):
        """The displacements, and the derivatives of the dot products by them."""
        tie, self.columns = read_tie(certificate)
        self.image = [{i: row[c] for i, row in enumerate(tie) if c in row} for c in range(self.columns)]
        ends = [tie[3 * j : 3 * j + 3] for j in range(self.n)]
        self.dG = {}
        for k in range(self.n):
            for j in range(k + 1):
                self.dG[j, k] = combine([*zip(ends[j], self.lowered[k]), *zip(ends[k], self.lowered[j])])
        if self.chiral and self.nu > 2:
            for j, k, l in combinations(range(self.n), 3):
                turns = (j, k, l), (k, l, j), (l, j, k)
                self.dG[j, k, l] = combine(part for i, a, b in turns for part in zip(ends[i], self.cross(a, b)))

    def cross(self, j, k):
        """y_j x y_k in the integers of the frame: the derivative of a triple product by the third of its vectors."""
        (a, b, c), (d, e, f) = self.points[j], self.points[k]
        return b * f - c * e, c * d - a * f, a * e - b * d

    def dot(self, j, k):
        """x_j . x_k."""
        return self.gram[j][k] * Fraction(1, self.scale)

    def triple(self, j, k, l):
        """det(y_j, y_k, y_l) in the integers of the frame: the triple product, but for a constant."""
        return sum(x * y for x, y in zip(self.cross(j, k), self.points[l]))


def read_tie(certificate):
    """The rows of T and their number of columns: the variables are the tied atoms, each of one species."""
    data, variables, all_atoms = certificate["environment"], certificate["variables"], certificate["vary"] == "atoms"
    tie, n = data["tie"], len(data["species"])
    if (tie is not None, variables is not None) != (all_atoms, all_atoms):
        raise Refuted('vary: environment.tie and variables go with "atoms", and only with it')
    if not all_atoms:
        return [{i: 1} for i in range(3 * n)], 3 * n
    centre, atoms = tie["centre"], tie["atoms"]
    kinds = {(centre, data["centre"]), *zip(atoms, data["species"])}
    if len(atoms) != n or min(kinds)[0] < 0 or len(kinds) != len(dict(kinds)):
        raise Refuted(f"environment.tie: not {n} indices >= 0, one for each neighbour and each of one species")
    if variables != sorted(dict(kinds)):
        raise Refuted("variables: not the atoms of environment.tie in ascending order")
    first = {atom: 3 * i for i, atom in enumerate(variables)}
    rows = []
    for atom in atoms:
        moves = atom != centre  # an image of the centre itself never moves with respect to it
        rows += [{first[atom] + c: 1, first[centre] + c: -1} if moves else {} for c in range(3)]
    return rows, 3 * len(first)


# What is printed of it.


def counted(species):
    """How many of each species: "C 1, H 4"."""
    return ", ".join(f"{kind} {species.count(kind)}" for kind in sorted(set(species))) or "none"


def digest(data):
    """SHA-256 of an environment as canonical JSON: keys sorted, no spaces, numbers p/q in lowest terms, hexadecimal.

    A number of a field is the list of its d coefficients.
    """

    def plain(value):
        if type(value) is Field:
            value = value.document()
        if type(value) is Element:
            value = value.coefficients()
        if type(value) is dict:
            return {key: plain(part) for key, part in value.items()}
        if type(value) is list:
            return [plain(part) for part in value]
        return f"{value.numerator:x}/{value.denominator:x}" if hasattr(value, "denominator") else value

    text = json.dumps(plain(data), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def short(numbers):
    """Numbers as "(1, -1/2, 0)", or "(long)" where that is no short text."""
    bits = bits_of([numbers])
    text = f"({', '.join(map(str, numbers))})" if bits < 4 * SHOWN_LENGTH else ""
    return text if 0 < len(text) <= SHOWN_LENGTH else "(long)"


def first_of(texts):
    """The first few texts."""
    return ", ".join(texts[:SHOWN]) + (", ..." if len(texts) > SHOWN else "")


def describe(env):
    """One line: species, positions, metric and digest of an environment."""
    kinds = counted(env.species)
    kinds = kinds if len(kinds) <= 5 * SHOWN_LENGTH else f"{len(set(env.species))} species"
    at = first_of(
        [f"{kind} {short(y)}" for kind, y in zip(env.species[:SHOWN], env.positions)] + [""] * (env.n - SHOWN)
    )
    identity = env.metric == [[int(a == b) for b in range(3)] for a in range(3)]
    metric = "the identity" if identity else " ".join(map(short, env.metric))
    what = f"an environment over {env.field.name} of {env.n} neighbours ({kinds})"
    return f"{what} of a centre {env.data['centre']}: {at or 'none'}; metric {metric}; SHA-256 {digest(env.data)}"


def describe_displacements(env, variables):
    """One line: which coordinates move."""
    if variables is None:
        return f"{env.columns} displacements: the neighbours move, each by itself, and the centre is fixed"
    tie = env.data["tie"]
    atoms, images = first_of(list(map(str, variables))), first_of(list(map(str, tie["atoms"])))
    return (
        f"{env.columns} displacements of the atoms {atoms}: the centre is atom {tie['centre']} and moves, the "
        f"neighbours are atoms {images or 'none'}, images of one atom move together"
    )
