"""Certificates of a comparison: congruent or not, equal features up to which order, and what tells two sides apart.

Law: a pure function of what was found; `symsens.checker.comparisons` proves every claim anew from the positions.
"""

from math import comb

from symsens.certificates.fields import field_certificate, number, strings
from symsens.certificates.rules import Rule, unread_environment, unread_numbers
from symsens.checker.limits import (
    MAX_IMAGES,
    MAX_NEIGHBOURS,
    MAX_NU,
    MAX_SEARCH,
    MAX_TUPLE_INVARIANTS,
)
from symsens.geometry.congruence import Congruence
from symsens.geometry.environment import Environment, Structure
from symsens.rows.degeneracy import Separation

SCHEMA = "symsens/comparison-certificate/1"


def comparison_certificate(
    first: Environment | Structure,
    second: Environment | Structure,
    cutoff,
    chiral: bool,
    found: Congruence | None,
    levels: list[dict],
    labels: dict[str, str],
) -> dict:
    """The certificate of a comparison, as a JSON-ready dictionary.

    Parameters
    ----------
    cutoff : of the neighbours of the atoms of structures, over the field; None for all others.
    found : the isometry; None: they are not congruent.
    levels : from `level_certificate`; none where they are congruent.
    labels : where the sides come from, for people.
    """
    return {
        "schema": SCHEMA,
        "group": "SO(3)" if chiral else "O(3)",
        "first": side(first) | {"within": _within(first, cutoff)},
        "second": side(second) | {"within": _within(second, cutoff)},
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


def side(subject: Environment | Structure) -> dict:
    """One of two that are compared: an environment, or a structure, which has no centre."""
    return {
        "field": field_certificate(subject.field),
        "centre": subject.centre_species if isinstance(subject, Environment) else None,
        "species": list(subject.species),
        "positions": strings(subject.positions),
        "metric": strings(subject.metric),
    }


def _within(subject: Environment | Structure, cutoff) -> dict | None:
    """The lattice of a structure, and the cutoff within which its atoms have neighbours; None for all other atoms."""
    if isinstance(subject, Environment) or cutoff is None:
        return None
    return {"lattice": strings(subject.lattice), "cutoff": number(cutoff)}


def _witness(separation: Separation) -> dict:
    members = separation.witness
    return {"side": separation.side, "place": separation.place, "tuple": members if members is None else list(members)}


def rule_of_comparison(first, second, nu: int, rules: tuple[str, ...]) -> Rule:
    """The rules that prove a comparison of orders up to nu, the environments of both sides given; or why none do."""
    environments = [*first, *second]
    total = sum(env.n ** max(nu, 2) for env in environments) * comb(nu + 1, 2)
    if nu > MAX_NU or total > MAX_TUPLE_INVARIANTS:
        return Rule(None, f"the checker does not read so many tuples of order nu = {nu}")
    reasons = (unread_environment(env, nu, 3 * env.n) for env in environments)
    reason = next(filter(None, reasons), None)
    return Rule(None, reason) if reason else Rule(rules[0], by=rules[1:])


def unread_structure(structure: Structure, cutoff, nu: int, searched: int) -> str | None:
    """What of a structure is larger than the checker reads, if anything is.

    Parameters
    ----------
    nu : the largest order asked about.
    searched : the atoms of the other structure to which one of this may be taken; 0 where nothing is searched for.
    """
    atoms, field = len(structure.species), structure.field
    if atoms > MAX_NEIGHBOURS or 4 * (atoms - 1) ** 3 * searched > MAX_SEARCH:
        return f"the checker does not search for isometries of so many atoms as {atoms}"
    if cutoff is None:
        return None
    if not structure.lattice and 2 * atoms * (atoms - 1) ** 2 * comb(nu + 1, 2) > MAX_TUPLE_INVARIANTS:
        return f"the checker does not read {atoms} atoms"
    if structure.lattice and field.degree > 1:
        return f"the checker does not read crystals over {field.name}"
    if structure.lattice and atoms**2 * len(structure.images((0, 0, 0), cutoff**2)) > MAX_IMAGES:
        return "the checker does not look at so many images of atoms"
    return unread_numbers(structure, 3 * atoms)
