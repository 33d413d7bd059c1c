"""Prove again which force constants of a crystal models of an order can have, of those that site functions can have.

Law: the standard library only, exact numbers only. Neighbours, classes, rows and characters are made anew; of the
certificate are the functionals, and each is multiplied out. A node is an atom with the cell that it is in, a coordinate
half the squared side between two nodes of one environment; S(a, b, R) are the blocks of a functional.

Lemma crystal: force constants are rows summed over the centres of a cell; forms over pairs of different atoms that the
    space group and exchange leave alone tell them apart.
Lemma forms: how many such forms there are, by characters; what vanishes on rows bounds their rank.
"""

from collections import Counter, defaultdict
from copy import copy
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, cached_property, partial
from itertools import product

from symsens.checker import exact, fields, structures
from symsens.checker.characters import product as times, trace
from symsens.checker.lattices import Structure, moved
from symsens.checker.linear import PRIME, absorb, apply, is_prime
from symsens.checker.motions import Anchor, turned
from symsens.checker.refusals import Refuted
from symsens.checker.second_order import integral
from symsens.checker.shapes import FORCE_CONSTANTS_SCHEMA, matrix_of, read_labels
from symsens.checker.site_jets import orbit_rows
from symsens.checker.stabilisers import determinant
from symsens.checker.two_jets import (
    Geometry,
    check_rank,
    dot,
    gradient,
    products,
    rows_of,
    size,
    spend,
    vanishes,
)

CLAIMED = ("forms", "by_space_group", "allowed", "reached", "missing", "stabiliser_order")


def certificate_of(number, field):
    """The shape of a certificate over a field."""
    known = structures.certificate_of(number, field)
    blocks = [(int, int, [int], matrix_of(number))]
    return {
        "schema": {FORCE_CONSTANTS_SCHEMA},
        "structure": known["structure"],
        "generators": known["generators"],
        "point_group": (None, str),
        "nu": int,
        "readout": {"linear", "nonlinear"},
        "order_of_all": int,
        "claims": dict.fromkeys(CLAIMED, int),
        "prime": Fraction,
        "laws": [blocks],
        "missing": [blocks],
        "labels": read_labels,
    }


def read_certificate(value, where):
    """A certificate of a crystal."""
    return structures.read_over_field(certificate_of, value, where)


class Crystal:
    """The nodes of each environment of a structure, and the pairs (a, b, R) of different nodes of one."""

    def __init__(self, env):
        self.env, zero = env, (0,) * len(env.cell)
        self.nodes = [[(i, zero), *near] for i, near in enumerate(env.around)]
        spend(sum(len(nodes) ** 2 for nodes in self.nodes))
        self.pairs = {pair(a, b) for nodes in self.nodes for a, b in product(nodes, repeat=2) if a != b}

    def ends(self, side):
        """The gradient of half the squared side between two nodes."""
        (j, c), (k, d) = side
        step = [b - a for a, b in zip(self.env.points[j], self.env.points[k])]
        covector = apply(self.env.whole, moved(step, self.env.cell, [y - x for x, y in zip(c, d)]))
        return [(side[0], [-x for x in covector]), (side[1], covector)]

    @cached_property
    def geometry(self):
        """Of half the squared sides; those of a node with itself are left to the functionals of waves."""
        known = {}

        def ends(side):
            if side not in known:
                known[side] = self.ends(side)
            return known[side]

        curvature = lambda side: [(side[0], side[0], 1), (side[1], side[1], 1), (*side, -2)]
        return Geometry(ends, curvature, self.env.whole)

    def members(self, nu):
        """(centre, key of the class, coordinates) of each tuple with non-decreasing shells."""
        env = self.env
        known = structures.Tuples(of_order(env, nu))
        number = {}
        spend(4 * len(known.tuples) * len(known.places) * (len(known.places) + 3))
        for tau in known.tuples:
            nodes = [self.nodes[tau[0]][0], *(env.around[tau[0]][j] for j in tau[1:])]
            shells = [(env.species[nodes[1 + a][0]], known.labels[known.side(tau, (a, a))]) for a in range(nu)]
            if all(a <= b for a, b in zip(shells, shells[1:])):
                ends = (((0, 1 + a) if a == b else (1 + a, 1 + b)) for a, b in known.places)
                sides = [tuple(sorted((nodes[a], nodes[b]))) if nodes[a] != nodes[b] else None for a, b in ends]
                yield tau[0], number.setdefault(known.key(tau), len(number)), sides

    def jets(self, nu, readout):
        """The rows that models have, and their geometry (Lemma crystal)."""
        members = list(self.members(nu))
        if readout == "linear":
            return rows_of((key, sides) for _, key, sides in members), self.geometry
        keys = defaultdict(list)
        for i, key, _ in members:
            keys[i].append(key)
        group = {i: tuple(sorted(found)) for i, found in keys.items()}
        rows = rows_of(((group[i], key), sides) for i, key, sides in members)
        more, geometry = products(self.stacks(members, group), self.geometry, fields.QQ)
        return rows + more, geometry

    def stacks(self, members, group):
        """For each group of equal environments the first derivatives of all features at its centres."""
        counts = defaultdict(lambda: defaultdict(Counter))
        for i, key, sides in members:
            for c, side in enumerate(sides):
                if side is not None:
                    counts[group[i], key, c][i][(side,)] += 1
        found = defaultdict(dict)
        for (which, _, _), sums in counts.items():
            label = tuple(frozenset(sums[i].items()) for i in sorted(sums))
            found[which][label] = [gradient(row, self.geometry.ends) for row in label]
        return [list(stack.values()) for stack in found.values()]


def of_order(env, nu):
    """The structure with tuples of another order."""
    other = copy(env)
    other.nu = nu
    return other


def pair(first, second):
    """(a, b, R) of two nodes."""
    return first[0], second[0], tuple(y - x for x, y in zip(first[1], second[1]))


def reverse(one):
    """(b, a, -R)."""
    return one[1], one[0], tuple(-x for x in one[2])


# The space group.


def motion_of(generator):
    """A generator as (permutation, images of the lattice vectors, shifts, isometry)."""
    rows = lambda matrix: tuple(map(tuple, matrix))
    lattice, shifts, isometry = (rows(generator[key]) for key in ("lattice", "shifts", "isometry"))
    return tuple(generator["permutation"]), lattice, shifts, isometry


def after(g, h):
    """The motion g after the motion h, the first atom left unshifted."""
    permutation = tuple(g[0][j] for j in h[0])
    lattice = tuple(tuple(turned(g[1], row)) for row in h[1])
    shifts = [[x + y for x, y in zip(g[2][j], turned(g[1], s))] for j, s in zip(h[0], h[2])]
    shifts = tuple(tuple(x - y for x, y in zip(s, shifts[0])) for s in shifts)
    return permutation, lattice, shifts, times(g[3], h[3])


def all_motions(env, generators):
    """All isometries modulo the lattice that are generated; finitely many unless all lies on a line."""
    size_ = len(env.cell)
    unit = lambda n: tuple(tuple(int(a == b) for b in range(n)) for a in range(n))
    chosen = list(map(motion_of, generators))
    one = tuple(range(env.n)), unit(size_), ((0,) * size_,) * env.n, unit(3)
    group, frontier = set(), {one}
    while frontier:
        group |= frontier
        frontier = {after(g, h) for g in chosen for h in frontier} - group
    return group


def image_of(motion, one):
    """The image of a pair (a, b, R)."""
    permutation, lattice, shifts, _ = motion
    a, b, cells = one
    where = (x + y - z for x, y, z in zip(shifts[b], turned(lattice, cells), shifts[a]))
    return permutation[a], permutation[b], tuple(where)


def count_forms(motions, pairs):
    """dim of the forms over pairs of different atoms that motions and exchange leave alone, by characters."""
    total = 0
    for motion in motions:
        images = [(one, image_of(motion, one)) for one in pairs]
        still = sum(one == image for one, image in images)
        turned_round = sum(reverse(one) == image for one, image in images)
        total += still * trace(motion[3]) ** 2 + turned_round * trace(times(motion[3], motion[3]))
    return int(total * Fraction(1, 2 * len(motions)))


def count_symmetric_sums(motions, pairs, n):
    """How many conditions it is that sum_(b,R) Phi(a, b, R) is symmetric for each of n atoms a, by characters."""
    part = list(range(n))
    for a, b, _ in pairs:
        part = [part[a] if k == part[b] else k for k in part]
    total = 0
    for permutation, _, _, isometry in motions:
        still = sum(a == b for a, b in enumerate(permutation))
        still -= len({part[a] for a, b in enumerate(permutation) if part[a] == part[b]})
        total += still * determinant(isometry) * trace(isometry)
    return int(total * Fraction(1, len(motions)))


# Functionals.


class Form:
    """A functional over pairs of different atoms, in integers: S(a, b, R), and S(b, a, -R) its transpose.

    Attributes
    ----------
    blocks : S of each pair, both ways round.
    flat : the numbers of one of both, by pair and place.
    """

    def __init__(self, given, pairs, where):
        names = [(a, b, tuple(cells)) for a, b, cells, _ in given]
        if any(one not in pairs or reverse(one) < one for one in names) or len(set(names)) != len(names):
            raise Refuted(f"{where}: not each pair (a, b, R) <= (b, a, -R) of one environment once at most")
        flat = (
            (one, c, d, x)
            for one, (*_, block) in zip(names, given)
            for c, row in enumerate(block)
            for d, x in enumerate(row)
        )
        self.flat = fields.QQ.primitive({(one, c, d): x for one, c, d, x in flat})
        self.blocks = {}
        for one in names:
            block = [[self.flat.get((one, c, d), 0) for d in range(3)] for c in range(3)]
            self.blocks |= {one: block, reverse(one): list(zip(*block))}

    @property
    def maps(self):
        """What `two_jets.value` asks for, of nodes."""
        return (lambda node: (0, 0, 0)), (lambda first, second: self.blocks.get(pair(first, second)))


def check_invariant(form, generators, where):
    """Nothing, or `Refuted`: the generators leave a functional as it is."""
    none = [[0] * 3] * 3
    for generator in generators:
        motion, (turn, unit) = motion_of(generator), integral(generator["isometry"])
        for one, block in form.blocks.items():
            half = [apply(block, row) for row in turn]
            there = form.blocks.get(image_of(motion, one), none)
            if [[dot(row, column) for column in half] for row in turn] != [[unit**2 * x for x in y] for y in there]:
                raise Refuted(f"{where}: not invariant")


def check_independent(forms):
    """Nothing, or `Refuted`: forms are independent modulo a prime."""
    echelon, number = {}, {}
    for k, form in enumerate(forms):
        if not absorb(echelon, {number.setdefault(key, len(number)): x for key, x in form.flat.items()}, PRIME):
            raise Refuted(f"laws and missing: number {k} of them depends on those before it")


def wave(env, prime, rng):
    """A functional modulo the prime: a second derivative along two waves, one the other way round."""
    along = [[[rng.randrange(prime) for _ in range(3)] for _ in range(env.n)] for _ in range(2)]
    phases = [rng.randrange(1, prime) for _ in env.cell]

    def phase(cells, sign):
        total = 1
        for z, c in zip(phases, cells):
            total = total * pow(z, sign * c, prime) % prime
        return total

    first = cache(lambda node: [x * phase(node[1], 1) % prime for x in along[0][node[0]]])
    second = cache(lambda node: [x * phase(node[1], -1) % prime for x in along[1][node[0]]])
    return (lambda node: (0, 0, 0)), first, second


# Rules.


@dataclass
class CrystalProof:
    """A certificate and what has been proved of it so far.

    Attributes
    ----------
    env, order, anchor, linear : see `structures.StructureProof`.
    found : the numbers that have been proved.
    """

    certificate: dict
    env: Structure
    order: int = 0
    anchor: Anchor = None
    linear: int = 0
    found: dict = field(default_factory=dict)

    @cached_property
    def crystal(self):
        """Its nodes and pairs."""
        return Crystal(self.env)

    @cached_property
    def jets(self):
        """The rows of the models, and their geometry."""
        return self.crystal.jets(self.certificate["nu"], self.certificate["readout"])

    @property
    def prime(self):
        """The prime, or `Refuted` for what is none."""
        prime = self.certificate["prime"]
        if prime.denominator != 1 or prime >= 2**64 or not is_prime(prime.numerator):
            raise Refuted("prime: not a prime below 2^64")
        return prime.numerator

    def check_rank(self, rows, geometry, wanted, where):
        """Nothing, or `Refuted`: rows have this rank at least."""
        check_rank(rows, geometry, partial(wave, self.env, self.prime), self.prime, wanted, where)


def prove_forms(proof):
    """How many functionals there are to tell force constants apart (Lemma forms)."""
    env = proof.env
    if fields.rank(env.field, (dict(enumerate(y)) for y in proof.anchor.positions)) < 2:
        raise Refuted("structure: of atoms on a line the isometries are not finitely many")
    motions = all_motions(env, proof.certificate["generators"])
    spend(16 * len(motions) * len(proof.crystal.pairs))
    pairs, found = proof.crystal.pairs, proof.found
    found["forms"] = count_forms(motions, pairs)
    found["by_space_group"] = found["forms"] - count_symmetric_sums(motions, pairs, env.n)
    return (
        f"{found['forms']} invariant forms over the {len(pairs)} pairs of different atoms within one environment, "
        f"{found['by_space_group']} where sums over pairs are symmetric: what the space group and translations leave, "
        f"by the characters of {len(motions)} isometries modulo the lattice"
    )


def prove_functionals(proof):
    """Laws are 0 on rows of any order, what is missing on those of the models; they are independent (Lemma forms)."""
    certificate, crystal, found = proof.certificate, proof.crystal, proof.found
    laws, missing = certificate["laws"], certificate["missing"]
    if len(laws) + len(missing) > found["forms"]:
        raise Refuted(f"laws and missing: more than the {found['forms']} forms")
    rows, geometry = proof.jets
    any_order = list(dict.fromkeys(orbit_rows(crystal.env, crystal.nodes))) if laws else []
    generators = certificate["generators"]
    work = 100 * (len(generators) + 1) * len(crystal.pairs)
    spend(len(laws) * (work + size(any_order, geometry)) + len(missing) * (work + size(rows, geometry)))
    named = [(f"laws[{i}]", given, any_order) for i, given in enumerate(laws)]
    named += [(f"missing[{i}]", given, rows) for i, given in enumerate(missing)]
    forms = [Form(given, crystal.pairs, where) for where, given, _ in named]
    words = max((x.bit_length() // 64 + 1 for form in forms for x in form.flat.values()), default=1)
    spend(words * (len(laws) * (work + size(any_order, geometry)) + len(missing) * (work + size(rows, geometry))))
    for form, (where, _, zero) in zip(forms, named):
        check_invariant(form, generators, where)
        if not vanishes(form.maps, geometry, zero):
            raise Refuted(f"{where}: not 0 on all force constants that it should be 0 on")
    check_independent(forms)
    found |= {"allowed": found["forms"] - len(laws), "missing": len(missing), "stabiliser_order": proof.order}
    found["reached"] = found["allowed"] - len(missing)
    return (
        f"{len(laws)} laws that all site functions obey and {len(missing)} that models of order nu = "
        f"{certificate['nu']} obey: invariant forms, independent, 0 on all their force constants"
    )


def prove_allowed(proof):
    """The force constants that site functions of any order have: >= by those of one order, <= by the laws."""
    order, found = proof.certificate["order_of_all"], proof.found
    exact.check_claims(found, proof.certificate["claims"])
    rows, geometry = proof.crystal.jets(order, "linear")
    proof.check_rank(rows, geometry, found["allowed"], "claims.allowed")
    return (
        f"site functions of any order have {found['allowed']} independent force constants: >= by order {order}, modulo "
        f"the prime {proof.prime}, <= by the laws"
    )


def prove_reached(proof):
    """The force constants that models have: >= by a rank modulo a prime (Lemma minor), <= by the functionals."""
    found, certificate = proof.found, proof.certificate
    proof.check_rank(*proof.jets, found["reached"], "claims.reached")
    models = "features" if certificate["readout"] == "linear" else "smooth functions of the features of each"
    return (
        f"{found['reached']} of {found['allowed']} are reached by sums over all atoms of {models}, of order nu = "
        f"{certificate['nu']}: >= modulo the prime {proof.prime}, <= by the functionals"
    )


RULES = {
    "structure": structures.prove_structure,
    "neighbours": structures.prove_neighbours,
    "isometries": structures.prove_isometries,
    "point-group": structures.prove_point_group,
    "crystal-forms": prove_forms,
    "crystal-functionals": prove_functionals,
    "crystal-allowed": prove_allowed,
    "crystal-reached": prove_reached,
}


def prove(certificate):
    """The statements that a certificate of the force constants of a crystal proves, and the proof."""
    nu, order = certificate["nu"], certificate["order_of_all"]
    env = Structure(certificate | {"nu": max(nu, order)})
    if min(nu, order) < 1 or not env.cell:
        raise Refuted("nu: not 1 or more; or no crystal")
    env.nu = nu
    proof = CrystalProof(certificate, env)
    unasked = {"point-group"} if certificate["point_group"] is None else set()
    return [exact.state(RULES, name, proof) for name in RULES if name not in unasked], proof
