"""Which rule of the checker proves an answer again: one name, or the reason why there is no certificate yet.

Law: whoever prints PROVED asks here, and prints the name or the reason in the same place.
"""

from dataclasses import dataclass
from functools import lru_cache

from symsens.certificates.trees import TreeWriter
from symsens.descriptors.base import plan_of
from symsens.errors import InputError, NoClosedForm
from symsens.forms.layouts import Layout
from symsens.forms.polynomials import polynomial_features
from symsens.rows.filtration import Filtration


@dataclass(frozen=True)
class Rule:
    """A rule of `symsens.checker`, or why none applies.

    Attributes
    ----------
    name : in the checker's table of rules; None where no certificate can be written.
    reason : why; None where there is a rule.
    """

    name: str | None
    reason: str | None = None

    def __str__(self):
        return f"Certificate: rule {self.name}" if self.name else f"No certificate yet: {self.reason}"


def rule_for(filtration: Filtration, descriptor=None) -> Rule:
    """The rule that proves the rank of an answer again."""
    if filtration.undecided is not None:
        return Rule(None, f"undecided, so there is nothing to certify: {filtration.undecided}")
    if descriptor is None:
        return Rule("incompleteness")
    env = filtration.moves.environment
    try:
        plan = plan_of(env, descriptor)
    except NoClosedForm:
        return Rule(None, f"no rule for {descriptor.name}, which is no sum over tuples")
    if polynomial_features(env, plan) is not None:
        return Rule("polynomial-rank")
    above = filtration.displacements - sum(level.dimension for level in filtration.levels[:-1])
    if filtration.rank not in (above, len(plan.labels)):
        return Rule(None, f"rank {filtration.rank} is proved by more than the number of features and the levels above")
    reason = _not_written(plan)
    return Rule(None, reason) if reason else Rule("closed-form-rank")


@lru_cache(maxsize=32)
def _not_written(plan: Layout) -> str | None:
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
