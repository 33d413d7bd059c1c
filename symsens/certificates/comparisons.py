"""Certificates of a comparison: congruent or not, equal features up to which order, and what tells two sides apart.

Law: a pure function of what was found; `symsens.checker.comparisons` proves every claim anew from the positions.
"""

from math import comb

from symsens.certificates.fields import field_certificate, strings
from symsens.certificates.rules import Rule, unread_environment
from symsens.checker.limits import MAX_NU, MAX_SEARCH, MAX_TUPLE_INVARIANTS
from symsens.geometry.congruence import Congruence
from symsens.geometry.environment import Environment, Structure
from symsens.rows.degeneracy import Separation

SCHEMA = "symsens/comparison-certificate/1"


def comparison_certificate(
    first: Environment | Structure,
    second: Environment | Structure,
    chiral: bool,
    found: Congruence | None,
    levels: list[dict],
    labels: dict[str, str],
) -> dict:
    """The certificate of a comparison, as a JSON-ready dictionary.

    Parameters
    ----------
    found : the isometry; None: they are not congruent.
    levels : from `level_certificate`; none where they are congruent.
    labels : where the sides come from, for people.
    """
    return {
        "schema": SCHEMA,
        "group": "SO(3)" if chiral else "O(3)",
        "first": _side(first),
        "second": _side(second),
        "claims": {"congruent": found is not None, "levels": levels},
        "permutation": found and list(found.permutation),
        "isometry": found and found.isometry and strings(found.isometry),
        "labels": labels,
    }


def level_certificate(name: str, equal_up_to: int, separation: Separation | None) -> dict:
    """Equal features up to one order, and what tells the sides apart at the next."""
    return {
        "name": name,
        "equal_up_to": equal_up_to,
        "separated_at": separation and separation.nu,
        "witness": separation and _witness(separation),
    }


def _side(subject: Environment | Structure) -> dict:
    """An environment, or a molecule, which has no centre."""
    return {
        "field": field_certificate(subject.field),
        "centre": subject.centre_species if isinstance(subject, Environment) else None,
        "species": list(subject.species),
        "positions": strings(subject.positions),
        "metric": strings(subject.metric),
    }


def _witness(separation: Separation) -> dict:
    members = separation.witness
    return {"side": separation.side, "place": separation.place, "tuple": members if members is None else list(members)}


def rule_of_comparison(first, second, nu: int, rules: tuple[str, ...]) -> Rule:
    """The rules that prove a comparison of orders up to nu, the environments of both sides given; or why none do."""
    environments = [*first, *second]
    total = sum(env.n ** max(nu, 2) for env in environments) * comb(nu + 1, 2)
    if nu > MAX_NU or total > MAX_TUPLE_INVARIANTS:
        return Rule(None, f"the checker does not read so many tuples of order nu = {nu}")
    candidates = sum(env.centre_species == first[0].centre_species for env in second)
    if "not-congruent" in rules and 4 * first[0].n ** 3 * candidates > MAX_SEARCH:
        return Rule(None, f"the checker does not search for isometries of so many atoms as {first[0].n + 1}")
    reasons = (unread_environment(env, nu, 3 * env.n) for env in environments)
    reason = next(filter(None, reasons), None)
    return Rule(None, reason) if reason else Rule(rules[0], by=rules[1:])
