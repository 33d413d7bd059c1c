"""Certificates: what is claimed and the evidence for it, as plain JSON with exact numbers as strings.

Law: a certificate holds all that `symsens.checker.exact` needs to prove every dimension anew, and nothing that it must
believe: the environment, the claims, generators of the stabiliser, null vectors level by level, primes and pivot rows.
"""

import json
from dataclasses import replace

from symsens.errors import InputError, UndecidedError
from symsens.geometry.environment import Environment
from symsens.rows.filtration import Filtration

SCHEMA = "symsens/certificate/1"


FILE_SCHEMA = "symsens/certificates/1"


def _strings(rows):
    return [[str(entry) for entry in row] for row in rows]


def build_certificate(env: Environment, filtration: Filtration, descriptor=None) -> dict:
    """The certificate of a decided filtration as a JSON-ready dictionary.

    Raises
    ------
    InputError
        The filtration is undecided: there is nothing to certify.
    """
    if filtration.undecided is not None:
        raise InputError(
            f"{env.source or 'environment'}, centre {env.centre}: undecided, so there is nothing to certify: "
            f"{filtration.undecided}"
        )
    if descriptor is None:
        return _exact(env, filtration, None)
    if descriptor.learned or descriptor.whole is not None:
        raise InputError(f"{descriptor.name}: no certificate can hold this kind of descriptor yet")
    from symsens.certificates.polynomials import polynomial_features

    features = polynomial_features(env, descriptor)
    angular = any(level.name == "angular_truncation" for level in filtration.levels)
    if angular and filtration.levels[3].proof is None:  # the search did not need it
        from symsens.search.truncation import angular_level

        level, _ = angular_level(env, replace(filtration, levels=filtration.levels[:3]), descriptor.angular_degree)
        filtration = replace(filtration, levels=(*filtration.levels[:3], level, *filtration.levels[4:]))
    statement = {"name": str(descriptor), "l_max": descriptor.angular_degree if angular else None, "features": features}
    if features is not None:
        return _exact(env, _with_evidence(env, filtration, descriptor), statement)
    from symsens.certificates.closed_forms import closed_form_certificate

    above = _exact(env, replace(filtration, levels=filtration.levels[:-1]), statement if angular else None)
    return closed_form_certificate(env, filtration, descriptor, above)


def _exact(env, filtration, statement):
    """What the exact checker proves: levels with integer null vectors and modular ranks."""
    vary_atoms = filtration.variables is not None
    return {
        "schema": SCHEMA,
        "environment": {
            "field": env.field.name,
            "centre": env.centre_species,
            "species": list(env.species),
            "positions": _strings(env.positions),
            "metric": _strings(env.metric),
            "tie": {"centre": env.centre, "atoms": list(env.atoms)} if vary_atoms else None,
        },
        "nu": filtration.nu,
        "vary": "atoms" if vary_atoms else "neighbours",
        "variables": list(filtration.variables) if vary_atoms else None,
        "descriptor": statement,
        "claims": {
            "displacements": filtration.displacements,
            "rank": filtration.rank,
            "nullity": filtration.nullity,
            "symmetry_allowed_rank": filtration.symmetry_allowed_rank,
            "stabiliser_order": filtration.stabiliser.order,
            "filtration": filtration.as_dict(),
        },
        "generators": [
            {"permutation": list(g.permutation), "isometry": _strings(g.isometry)}
            for g in filtration.stabiliser.generators
        ],
        "levels": [
            {"name": level.name, "null_vectors": _strings(level.vectors)}
            | (
                {}
                if level.proof is None
                else {"prime": str(level.proof.prime), "pivot_rows": _plain(level.proof.pivot_rows)}
            )
            for level in filtration.levels
        ],
    }


def _with_evidence(env, filtration, descriptor):
    """The filtration with an exact proof of its last level, which may have been decided in balls."""
    from symsens.search.truncation import radial_level

    above = replace(filtration, levels=filtration.levels[:-1])
    level, undecided = radial_level(env, above, descriptor, "neighbours" if filtration.variables is None else "atoms")
    if undecided is not None or level.dimension != filtration.levels[-1].dimension:
        raise UndecidedError(f"{descriptor.name}: the exact rank could not be repeated: {undecided}")
    return replace(above, levels=(*above.levels, level))


def _plain(rows):
    return [
        [list(part) if isinstance(part, tuple) else part for part in row] if isinstance(row, tuple) else row
        for row in rows
    ]


def certificate_text(certificates: list[dict]) -> str:
    """The text of a certificate file: one top-level object, one line per certificate."""
    lines = ",\n".join(json.dumps(certificate, separators=(",", ":")) for certificate in certificates)
    return f'{{"schema": "{FILE_SCHEMA}", "certificates": [\n{lines}\n]}}\n'
