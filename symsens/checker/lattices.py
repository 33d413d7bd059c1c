"""A whole structure whose hypotheses hold, the neighbours of each atom, and the sides between them.

Law: the standard library only, exact numbers only. y_i are positions in a frame, M the metric, L the lattice; positions
and lattice are scaled to integers, and the metric. A side is (j, k, c): from atom j to atom k shifted by the lattice
vector with the coefficients c; of the two ways to name it the lesser one. A neighbour is (atom, coefficients), those of
one centre in ascending order.

Lemma images: a lattice vector within R of a point has coefficients within R times the length of the dual vectors.
"""

from collections import Counter
from fractions import Fraction
from itertools import product
from math import ceil, comb, floor, isqrt, prod

from symsens.checker.environments import bits_of, check_metric, common_denominator, counted, digest, first_of, short
from symsens.checker.fields import QQ, sign, whole
from symsens.checker.limits import MAX_ENVIRONMENT, MAX_IMAGES, MAX_NEIGHBOURS, MAX_NU, MAX_TUPLE_INVARIANTS
from symsens.checker.linear import apply
from symsens.checker.refusals import Refuted


def dot(a, b):
    """sum a_i b_i."""
    return sum(x * y for x, y in zip(a, b))


def determinant(matrix):
    """Of a square matrix, by its first row; 1 of an empty one."""
    if not matrix:
        return 1
    minor = lambda c: [[*row[:c], *row[c + 1 :]] for row in matrix[1:]]
    return sum((-1) ** c * x * determinant(minor(c)) for c, x in enumerate(matrix[0]))


def inverse(matrix):
    """Of a regular symmetric matrix, by its cofactors."""
    size, whole = range(len(matrix)), determinant(matrix)
    minor = lambda i, j: [[x for c, x in enumerate(row) if c != j] for r, row in enumerate(matrix) if r != i]
    return [[(-1) ** (i + j) * determinant(minor(i, j)) * Fraction(1, whole) for j in size] for i in size]


def moved(y, vectors, counts):
    """y + sum of counts_i vectors_i."""
    return [x + sum(c * v[i] for c, v in zip(counts, vectors)) for i, x in enumerate(y)]


class Structure:
    """Atoms at different places modulo a lattice of at most three independent vectors, M positive definite.

    In integers: `points` and `cell`, in units of 1 / `length`, and the metric `whole`; squared lengths are in units of
    1 / `scale`. `coordinates` are the coefficients of the lattice vectors in the projection of each atom on to their
    span, `flat` what is left of it, `around` the neighbours of each atom, `image` the columns of the identity, `dG`
    half the derivatives of squared sides (none until they are asked for).
    """

    chiral = False

    def __init__(self, certificate):
        data, self.nu = certificate["structure"], certificate["nu"]
        self.data, self.species, self.positions, self.metric = data, data["species"], data["positions"], data["metric"]
        self.n, self.columns = len(self.species), 3 * len(self.species)
        self.field = QQ if data["field"] == "QQ" else data["field"]
        if not 1 <= self.n <= MAX_NEIGHBOURS or len(self.positions) != self.n or not 1 <= self.nu <= MAX_NU:
            raise Refuted(f"structure: not 1 to {MAX_NEIGHBOURS} atoms, a position for each, nu 1 to {MAX_NU}")
        self.field.check()
        self.set_units()
        self.set_lattice()
        self.around = [self.neighbours(i) for i in range(self.n)]
        invariants = sum(len(near) ** max(self.nu, 2) for near in self.around) * comb(self.nu + 1, 2)
        if invariants > MAX_TUPLE_INVARIANTS or max(map(len, self.around)) > MAX_NEIGHBOURS:
            raise Refuted(
                f"structure: over {MAX_TUPLE_INVARIANTS} invariants of tuples, or {MAX_NEIGHBOURS} neighbours"
            )
        self.image, self.dG, self.lengths = [{c: 1} for c in range(self.columns)], {}, {}

    def set_units(self):
        """Positions, lattice and metric in integers, or integers of the field."""
        data = self.data
        if data["lattice"] and self.field is not QQ:
            raise Refuted(f"structure.lattice: of crystals numbers of QQ are read only, not of {self.field.name}")
        if len(data["lattice"]) > 3 or (data["cutoff"] is None and data["lattice"]):
            raise Refuted("structure: more than three lattice vectors, or a lattice without a cutoff")
        bits = 2 * bits_of([*self.positions, *data["lattice"]]) + bits_of(self.metric) + self.field.growth
        if bits * self.columns**2 * self.field.degree**3 > MAX_ENVIRONMENT:  # before anything is multiplied
            raise Refuted(f"structure: {self.n} atoms with numbers of {bits} bits are too much to check")
        check_metric(self.metric)
        if data["cutoff"] is not None and sign(data["cutoff"]) <= 0:
            raise Refuted("structure.cutoff: not positive")
        self.length = common_denominator([*self.positions, *data["lattice"]], "structure.positions")
        unit = common_denominator(self.metric, "structure.metric")
        self.scale = unit * self.length**2
        self.points = [[whole(x * self.length) for x in y] for y in self.positions]
        self.cell = [[whole(x * self.length) for x in a] for a in data["lattice"]]
        self.whole = [[whole(x * unit) for x in row] for row in self.metric]
        longest = max(x.bit_length() for y in [*self.points, *self.cell, *self.whole] for x in y)
        if (4 * longest + self.scale.bit_length()) * self.columns**2 * self.field.degree**3 > MAX_ENVIRONMENT:
            raise Refuted(f"structure: {self.n} atoms with numbers of {longest} bits are too much to check")

    def set_lattice(self):
        """The dual of the lattice; the atoms are at different places modulo it."""
        lowered = [apply(self.whole, a) for a in self.cell]
        gram = [[dot(a, w) for a in self.cell] for w in lowered]
        if determinant(gram) == 0:
            raise Refuted("structure.lattice: the vectors are dependent")
        weights = inverse(gram)
        self.squares = [row[i] for i, row in enumerate(weights)]
        duals = [[dot(row, column) for column in zip(*lowered)] for row in weights]
        self.coordinates = [[dot(dual, y) for dual in duals] for y in self.points]
        self.flat = [moved(y, self.cell, [-c for c in f]) for y, f in zip(self.points, self.coordinates)]
        self.places = {self.place(i): i for i in range(self.n)}
        if len(self.places) != self.n:
            raise Refuted("structure.positions: two atoms, or an atom and an image of another one, are at one place")
        self.tried = 0

    def place(self, i):
        """What of the place of atom i the lattice does not change: the fractions of its coordinates, and the rest."""
        return (*(f - floor(f) for f in self.coordinates[i]), *self.flat[i])

    def square(self, vector):
        """The squared length of a vector, in units of 1 / scale."""
        return dot(vector, apply(self.whole, vector))

    def images(self, start, offsets, limit):
        """(coefficients c, start + c) for every such point within `limit`, and for others (Lemma images).

        `offsets` are the coordinates of the start; the limit is of squared lengths in units of 1 / scale.
        """
        ranges = []
        for offset, square in zip(offsets, self.squares):
            reach = Fraction(isqrt(ceil(square * limit * 10**6)) + 1, 1000)
            ranges.append(range(ceil(-offset - reach), floor(-offset + reach) + 1))
        self.tried += prod(r.stop - r.start for r in ranges)
        if self.tried > MAX_IMAGES:
            raise Refuted(f"structure: more than {MAX_IMAGES} images of atoms lie near the cutoff")
        return [(counts, moved(start, self.cell, counts)) for counts in product(*ranges)]

    def neighbours(self, centre):
        """The atoms and images within the cutoff of an atom, itself left out, in ascending order."""
        cutoff, found = self.data["cutoff"], []
        limit = None if cutoff is None else cutoff**2 * self.scale
        for j, y in enumerate(self.points):
            start = [a - b for a, b in zip(y, self.points[centre])]
            offsets = [a - b for a, b in zip(self.coordinates[j], self.coordinates[centre])]
            near = [((), start)] if limit is None else self.images(start, offsets, limit)
            found += [(j, c) for c, v in near if any(v) and (limit is None or sign(limit - self.square(v)) >= 0)]
        return found

    def side(self, a, b):
        """The side from one neighbour to another, by the lesser of its two names; None from one to itself."""
        (j, c), (k, d) = a, b
        if a == b:
            return None
        forth = (j, k, tuple(y - x for x, y in zip(c, d)))
        return min(forth, (k, j, tuple(x - y for x, y in zip(c, d))))

    def vector(self, side):
        """From the first atom of a side to the second."""
        j, k, counts = side
        return moved([b - a for a, b in zip(self.points[j], self.points[k])], self.cell, counts)

    def distance(self, side):
        """The squared length of a side."""
        if side not in self.lengths:
            self.lengths[side] = self.square(self.vector(side))
        return self.lengths[side]

    def slope(self, side):
        """Half the derivative of the squared length of a side by the displacements, sparse; 0 between images of one
        atom."""
        j, k, _ = side
        if j == k:
            return {}
        lowered = apply(self.whole, self.vector(side))
        return {3 * j + c: -x for c, x in enumerate(lowered)} | {3 * k + c: x for c, x in enumerate(lowered)}


def describe(env):
    """One line: atoms, lattice, cutoff, metric and digest of a structure."""
    kinds, lattice = counted(env.species), " ".join(map(short, env.data["lattice"])) or "none"
    kinds = kinds if len(kinds) <= 300 else f"{len(set(env.species))} species"
    at = first_of([f"{kind} {short(y)}" for kind, y in zip(env.species, env.positions)])
    return (
        f"a structure over {env.field.name} of {env.n} atoms ({kinds}): {at}; lattice {lattice}; metric "
        f"{' '.join(map(short, env.metric))}; SHA-256 {digest(env.data)}"
    )


def describe_neighbours(env):
    """One line: how many neighbours the atoms have."""
    sizes = Counter(map(len, env.around))
    if env.data["cutoff"] is None:
        return f"the neighbours of each of the {env.n} atoms are all others"
    listed = first_of([f"{size} each of {count} atoms" for size, count in sorted(sizes.items())])
    return f"neighbours within the cutoff {short([env.data['cutoff']])}, of all images: {listed}"
