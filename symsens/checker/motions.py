"""The isometries that bring a whole structure on to itself, modulo its lattice, all of them.

Law: the standard library only, exact numbers only.

Lemma anchor: the linear part of every such isometry permutes the anchor, the lattice vectors as long as those given and
    the projections of the atoms across the lattice about their mean, and is known by that on the span of the structure;
    with the image of one atom so is the isometry, modulo the lattice.
Lemma kernel: the isometries that fix a plane or a line of points, of which one is enough.
"""

from collections import Counter, defaultdict

from symsens.checker import fields
from symsens.checker.lattices import dot, moved
from symsens.checker.limits import MAX_GENERATORS, MAX_NEIGHBOURS
from symsens.checker.linear import apply
from symsens.checker.refusals import Refuted
from symsens.checker.stabilisers import rank_of_motion, stabiliser

LATTICE = "lattice"  # a kind of point that no atom is: kinds of atoms are tuples


class Anchor:
    """The points that linear parts permute, as an environment; `of` tells for each lattice vector its coefficients, for
    each projection of atoms None; `class_of` the point that each atom projects on, None at the mean."""

    chiral = False

    def __init__(self, env):
        lengths = {env.square(a) for a in env.cell}
        zero, origin = [0] * 3, [0] * len(env.cell)
        images = env.images(zero, origin, max(lengths)) if lengths else []
        vectors = [(c, v) for c, v in images if env.square(v) in lengths]
        total = [sum(column) for column in zip(*env.flat)]
        across = [tuple(env.n * x - t for x, t in zip(y, total)) for y in env.flat]
        kinds = defaultdict(list)
        for kind, y in zip(env.species, across):
            kinds[y].append(kind)
        flat = [y for y in kinds if any(y)]
        self.of = [c for c, _ in vectors] + [None] * len(flat)
        self.positions = [list(v) for _, v in vectors] + list(map(list, flat))
        self.species = [LATTICE] * len(vectors) + [tuple(sorted(kinds[y])) for y in flat]
        self.n, self.field = len(self.positions), env.field
        if self.n > MAX_NEIGHBOURS:
            raise Refuted(f"structure: {self.n} lattice vectors and atoms are too many to search for isometries")
        number = {y: len(vectors) + k for k, y in enumerate(flat)}
        self.class_of = [number.get(y) for y in across]
        self.cell = [self.of.index(tuple(int(k == i) for i in range(len(env.cell)))) for k in range(len(env.cell))]
        lowered = [apply(env.whole, y) for y in self.positions]
        classes = {}
        self.alike = [[classes.setdefault(dot(y, w), len(classes)) for y in self.positions] for w in lowered]

    def permuted(self, generator):
        """An isometry of the structure as one of these points alone."""
        place = {tuple(y): k for k, y in enumerate(self.positions)}
        image = [place[tuple(apply(generator["isometry"], y))] for y in self.positions]
        return {"permutation": image, "isometry": generator["isometry"]}

    def linear(self, site):
        """The coefficients of the images of the lattice vectors, by a permutation of the points."""
        return tuple(self.of[site[k]] for k in self.cell)


def turned(lattice, coordinates):
    """Coordinates along the lattice after an isometry that takes its vectors to those with these coefficients."""
    return [dot(coordinates, column) for column in zip(*lattice)]


def all_isometries(env, anchor):
    """(permutation of the anchor, image of the first atom) of every isometry modulo the lattice (Lemma anchor)."""
    counts = Counter(env.species)
    first = min(range(env.n), key=lambda i: counts[env.species[i]])
    table = {(anchor.class_of[i], fractions(env.coordinates[i])): i for i in range(env.n)}
    found = []
    for site in stabiliser(anchor):
        lattice = anchor.linear(site)
        classes = [None if k is None else site[k] for k in anchor.class_of]
        steps = [turned(lattice, [a - b for a, b in zip(f, env.coordinates[first])]) for f in env.coordinates]
        for j in range(env.n):
            if (env.species[j], anchor.class_of[j]) != (env.species[first], classes[first]):
                continue
            places = (
                table.get((k, fractions([a + b for a, b in zip(step, env.coordinates[j])])))
                for k, step in zip(classes, steps)
            )
            if all(i is not None and env.species[i] == kind for i, kind in zip(places, env.species)):
                found.append((site, j))
    return found


def fractions(coordinates):
    """Coordinates modulo integers."""
    return tuple(f - f.__floor__() for f in coordinates)


def check_motion(env, generator, where):
    """Nothing, or `Refuted`: the isometry permutes the atoms and their images as the generator says."""
    permutation, isometry = generator["permutation"], generator["isometry"]
    if sorted(permutation) != list(range(env.n)) or [env.species[j] for j in permutation] != env.species:
        raise Refuted(f"{where}.permutation: not a bijection of the atoms that keeps species")
    columns = list(zip(*isometry))
    if [apply(columns, apply(env.metric, column)) for column in columns] != env.metric:
        raise Refuted(f"{where}.isometry: Q^T M Q is not M")
    size = len(env.cell)
    rows = [*generator["lattice"], *generator["shifts"]]
    if len(generator["lattice"]) != size or len(rows) != size + env.n or any(len(row) != size for row in rows):
        raise Refuted(f"{where}: not {size} coefficients for each lattice vector and each atom")
    for vector, image in zip(env.cell, generator["lattice"]):
        if apply(isometry, vector) != moved([0] * 3, env.cell, image):
            raise Refuted(f"{where}.lattice: not the images of the lattice vectors")
    origin, place = env.points[0], env.points[permutation[0]]
    for y, j, shift in zip(env.points, permutation, generator["shifts"]):
        step = [a - b for a, b in zip(env.points[j], place)]
        if apply(isometry, [a - b for a, b in zip(y, origin)]) != moved(step, env.cell, shift):
            raise Refuted(f"{where}: the isometry does not take the atoms where the generator says")


def fixes_all(env, generator):
    """Whether a generator leaves every atom and image where it is."""
    unit = [[int(a == b) for b in range(len(env.cell))] for a in range(len(env.cell))]
    still = generator["permutation"] == list(range(env.n)) and generator["lattice"] == unit
    return still and not any(map(any, generator["shifts"]))


def generated(env, generators):
    """The pairs (permutation, what happens to the lattice) that generators generate."""
    size = len(env.cell)
    chosen = {(tuple(g["permutation"]), tuple(map(tuple, g["lattice"]))) for g in generators}
    one = tuple(range(env.n)), tuple(tuple(int(a == b) for b in range(size)) for a in range(size))

    def times(g, h):
        return tuple(g[0][j] for j in h[0]), tuple(tuple(turned(g[1], row)) for row in h[1])

    group, frontier = set(), {one}
    while frontier:
        group |= frontier
        frontier = {times(g, h) for g in chosen for h in frontier} - group
    return group


def prove_generators(env, generators, anchor):
    """(order, number of linear parts on the span of the structure), once the generators are known to be genuine and to
    generate all isometries (Lemma anchor, Lemma kernel)."""
    if len(generators) > MAX_GENERATORS:
        raise Refuted(f"generators: more than {MAX_GENERATORS}")
    for i, generator in enumerate(generators):
        check_motion(env, generator, f"generators[{i}]")
    every = all_isometries(env, anchor)
    found, order = len(generated(env, generators)), len(every)
    if found != order:
        raise Refuted(f"generators: they generate {found} permutations of the {order} that isometries induce")
    rank = fields.rank(env.field, (dict(enumerate(y)) for y in anchor.positions))
    fixing = {rank_of_motion(env.field, g["isometry"]) for g in generators if fixes_all(env, g)}
    if rank in (1, 2) and 3 - rank not in fixing:
        needed = "mirror in the plane" if rank == 2 else "rotation about the axis"
        raise Refuted(f"generators: no {needed} of the structure")
    return order, len({site for site, _ in every})
