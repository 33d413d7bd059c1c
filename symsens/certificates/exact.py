"""Certificates: what is claimed and the evidence for it, as plain JSON with exact numbers as strings.

Law: a certificate holds all that `symsens.checker.exact` needs to prove every dimension anew, and nothing that it must
believe: the environment, the claims, generators of the stabiliser, null vectors level by level, primes and pivot rows.
"""

import json
from collections.abc import Iterable

from symsens.certificates.fields import field_certificate, strings
from symsens.geometry.point_groups import point_group
from symsens.geometry.symmetry import Generator
from symsens.rows.filtration import Filtration, Level

SCHEMA = "symsens/certificate/1"


FILE_SCHEMA = "symsens/certificates/1"
MAX_LABEL = 500  # characters


def exact_certificate(filtration: Filtration, statement: dict | None = None) -> dict:
    """What the exact checker proves of a decided filtration: levels with integer null vectors and modular ranks.

    Parameters
    ----------
    statement : what is said of a descriptor; None for a basis-free answer.
    """
    moves = filtration.moves
    env, tied = moves.environment, moves.tie is not None
    return {
        "schema": SCHEMA,
        "environment": {
            "field": field_certificate(env.field),
            "centre": env.centre_species,
            "species": list(env.species),
            "positions": strings(env.positions),
            "metric": strings(env.metric),
            "tie": {"centre": env.centre, "atoms": list(env.atoms)} if tied else None,
        },
        "nu": filtration.nu,
        "group": moves.group,
        "vary": moves.name,
        "variables": list(moves.variables) if tied else None,
        "descriptor": statement,
        "claims": claims(filtration),
        "generators": generators(moves.stabiliser.generators),
        "point_group": point_group(moves.stabiliser, moves.chiral),
        "levels": [{"name": level.name, **level_certificate(level)} for level in filtration.levels],
    }


def claims(filtration: Filtration) -> dict:
    """The numbers that a certificate of a filtration claims."""
    return {
        "displacements": filtration.displacements,
        "rank": filtration.rank,
        "nullity": filtration.nullity,
        "symmetry_allowed_rank": filtration.symmetry_allowed_rank,
        "stabiliser_order": filtration.moves.stabiliser.order,
        "filtration": filtration.as_dict(),
    }


def generators(found: Iterable[Generator]) -> list[dict]:
    """Symmetries as a certificate writes them."""
    return [{"permutation": list(g.permutation), "isometry": strings(g.isometry)} for g in found]


def level_certificate(level: Level) -> dict:
    """Null vectors of a level, with prime, root of the field modulo it, and pivot rows where it has a proof."""
    written = {"null_vectors": strings(level.vectors)}
    if level.proof is None:
        return written
    place = level.proof.place
    root = {} if place.root is None else {"root": str(place.root)}
    return written | {"prime": str(place.prime), **root, "pivot_rows": _plain(level.proof.pivot_rows)}


def _plain(rows):
    return [_plain(row) if isinstance(row, tuple) else row for row in rows]


def printable(text: str) -> str:
    """A text as a label holds it: printable characters, and not too many of them."""
    return "".join(c if c.isprintable() else "?" for c in text)[:MAX_LABEL]


def certificate_text(certificates: list[dict]) -> str:
    """The text of a certificate file: one top-level object, one line per certificate."""
    lines = ",\n".join(json.dumps(certificate, separators=(",", ":")) for certificate in certificates)
    return f'{{"schema": "{FILE_SCHEMA}", "certificates": [\n{lines}\n]}}\n'
