"""Linear relations among the features of a descriptor at every structure: those given hold, and there are no others.

Law: relations hold by normal forms (`symsens.checker.relations`). As many as there are, the Jacobians of the features
at several structures, side by side, have no larger rank than the number of features less theirs; where it is as large
as that, by intervals (Lemma inverse), there are no further ones.
"""

from dataclasses import dataclass
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from symsens.checker import exact, relations
from symsens.checker.environments import Environment
from symsens.checker.intervals import Forms, check_evidence, check_inverse, evaluator_of
from symsens.checker.limits import MAX_NEIGHBOURS, MAX_NU, MAX_STRUCTURES
from symsens.checker.refusals import Refuted
from symsens.checker.shapes import RELATIONS_SCHEMA, read_labels, read_species
from symsens.checker.trees import FORMS, check_forms, read_closed

STRUCTURE = {"species": [read_species], "positions": [(Fraction,) * 3]}
OTHERS = {"structures": [STRUCTURE], "pivot_columns": [int], "left_inverse": [[Fraction]], "bits": int}
RELATIONS = FORMS | {
    "schema": {RELATIONS_SCHEMA},
    "relations": [[Fraction]],
    "others": (None, OTHERS),
    "claims": {"features": int, "relations": int, "no_others": bool},
    "labels": read_labels,
}
UNIT = [[Fraction(int(a == b)) for b in range(3)] for a in range(3)]


def read_certificate(value, where):
    """A certificate of relations."""
    return read_closed(value, where, RELATIONS)


@dataclass
class RelationsProof:
    """A certificate of relations, the largest order of its forms, and what has been proved of it."""

    certificate: dict
    nu: int
    proved: Any


def structure(data, nu):
    """A structure as an environment whose neighbours move."""
    inside = {**data, "field": "QQ", "centre": "X", "metric": UNIT, "tie": None}
    return Environment({"environment": inside, "nu": nu, "variables": None, "vary": "neighbours", "group": None})


def prove_relations(proof):
    """The relations given hold and are independent."""
    given = proof.certificate["relations"]
    statement = relations.prove_relations(proof)
    if relations.independent(given, []) != len(given):
        raise Refuted("relations: not independent")
    proof.proved["relations"] = len(given)
    return f"{statement}; they are independent" if given else "no linear relation among the forms given is claimed"


def prove_others(proof):
    """There are no other relations: the rank of [J(X_1) J(X_2) ..]."""
    certificate, others = proof.certificate, proof.certificate["others"]
    features, bits = certificate["features"], others["bits"]
    pairs = sum(len(data["species"]) ** 2 for data in others["structures"])
    if len(others["structures"]) > MAX_STRUCTURES or pairs > MAX_NEIGHBOURS**2:
        raise Refuted(f"others.structures: more than {MAX_STRUCTURES}, or of more than {MAX_NEIGHBOURS**2} pairs")
    structures = [structure(data, proof.nu) for data in others["structures"]]
    check_evidence(others | {"features": features}, sum(env.columns for env in structures))
    rank, left = len(others["pivot_columns"]), len(features) - proof.proved["relations"]
    if rank != left:
        raise Refuted(f"others.pivot_columns: {rank}, where {left} are needed")
    evaluator, first, rows = evaluator_of(certificate, bits), 0, [[None] * rank for _ in features]
    for env in structures:
        here = [(k, c - first) for k, c in enumerate(others["pivot_columns"]) if 0 <= c - first < env.columns]
        block = Forms(env, certificate, evaluator).block([c for _, c in here])
        for row, part in zip(rows, block):
            for (k, _), x in zip(here, part):
                row[k] = x
        first += env.columns
    defect = check_inverse(evaluator, others["left_inverse"], rows)
    proof.proved["no_others"] = True
    return (
        f"there are no other linear relations: [J(X_1) J(X_2) ..] of the {len(features)} features at {len(structures)} "
        f"structures has rank >= {rank} by ||I - W J_c|| < {defect} in intervals of {bits} bits"
    )


def prove_claims(proof):
    """The numbers that the certificate claims are those that were proved."""
    exact.check_claims(proof.proved, proof.certificate["claims"])
    features, found, complete = proof.proved.values()
    return (
        f"so the {features} features have {'exactly' if complete else 'at least'} {found} independent linear relations"
    )


RULES = {"relations": prove_relations, "no-other-relations": prove_others, "relations-claims": prove_claims}


def prove(certificate):
    """The statements that a certificate of relations proves; and the proof."""
    terms = [term for feature in certificate["features"] for term in feature["terms"]]
    nu = max((len(term["species"]) for term in terms), default=1)
    if nu > MAX_NU:
        raise Refuted(f"features: a form of more than {MAX_NU} places")
    species = {kind for term in terms for kind in term["species"]}
    check_forms(certificate, SimpleNamespace(nu=nu, species=species), None)
    proof = RelationsProof(
        certificate, nu, {"features": len(certificate["features"]), "relations": 0, "no_others": False}
    )
    names = [name for name in RULES if name != "no-other-relations" or certificate["others"]]
    return [exact.state(RULES, name, proof) for name in names], proof
