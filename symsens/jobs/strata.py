"""The atlas: every pattern of coincidences of a few neighbours, decided.

Law: joins the search to the certificate; no mathematics of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from symsens import __version__
from symsens.budget import DEFAULT, limited
from symsens.certificates.atlas import atlas_certificate, dimension_certificate, exclusion_certificate
from symsens.errors import InputError
from symsens.geometry.exact_files import environment_document
from symsens.rows.atlas import patterns
from symsens.search.strata import NEVER, Stratum, decide
from symsens.show.atlas import lines
from symsens.verdict import Verdict

ORDERS = (2, 3, 4)


@dataclass(frozen=True, eq=False, repr=False)
class Atlas:
    """All patterns of some neighbours at one order.

    Attributes
    ----------
    neighbours, nu : their number, and the order.
    strata : one for each pattern.
    """

    neighbours: int
    nu: int
    strata: tuple[Stratum, ...]

    @property
    def with_gap(self) -> list[Stratum]:
        """The strata of which Theorem dual alone does not say that they are empty."""
        return [stratum for stratum in self.strata if stratum.kind != NEVER]

    @property
    def verdict(self) -> Verdict:
        """PROVED where every stratum is decided."""
        decided = all(stratum.verdict is Verdict.PROVED for stratum in self.strata)
        return Verdict.PROVED if decided else Verdict.UNDECIDED

    @cached_property
    def certificate(self) -> dict:
        """The certificate of patterns, gaps, witnesses, dimensions and exclusions as a JSON-ready dictionary."""
        strata = [(s.pattern, s.gap, s.filtration, _dimension(s), _exclusion(s)) for s in self.strata]
        return atlas_certificate(self.nu, strata, {"made_by": f"symsens {__version__}"})

    def as_dict(self) -> dict:
        """JSON-ready, by the keys of the interface."""
        return {
            "neighbours": self.neighbours,
            "nu": self.nu,
            "patterns": len(self.strata),
            "strata": [_entry(stratum) for stratum in self.strata],
        }

    def __repr__(self):
        many = f"{len(self.strata)} patterns, {len(self.with_gap)} with a gap"
        return f"Atlas({self.neighbours} neighbours, nu={self.nu}: {many}, {self.verdict.name})"

    def __str__(self):
        return "\n".join(lines(self))


def _dimension(stratum: Stratum) -> dict | None:
    if stratum.dimension is None:
        return None
    changes = None if stratum.weights is None else [stratum.pattern.on_pairs(B) for B in stratum.lost]
    return dimension_certificate(stratum.dimension, changes, stratum.weights or [])


def _exclusion(stratum: Stratum) -> dict | None:
    why = stratum.exclusion
    return None if why is None else exclusion_certificate(why.changes, why.proofs)


def _entry(stratum: Stratum) -> dict:
    return {
        "pattern": stratum.pattern.labels.tolist(),
        "gap": stratum.gap,
        "orbits": stratum.orbits,
        "stabiliser_order": stratum.stabiliser_order,
        "kind": stratum.kind,
        "condition": stratum.condition,
        "realisable": stratum.realisable,
        "dimension": stratum.dimension,
        "witness": None if stratum.witness is None else environment_document(stratum.witness),
        "verdict": stratum.verdict.name,
    }


def atlas(
    neighbours: int, nu: int = 2, budget: float | None = DEFAULT, watch: Callable[[str], None] | None = None
) -> Atlas:
    """Every pattern of coincidences of some neighbours up to relabelling, and whether an environment in space that has
    it is spuriously singular at order nu: has a displacement that no O(3) descriptor of that order sees, beyond
    rotations and what symmetry forces.

    Parameters
    ----------
    neighbours : 1 to 5.
    nu : 2, 3 or 4.
    budget : seconds for each pattern.
    watch : told of every stage.

    Raises
    ------
    InputError
        Another order, or more neighbours than can be kept: see `symsens.jobs.tallies`.
    """
    if nu not in ORDERS:
        raise InputError(f"nu = {nu}: the atlas is of orders 2, 3 and 4, for which Theorem dual holds")
    strata = []
    for pattern in patterns(neighbours):
        with limited(budget, watch):
            strata.append(decide(pattern, nu))
    return Atlas(neighbours, nu, tuple(strata))
