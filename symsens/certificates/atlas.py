"""Certificates of an atlas: all patterns with their gaps, and the certificates of the environments that are singular.

Law: a pure function of the strata that the search returned; `symsens.checker.atlas` proves them anew.
"""

from collections import Counter
from collections.abc import Sequence
from math import lcm

from symsens.certificates.exact import exact_certificate
from symsens.certificates.fields import strings
from symsens.rows.filtration import Filtration, with_pivots
from symsens.rows.patterns import Pattern

SCHEMA = "symsens/atlas/1"


def atlas_certificate(
    nu: int, strata: Sequence[tuple[Pattern, int, Filtration | None, dict | None, dict | None]], labels: dict[str, str]
) -> dict:
    """The certificate of all patterns of some neighbours, as a JSON-ready dictionary.

    Parameters
    ----------
    strata : the pattern, its gap, the filtration of an environment that is singular with it, the dimension of the set
        of these (`dimension_certificate`), and the proof that there is none (`exclusion_certificate`); None for what is
        unknown.
    labels : where it comes from, for people.
    """
    gaps = Counter(gap for _, gap, *_ in strata)
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
                "dimension": dimension,
                "exclusion": exclusion,
            }
            for pattern, gap, filtration, dimension, exclusion in strata
        ],
        "claims": {
            "patterns": len(strata),
            "gaps": [gaps[gap] for gap in range(max(gaps) + 1)],
            "witnesses": sum(filtration is not None for _, _, filtration, *_ in strata),
            "dimensions": sum(dimension is not None for *_, dimension, _ in strata),
            "exclusions": sum(exclusion is not None for *_, exclusion in strata),
        },
        "labels": labels,
    }


def dimension_certificate(value: int, changes: list | None, weights: Sequence) -> dict:
    """The dimension of a set of singular environments, and the change that its witness has: weights of a basis of F.

    Parameters
    ----------
    changes : the basis, symmetric matrices; None where every environment of the pattern is singular.
    """
    basis = None if changes is None else [[[int(x) for x in row] for row in B] for B in changes]
    return {"value": value, "changes": basis, "weights": strings([weights])[0]}


def exclusion_certificate(changes: list | None, proofs: Sequence[Sequence]) -> dict:
    """The proof that a pattern is never spuriously singular: steps as `symsens.search.contradictions` finds them."""
    return {"changes": changes, "proofs": [[_step(step) for step in steps] for steps in proofs]}


def _step(step) -> dict:
    """A step with integers alone: all weights times their common denominator."""
    scale = lcm(*(int(x.denominator) for weight in step.weights.values() for x in weight.values()))
    return {
        "scale": str(scale),
        "weights": [[number, _terms(weight, scale)] for number, weight in step.weights.items()],
        "units": [list(names) for names in step.units],
        "cases": [[power, _terms(factor, 1)] for power, factor in step.cases],
    }


def _terms(polynomial, scale: int) -> list:
    """Coefficients as texts, and exponents."""
    return [[str(x * scale), list(map(int, exponents))] for exponents, x in polynomial.terms()]
