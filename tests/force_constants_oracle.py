"""Whether a certificate of the force constants of a crystal is true, straight from the definitions: isometries by
images of a frame, dot products about every centre with their derivatives, averages over the group modulo a prime, and
ranks by FLINT. It shares no code with the search or the checker: no characters, no sides, no waves, no orbits of maps.
"""

import random
from collections import defaultdict
from fractions import Fraction
from functools import cached_property
from itertools import combinations_with_replacement, permutations, product
from math import ceil, floor, lcm, sqrt

import numpy as np
from flint import fmpq, fmpq_mat, nmod_mat

PRIME = 1_000_003


def fractions(rows):
    return [[Fraction(x) for x in row] for row in rows]


def inverse(rows):
    """Of a regular matrix of fractions."""
    found = matrix(rows).inv().tolist()
    return [[Fraction(int(x.p), int(x.q)) for x in row] for row in found]


def matrix(rows):
    return fmpq_mat(
        len(rows), len(rows[0]), [fmpq(Fraction(x).numerator, Fraction(x).denominator) for y in rows for x in y]
    )


def times(a, b):
    columns = list(zip(*b))
    return [[sum(x * y for x, y in zip(row, column)) for column in columns] for row in a]


def apply(a, v):
    return [sum(x * y for x, y in zip(row, v)) for row in a]


class Crystal:
    """The crystal of a certificate, its positions and metric made integral."""

    def __init__(self, certificate):
        data = certificate["structure"]
        self.species, points, lattice = data["species"], fractions(data["positions"]), fractions(data["lattice"])
        metric = fractions(data["metric"])
        unit = lcm(*(x.denominator for row in [*points, *lattice] for x in row))
        scale = lcm(*(x.denominator for row in metric for x in row))
        self.n, self.points = len(points), [[int(x * unit) for x in y] for y in points]
        self.lattice, self.metric = (
            [[int(x * unit) for x in a] for a in lattice],
            [[int(x * scale) for x in row] for row in metric],
        )
        self.limit = Fraction(data["cutoff"]) ** 2 * unit**2 * scale
        gram = [[self.dot(a, b) for b in self.lattice] for a in self.lattice]
        self.dual = inverse(gram)

    def dot(self, a, b):
        return sum(x * y for x, y in zip(a, apply(self.metric, b)))

    def coordinates(self, v):
        """Of the projection of a vector on to the span of the lattice."""
        return apply(self.dual, [self.dot(a, v) for a in self.lattice])

    def step(self, counts):
        return [sum(c * a[i] for c, a in zip(counts, self.lattice)) for i in range(3)]

    def inside(self, v):
        """The coefficients of a lattice vector, or None for what is none."""
        counts = self.coordinates(v)
        whole = all(c.denominator == 1 for c in counts) and self.step(counts) == list(v)
        return tuple(map(int, counts)) if whole else None

    def near(self, centre, limit):
        """[(vector, atom, coefficients)] within a squared length, the centre itself among them."""
        found = []
        for b, y in enumerate(self.points):
            v = [p - q for p, q in zip(y, self.points[centre])]
            ranges = []
            for c, row, k in zip(self.coordinates(v), self.dual, range(3)):
                reach = sqrt(float(limit * row[k])) + 1
                ranges.append(range(floor(float(-c) - reach), ceil(float(-c) + reach) + 1))
            for counts in product(*ranges):
                w = tuple(p + q for p, q in zip(v, self.step(counts)))
                if self.dot(w, w) <= limit:
                    found.append((w, b, counts))
        return sorted(found, key=lambda node: (self.dot(node[0], node[0]), node))

    @cached_property
    def environments(self):
        return [self.near(i, self.limit) for i in range(self.n)]

    @cached_property
    def pairs(self):
        """(a, b, R) of different nodes of one environment, numbered."""
        found = set()
        for nodes in self.environments:
            for (_, a, c), (_, b, d) in permutations(nodes, 2):
                found.add((a, b, tuple(y - x for x, y in zip(c, d))))
        return {one: k for k, one in enumerate(sorted(found))}

    # Isometries.

    @cached_property
    def motions(self):
        """(permutation, shifts, lattice, Q) of all isometries modulo the lattice, and the dimension of the span."""
        limit = max(self.dot(a, a) for a in self.lattice) + max(self.limit, 1)
        frame = []
        for node in self.near(0, 4 * limit):
            if any(node[0]) and matrix([v for v, _, _ in [*frame, node]]).rank() == len(frame) + 1:
                frame.append(node)
        basis = [v for v, _, _ in frame]
        normal = self.normal(basis) if len(basis) == 2 else None
        far, found = max(self.dot(v, v) for v in basis), []
        back = inverse(list(zip(*(basis + [normal] if normal else basis))))
        for a in range(self.n):
            if self.species[a] != self.species[0]:
                continue
            for image in self.images(frame, self.near(a, far)):
                for sign in (1, -1) if normal else (1,):
                    ends = [*image, [sign * x for x in normal]] if normal else image
                    found.append(self.motion(a, times(list(zip(*ends)), back)))
        return [one for one in found if one], len(basis)

    def images(self, frame, nodes):
        """All places of the vectors of a frame among nodes that keep species and dot products."""
        partial = [[]]
        for k, (v, b, _) in enumerate(frame):
            wanted = [self.dot(v, u) for u, _, _ in frame[: k + 1]]
            same = [w for w, c, _ in nodes if self.species[c] == self.species[b] and self.dot(w, w) == wanted[-1]]
            partial = [[*p, w] for p in partial for w in same if [self.dot(w, u) for u in p] == wanted[:-1]]
        return partial

    def normal(self, basis):
        """Across a plane: its length does not matter."""
        a, b = (apply(self.metric, v) for v in basis)
        return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]

    def motion(self, first, turn):
        """What an isometry that takes atom 0 to another one does, or None where it does not keep the crystal."""
        lattice = [self.inside(apply(turn, a)) for a in self.lattice]
        permutation, shifts = [], []
        for b, y in enumerate(self.points):
            z = apply(turn, [p - q for p, q in zip(y, self.points[0])])
            at = [p + q for p, q in zip(z, self.points[first])]
            for c, other in enumerate(self.points):
                counts = self.inside([p - q for p, q in zip(at, other)])
                if counts is not None and self.species[c] == self.species[b]:
                    permutation.append(c)
                    shifts.append(counts)
        if None in lattice or sorted(permutation) != list(range(self.n)):
            return None
        return tuple(permutation), tuple(shifts), tuple(lattice), turn

    def image(self, motion, one):
        permutation, shifts, lattice, _ = motion
        a, b, counts = one
        turned = [sum(c * row[i] for c, row in zip(counts, lattice)) for i in range(len(counts))]
        return permutation[a], permutation[b], tuple(t + y - x for t, x, y in zip(turned, shifts[a], shifts[b]))

    # Force constants that the space group leaves.

    def by_group(self, samples):
        """(invariant forms, those of them with symmetric sums) by averages of random forms modulo the prime."""
        rng, count = random.Random(1), len(self.pairs)
        start = np.array([rng.randrange(PRIME) for _ in range(samples * count * 9)]).reshape(samples, count, 3, 3)
        back = [self.pairs[b, a, tuple(-c for c in R)] for a, b, R in self.pairs]
        start = (start + start[:, back].transpose(0, 1, 3, 2)) % PRIME
        total = np.zeros_like(start)
        for motion in self.motions[0]:
            images = [self.pairs[self.image(motion, one)] for one in self.pairs]
            turn = np.array([[x.numerator * pow(x.denominator, -1, PRIME) % PRIME for x in row] for row in motion[3]])
            total[:, images] += (turn @ start % PRIME) @ turn.T % PRIME
        total %= PRIME
        metric = np.array(self.metric, dtype=object) % PRIME
        lowered = (metric @ total.astype(object) % PRIME) @ metric % PRIME
        sums = np.zeros((samples, self.n, 3, 3), dtype=object)
        for k, (a, _, _) in enumerate(self.pairs):
            sums[:, a] += lowered[:, k]
        across = (sums - sums.transpose(0, 1, 3, 2)).reshape(samples, -1) % PRIME
        return rank(total.reshape(samples, -1)), rank(total.reshape(samples, -1)) - rank(across)

    # Rows.

    def parts(self, centre):
        """{(j, k): (gradient, second derivatives)} of all dot products about a centre, by nodes."""
        nodes, found = self.environments[centre], {}
        lower = [apply(self.metric, v) for v, _, _ in nodes]
        for j, k in combinations_with_replacement(range(1, len(nodes)), 2):
            gradient = np.zeros((len(nodes), 3), dtype=object)
            for node, sign, other in ((j, 1, k), (0, -1, k), (k, 1, j), (0, -1, j)):
                gradient[node] += sign * np.array(lower[other], dtype=object)
            curved = [(p, q, s * t) for p, s in ((j, 1), (0, -1)) for q, t in ((k, 1), (0, -1))]
            found[j, k] = gradient, [*curved, *((q, p, s) for p, q, s in curved)]
        return found

    def flat(self, centre, blocks):
        """(pairs x 9) of blocks by nodes."""
        nodes, row = self.environments[centre], np.zeros((len(self.pairs), 3, 3), dtype=object)
        for p, q, block in blocks:
            (_, a, c), (_, b, d) = nodes[p], nodes[q]
            if p != q:
                row[self.pairs[a, b, tuple(y - x for x, y in zip(c, d))]] += block
        return row

    def of_product(self, centre, r, s):
        both = np.einsum("ai,bj->abij", r, s) + np.einsum("ai,bj->abij", s, r)
        size = range(len(r))
        return self.flat(centre, [(p, q, both[p, q]) for p in size for q in size if r[p].any() or s[p].any()])

    def of_curvature(self, centre, curved):
        metric = np.array(self.metric, dtype=object)
        return self.flat(centre, [(p, q, sign * metric) for p, q, sign in curved])

    def tuples(self, nu):
        """(centre, key, dot products) of all tuples."""
        for i, nodes in enumerate(self.environments):
            dots = {
                (j, k): self.dot(nodes[j][0], nodes[k][0])
                for j, k in combinations_with_replacement(range(len(nodes)), 2)
            }
            for tau in product(range(1, len(nodes)), repeat=nu):
                parts = [tuple(sorted(two)) for two in combinations_with_replacement(tau, 2)]
                kinds = (self.species[i], *(self.species[nodes[j][1]] for j in tau))
                yield i, (kinds, *(dots[part] for part in parts)), parts

    def rows(self, nu, readout):
        """All rows of models of an order."""
        known, members = [self.parts(i) for i in range(self.n)], list(self.tuples(nu))
        label = dict.fromkeys(range(self.n), 0)
        if readout == "nonlinear":
            label = {i: tuple(sorted((key for c, key, _ in members if c == i), key=repr)) for i in label}
        terms, slopes = defaultdict(lambda: defaultdict(int)), defaultdict(lambda: defaultdict(int))
        for i, key, parts in members:
            for c, p in enumerate(parts):
                terms[label[i], key, c][i, p] += 1
                slopes[label[i], key, c][i] = slopes[label[i], key, c][i] + known[i][p][0]
                for d in range(c, len(parts)):
                    terms[label[i], key, c, d][i, *sorted((p, parts[d]))] += 1
        found = list(self.summed(known, terms.values()))
        if readout == "nonlinear":
            for group in set(label.values()):
                own = list({repr(dict(s)): s for key, s in slopes.items() if key[0] == group}.values())
                found += [
                    sum(self.of_product(i, r[i], s[i]) for i in r) for r, s in combinations_with_replacement(own, 2)
                ]
        return different(found)

    def summed(self, known, rows):
        """Rows of numbers, given how often each dot product, or product of two, is in them."""
        values = {}
        for row in {frozenset(row.items()) for row in rows}:
            total = 0
            for (i, p, *q), count in row:
                if (i, p, *q) not in values:
                    one = known[i][p]
                    two = self.of_product(i, one[0], known[i][q[0]][0]) if q else self.of_curvature(i, one[1])
                    values[i, p, *q] = two
                total = total + count * values[i, p, *q]
            yield total

    def of_any_order(self):
        """Rows of the orbits of dot products and of two of them, by canonical forms of environments."""
        known, rows = [self.parts(i) for i in range(self.n)], defaultdict(lambda: defaultdict(int))
        for i in range(self.n):
            least, frames = self.canonical(i)
            for p, q in self.singles(known[i]):
                ends = lambda frame, side: tuple(sorted(frame[j] for j in side))
                keys = (tuple(sorted(ends(frame, side) for side in (p, *q))) for frame in frames)
                rows[self.species[i], least, min(keys)][i, p, *q] += 1
        return different(list(self.summed(known, rows.values())))

    def singles(self, known):
        """(p, ()) and (p, (q,)) of all dot products."""
        yield from ((p, ()) for p in known)
        yield from ((p, (q,)) for p, q in combinations_with_replacement(sorted(known), 2))

    def canonical(self, centre):
        """The least of all descriptions of an environment by a frame of its own, and all descriptions that are it."""
        nodes = self.environments[centre][1:]
        size = matrix([v for v, _, _ in nodes]).rank() if nodes else 0
        best, frames = None, []
        for chosen in permutations(nodes, size):
            if matrix([v for v, _, _ in chosen]).rank() < size:
                continue
            place = [(tuple(self.dot(v, u) for u, _, _ in chosen), self.species[b]) for v, b, _ in nodes]
            kinds = tuple(self.species[b] for _, b, _ in chosen)
            about = tuple(tuple(self.dot(u, w) for w, _, _ in chosen) for u, _, _ in chosen), kinds
            text = (about, tuple(sorted(place)))
            if best is None or text < best:
                best, frames = text, []
            if text == best:
                frames.append(dict(enumerate(place, 1)))
        return best, frames or [{}]


def different(rows):
    return list({tuple(row.reshape(-1)): None for row in rows})


def rank(rows):
    """Modulo the prime."""
    rows = [[int(x) % PRIME for x in row] for row in rows]
    return nmod_mat(len(rows), len(rows[0]), [x for row in rows for x in row], PRIME).rank() if rows else 0


class Truth:
    """What is true of a crystal: of its numbers those that are asked for."""

    def __init__(self, certificate):
        self.crystal, self.models = Crystal(certificate), (certificate["nu"], certificate["readout"])
        motions, span = self.crystal.motions
        self.rows, self.any = self.crystal.rows(*self.models), self.crystal.of_any_order()
        self.reached, self.allowed = rank(self.rows), rank(self.any)
        self.forms, self.by_group = self.crystal.by_group(self.allowed + 30)
        self.order = len(motions) // (2 if span == 2 else 1)

    def form(self, given):
        """A functional as numbers, or None for what is none."""
        flat = np.zeros((len(self.crystal.pairs), 3, 3), dtype=object)
        for a, b, counts, block in given:
            one, back = (a, b, tuple(counts)), (b, a, tuple(-c for c in counts))
            if one not in self.crystal.pairs:
                return None
            flat[self.crystal.pairs[one]] = fractions(block)
            flat[self.crystal.pairs[back]] = np.array(fractions(block), dtype=object).T
        for motion in self.crystal.motions[0]:
            turn = np.array(motion[3], dtype=object)
            images = [self.crystal.pairs[self.crystal.image(motion, one)] for one in self.crystal.pairs]
            if not (flat[images] == turn @ flat @ turn.T).all():
                return None
        return flat.reshape(-1)

    def zero(self, form, rows):
        return not any(sum(x * y for x, y in zip(form, row) if x and y) for row in rows)

    def holds(self, certificate):
        """Whether all that the certificate says is so."""
        laws, missing = ([self.form(one) for one in certificate[key]] for key in ("laws", "missing"))
        if any(form is None for form in laws + missing):
            return False
        if not all(self.zero(form, self.any) for form in laws):
            return False
        if not all(self.zero(form, self.rows) for form in missing):
            return False
        both = laws + missing
        if both and matrix([list(form) for form in both]).rank() < len(both):
            return False
        numbers = {
            "forms": self.forms,
            "by_space_group": self.by_group,
            "allowed": self.allowed,
            "reached": self.reached,
            "missing": self.allowed - self.reached,
            "stabiliser_order": self.order,
        }
        counted = len(laws) == self.forms - self.allowed and len(missing) == numbers["missing"]
        return counted and numbers == certificate["claims"] and all(map(self.is_motion, certificate["generators"]))

    def is_motion(self, generator):
        """Whether a generator is one of the isometries, up to a lattice vector."""
        turn = fractions(generator["isometry"])
        for permutation, shifts, lattice, isometry in self.crystal.motions[0]:
            if list(permutation) == generator["permutation"] and isometry == turn:
                steps = {tuple(a - b for a, b in zip(x, y)) for x, y in zip(shifts, generator["shifts"])}
                if len(steps) == 1 and [list(row) for row in lattice] == generator["lattice"]:
                    return True
        return False


def crystal_is_true(certificate):
    """Whether all that a certificate of a crystal says is so."""
    return Truth(certificate).holds(certificate)
