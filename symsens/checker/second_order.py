"""Prove again how many forces and force constants models of an order can have, of those that symmetry allows.

Law: the standard library only, exact numbers only. Classes, rows, symmetries and characters are made anew; of the
certificate are the functionals that no model feels, and each is multiplied out.

Lemma jets: the 2-jets of features span the space of the rows.
Lemma readout: those of functions of features have the products of first derivatives too.
Lemma allowed: 2-jets that symmetry allows are those of invariant vectors and forms modulo rigid motions.
Lemma functionals: invariant functionals are independent on these if they are on the 2-jets of dot products.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, partial
from itertools import combinations_with_replacement
from math import lcm

from symsens.checker import exact, fields, point_groups, structures
from symsens.checker.characters import allowed
from symsens.checker.environments import Environment, bits_of
from symsens.checker.lattices import Structure
from symsens.checker.linear import apply, is_prime
from symsens.checker.motions import Anchor, generated
from symsens.checker.refusals import Refuted
from symsens.checker.shapes import (
    SECOND_ORDER_SCHEMA,
    bounded,
    environment_of,
    field_inside,
    generator_of,
    matrix_of,
    number_of,
    read,
    read_labels,
)
from symsens.checker.stabilisers import stabiliser
from symsens.checker.two_jets import (
    check_independent,
    check_rank,
    dot,
    products,
    rows_of,
    site_geometry,
    site_probe,
    site_stack,
    site_tuples,
    size,
    spend,
    vanishes,
)
from symsens.checker.whole_jets import every_side, structure_jets

CLAIMED = ("allowed", "reached", "missing", "stabiliser_order")


def certificate_of(number, about, levels):
    """The shape of a certificate with such numbers; `about` is that of an environment or a structure."""
    functional = {"gradient": [(number,) * 3], "form": [(int, int, matrix_of(number))]}
    return {
        "schema": {SECOND_ORDER_SCHEMA},
        **about,
        "level": levels,
        "nu": int,
        "readout": {"linear", "nonlinear"},
        "point_group": (None, str),
        "claims": dict.fromkeys(CLAIMED, int),
        "prime": Fraction,
        **({} if number is Fraction else {"root": Fraction}),
        "missing": [functional],
        "labels": read_labels,
    }


def of_structure(number, field):
    """The shape of a certificate of a whole structure over a field."""
    known = structures.certificate_of(number, field)
    return certificate_of(number, {key: known[key] for key in ("structure", "generators")}, {"sum", "set"})


def read_certificate(value, where):
    """A certificate of an environment or a structure, over the field that it declares."""
    if type(value) is dict and "structure" in value:
        return structures.read_over_field(of_structure, value, where)
    bounded(value, where)
    field = field_inside(value, where)
    number = number_of(field)
    declared = {"QQ"} if field is None else lambda value, where: field
    about = {"environment": environment_of(number, declared), "generators": [generator_of(number)]}
    return read(certificate_of(number, about, {"environment"}), value, where)


@dataclass
class JetProof:
    """A certificate and what has been proved of it so far.

    Attributes
    ----------
    env, order : the environment or the structure, and the order of its stabiliser.
    anchor, linear : of a structure, see `structures.StructureProof`.
    found : the numbers that have been proved.
    """

    certificate: dict
    env: Environment | Structure
    order: int = 0
    anchor: Anchor = None
    linear: int = 0
    found: dict = field(default_factory=dict)

    @property
    def site(self):
        """Whether it is about the neighbours of one centre."""
        return self.certificate["level"] == "environment"

    @property
    def prime(self):
        """The prime, or `Refuted` for what is none."""
        prime = self.certificate["prime"]
        if prime.denominator != 1 or prime >= 2**64 or not is_prime(prime.numerator):
            raise Refuted("prime: not a prime below 2^64")
        return prime.numerator

    @cached_property
    def image(self):
        """What takes integers of the field to integers modulo the prime (Lemma split)."""
        return self.env.field.homomorphism(self.prime, self.certificate.get("root"), "certificate")

    @cached_property
    def modulo(self):
        """The geometry modulo the prime."""
        return self.jets[1].modulo(self.image)

    @cached_property
    def rank(self):
        """How many dimensions the atoms span."""
        points = self.env.positions if self.site else self.anchor.positions
        return fields.rank(self.env.field, (dict(enumerate(y)) for y in points))

    @property
    def permutations(self):
        """Those of the atoms by all symmetries, once these are proved."""
        if self.site:
            return stabiliser(self.env)
        return {permutation for permutation, _ in generated(self.env, self.certificate["generators"])}

    @property
    def coordinates(self):
        """All dot products of neighbours, or all sides."""
        return list(combinations_with_replacement(range(self.env.n), 2)) if self.site else every_side(self.env)

    @cached_property
    def jets(self):
        """The rows that the readout has, each different one once, and their geometry (Lemma readout)."""
        readout = self.certificate["readout"]
        if self.site:
            rows, geometry = rows_of(site_tuples(self.env)), site_geometry(self.env)
            stacks = [site_stack(rows, geometry)] if readout == "nonlinear" else []
        else:
            rows, stacks, geometry = structure_jets(self.env, self.certificate["level"], readout)
        more, geometry = products(stacks, geometry, self.env.field)
        return rows + more, geometry


ENERGIES = {
    "environment": "the neighbours move, each by itself, and the centre is fixed; energies are",
    "sum": "the energy is a sum over the atoms of",
    "set": "the energy is a smooth function of the set of all atoms', by",
}


def prove_models(proof):
    """What moves, and what models there are."""
    env, level, readout = proof.env, proof.certificate["level"], proof.certificate["readout"]
    if level == "set" and readout == "linear":
        raise Refuted("readout: a function of a set is nonlinear")
    sums = "smooth functions of sums over tuples" if readout == "nonlinear" else "sums over tuples"
    return (
        f"{env.columns} displacements; {ENERGIES[level]} {sums} of smooth O(3) functions of dot products, of order "
        f"nu = {env.nu}"
    )


def prove_allowed(proof):
    """How many 2-jets symmetry allows (Lemma allowed, Lemma axis)."""
    env = proof.env
    permutations = proof.permutations if proof.rank == 1 else ()
    free = int(not proof.site)
    proof.found["allowed"] = allowed(proof.rank, env.n, proof.certificate["generators"], permutations, free)
    return (
        f"symmetry allows {proof.found['allowed']} parameters, invariant gradients and second derivatives modulo "
        "rigid motions, by the characters of all symmetries"
    )


# Functionals.


class Functional:
    """A functional (a, S) in integers, in units of the points of the environment.

    Attributes
    ----------
    vectors : a of each atom.
    blocks : S of each two atoms, both ways round.
    """

    def __init__(self, given, env, where):
        gradient, form = given["gradient"], given["form"]
        places = [(j, k) for j, k, _ in form]
        fits = len(gradient) == env.n and all(0 <= j <= k < env.n for j, k in places)
        if not fits or any(a >= b for a, b in zip(places, places[1:])):
            raise Refuted(f"{where}: not a gradient of {env.n} rows, or form not of atoms j <= k in ascending order")
        flat = {(j, c): env.length * x for j, row in enumerate(gradient) for c, x in enumerate(row)}
        for j, k, block in form:
            if j == k and [list(row) for row in zip(*block)] != block:
                raise Refuted(f"{where}.form: the block of ({j}, {j}) is not symmetric")
            flat |= {(j, c, k, d): env.length**2 * x for c, row in enumerate(block) for d, x in enumerate(row)}
        self.flat = env.field.primitive(flat)
        self.vectors = [[self.flat.get((j, c), 0) for c in range(3)] for j in range(env.n)]
        self.blocks = {}
        for j, k in places:
            block = [[self.flat.get((j, c, k, d), 0) for d in range(3)] for c in range(3)]
            self.blocks[j, k] = block
            self.blocks[k, j] = block if j == k else list(zip(*block))

    @property
    def bits(self):
        """Of the longest number."""
        return max((x.bit_length() for x in self.flat.values()), default=1)

    @property
    def maps(self):
        """What `two_jets.value` asks for."""
        return self.vectors.__getitem__, lambda j, k: self.blocks.get((j, k))

    def modulo(self, image):
        """The same modulo a prime, by the map to integers modulo it."""
        into = lambda rows: [[image({0: x})[0] for x in row] for row in rows]
        vectors, blocks = into(self.vectors), {pair: into(block) for pair, block in self.blocks.items()}
        return vectors.__getitem__, lambda j, k: blocks.get((j, k))


def numbers_of(given):
    """All rows of numbers of a functional as it is given."""
    return [*given["gradient"], *(row for _, _, block in given["form"] for row in block)]


def integral(matrix):
    """(matrix times the least common denominator d of its entries, d)."""
    unit = lcm(*(x.denominator for row in matrix for x in row))
    return [[fields.whole(x * unit) for x in row] for row in matrix], unit


def check_invariant(functional, generators, where):
    """Nothing, or `Refuted`: the generators leave a functional as it is."""
    none = [[0] * 3] * 3
    for generator in generators:
        image, (turn, unit) = generator["permutation"], integral(generator["isometry"])
        for k, vector in enumerate(functional.vectors):
            if apply(turn, vector) != [unit * x for x in functional.vectors[image[k]]]:
                raise Refuted(f"{where}.gradient: not invariant")
        for (j, k), block in functional.blocks.items():
            half = [apply(block, row) for row in turn]  # the columns of block turn^T
            there = functional.blocks.get((image[j], image[k]), none)
            if [[dot(row, column) for column in half] for row in turn] != [[unit**2 * x for x in y] for y in there]:
                raise Refuted(f"{where}.form: not invariant")


def prove_missing(proof):
    """The functionals given are 0 on all rows, and independent on what symmetry allows (Lemma functionals)."""
    env, given, generators = proof.env, proof.certificate["missing"], proof.certificate["generators"]
    if len(given) > proof.found["allowed"]:
        raise Refuted(f"missing: {len(given)} functionals, and symmetry allows {proof.found['allowed']} 2-jets")
    rows, geometry = proof.jets
    work = size(rows, geometry) + 100 * (len(generators) + 1) * env.n**2
    spend(work * sum(bits_of(numbers_of(one)) // 64 + 1 for one in given))
    functionals = [Functional(one, env, f"missing[{i}]") for i, one in enumerate(given)]
    words = sum(functional.bits // 64 + 1 for functional in functionals) * env.field.degree**2
    spend(words * work)
    for i, functional in enumerate(functionals):
        check_invariant(functional, generators, f"missing[{i}]")
        if not vanishes(functional.maps, geometry, rows):
            raise Refuted(f"missing[{i}]: not 0 on all 2-jets of order nu = {env.nu}")
    check_independent([one.modulo(proof.image) for one in functionals], proof.modulo, proof.coordinates, proof.prime)
    proof.found["missing"] = len(given)
    return (
        f"{len(given)} invariant functionals, independent on what symmetry allows, are 0 on the {len(rows)} rows that "
        f"span the 2-jets of such models of order nu = {env.nu}"
    )


def prove_reached(proof):
    """The number of 2-jets that models have: >= by a rank modulo a prime (Lemma minor), <= by the functionals."""
    found, env = proof.found, proof.env
    found |= {"reached": found["allowed"] - found["missing"], "stabiliser_order": proof.order}
    exact.check_claims(found, proof.certificate["claims"])
    draw = partial(site_probe, range(env.n), proof.prime)
    check_rank(proof.jets[0], proof.modulo, draw, proof.prime, found["reached"])
    return (
        f"{found['reached']} of {found['allowed']} parameters are reached: >= modulo the prime {proof.prime}, <= by "
        f"the {found['missing']} functionals"
    )


RULES = {
    "field": exact.prove_field,
    "environment": exact.prove_environment,
    "structure": structures.prove_structure,
    "neighbours": structures.prove_neighbours,
    "models": prove_models,
    "stabiliser": exact.prove_stabiliser,
    "isometries": structures.prove_isometries,
    "point-group": lambda proof: (point_groups.prove if proof.site else structures.prove_point_group)(proof),
    "second-order-allowed": prove_allowed,
    "second-order-missing": prove_missing,
    "second-order-reached": prove_reached,
}
OF_SITES, OF_STRUCTURES = {"environment", "stabiliser"}, {"structure", "neighbours", "isometries"}


def prove(certificate):
    """The statements that a certificate of second order proves, and the proof."""
    if certificate["level"] == "environment":
        env = Environment(certificate | {"group": None, "vary": "neighbours", "variables": None})
    else:
        env = Structure(certificate)
        if env.cell:
            raise Refuted("structure.lattice: second order of crystals is another kind of certificate")
    proof = JetProof(certificate, env)
    unasked = OF_STRUCTURES if proof.site else OF_SITES
    unasked = unasked | ({"field"} if env.field is fields.QQ else set())
    unasked |= {"point-group"} if certificate["point_group"] is None else set()
    return [exact.state(RULES, name, proof) for name in RULES if name not in unasked], proof
