"""Which rule of the checker proves an answer again: one name, or the reason why there is no certificate yet.

Law: whoever prints PROVED asks here, and prints the name or the reason in the same place.
"""

from dataclasses import dataclass


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
