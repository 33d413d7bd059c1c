"""Whether the intervals of singular values are proved again: decided from counts, before any work is done.

Law: nothing is searched or written here. The counts are rough and from above, and far below what the checker refuses.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

from sympy import Expr, erf, hyper, preorder_traversal

from symsens.certificates.rules import Rule
from symsens.checker.limits import MAX_PARTS, MAX_PRODUCTS, MAX_WORK
from symsens.descriptors.base import Descriptor, plan_of
from symsens.forms.blocks import Family
from symsens.forms.layouts import Layout
from symsens.forms.select import selected_tuples
from symsens.forms.special import scaled_bessel, scaled_kummer
from symsens.numbers.singular_values import resolution
from symsens.rows.filtration import Filtration
from symsens.rows.tuples import components, group_tuples

SHARE = 4  # a certificate may need this part of what the checker allows
SERIES = (hyper, erf, scaled_bessel, scaled_kummer)
TERMS = 100  # of a series, about


def rule_of_values(
    filtration: Filtration, descriptor: Descriptor, rank: Rule, intervals: Sequence[tuple[Fraction, Fraction]]
) -> Rule:
    """The rule for the intervals of the singular values that are not zero, given that of the rank."""
    if rank.name is None:
        return Rule(None, rank.reason)
    plan, width = plan_of(filtration.moves.environment, descriptor), filtration.displacements
    features, bits = len(plan.labels), 4 * resolution(intervals)
    if not features or any(low == high for low, high in intervals):
        return Rule(None, "no features, or a singular value that is known exactly")
    if (features + width) * width**2 * (1 + bits // 256) > MAX_PRODUCTS // SHARE:
        return Rule(None, f"{features} features and {width} displacements are too much to check in exact numbers")
    if rank.name == "closed-form-rank" and too_large(plan, filtration, bits):
        return Rule(None, f"the closed forms of all {features} features are too much to check in intervals")
    return Rule("singular-values")


def too_large(plan: Layout, filtration: Filtration, bits: int) -> bool:
    """Whether all forms of a layout are too much to write, or to evaluate with so many bits."""
    env, labels = filtration.moves.environment, filtration.moves.labels
    if len(plan.labels) > MAX_PARTS // 256:
        return True
    parts, work = 0, 6 * len(plan.labels) * env.n * (env.n + 1)
    for block, tuples in zip(plan.blocks, selected_tuples(env, plan, labels)):
        slopes = len(components(block.nu))
        forms = nodes(block.phi)
        shared = sum(family_work(family) * len(block.channel) for family in block.families)
        classes = len(group_tuples(labels, tuples)[1])
        parts += forms
        work += 2 * classes * (1 + slopes) * (forms + shared) + 4 * len(tuples) * slopes * len(block.phi)
    return parts > MAX_PARTS // 32 or work * (1 + bits // 4096) > MAX_WORK // SHARE


def family_work(family: Family) -> int:
    """Operations of the forms of a family at one place of a tuple."""
    return nodes(family.evaluated) + sum(3 * len(row) for matrix in family.mixing for row in matrix.rows)


@lru_cache(maxsize=256)
def nodes(forms: tuple[Expr, ...]) -> int:
    """Operations of some forms, each term of a series being one."""
    return sum(TERMS if isinstance(x, SERIES) else 1 for form in forms for x in preorder_traversal(form))
