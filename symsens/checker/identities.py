"""Families of environments whose positions are polynomials in parameters: what holds at all values of these.

Law: the standard library only, exact numbers only. Equal are polynomials that are the same polynomial. What is proved
of almost all values is proved at one point, by a certificate of exact numbers there.

Lemma polynomials: rows of classes of equal polynomials that vanish along a vector of polynomials do so at every point;
the rank at one point is a lower bound at almost all, and what tells two members apart there does so at almost all.
"""

import hashlib
import json
from collections import Counter, defaultdict
from fractions import Fraction
from itertools import product
from math import comb

from symsens.checker import comparisons, exact, fields
from symsens.checker.environments import counted
from symsens.checker.limits import (
    MAX_FAMILY_BITS,
    MAX_FAMILY_PARAMETERS,
    MAX_NEIGHBOURS,
    MAX_NU,
    MAX_TUPLE_INVARIANTS,
)
from symsens.checker.linear import PRIME, primitive
from symsens.checker.matrices import components, pair
from symsens.checker.multivariate import Work, read_polynomial
from symsens.checker.refusals import Refuted
from symsens.checker.shapes import (
    COMPARISON_SCHEMA,
    EXACT_SCHEMA,
    IDENTITY_SCHEMA,
    bounded,
    expect,
    read,
    read_exact,
    read_generator,
    read_labels,
    read_species,
)

POSITIONS = [(read_polynomial,) * 3]


def read_witness(value, where):
    """The certificate of a rank, or of a comparison."""
    schema = value.get("schema") if type(value) is dict else None
    wanted = f"{EXACT_SCHEMA} or {COMPARISON_SCHEMA}"
    expect(schema in (EXACT_SCHEMA, COMPARISON_SCHEMA), schema, f"{where}.schema", wanted)
    return (read_exact if schema == EXACT_SCHEMA else comparisons.read_certificate)(value, where)


IDENTITY = {
    "schema": {IDENTITY_SCHEMA},
    "parameters": [read_generator],
    "nu": (None, int),
    "centre": read_species,
    "species": [read_species],
    "positions": POSITIONS,
    "null_vectors": [[read_polynomial]],
    "partner": (None, POSITIONS),
    "at": (None, [Fraction]),
    "witness": (None, read_witness),
    "labels": read_labels,
}


def read_certificate(value, where):
    """A certificate of a family."""
    bounded(value, where)
    return read(IDENTITY, value, where)


class FamilyProof:
    """A family whose shape is sound, and the work that is left.

    Attributes
    ----------
    n, nu : number of neighbours, and the order; None for whatever order.
    work : counts products of terms.
    """

    def __init__(self, certificate):
        self.certificate, self.work = certificate, Work()
        self.parameters, self.species = certificate["parameters"], certificate["species"]
        self.n, self.nu, self.partner = len(self.species), certificate["nu"], certificate["partner"]
        self.check_sizes()
        everything = [*certificate["positions"], *(self.partner or []), *certificate["null_vectors"]]
        if any(len(a) != len(self.parameters) for polynomials in everything for f in polynomials for a in f):
            raise Refuted(f"positions, partner, null_vectors: not {len(self.parameters)} exponents to each term")
        self.gram = self.products(certificate["positions"], certificate["positions"])

    def check_sizes(self):
        """Nothing, or `Refuted`: as many of everything as go together, within the limits."""
        if len(set(self.parameters)) != len(self.parameters) or len(self.parameters) > MAX_FAMILY_PARAMETERS:
            raise Refuted(f"parameters: one of them twice, or over {MAX_FAMILY_PARAMETERS}")
        nu = 2 if self.nu is None else self.nu
        if not (0 < self.n <= MAX_NEIGHBOURS and 0 < nu <= MAX_NU):
            raise Refuted(f"species, nu: outside 1..{MAX_NEIGHBOURS}, 1..{MAX_NU}")
        if self.n ** max(nu, 2) * comb(nu + 1, 2) > MAX_TUPLE_INVARIANTS:
            raise Refuted(f"nu: {self.n} neighbours have over {MAX_TUPLE_INVARIANTS} invariants of tuples")
        sides = [self.certificate["positions"], *([] if self.partner is None else [self.partner])]
        if any(len(side) != self.n for side in sides):
            raise Refuted(f"positions, partner: not {self.n} each, as many as species")
        if any(len(vector) != 3 * self.n for vector in self.certificate["null_vectors"]):
            raise Refuted(f"null_vectors: not {3 * self.n} entries each")

    def products(self, first, second):
        """{(j, k): x_j . y_k} for j <= k."""
        return {(j, k): self.work.dot(first[j], second[k]) for k in range(self.n) for j in range(k + 1)}

    def labels(self, gram, numbers):
        """{(j, k): number} for ordered pairs: equal iff species, squares and dot products are the same polynomials."""
        number = lambda key: numbers.setdefault(key, len(numbers))
        of = {jk: number(frozenset(polynomial.items())) for jk, polynomial in gram.items()}
        shell = [(kind, of[j, j]) for j, kind in enumerate(self.species)]
        pairs = product(range(self.n), repeat=2)
        return {(j, k): number((shell[j], shell[k], of[pair(j, k)])) for j, k in pairs}

    def classes(self, labels):
        """{class: its nu-tuples}, a class being known by the labels of all its pairs."""
        found = defaultdict(list)
        for tau in product(range(self.n), repeat=self.nu):
            found[tuple(labels[tau[a], tau[b]] for a, b in components(self.nu))].append(tau)
        return found

    def values(self, side, point):
        """Positions, or a vector, at a point."""
        return [[self.work.value_at(f, point) for f in polynomials] for polynomials in side]


# What holds at all values.


def digest(certificate):
    """SHA-256 of what the certificate is about, as canonical JSON."""

    def plain(polynomials):
        return [[sorted([list(a), f"{x:x}"] for a, x in f.items()) for f in each] for each in polynomials]

    sides = [plain(certificate[key]) for key in ("positions", "partner") if certificate[key] is not None]
    data = [certificate["parameters"], certificate["centre"], certificate["species"], sides]
    return hashlib.sha256(json.dumps(data, separators=(",", ":")).encode()).hexdigest()


def prove_family(proof):
    """The hypotheses were checked when the family was made."""
    names, pairs = ", ".join(proof.parameters), "" if proof.partner is None else "pairs of "
    return (
        f"{pairs}environments of {proof.n} neighbours ({counted(proof.species)}) of a centre "
        f"{proof.certificate['centre']}, Cartesian, whose positions are polynomials in {names or 'nothing'}; "
        f"SHA-256 {digest(proof.certificate)}"
    )


def rows(proof):
    """Rows of C_nu, {pair: count}, each different one once; of E itself, whatever the order."""
    if proof.nu is None:
        return [{jk: 1} for jk in proof.gram]
    found = {}
    for members in proof.classes(proof.labels(proof.gram, {})).values():
        for a, b in components(proof.nu):
            row = Counter(pair(tau[a], tau[b]) for tau in members)
            found[frozenset(row.items())] = row
    return list(found.values())


def prove_null(proof):
    """D_nu v = 0 as an identity of polynomials for every vector given, its classes those of equal polynomials."""
    every, positions = rows(proof), proof.certificate["positions"]
    for i, entries in enumerate(proof.certificate["null_vectors"]):
        moves = [entries[3 * j : 3 * j + 3] for j in range(proof.n)]
        here, there = proof.products(positions, moves), proof.products(moves, positions)
        along = {jk: proof.work.combine([(here[jk], 1), (there[jk], 1)]) for jk in here}
        for row in every:
            if proof.work.combine((along[jk], count) for jk, count in row.items()):
                raise Refuted(f"null_vectors[{i}]: a row of D does not vanish along it as a polynomial")
    order = "any order" if proof.nu is None else f"order nu = {proof.nu}"
    return (
        f"{len(proof.certificate['null_vectors'])} vectors of polynomials that no smooth O(3) feature of {order} sees, "
        "at any values of the parameters"
    )


def prove_equal(proof):
    """Every class of nu-tuples, by equal polynomials, has as many members in the family as in its partner."""
    if proof.nu is None:
        raise Refuted("nu: null, where two families are compared")
    numbers, second = {}, proof.products(proof.partner, proof.partner)
    found = [
        Counter({key: len(members) for key, members in proof.classes(proof.labels(gram, numbers)).items()})
        for gram in (proof.gram, second)
    ]
    if found[0] != found[1]:
        raise Refuted(f"partner: classes of order nu = {proof.nu} have different numbers of members")
    return (
        f"both of a pair have equal features up to order nu = {proof.nu}, for every smooth phi of O(3), at any values "
        f"of the parameters: {len(found[0])} classes"
    )


# What holds at almost all values.


def point_of(proof):
    """The values of the parameters at the witness, or `Refuted`."""
    point = proof.certificate["at"]
    if point is None or len(point) != len(proof.parameters):
        raise Refuted(f"at: not {len(proof.parameters)} numbers, and a witness needs them")
    if any(max(x.numerator.bit_length(), x.denominator.bit_length()) > MAX_FAMILY_BITS for x in point):
        raise Refuted(f"at: numbers of over {MAX_FAMILY_BITS} bits")
    return point


def check_side(proof, data, side, point, where):
    """Nothing, or `Refuted`: an environment of a certificate is the member of a family at a point."""
    wanted = {
        "field": "QQ",
        "centre": proof.certificate["centre"],
        "species": proof.species,
        "metric": [[int(a == b) for b in range(3)] for a in range(3)],
        "positions": proof.values(side, point),
    }
    for key, value in wanted.items():
        if data[key] != value:
            raise Refuted(f"{where}.{key}: not that of the family at these values of the parameters")


def prove_generic_rank(proof):
    """The rank at one point is that of almost all, since as many null vectors as there are there hold at all."""
    point, witness = point_of(proof), proof.certificate["witness"]
    wanted = {"vary": "neighbours", "descriptor": None}
    if any(witness[key] != value for key, value in wanted.items()) or witness["group"] == "SO(3)":
        raise Refuted("witness: not about all O(3) features, the neighbours moving")
    if proof.nu not in (None, witness["nu"]):
        raise Refuted("witness.nu: another order")
    check_side(proof, witness["environment"], proof.certificate["positions"], point, "witness.environment")
    _, found = exact.prove(witness)
    echelon, vectors = {}, proof.values(proof.certificate["null_vectors"], point)
    for i, vector in enumerate(vectors):
        if not fields.absorb_modulo(fields.QQ, echelon, primitive(dict(enumerate(vector))), PRIME):
            raise Refuted(f"null_vectors[{i}]: depends on those before it at these values")
    if len(vectors) != len(found.along):
        raise Refuted(f"null_vectors: {len(vectors)}, but {len(found.along)} at these values")
    rank = f"rank D_{witness['nu']} = {found.rank} of {3 * proof.n}"
    spanning = fields.rank(fields.QQ, [dict(enumerate(y)) for y in found.env.points]) == 3
    if found.order > 1 or not spanning:
        return f"at almost all values of the parameters {rank}"
    spurious = found.dimensions["incompleteness"]
    return f"at almost all values of the parameters {rank}, no symmetry, and incompleteness {spurious}"


def prove_generic_pair(proof):
    """The members of a pair at one point are not congruent, nor are those of almost all."""
    point, witness = point_of(proof), proof.certificate["witness"]
    if witness["group"] != "O(3)" or witness["claims"]["congruent"]:
        raise Refuted("witness: not a pair that is not congruent under O(3)")
    for key, side in (("first", proof.certificate["positions"]), ("second", proof.partner)):
        if witness[key]["within"] is not None:
            raise Refuted(f"witness.{key}.within: not null")
        check_side(proof, witness[key], side, point, f"witness.{key}")
    comparisons.prove(witness)
    (level,) = witness["claims"]["levels"]
    told = level["separated_at"]
    apart = "" if told is None else f", and features of order nu = {told} tell them apart"
    return f"at almost all values of the parameters the two of a pair are not congruent{apart}"


RULES = {
    "family": prove_family,
    "null-identity": prove_null,
    "generic-rank": prove_generic_rank,
    "equal-identity": prove_equal,
    "generic-pair": prove_generic_pair,
}


def needed(proof):
    """The rules that a certificate must pass, or `Refuted` where its parts do not go together."""
    witness, paired = proof.certificate["witness"], proof.partner is not None
    if paired == bool(proof.certificate["null_vectors"]):
        raise Refuted("null_vectors, partner: either vectors or a partner")
    rules = ["family", "equal-identity" if paired else "null-identity"]
    if witness is None:
        return rules
    if witness["schema"] != (COMPARISON_SCHEMA if paired else EXACT_SCHEMA):
        raise Refuted("witness: a comparison goes with a partner, a rank with null vectors")
    return [*rules, "generic-pair" if paired else "generic-rank"]


def prove(certificate):
    """The statements that a certificate of a family proves, and the proof."""
    proof = FamilyProof(certificate)
    return [exact.state(RULES, name, proof) for name in needed(proof)], proof
