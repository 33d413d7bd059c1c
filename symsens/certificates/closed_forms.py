"""Certificates for closed forms that are not polynomials: the trees, pivots and left inverse that the interval checker
wants.

Law: what is written here is evidence only; `symsens.checker.intervals` evaluates the trees anew and believes none of
it.
"""

from collections.abc import Sequence

from sympy import cse

from symsens.certificates.exact import generators
from symsens.certificates.fields import strings
from symsens.certificates.trees import TreeWriter
from symsens.descriptors.base import Descriptor, plan_of
from symsens.forms.blocks import Block
from symsens.forms.layouts import Layout
from symsens.numbers.rank import RankProof
from symsens.rows.evidence import Evidence, Reasons
from symsens.rows.filtration import Filtration

SCHEMA = "symsens/closed-form-certificate/1"


def closed_form_certificate(
    filtration: Filtration, descriptor: Descriptor, evidence: Evidence, above: dict, bits: int | None = None
) -> dict:
    """The certificate of a decided filtration whose last level rests on balls.

    Parameters
    ----------
    evidence : pivots of J in frame coordinates, a left inverse of them, and why the rank is no larger.
    above : the certificate of the levels above the last (`symsens.certificates.exact.exact_certificate`).
    bits : all features are written, for intervals of at least so many bits; None: those on which the rank rests.

    Raises
    ------
    InputError
        The closed form contains a function that the interval checker does not know.
    """
    plan, rank = plan_of(filtration.moves.environment, descriptor), filtration.rank
    reasons, proof = evidence.reasons, evidence.block
    complete = reasons.complete or bits is not None or rank == len(plan.labels)
    rows = range(len(plan.labels)) if complete else proof.rows
    by_row = [dict(zip(proof.rows, weights)) for weights in proof.W]
    blocks = plan.roles if reasons.cluster else plan.blocks
    return (
        forms_certificate(plan, blocks, rows)
        | _given(reasons)
        | {
            "schema": SCHEMA,
            "above": above,
            "descriptor": str(descriptor),
            "complete": complete,
            "claims": {
                "rank": rank,
                "nullity": filtration.nullity,
                "radial_truncation": filtration["radial_truncation"],
            },
            "pivot_columns": list(proof.columns),
            "left_inverse": [[str(weights.get(row, 0)) for row in rows] for weights in by_row],
            "bits": max(bits or 0, bits_for(proof)),
        }
    )


def forms_certificate(plan: Layout, blocks: Sequence[Block], rows: Sequence[int]) -> dict:
    """The features of these rows as sums of trees, with the definitions and constant matrices that the trees name.

    Parameters
    ----------
    blocks : those of the layout, or its roles.

    Raises
    ------
    InputError
        The closed form contains a function that the interval checker does not know.
    """
    of, parts = {label: row for row, label in enumerate(plan.labels)}, {row: [] for row in rows}
    for block in blocks:
        for label, form in zip(block.labels, block.closed):
            if of[label] in parts and block.nu:
                parts[of[label]].append((block, block.scale * form))
    constants = dict.fromkeys(c for b in blocks for family in b.families for c in (*family.constants, *family.mixing))
    writer = TreeWriter(plan.name, constants)
    shared, reduced = cse([form for terms in parts.values() for _, form in terms], order="none")
    writer.define(shared)
    forms = iter(reduced)
    features = [
        {
            "label": plan.labels[row],
            "terms": [
                {
                    "species": list(block.channel),
                    "distinct": block.distinct,
                    "form": writer.tree(next(forms)),
                    "inside": writer.conditions(block, True),
                    "regular": writer.conditions(block, False),
                }
                for block, _ in terms
            ],
        }
        for row, terms in parts.items()
    ]
    return {"definitions": writer.definitions, "constants": writer.constants, "features": features}


def _given(reasons: Reasons) -> dict:
    """The reasons that the checker needs to be told."""
    given = {}
    if reasons.relations:
        given["relations"] = strings(reasons.relations)
    if reasons.exponentials:
        given["exponentials"] = [[[j, strings(entry)] for j, entry in vector] for vector in reasons.exponentials]
    if reasons.vectors:
        cluster = generators(reasons.cluster) or None
        vectors = strings(reasons.vectors)
        given["invariances"] = {"scale": reasons.scale, "cluster": cluster, "null_vectors": vectors}
    return given


def bits_for(proof: RankProof) -> int:
    """The precision at which the checker is asked to prove a rank from below."""
    sizes = (max(x.numerator.bit_length(), x.denominator.bit_length()) for row in proof.W for x in row)
    return 64 + 2 * max(sizes, default=53)
