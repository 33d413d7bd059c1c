"""Certificates of the rank of a descriptor's Jacobian, and which rule of the checker proves it again.

Law: a pure function of the filtration, the descriptor and the evidence that the search returned.
"""

from copy import deepcopy
from dataclasses import replace
from functools import lru_cache

from symsens.certificates.closed_forms import closed_form_certificate
from symsens.certificates.exact import exact_certificate
from symsens.certificates.rules import Rule
from symsens.certificates.trees import TreeWriter
from symsens.descriptors.base import Descriptor, plan_of
from symsens.errors import InputError, NoClosedForm
from symsens.forms.facts import angular_degree
from symsens.forms.layouts import Layout
from symsens.forms.polynomials import polynomial_features
from symsens.numbers.bounds import RankBounds
from symsens.rows.evidence import Evidence, Reasons
from symsens.rows.filtration import Filtration


def descriptor_certificate(
    filtration: Filtration, descriptor: Descriptor, evidence: Evidence, bits: int | None = None
) -> dict:
    """The certificate of a decided filtration that has a rule (`descriptor_rule`), as a JSON-ready dictionary.

    Parameters
    ----------
    bits : write all features, to be evaluated with at least so many bits; None: those on which the rank rests.

    Raises
    ------
    InputError
        The closed form contains a function that the interval checker does not know.
    """
    plan = plan_of(filtration.moves.environment, descriptor)
    angular = filtration["angular_truncation"] is not None
    statement = {"name": str(descriptor), "l_max": angular_degree(plan) if angular else None}
    if evidence.block is None:
        features = deepcopy(polynomial_features(filtration.moves.environment, plan))  # the terms are cached
        whole = replace(evidence.above, levels=(*evidence.above.levels, evidence.last))
        return exact_certificate(whole, statement | {"features": features})
    above = exact_certificate(evidence.above, statement | {"features": None} if angular else None)
    return closed_form_certificate(filtration, descriptor, evidence, above, bits)


def descriptor_rule(
    filtration: Filtration, descriptor: Descriptor, reasons: Reasons | None, bounds: RankBounds | None
) -> Rule:
    """The rule that proves the rank of a decided answer again, given why it is no larger."""
    env = filtration.moves.environment
    try:
        plan = plan_of(env, descriptor)
    except NoClosedForm:
        return Rule(None, f"no rule for {descriptor.name}, which is no sum over tuples")
    if polynomial_features(env, plan) is not None:
        return Rule("polynomial-rank")
    if reasons is None:
        why = bounds.why_above if bounds else "more than the levels above"
        return Rule(None, f"rank {filtration.rank} is bounded by {why}, and there is no rule for that")
    reason = not_written(plan)
    return Rule(None, reason) if reason else Rule("closed-form-rank", by=reasons.rules)


@lru_cache(maxsize=32)
def not_written(plan: Layout) -> str | None:
    """What the forms of a layout hold that no certificate can; None if nothing."""
    families = dict.fromkeys(family for block in plan.blocks for family in block.families)
    try:
        writer = TreeWriter(plan.name, dict.fromkeys(c for f in families for c in (*f.constants, *f.mixing)))
        for family in families:
            for form in family.evaluated:
                writer.tree(form)
        for block in plan.blocks:
            writer.conditions(block, True)
            writer.conditions(block, False)
    except InputError as error:
        return str(error)
    return None
