"""All points of a one-parameter family at which descriptors lose a displacement that they see almost everywhere.

Law: joins the search to the certificate; no mathematics of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from time import perf_counter

from symsens import __version__
from symsens.budget import DEFAULT, limited
from symsens.certificates.locus import certified, locus_certificate, rule_of_locus
from symsens.certificates.rules import Rule
from symsens.errors import InputError
from symsens.geometry.curves import Curve
from symsens.rows.filtration import LEVELS
from symsens.search.locus import Locus, Point, singular_locus
from symsens.show.loci import decimal, lines
from symsens.verdict import Verdict


@dataclass(frozen=True, eq=False, repr=False)
class Located:
    """What is known of the ranks of a family.

    Attributes
    ----------
    found : generic rank and filtration, and the points where the rank falls or may fall, in ascending order.
    seconds : wall time of the search.
    """

    found: Locus
    seconds: float

    @property
    def points(self) -> tuple[Point, ...]:
        """Where the rank is smaller than for almost all t, or may be; nowhere else is it."""
        return self.found.points

    @property
    def complete(self) -> bool:
        """Whether it is proved that the rank is smaller at no other t of the interval."""
        return True

    @property
    def verdict(self) -> Verdict:
        """PROVED where every point is decided."""
        decided = all(point.undecided is None for point in self.points)
        return Verdict.PROVED if decided else Verdict.UNDECIDED

    @cached_property
    def rule(self) -> Rule:
        """The rule of the checker that proves it again, or why there is none."""
        return rule_of_locus(self.found)

    @cached_property
    def certificate(self) -> dict:
        """The certificate as a JSON-ready dictionary.

        Raises
        ------
        InputError
            There is no rule for it: see `rule`.
        """
        source = self.found.curve.source
        if self.rule.name is None:
            raise InputError(f"{source or 'family'}: {self.rule.reason}")
        labels = {"made_by": f"symsens {__version__}"}
        return locus_certificate(self.found, labels | ({"file": source} if source else {}))

    def as_dict(self) -> dict:
        """JSON-ready, by the keys of the interface."""
        found, curve = self.found, self.found.curve
        return {
            "schema": "symsens/located/1",
            "file": curve.source,
            "parameter": curve.parameter,
            "interval": list(map(str, curve.interval)),
            "field": curve.field.name,
            "nu": found.nu,
            "generic": {"rank": found.generic.rank, "filtration": found.generic.as_dict(), "t": str(found.sample)},
            "points": [self._entry(point) for point in self.points],
            "complete": self.complete,
            "rule": self.rule.name,
            "verdict": self.verdict.name,
            "seconds": round(self.seconds, 6),
        }

    def _entry(self, point: Point) -> dict:
        f, name = point.filtration, self.found.curve.parameter
        return {
            "t": decimal(point),
            "interval": list(map(str, point.interval)),
            "minimal_polynomial": point.polynomial.primitive().text(name),
            "rank": f and f.rank,
            "filtration": f.as_dict() if f else dict.fromkeys(LEVELS),
            "rule": "locus-points" if self.rule.name and point in certified(self.found) else None,
            "undecided": point.undecided,
            "verdict": "UNDECIDED" if f is None else "PROVED",
        }

    def __repr__(self):
        curve, rank = self.found.curve, self.found.generic.rank
        return f"Located({curve!r}, nu={self.found.nu}: rank {rank}, smaller at {len(self.points)} points)"

    def __str__(self):
        return "\n".join(lines(self))


def locus(
    family: Curve | str, nu: int = 2, budget: float | None = DEFAULT, watch: Callable[[str], None] | None = None
) -> Located:
    """All t of a one-parameter family at which the rank of the basis-free Jacobian of order nu is smaller than for
    almost all t: where every O(3) descriptor of that order loses a displacement that some see elsewhere.

    Parameters
    ----------
    family : a `Curve`, or the name of a family file.
    nu : order of the features, 1 to 4.
    budget : seconds; points that are not decided by then are UNDECIDED. None for no limit.
    watch : told of every stage.

    Raises
    ------
    InputError
        nu out of range, or no family.
    UndecidedError
        The time was over before the candidates were known.
    """
    if nu not in (1, 2, 3, 4):
        raise InputError(f"nu = {nu!r}: locus is about orders 1 to 4")
    curve = family if isinstance(family, Curve) else Curve.read(family)
    start = perf_counter()
    with limited(budget, watch):
        found = singular_locus(curve, nu)
    return Located(found, perf_counter() - start)
