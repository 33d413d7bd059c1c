"""How many patterns of coincidences there are, and the gap of each: also where they are too many to keep.

Law: joins the enumeration to what is shown; no mathematics of its own.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from symsens.budget import BudgetSpent, limited, stage, stop
from symsens.errors import InputError
from symsens.rows.atlas import branch, branches, gaps
from symsens.show.tallies import branches_words, lines
from symsens.verdict import Verdict

ORDERS = (2, 3, 4, 5)


@dataclass(frozen=True, repr=False)
class Tally:
    """The gaps of all patterns of some neighbours at one order, or of a part of them.

    Attributes
    ----------
    neighbours, nu : their number, and the order.
    every : the number of branches of all patterns.
    done, left : branches that were counted, and that were asked for but not reached in time.
    patterns : how many there are up to relabelling in the branches that were counted.
    gaps : how many have which gap, from 0 on.
    seconds : wall time.
    """

    neighbours: int
    nu: int
    every: int
    done: range
    left: range
    patterns: int
    gaps: dict[int, int]
    seconds: float

    @property
    def verdict(self) -> Verdict:
        """PROVED where none has a gap, so that no environment is spuriously singular; which are is not asked."""
        return Verdict.UNDECIDED if set(self.gaps) - {0} or self.left else Verdict.PROVED

    def as_dict(self) -> dict:
        """JSON-ready, by the keys of the interface."""
        return {
            "neighbours": self.neighbours,
            "nu": self.nu,
            "branches": branches_words(self.done),
            "left": branches_words(self.left),
            "patterns": self.patterns,
            "gaps": {str(gap): count for gap, count in self.gaps.items()},
            "verdict": self.verdict.name,
            "seconds": round(self.seconds, 6),
        }

    def __repr__(self):
        return f"Tally({self.neighbours} neighbours, nu={self.nu}: {self.patterns} patterns, {self.verdict.name})"

    def __str__(self):
        return "\n".join(lines(self))


def tally(
    neighbours: int,
    nu: int,
    asked: slice = slice(None),
    budget: float | None = None,
    watch: Callable[[str], None] | None = None,
) -> Tally:
    """The gap of every pattern of coincidences of some neighbours up to relabelling at order nu. No environment of a
    pattern whose gap is 0 is spuriously singular.

    Parameters
    ----------
    neighbours : 1 to 6.
    nu : 2 to 5.
    asked : branches that are counted: each has patterns that no other has, and what they add up to is all.
    budget : seconds after which the branches that are left are left; None for no limit.
    watch : told of every branch.

    Raises
    ------
    InputError
        Another order, or more neighbours than can be enumerated.
    """
    if nu not in ORDERS:
        raise InputError(f"nu = {nu}: gaps are counted at orders 2 to 5")
    every, start = branches(neighbours), perf_counter()
    chosen, state = range(every)[asked], (0, 0, Counter())
    with limited(budget, watch):
        try:
            for number in chosen:
                stage(f"branch {number} of {every}, {state[1]} patterns")
                found = Counter(gaps(branch(neighbours, number), nu).tolist())
                state = (state[0] + 1, state[1] + found.total(), state[2] + found)
        except BudgetSpent:
            stop()
    done, total, counts = state
    counted = dict(sorted(counts.items()))
    return Tally(neighbours, nu, every, chosen[:done], chosen[done:], total, counted, perf_counter() - start)
