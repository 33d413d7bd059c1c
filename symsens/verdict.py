"""Three verdicts and no truth value: unknown is never "passed"."""

from enum import Enum


class Verdict(Enum):
    """What is known of a claim.

    ``bool()`` raises `TypeError`, so that an UNDECIDED claim can never slip through an ``if``.
    """

    PROVED = "PROVED"
    REFUTED = "REFUTED"
    UNDECIDED = "UNDECIDED"

    def __bool__(self):
        raise TypeError(f"a verdict has no truth value: compare with Verdict.PROVED (this one is {self.value})")

    def __str__(self):
        return self.value
