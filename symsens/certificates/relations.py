"""Certificates of linear relations among the features of a descriptor at every structure.

Law: a pure function of what the search returned; `symsens.checker.redundancy` proves every relation anew, and that
there are no others by the rank of the features' derivatives at the structures given.
"""

from collections.abc import Sequence
from fractions import Fraction

from symsens.certificates.closed_forms import bits_for, forms_certificate
from symsens.certificates.fields import strings
from symsens.forms.layouts import Layout
from symsens.geometry.environment import Environment
from symsens.numbers.rank import RankProof

SCHEMA = "symsens/relations-certificate/1"


def relations_certificate(
    plan: Layout,
    relations: Sequence[Sequence[Fraction]],
    others: tuple[Sequence[Environment], RankProof] | None,
    labels: dict[str, str],
) -> dict:
    """The certificate of some relations, as a JSON-ready dictionary.

    Parameters
    ----------
    relations : independent ones, as coefficients of all features.
    others : why there are no others: structures at which the Jacobians have enough rank; None: not claimed.
    labels : where it comes from, for people.

    Raises
    ------
    InputError
        The closed form contains a function that the interval checker does not know.
    """
    rows = range(len(plan.labels))
    claims = {"features": len(rows), "relations": len(relations), "no_others": others is not None}
    return forms_certificate(plan, plan.blocks, rows) | {
        "schema": SCHEMA,
        "relations": strings(relations),
        "others": None if others is None else _others(*others, len(rows)),
        "claims": claims,
        "labels": labels,
    }


def _others(structures: Sequence[Environment], proof: RankProof, features: int) -> dict:
    """The structures that hold a pivot, the pivots among their columns, and a left inverse."""
    used, columns, first, before = [], {}, 0, 0
    for env in structures:
        pivots = [c for c in proof.columns if first <= c < first + 3 * env.n]
        if pivots:
            columns |= {c: c - first + before for c in pivots}
            used.append({"species": list(env.species), "positions": strings(env.positions)})
            before += 3 * env.n
        first += 3 * env.n
    by_row = [dict(zip(proof.rows, weights)) for weights in proof.W]
    return {
        "structures": used,
        "pivot_columns": [columns[c] for c in proof.columns],
        "left_inverse": [[str(weights.get(row, 0)) for row in range(features)] for weights in by_row],
        "bits": bits_for(proof),
    }
