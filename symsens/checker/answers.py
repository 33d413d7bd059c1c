"""Further claims about the Jacobian of which a certificate proves the rank: what an answer prints beside it.

Law: the certificate under `of` is proved first; each claim of `claims` has one rule in `CLAIMS`, which is given that
proof and the claim, and returns the statement that it has proved, or raises `Refuted`.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from importlib import import_module
from typing import Any

from symsens.checker import audits, clearance, kinds, left_out, spectrum
from symsens.checker.refusals import Malformed
from symsens.checker.shapes import ANSWER_SCHEMA, bounded, field_inside, number_of, read, read_labels


@dataclass(frozen=True)
class Claim:
    """A kind of claim: the rule that proves it, its shape, and prove(proof of the rank, claim) -> statement.

    The shape is a function of that of the numbers of the field.
    """

    rule: str
    shape: Any
    prove: Any


def prove_radius(proof, claim):
    """`symsens.checker.radius`, imported when it is needed, so that other claims never meet mpmath."""
    return import_module("symsens.checker.radius").prove(proof, claim)


RADIUS = {
    "radius": Fraction,
    "inverse": [[Fraction]],
    "rotations": [(Fraction,) * 3],
    "weights": [Fraction],
    "bits": int,
}
CLAIMS = {
    "left_out": Claim("left-out", left_out.shape_of, left_out.prove),
    "audit": Claim("audit", lambda number: audits.SHAPE, audits.prove),
    "singular_values": Claim("singular-values", lambda number: spectrum.SHAPE, spectrum.prove),
    "radius": Claim("radius", lambda number: RADIUS, prove_radius),
    "clearance": Claim("clearance", lambda number: clearance.SHAPE, clearance.prove),
}

RULES = {claim.rule: claim.prove for claim in CLAIMS.values()}


def read_rank(value, where):
    """The certificate of a rank, of exact numbers or of closed forms."""
    return kinds.read(value, where, kinds.OF_A_RANK)


def read_claims(number, value, where):
    """At least one claim of `CLAIMS`, each under its name."""
    if type(value) is not dict or not value or not value.keys() <= CLAIMS.keys():
        raise Malformed(f"{where}: expected at least one of {', '.join(CLAIMS)}, and nothing else")
    return {name: read(CLAIMS[name].shape(number), claim, f"{where}.{name}") for name, claim in value.items()}


def answer_of(number):
    """The shape of a certificate of an answer over a field, given that of its numbers."""
    return {
        "schema": {ANSWER_SCHEMA},
        "of": read_rank,
        "claims": partial(read_claims, number),
        "labels": read_labels,
    }


def read_certificate(value, where):
    """A certificate of an answer."""
    bounded(value, where)
    inside = value.get("of") if type(value) is dict else None
    if type(inside) is dict and "above" in inside:
        inside = inside["above"]
    return read(answer_of(number_of(field_inside(inside, f"{where}.of"))), value, where)


def prove(certificate):
    """The statements of the certificate inside, then those of the claims; and the proof of the former."""
    statements, proof = kinds.prove(certificate["of"])
    for name, claim in certificate["claims"].items():
        statements.append(f"{CLAIMS[name].prove(proof, claim)} [{CLAIMS[name].rule}]")
    return statements, proof
