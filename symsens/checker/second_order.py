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
from functools import cached_property
from itertools import combinations_with_replacement
from math import lcm

from symsens.checker import exact, fields, point_groups
from symsens.checker.characters import allowed
from symsens.checker.environments import Environment, bits_of
from symsens.checker.linear import apply, is_prime
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
    site_tuples,
    size,
    spend,
    vanishes,
)

CLAIMED = ("allowed", "reached", "missing", "stabiliser_order")


def certificate_of(number, environment):
    """The shape of a certificate with such numbers."""
    functional = {"gradient": [(number,) * 3], "form": [(int, int, matrix_of(number))]}
    return {
        "schema": {SECOND_ORDER_SCHEMA},
        "environment": environment,
        "level": {"environment"},
        "nu": int,
        "readout": {"linear", "nonlinear"},
        "generators": [generator_of(number)],
        "point_group": (None, str),
        "claims": dict.fromkeys(CLAIMED, int),
        "prime": Fraction,
        **({} if number is Fraction else {"root": Fraction}),
        "missing": [functional],
        "labels": read_labels,
    }


def read_certificate(value, where):
    """A certificate of an environment, over the field that it declares."""
    bounded(value, where)
    field = field_inside(value, where)
    number = number_of(field)
    declared = {"QQ"} if field is None else lambda value, where: field
    return read(certificate_of(number, environment_of(number, declared)), value, where)


@dataclass
class JetProof:
    """A certificate and what has been proved of it so far.

    Attributes
    ----------
    env, order : the environment, and the order of its stabiliser.
    found : the numbers that have been proved.
    """

    certificate: dict
    env: Environment
    order: int = 0
    found: dict = field(default_factory=dict)

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
        return fields.rank(self.env.field, (dict(enumerate(y)) for y in self.env.positions))

    @cached_property
    def linear(self):
        """The rows of all features of the order, each different one once, and their geometry."""
        return rows_of(site_tuples(self.env)), site_geometry(self.env)

    @cached_property
    def jets(self):
        """The rows that the readout has, and their geometry (Lemma readout)."""
        rows, geometry = self.linear
        if self.certificate["readout"] == "linear":
            return rows, geometry
        more, geometry = products(rows, geometry, self.env.field)
        return rows + more, geometry


def prove_models(proof):
    """What moves, and what models there are."""
    env, readout = proof.env, proof.certificate["readout"]
    models = "sums over tuples" if readout == "linear" else "functions of sums over tuples"
    return (
        f"{env.columns} displacements: the neighbours move, each by itself, and the centre is fixed; {models}, smooth "
        f"functions of dot products, of order nu = {env.nu}"
    )


def prove_allowed(proof):
    """How many 2-jets symmetry allows (Lemma allowed, Lemma axis)."""
    env = proof.env
    permutations = stabiliser(env) if proof.rank == 1 else ()
    proof.found["allowed"] = allowed(proof.rank, env.n, proof.certificate["generators"], permutations, 0)
    return (
        f"symmetry allows {proof.found['allowed']} parameters, invariant gradients and second derivatives modulo "
        "rotations, by the characters of the stabiliser"
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
    keys, entries = size(rows)
    work = 64 * len(keys) + entries + 100 * (len(generators) + 1) * env.n**2
    spend(work * sum(bits_of(numbers_of(one)) // 64 + 1 for one in given))
    functionals = [Functional(one, env, f"missing[{i}]") for i, one in enumerate(given)]
    words = sum(functional.bits // 64 + 1 for functional in functionals) * env.field.degree**2
    spend(words * work)
    for i, functional in enumerate(functionals):
        check_invariant(functional, generators, f"missing[{i}]")
        if not vanishes(functional.maps, geometry, rows):
            raise Refuted(f"missing[{i}]: not 0 on all 2-jets of order nu = {env.nu}")
    coordinates = list(combinations_with_replacement(range(env.n), 2))
    check_independent([one.modulo(proof.image) for one in functionals], proof.modulo, coordinates, proof.prime)
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
    check_rank(proof.jets[0], proof.modulo, range(env.n), proof.prime, found["reached"])
    return (
        f"{found['reached']} of {found['allowed']} parameters are reached: >= modulo the prime {proof.prime}, <= by "
        f"the {found['missing']} functionals"
    )


RULES = {
    "field": exact.prove_field,
    "environment": exact.prove_environment,
    "models": prove_models,
    "stabiliser": exact.prove_stabiliser,
    "point-group": point_groups.prove,
    "second-order-allowed": prove_allowed,
    "second-order-missing": prove_missing,
    "second-order-reached": prove_reached,
}


def prove(certificate):
    """The statements that a certificate of second order proves, and the proof."""
    proof = JetProof(certificate, Environment(certificate | {"group": None, "vary": "neighbours", "variables": None}))
    unasked = {"field"} if proof.env.field is fields.QQ else set()
    unasked |= {"point-group"} if certificate["point_group"] is None else set()
    return [exact.state(RULES, name, proof) for name in RULES if name not in unasked], proof
