"""Whether a comparison is true, in Fractions and straight from the definitions: backtracking over squared distances of
all atoms, and dictionaries of tuples. It shares no code with the search nor with the checker."""

from collections import Counter
from fractions import Fraction
from itertools import combinations, product


class Points:
    """One side of a certificate: its atoms, the centre first where there is one, and squared distances."""

    def __init__(self, side):
        self.whole = side["centre"] is None
        self.species = [*([] if self.whole else [side["centre"]]), *side["species"]]
        positions = [] if self.whole else [["0", "0", "0"]]
        self.y = [[Fraction(c) for c in y] for y in [*positions, *side["positions"]]]
        self.metric = [[Fraction(c) for c in row] for row in side["metric"]]
        self.squares = [[self.dot(self.minus(a, b), self.minus(a, b)) for b in self.y] for a in self.y]

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


def equal(a, b, level, nu, chiral):
    """Whether features of order nu are equal, those of the species of the centres among them."""
    sides = []
    for points in (a, b):
        centres = range(len(points.y)) if points.whole else [0]
        each = [(points.species[c], points.classes(c, nu, chiral)) for c in centres]
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
