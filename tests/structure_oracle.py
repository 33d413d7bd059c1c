"""A whole structure straight from the definitions: every image in a box that is large enough, every tuple of every
centre with its dot products, every way in which an isometry could permute atoms and images, and FLINT's ranks. It
shares no code with the search or the checker: dot products instead of sides, backtracking instead of an anchor, and
Rigid + S as the null space of complete invariants instead of im(rho(g) - 1).
"""

from collections import Counter, defaultdict
from fractions import Fraction
from itertools import combinations_with_replacement, product
from math import ceil

import numpy as np
from flint import fmpq, fmpq_mat


class Whole:
    """The structure of a certificate."""

    def __init__(self, certificate):
        data = certificate["structure"]
        self.nu, self.level, self.species = certificate["nu"], certificate["level"], data["species"]
        self.n, exact = len(self.species), lambda rows: [[Fraction(str(x)) for x in row] for row in rows]
        self.x, self.metric, self.cell = exact(data["positions"]), exact(data["metric"]), exact(data["lattice"])
        self.cutoff = None if data["cutoff"] is None else Fraction(str(data["cutoff"]))
        self.columns = 3 * self.n

    def dot(self, a, b):
        return sum(self.metric[i][j] * a[i] * b[j] for i in range(3) for j in range(3))

    def at(self, site):
        """The place of an image of an atom."""
        atom, counts = site
        return [y + sum(c * a[i] for c, a in zip(counts, self.cell)) for i, y in enumerate(self.x[atom])]

    def step(self, a, b):
        return [y - x for x, y in zip(self.at(a), self.at(b))]

    def sites(self, near, radius):
        """All sites within a radius of a site, by trying every one in a box; all others where there is none."""
        if radius is None:
            return [(j, near[1]) for j in range(self.n) if j != near[0]]
        gram = np.array([[float(self.dot(a, b)) for a in self.cell] for b in self.cell])
        dual, found = np.sqrt(np.linalg.inv(gram).diagonal()) if self.cell else [], []
        for j in range(self.n):
            offsets = self.coordinates(self.step(near, (j, near[1])))
            boxes = [(ceil(float(radius) * d) + 1, round(offset)) for d, offset in zip(dual, offsets)]
            for counts in product(*[range(-b - shift - 1, b - shift + 2) for b, shift in boxes]):
                step = self.step(near, (j, counts))
                if 0 < self.dot(step, step) <= radius**2:
                    found.append((j, counts))
        return found

    # Features.

    def rows(self, slope=None):
        """The rows of D_nu: the sums of the derivatives of dot products over classes, or of something else."""
        keyed, zero, slope = [], (0,) * len(self.cell), slope or self.of_dots
        for i in range(self.n):
            near = self.sites((i, zero), self.cutoff)
            steps = [self.step((i, zero), site) for site in near]
            gram = [[self.dot(a, b) for b in steps] for a in steps]
            for tau in product(range(len(near)), repeat=self.nu):
                dots = [str(gram[tau[a]][tau[b]]) for a, b in combinations_with_replacement(range(self.nu), 2)]
                key = (self.species[i], *(self.species[near[j][0]] for j in tau), *dots)
                keyed.append((i, key, [(near[j][0], steps[j]) for j in tau]))
        counters = [Counter() for _ in range(self.n)]
        for i, key, _ in keyed:
            counters[i][key] += 1
        group = lambda i: str(sorted(counters[i].items())) if self.level == "set" else ""
        groups, rows = [group(i) for i in range(self.n)], defaultdict(lambda: [Fraction(0)] * self.columns)
        for i, key, members in keyed:
            for a, b in combinations_with_replacement(range(self.nu), 2):
                slope(rows[groups[i], key, a, b], i, members[a], members[b])
        return list(rows.values())

    def of_dots(self, row, centre, first, second):
        """The derivative of the dot product of two neighbours, (atom, position from the centre)."""
        self.add(row, first[0], centre, second[1])
        self.add(row, second[0], centre, first[1])

    def of_sides(self, row, centre, first, second):
        """Half the derivative of the squared distance of two neighbours; of one, that from the centre."""
        if first is second:
            self.add(row, first[0], centre, first[1])
        else:
            self.add(row, first[0], second[0], [a - b for a, b in zip(first[1], second[1])])

    def add(self, row, atom, other, vector):
        """d(x_atom - x_other) . vector"""
        for c in range(3):
            slope = sum(self.metric[c][k] * vector[k] for k in range(3))
            row[3 * atom + c] += slope
            row[3 * other + c] -= slope

    def nullity(self, rows):
        rows = [row for row in rows if any(row)]
        if not rows:
            return self.columns
        flat = [fmpq(x.numerator, x.denominator) for row in rows for x in row]
        return self.columns - fmpq_mat(len(rows), self.columns, flat).rank()

    # Isometries.

    def coordinates(self, vector):
        """Of the projection on to the span of the lattice."""
        size = len(self.cell)
        if not size:
            return []
        exact = lambda x: fmpq(x.numerator, x.denominator)
        gram = fmpq_mat(size, size, [exact(self.dot(a, b)) for a in self.cell for b in self.cell])
        found = gram.solve(fmpq_mat(size, 1, [exact(self.dot(a, vector)) for a in self.cell]))
        return [Fraction(int(found[i, 0].p), int(found[i, 0].q)) for i in range(size)]

    def lattice_images(self):
        """Images of the lattice vectors with the same dot products, by their coefficients."""
        if not self.cell:
            return [()]
        lengths = [self.dot(a, a) for a in self.cell]
        bound = max(float(length) for length in lengths) ** 0.5
        gram = np.array([[float(self.dot(a, b)) for a in self.cell] for b in self.cell])
        boxes = [ceil(bound * d) + 1 for d in np.sqrt(np.linalg.inv(gram).diagonal())]
        vectors = list(product(*[range(-b, b + 1) for b in boxes]))
        place = lambda counts: [sum(c * a[i] for c, a in zip(counts, self.cell)) for i in range(3)]
        found = [()]
        for k, a in enumerate(self.cell):
            of_length = [c for c in vectors if self.dot(place(c), place(c)) == lengths[k]]
            found = [
                (*chosen, c)
                for chosen in found
                for c in of_length
                if all(self.dot(place(d), place(c)) == self.dot(b, a) for d, b in zip(chosen, self.cell))
            ]
        return found

    def isometries(self):
        """(images of the lattice vectors, sites to which the atoms go) of all isometries modulo the lattice."""
        zero, found = (0,) * len(self.cell), []
        straight = [self.step((0, zero), (i, zero)) for i in range(self.n)]
        along = [self.coordinates(v) for v in straight]
        for lattice in self.lattice_images():
            for j in range(self.n):
                if self.species[j] == self.species[0]:
                    found += [(lattice, sites) for sites in self.extended([(j, zero)], lattice, straight, along)]
        return found

    def extended(self, sites, lattice, straight, along):
        i = len(sites)
        if i == self.n:
            yield sites
            return
        wanted = [sum(f * row[k] for f, row in zip(along[i], lattice)) for k in range(len(self.cell))]
        for k in range(self.n):
            if self.species[k] != self.species[i]:
                continue
            here = self.coordinates(self.step(sites[0], (k, sites[0][1])))
            shift = [a - b for a, b in zip(wanted, here)]
            if any(s.denominator > 1 for s in shift):
                continue
            site = (k, tuple(map(int, shift)))
            steps = [self.step(sites[0], s) for s in [*sites, site]]
            if all(self.dot(steps[-1], v) == self.dot(straight[i], w) for v, w in zip(steps, straight)):
                yield from self.extended([*sites, site], lattice, straight, along)

    def forced(self):
        """dim (Rigid + S), and the order of the group."""
        group = self.isometries()
        rows = defaultdict(lambda: [Fraction(0)] * self.columns)
        for lattice, sites in group:
            images = [[sum(c * a[i] for c, a in zip(row, self.cell)) for i in range(3)] for row in lattice]
            steps = [self.step(sites[0], site) for site in sites]
            for i in range(1, self.n):
                for k, image in enumerate(images):
                    self.add(rows[i, "a", k], sites[i][0], sites[0][0], image)
                for j in range(1, self.n):
                    self.add(rows[min(i, j), max(i, j)], sites[i][0], sites[0][0], steps[j])
        return self.nullity(list(rows.values())), len(group)

    def rigid(self):
        zero = (0,) * len(self.cell)
        vectors = self.cell + [self.step((0, zero), (i, zero)) for i in range(self.n)]
        flat = [fmpq(x.numerator, x.denominator) for v in vectors for x in v]
        rank = fmpq_mat(len(vectors), 3, flat).rank()
        return 3 + ((0, 2, 3, 3)[rank], int(rank > 1), 0, 0)[len(self.cell)]

    def linear_parts(self):
        """The isometries as matrices over QQ, each as a tuple; None where the structure spans no plane."""
        zero = (0,) * len(self.cell)
        straight = self.cell + [self.step((0, zero), (i, zero)) for i in range(1, self.n)]
        exact = lambda vectors: fmpq_mat(
            len(vectors), 3, [fmpq(x.numerator, x.denominator) for v in vectors for x in v]
        )
        rank = exact(straight).rank() if straight else 0
        if rank < 2:
            return rank, None
        found = set()
        for lattice, sites in self.isometries():
            images = [[sum(c * a[i] for c, a in zip(row, self.cell)) for i in range(3)] for row in lattice]
            images += [self.step(sites[0], site) for site in sites[1:]]
            for sign in (1, -1)[: 1 + (rank == 2)]:
                before, after = straight, images
                if rank == 2:
                    before, after = [*straight, self.normal(straight)], [*images, self.normal(straight, sign)]
                here, there = exact(before).transpose(), exact(after).transpose()
                known = here.transpose() * (here * here.transpose()).inv()
                isometry = there * known
                found.add(tuple(isometry[i, j] for i in range(3) for j in range(3)))
        return rank, [fmpq_mat(3, 3, list(q)) for q in found]

    def has_equal_ends(self):
        """Whether an isometry turns a structure on a line round."""
        zero = (0,) * len(self.cell)
        before = self.cell + [self.step((0, zero), (i, zero)) for i in range(1, self.n)]
        for lattice, sites in self.isometries():
            images = [[sum(c * a[i] for c, a in zip(row, self.cell)) for i in range(3)] for row in lattice]
            images += [self.step(sites[0], site) for site in sites[1:]]
            if self.dot(before[0], images[0]) < 0:
                return True
        return False

    def normal(self, vectors, sign=1):
        """A vector across a plane of vectors, of any length."""
        metric = fmpq_mat(3, 3, [fmpq(x.numerator, x.denominator) for row in self.metric for x in row])
        for a, b in product(vectors, repeat=2):
            cross = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
            if any(cross):
                up = metric.inv() * fmpq_mat(3, 1, [fmpq(x.numerator, x.denominator) for x in cross])
                return [sign * Fraction(int(up[i, 0].p), int(up[i, 0].q)) for i in range(3)]
        raise AssertionError("no plane")

    def claims(self):
        """The claims of a certificate, as they should be."""
        rigid, (forced, order), null = self.rigid(), self.forced(), self.nullity(self.rows())
        steps = {"rigid": rigid, "symmetry": forced - rigid, "incompleteness": null - forced}
        return {
            "displacements": self.columns,
            "rank": self.columns - null,
            "nullity": null,
            "symmetry_allowed_rank": self.columns - forced,
            "stabiliser_order": order,
            "filtration": steps | dict.fromkeys(("angular_truncation", "radial_truncation")),
        }
