"""Certificates: what is claimed and the evidence for it, as plain JSON with exact numbers as strings.

Law: a certificate holds all that `symsens.checker.exact` needs to prove every dimension anew, and nothing that it must
believe: the environment, the claims, generators of the stabiliser, null vectors level by level, primes and pivot rows.
"""

import json
from dataclasses import replace

from symsens.certificates.closed_forms import closed_form_certificate
from symsens.certificates.rules import rule_for
from symsens.descriptors.base import plan_of
from symsens.errors import InputError
from symsens.forms.facts import angular_degree
from symsens.forms.polynomials import polynomial_features
from symsens.rows.evidence import Evidence
from symsens.rows.filtration import Filtration, Level

SCHEMA = "symsens/certificate/1"


FILE_SCHEMA = "symsens/certificates/1"


def _strings(rows):
    return [[str(entry) for entry in row] for row in rows]


def build_certificate(filtration: Filtration, descriptor=None, evidence: Evidence | None = None) -> dict:
    """The certificate of a decided filtration as a JSON-ready dictionary.

    Parameters
    ----------
    descriptor, evidence : the descriptor asked about and the evidence for the rank of its Jacobian; None for a
        basis-free answer.

    Raises
    ------
    InputError
        There is nothing to certify, or no certificate can hold the proof: `symsens.certificates.rules` says why.
    """
    rule = rule_for(filtration, descriptor)
    if rule.name is None:
        env = filtration.moves.environment
        raise InputError(f"{env.source or 'environment'}, centre {env.centre}: {rule.reason}")
    if descriptor is None:
        return _exact(filtration, None)
    plan = plan_of(filtration.moves.environment, descriptor)
    angular = filtration["angular_truncation"] is not None
    statement = {"name": str(descriptor), "l_max": angular_degree(plan) if angular else None}
    if evidence.block is None:
        features = polynomial_features(filtration.moves.environment, plan)
        whole = replace(evidence.above, levels=(*evidence.above.levels, evidence.last))
        return _exact(whole, statement | {"features": features})
    above = _exact(evidence.above, statement | {"features": None} if angular else None)
    return closed_form_certificate(filtration, descriptor, evidence.block, above)


def _exact(filtration: Filtration, statement: dict | None) -> dict:
    """What the exact checker proves: levels with integer null vectors and modular ranks."""
    moves = filtration.moves
    env, tied = moves.environment, moves.tie is not None
    return {
        "schema": SCHEMA,
        "environment": {
            "field": env.field.name,
            "centre": env.centre_species,
            "species": list(env.species),
            "positions": _strings(env.positions),
            "metric": _strings(env.metric),
            "tie": {"centre": env.centre, "atoms": list(env.atoms)} if tied else None,
        },
        "nu": filtration.nu,
        "vary": moves.name,
        "variables": list(moves.variables) if tied else None,
        "descriptor": statement,
        "claims": {
            "displacements": filtration.displacements,
            "rank": filtration.rank,
            "nullity": filtration.nullity,
            "symmetry_allowed_rank": filtration.symmetry_allowed_rank,
            "stabiliser_order": moves.stabiliser.order,
            "filtration": filtration.as_dict(),
        },
        "generators": [
            {"permutation": list(g.permutation), "isometry": _strings(g.isometry)} for g in moves.stabiliser.generators
        ],
        "levels": list(map(_level, filtration.levels)),
    }


def _level(level: Level) -> dict:
    written = {"name": level.name, "null_vectors": _strings(level.vectors)}
    if level.proof is None:
        return written
    return written | {"prime": str(level.proof.prime), "pivot_rows": _plain(level.proof.pivot_rows)}


def _plain(rows):
    return [
        [list(part) if isinstance(part, tuple) else part for part in row] if isinstance(row, tuple) else row
        for row in rows
    ]


def certificate_text(certificates: list[dict]) -> str:
    """The text of a certificate file: one top-level object, one line per certificate."""
    lines = ",\n".join(json.dumps(certificate, separators=(",", ":")) for certificate in certificates)
    return f'{{"schema": "{FILE_SCHEMA}", "certificates": [\n{lines}\n]}}\n'
