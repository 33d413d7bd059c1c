"""Whether a comparison is true, in Fractions and straight from the definitions: backtracking over squared distances of
all atoms, and dictionaries of tuples. It shares no code with the search nor with the checker. Crystals are congruent
here if clusters about two of their atoms are, wider than their cells: enough for the small ones of the tests."""

from collections import Counter
from fractions import Fraction
from itertools import combinations, product
from math import ceil, floor

from flint import fmpq, fmpq_mat


class Points:
    """One side of a certificate: its atoms, the centre first where there is one, and squared distances."""

    def __init__(self, side):
        self.whole = side["centre"] is None
        self.species = [*([] if self.whole else [side["centre"]]), *side["species"]]
        positions = [] if self.whole else [["0", "0", "0"]]
        self.y = [[Fraction(c) for c in y] for y in [*positions, *side["positions"]]]
        self.metric = [[Fraction(c) for c in row] for row in side["metric"]]
        within = side.get("within") or {"lattice": [], "cutoff": None}
        self.lattice = [[Fraction(c) for c in a] for a in within["lattice"]]
        self.square = within["cutoff"] and Fraction(within["cutoff"]) ** 2
        self.squares = [[self.dot(self.minus(a, b), self.minus(a, b)) for b in self.y] for a in self.y]

    def near(self, centre, square):
        """(species, vector) of every atom and image within a squared distance of an atom, itself left out."""
        exact = lambda rows, size: fmpq_mat(
            len(rows), size, [fmpq(x.numerator, x.denominator) for r in rows for x in r]
        )
        rows, rank = exact(self.lattice, 3), len(self.lattice)
        lowered = rows * exact(self.metric, 3)
        dual = (lowered * rows.transpose()).inv() if rank else fmpq_mat(0, 0)
        reach = [(float(square) * float(Fraction(str(dual[i, i])))) ** 0.5 + 1 for i in range(rank)]
        found = []
        for species, y in zip(self.species, self.y):
            start = self.minus(y, self.y[centre])
            projected = dual * (lowered * exact([[x] for x in start], 1)) if rank else fmpq_mat(0, 1)
            middle = [-Fraction(str(projected[i, 0])) for i in range(rank)]
            for counts in product(*(range(floor(m) - ceil(k), ceil(m) + ceil(k) + 1) for m, k in zip(middle, reach))):
                v = [x + sum(c * a[i] for c, a in zip(counts, self.lattice)) for i, x in enumerate(start)]
                if any(v) and (square is None or self.dot(v, v) <= square):
                    found.append((species, v))
        return found

    def cluster(self, centre, square):
        """An atom and what is within a squared distance of it, as a side without a lattice."""
        near = self.near(centre, square)
        texts = lambda rows: [[str(c) for c in row] for row in rows]
        side = {"centre": self.species[centre], "species": [z for z, _ in near]}
        return Points({**side, "positions": texts(v for _, v in near), "metric": texts(self.metric)})

    def dot(self, a, b):
        return sum(self.metric[i][j] * a[i] * b[j] for i in range(3) for j in range(3))

    def minus(self, a, b):
        return [x - z for x, z in zip(a, b)]

    def volume(self, a, b, c, d):
        """Six times the oriented volume of four atoms: its sign is that in space, in a right-handed frame."""
        u, v, w = (self.minus(self.y[i], self.y[a]) for i in (b, c, d))
        return (
            u[0] * (v[1] * w[2] - v[2] * w[1]) + u[1] * (v[2] * w[0] - v[0] * w[2]) + u[2] * (v[0] * w[1] - v[1] * w[0])
        )

    def classes(self, centre, nu, chiral):
        """How many tuples of other atoms have each species, dot products and orientations about a centre."""
        if self.square is not None and self.whole:
            return self.cluster(centre, self.square).classes(0, nu, chiral)
        others = [a for a in range(len(self.y)) if a != centre]
        x = {a: self.minus(self.y[a], self.y[centre]) for a in others}
        dots = {(a, b): self.dot(x[a], x[b]) for a in others for b in others}
        found = Counter()
        for tau in product(others, repeat=nu):
            key = tuple(self.species[a] for a in tau), tuple(dots[a, b] for a in tau for b in tau)
            turn = tuple(sign(self.volume(centre, *abc)) for abc in combinations(tau, 3)) if chiral else ()
            found[self.species[centre], key, turn] += 1
        return found


def sign(x):
    return (x > 0) - (x < 0)


def oriented_alike(a, b, p):
    """Whether a map of atoms that keeps distances keeps orientation too, or may be made to."""
    for four in combinations(range(len(a.y)), 4):
        if volume := a.volume(*four):
            return sign(volume) == sign(b.volume(*(p[i] for i in four)))
    return True


def congruent(a, b, chiral):
    """Whether a bijection of the atoms, centre to centre, keeps species, distances, and orientation if asked."""
    if a.lattice or b.lattice:
        return crystals_congruent(a, b, chiral)
    if sorted(a.species) != sorted(b.species):
        return False

    def extend(p):
        j = len(p)
        if j == len(a.y):
            return not chiral or oriented_alike(a, b, p)
        places = [0] if j == 0 and not a.whole else set(range(len(b.y))) - set(p)
        return any(
            a.species[j] == b.species[k]
            and all(a.squares[i][j] == b.squares[image][k] for i, image in enumerate(p))
            and extend([*p, k])
            for k in places
        )

    return extend([])


def crystals_congruent(a, b, chiral):
    """Whether the cluster about an atom is congruent to one of the other crystal: within 1.6 of the shortest of the
    lattice vectors, which is quick, and then within 1.6 of the longest."""
    if len(a.lattice) != len(b.lattice):
        return False
    lengths = [points.dot(v, v) for points in (a, b) for v in points.lattice]
    return all(same_clusters(a, b, chiral, Fraction(64, 25) * square) for square in (min(lengths), max(lengths)))


def same_clusters(a, b, chiral, square):
    mine = a.cluster(0, square)
    return any(congruent(mine, b.cluster(k, square), chiral) for k in range(len(b.y)))


def equal(a, b, level, nu, chiral):
    """Whether features of order nu are equal, those of the species of the centres among them; per atom in crystals."""
    sides = []
    for points, others in ((a, len(b.y)), (b, len(a.y))):
        times = others if a.lattice or b.lattice else 1
        centres = range(len(points.y)) if points.whole else [0]
        each = [(points.species[c], points.classes(c, nu, chiral)) for c in centres] * times
        if level == "set":
            sides.append(Counter((z, frozenset(classes.items())) for z, classes in each))
        else:
            sides.append((Counter(z for z, _ in each), sum((classes for _, classes in each), Counter())))
    return sides[0] == sides[1]


def comparison_is_true(certificate):
    """Whether everything that a comparison claims is so."""
    a, b, chiral = Points(certificate["first"]), Points(certificate["second"]), certificate["group"] == "SO(3)"
    if congruent(a, b, chiral) != certificate["claims"]["congruent"]:
        return False
    for level in certificate["claims"]["levels"]:
        k, at = level["equal_up_to"], level["separated_at"]
        if k and not equal(a, b, level["name"], k, chiral):
            return False
        if at is not None and (at != k + 1 or equal(a, b, level["name"], at, chiral)):
            return False
    return True
