"""Certificates of the 2-jets, forces and force constants, that models of an order can have.

Law: a pure function of what was found; `symsens.checker.second_order` makes classes, rows and characters anew, and
believes none of the functionals.
"""

from symsens.certificates.exact import generators
from symsens.certificates.fields import field_certificate, strings
from symsens.certificates.rules import Rule, bits_of, unread_environment, unread_structure
from symsens.certificates.structures import structure_part
from symsens.checker.limits import MAX_JETS
from symsens.geometry.displacements import Displacements
from symsens.geometry.point_groups import point_group
from symsens.rows.curvatures import Curvatures, Models

SCHEMA = "symsens/second-order-certificate/1"


def second_order_certificate(curvatures: Curvatures, labels: dict[str, str] | None = None) -> dict:
    """The certificate of a decided answer that has a rule (`rule_of_curvatures`), as a JSON-ready dictionary."""
    moves, place = curvatures.moves, curvatures.proof.place
    site = curvatures.level == "environment"
    root = {} if place.root is None else {"root": str(place.root)}
    return {
        "schema": SCHEMA,
        **(environment_part(moves) if site else structure_part(moves)),
        "level": curvatures.level,
        "nu": curvatures.nu,
        "readout": curvatures.readout,
        "point_group": point_group(moves.stabiliser),
        "claims": {
            "allowed": curvatures.allowed,
            "reached": curvatures.reached,
            "missing": len(curvatures.missing),
            "stabiliser_order": moves.stabiliser.order,
        },
        "prime": str(place.prime),
        **root,
        "missing": [
            {
                "gradient": strings(one.functional.gradient),
                "form": [[j, k, strings(block)] for (j, k), block in one.functional.form.items()],
            }
            for one in curvatures.missing
        ],
        "labels": labels,
    }


def environment_part(moves: Displacements) -> dict:
    """The environment and the generators of its stabiliser."""
    env = moves.environment
    about = {
        "field": field_certificate(env.field),
        "centre": env.centre_species,
        "species": list(env.species),
        "positions": strings(env.positions),
        "metric": strings(env.metric),
        "tie": None,
    }
    return {"environment": about, "generators": generators(moves.stabiliser.generators)}


def rule_of_curvatures(curvatures: Curvatures) -> Rule:
    """The rule that proves an answer again, or why there is none."""
    if curvatures.undecided:
        return Rule(None, curvatures.undecided)
    if curvatures.unlisted:
        return Rule(None, f"there was no time to list {curvatures.unlisted} missing directions")
    moves, nu = curvatures.moves, curvatures.nu
    if curvatures.level == "environment":
        reason = unread_environment(moves.environment, nu, moves.width)
    else:
        reason = unread_structure(moves, nu)
    if reason:
        return Rule(None, reason)
    if operations(curvatures) > MAX_JETS:
        return Rule(None, f"the checker does not read {moves.width // 3} atoms and {curvatures.allowed} 2-jets")
    return Rule("second-order-reached", by=("second-order-allowed", "second-order-missing"))


def operations(curvatures: Curvatures) -> int:
    """About as many operations as the checker counts."""
    moves, nu = curvatures.moves, curvatures.nu
    n, parts = moves.width // 3, nu * (nu + 1) // 2
    jets = Models(curvatures.space, nu, curvatures.readout).jets
    entries, rows = len(jets.first) + len(jets.second), jets.count
    if curvatures.readout == "nonlinear":
        products = curvatures.reached_gradients * (curvatures.reached_gradients + 1) // 2
        entries, rows = entries + products * n**2, rows + products
    words = sum(1 + bits_of(_numbers(one.functional)) // 64 for one in curvatures.missing)
    work = 65 * entries + 100 * (len(moves.stabiliser.generators) + 1) * n**2
    rank = curvatures.reached * (21 * entries + 4 * curvatures.reached * rows)
    tuples = n**nu if curvatures.level == "environment" else sum(env.n**nu for env in moves.sides.environments)
    return max(4 * tuples * parts * (parts + 3), words * moves.field.degree**2 * work, rank)


def _numbers(functional):
    return [*functional.gradient, *(row for block in functional.form.values() for row in block)]
