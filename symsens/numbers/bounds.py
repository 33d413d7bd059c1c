"""What is proved of a rank from both sides.

Law: bounds only tighten, each says why, and two that exclude each other are an error, never a choice.
"""

from dataclasses import dataclass, replace

from symsens.errors import ContradictionError


@dataclass(frozen=True)
class RankBounds:
    """What is proved of a rank: lower <= rank <= upper, and why.

    Bounds only ever tighten; where they meet the rank is proved. Bounds that exclude each other are an error that names
    both reasons.
    """

    upper: int
    why_above: str
    lower: int = 0
    why_below: str = "a rank is not negative"

    @property
    def met(self) -> bool:
        """Whether the rank is proved."""
        return self.lower == self.upper

    def at_least(self, lower: int, why: str) -> "RankBounds":
        """With a lower bound; the better one stays."""
        return self._checked(replace(self, lower=lower, why_below=why)) if lower > self.lower else self

    def at_most(self, upper: int, why: str) -> "RankBounds":
        """With an upper bound; the better one stays."""
        return self._checked(replace(self, upper=upper, why_above=why)) if upper < self.upper else self

    @staticmethod
    def _checked(bounds: "RankBounds") -> "RankBounds":
        if bounds.lower > bounds.upper:
            raise ContradictionError(
                f"the rank of J is at least {bounds.lower} ({bounds.why_below}) and at most {bounds.upper} "
                f"({bounds.why_above}): one of the two is false; please report this descriptor and structure"
            )
        return bounds

    def __str__(self):
        return f"= {self.lower}" if self.met else f"at least {self.lower}, at most {self.upper}"
