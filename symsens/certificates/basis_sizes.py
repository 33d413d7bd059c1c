"""Certificates of the size of a basis: the smallest l_max, and the sets of features of which only the last is enough.

Law: a pure function of the levels that the search returned; `symsens.checker.basis_sizes` proves every rank anew.
"""

from collections.abc import Sequence
from dataclasses import replace

from symsens.certificates.exact import exact_certificate, level_certificate
from symsens.certificates.rules import Rule, beyond_limits
from symsens.checker.limits import MAX_ANGULAR_ROWS
from symsens.rows.filtration import Filtration, Level

SCHEMA = "symsens/basis-certificate/1"


def basis_certificate(
    filtration: Filtration, levels: Sequence[Level], sets: Sequence[dict | int] | None, labels: dict[str, str]
) -> dict:
    """The certificate of the smallest l_max, as a JSON-ready dictionary.

    Parameters
    ----------
    filtration : rigid, symmetry and incompleteness of nu = 2.
    levels : that of D_{2,l} below it, for l = 0, 1, ..., l_max.
    sets : for n_max = 1, 2, ... the certificate of the rank of the features, or only their number; None: not asked for.
    labels : where it comes from, for people.
    """
    rigid, nullity = filtration["rigid"], filtration.nullity
    return {
        "schema": SCHEMA,
        "above": exact_certificate(filtration),
        "angular": [level_certificate(level) for level in levels],
        "sets": None if sets is None else list(sets),
        "claims": {
            "l_max": len(levels) - 1,
            "nullity_by_l_max": [nullity - rigid + level.dimension for level in levels],
        },
        "labels": labels,
    }


def basis_rule(filtration: Filtration, levels: Sequence[Level]) -> Rule:
    """The rule that proves the smallest l_max again."""
    n = filtration.moves.environment.n
    if 3 * n**2 * len(levels) * (len(levels) + 1) > 2 * MAX_ANGULAR_ROWS:
        return Rule(None, f"the checker does not read l_max = {len(levels) - 1} with {n} neighbours")
    reasons = (beyond_limits(replace(filtration, levels=(*filtration.levels, level))) for level in levels)
    reason = next(filter(None, reasons), None)
    return Rule(None, reason) if reason else Rule("basis")
