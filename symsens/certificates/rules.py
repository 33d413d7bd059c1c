"""Which rule of the checker proves an answer again: one name, or the reason why there is no certificate yet.

Law: whoever prints PROVED asks here, and prints the name or the reason in the same place.
"""

from dataclasses import dataclass
from math import comb

from symsens.certificates.fields import unread
from symsens.checker.limits import (
    MAX_DIGITS,
    MAX_ENVIRONMENT,
    MAX_NEIGHBOURS,
    MAX_SCALE_BITS,
    MAX_TUPLE_INVARIANTS,
)
from symsens.numbers.field import clear_denominators
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
    if filtration.moves.level != "environment":
        return _structure_beyond_limits(filtration)
    env = filtration.moves.environment
    if reason := unread_environment(env, filtration.nu or 1, filtration.displacements):
        return reason
    digits = bits_of(filtration.vectors) * 3 // 10
    return f"the checker does not read numbers of {digits} digits" if digits >= MAX_DIGITS else None


def unread_environment(env, nu: int, displacements: int) -> str | None:
    """What of an environment is larger than the checker reads, with tuples of order nu; None if nothing is."""
    if env.n > MAX_NEIGHBOURS or env.n ** max(nu, 2) * comb(nu + 1, 2) > MAX_TUPLE_INVARIANTS:
        return f"the checker does not read {env.n} neighbours at order nu = {nu}"
    if max(env.integer_positions[1], env.integer_metric[1]).bit_length() > MAX_SCALE_BITS:
        return f"the checker does not read a common denominator of more than {MAX_SCALE_BITS} bits"
    bits, width, degree = bits_of(env.gram), displacements, env.field.degree
    if degree > 1:
        bits, width = bits_over_field(env), max(width, 3 * (env.n + 1))
    if bits * width**2 * degree**3 > MAX_ENVIRONMENT:
        return f"the checker does not read dot products of {bits} bits over {displacements} displacements"
    return unread(env.field)


def _structure_beyond_limits(filtration: Filtration) -> str | None:
    if reason := unread_structure(filtration.moves, filtration.nu or 1):
        return reason
    digits = bits_of(filtration.vectors) * 3 // 10
    return f"the checker does not read numbers of {digits} digits" if digits >= MAX_DIGITS else None


def unread_structure(moves, nu: int) -> str | None:
    """What of a whole structure is larger than the checker reads, with tuples of order nu; None if nothing is."""
    if moves.field.degree > 1 and moves.structure.lattice:
        return f"the checker does not read crystals over {moves.field.name}"
    if reason := unread(moves.field):
        return reason
    sizes = [env.n for env in moves.sides.environments]
    invariants = sum(n ** max(nu, 2) for n in sizes) * comb(nu + 1, 2)
    if max(moves.atoms, *sizes) > MAX_NEIGHBOURS or invariants > MAX_TUPLE_INVARIANTS:
        return f"the checker does not read {moves.atoms} atoms with {max(sizes)} neighbours at order nu = {nu}"
    return unread_numbers(moves.structure, moves.width)


def unread_numbers(structure, width: int) -> str | None:
    """What of the numbers of a structure is larger than the checker reads, over so many displacements."""
    points, length = clear_denominators([*structure.positions, *structure.lattice])
    metric, unit = clear_denominators(structure.metric)
    if max(length, unit).bit_length() > MAX_SCALE_BITS:
        return f"the checker does not read a common denominator of more than {MAX_SCALE_BITS} bits"
    powers, degree = getattr(structure.field, "powers", ()), structure.field.degree
    growth = (degree * (1 + sum(max(map(abs, row)) for row in powers))).bit_length()
    longest = max(bits_of(points), bits_of(metric)) + length.bit_length()
    bits = 4 * longest + 2 * unit.bit_length() + growth  # at least as many as the checker counts
    if bits * width**2 * degree**3 > MAX_ENVIRONMENT:
        return f"the checker does not read {len(structure.species)} atoms with numbers of {bits} bits"
    return None


def rule_of_all(moves) -> Rule:
    """The rule for what no feature of an order can see."""
    if moves.level != "environment":
        return Rule(f"structure-{moves.level}")
    return Rule("chiral-incompleteness" if moves.chiral else "incompleteness")


def bits_of(rows) -> int:
    """Bits of the longest of some integers, or of the coefficients of integers of a field."""
    return max((abs(c).bit_length() for row in rows for x in row for c in getattr(x, "numerators", (x,))), default=0)


def bits_over_field(env) -> int:
    """At least as many bits as the checker counts for an environment over a field other than QQ."""
    points, length = env.integer_positions
    metric, unit = env.integer_metric
    growth = (env.field.degree * (1 + sum(max(map(abs, row)) for row in env.field.powers))).bit_length()
    before = 2 * (bits_of(points) + length.bit_length()) + bits_of(metric) + unit.bit_length()
    return max(before, bits_of(env.gram) + 2 * length.bit_length() + unit.bit_length()) + growth


def rule_of_left_out(rank: Rule) -> Rule:
    """The rule for atoms that a cutoff leaves out, given that of the rank."""
    if rank.name in ("message-passing", "angular-message-passing"):
        return Rule("out-of-reach")
    if rank.name == "closed-form-rank":
        return Rule("left-out")
    return Rule(None, rank.reason or "the cutoff of polynomial features is no part of their certificate")


def rule_of_audit(values: Rule | None, reason: str | None) -> Rule:
    """The rule for a package's Jacobian beside the closed form, given that of its singular values: both need all
    features."""
    if values is None or values.name is None or reason:
        return Rule(None, reason or (values.reason if values else "no singular value is known"))
    return Rule("audit")
