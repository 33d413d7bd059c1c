"""Which rule of the checker proves an answer again: one name, or the reason why there is no certificate yet.

Law: whoever prints PROVED asks here, and prints the name or the reason in the same place.
"""

from dataclasses import dataclass
from math import comb

from symsens.checker.limits import (
    MAX_DIGITS,
    MAX_ENVIRONMENT,
    MAX_NEIGHBOURS,
    MAX_SCALE_BITS,
    MAX_TUPLE_INVARIANTS,
)
from symsens.rows.filtration import Filtration


@dataclass(frozen=True)
class Rule:
    """A rule of `symsens.checker`, or why none applies.

    Attributes
    ----------
    name : in the checker's table of rules; None where no certificate can be written.
    reason : why; None where there is a rule.
    by : further rules that it rests on.
    """

    name: str | None
    reason: str | None = None
    by: tuple[str, ...] = ()

    def __str__(self):
        if self.name is None:
            return f"No certificate yet: {self.reason}"
        return f"Certificate: rule {self.name}" + (f", by {' and '.join(self.by)}" if self.by else "")


def beyond_limits(filtration: Filtration) -> str | None:
    """What is larger than the checker reads, although it is proved; None if nothing is."""
    env, nu = filtration.moves.environment, filtration.nu or 1
    if env.field.degree > 1:
        return f"the checker does not read numbers of {env.field.name} yet"
    if env.n > MAX_NEIGHBOURS or env.n ** max(nu, 2) * comb(nu + 1, 2) > MAX_TUPLE_INVARIANTS:
        return f"the checker does not read {env.n} neighbours at order nu = {nu}"
    if max(env.integer_positions[1], env.integer_metric[1]).bit_length() > MAX_SCALE_BITS:
        return f"the checker does not read a common denominator of more than {MAX_SCALE_BITS} bits"
    bits = max((abs(x).bit_length() for row in env.gram for x in row), default=0)
    if bits * filtration.displacements**2 > MAX_ENVIRONMENT:
        return f"the checker does not read dot products of {bits} bits over {filtration.displacements} displacements"
    digits = max((abs(x).bit_length() for vector in filtration.vectors for x in vector), default=0) * 3 // 10
    return f"the checker does not read numbers of {digits} digits" if digits >= MAX_DIGITS else None


def rule_of_left_out(rank: Rule) -> Rule:
    """The rule for atoms that a cutoff leaves out, given that of the rank."""
    if rank.name == "closed-form-rank":
        return Rule("left-out")
    return Rule(None, rank.reason or "the cutoff of polynomial features is no part of their certificate")


def rule_of_audit(values: Rule | None, reason: str | None) -> Rule:
    """The rule for a package's Jacobian beside the closed form, given that of its singular values: both need all
    features."""
    if values is None or values.name is None or reason:
        return Rule(None, reason or (values.reason if values else "no singular value is known"))
    return Rule("audit")
