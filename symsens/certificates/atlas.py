"""Certificates of an atlas: all patterns with their gaps, and the certificates of the environments that are singular.

Law: a pure function of the strata that the search returned; `symsens.checker.atlas` proves them anew.
"""

from collections import Counter
from collections.abc import Sequence

from symsens.certificates.exact import exact_certificate
from symsens.rows.filtration import Filtration, with_pivots
from symsens.rows.patterns import Pattern

SCHEMA = "symsens/atlas/1"


def atlas_certificate(
    nu: int, strata: Sequence[tuple[Pattern, int, Filtration | None]], labels: dict[str, str]
) -> dict:
    """The certificate of all patterns of some neighbours, as a JSON-ready dictionary.

    Parameters
    ----------
    strata : the pattern, its gap, and the filtration of an environment that is singular with it, if one is known.
    labels : where it comes from, for people.
    """
    gaps = Counter(gap for _, gap, _ in strata)
    return {
        "schema": SCHEMA,
        "neighbours": strata[0][0].n,
        "nu": nu,
        "strata": [
            {
                "pattern": pattern.labels.tolist(),
                "gap": gap,
                "orbits": int(pattern.orbit_of.max()) + 1,
                "stabiliser_order": len(pattern.permutations),
                "witness": None if filtration is None else exact_certificate(with_pivots(filtration)),
            }
            for pattern, gap, filtration in strata
        ],
        "claims": {
            "patterns": len(strata),
            "gaps": [gaps[gap] for gap in range(max(gaps) + 1)],
            "witnesses": sum(filtration is not None for _, _, filtration in strata),
        },
        "labels": labels,
    }
