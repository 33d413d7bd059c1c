"""All points of a one-parameter family at which descriptors lose a displacement that they see almost everywhere.

Law: joins the search to the certificate; no mathematics of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil
from time import perf_counter

import numpy as np

from symsens import __version__
from symsens.budget import DEFAULT, limited
from symsens.certificates.locus import certified, locus_certificate, rule_of_locus
from symsens.certificates.rules import Rule
from symsens.descriptors import descriptor
from symsens.descriptors.base import Descriptor
from symsens.errors import InputError
from symsens.forms.jacobian import float_jacobian
from symsens.geometry.curves import Curve
from symsens.geometry.environment import Environment
from symsens.rows.filtration import LEVELS
from symsens.search.locus import Locus, Point, singular_locus
from symsens.show.loci import decimal, lines
from symsens.show.valleys import figure
from symsens.verdict import Verdict

SAMPLES = 200
PICTURED = {  # what a picture shows of an order
    1: "radial:n_max=8",
    2: "power-spectrum:n_max=4,l_max=6",
    3: "bispectrum:n_max=3,l_max=4",
    4: "ace:nu=4,n_max=2,l_max=3",
}


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

    def picture(self, asked: Descriptor | str | None = None):
        """A matplotlib Figure: the smallest singular values of a descriptor along the family, as NumPy has them, with
        the points marked.

        Parameters
        ----------
        asked : a descriptor or SPEC; by default one of the order, with a cutoff beyond all neighbours.

        Raises
        ------
        InputError
            matplotlib is missing, or the descriptor has too few features.
        """
        places, environments = self._members()
        if not isinstance(asked, Descriptor):
            asked = descriptor(asked or f"{PICTURED[self.found.nu]},cutoff={_reach(environments)}")
        rank = self.found.generic.rank
        spectra = [np.linalg.svd(float_jacobian(env, asked), compute_uv=False)[:rank] for env in environments]
        if len(spectra[0]) < rank:
            raise InputError(f"{asked.spec}: fewer features than the rank, {rank}: give a larger basis")
        return figure(self, places, np.array(spectra), str(asked))

    def _members(self) -> tuple[np.ndarray, list[Environment]]:
        """Values of the parameter, more of them close to the points, and the environments there."""
        curve = self.found.curve
        low, high = map(float, curve.interval)
        places = {low + (high - low) * i / SAMPLES for i in range(SAMPLES + 1)}
        for point in self.points:
            middle = float(decimal(point))
            places |= {middle + sign * (high - low) * 10.0 ** (-k / 4) for k in range(4, 29) for sign in (-1, 1)}
        places = sorted(t for t in places if low <= t <= high)
        return np.array(places), [curve.at(Fraction(t)) for t in places]

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


def _reach(environments) -> int:
    """Twice the length of the longest neighbour, about."""
    squares = (float(env.gram[j][j]) / float(env.gram_scale) for env in environments for j in range(env.n))
    return ceil(2 * max(squares) ** 0.5)


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
