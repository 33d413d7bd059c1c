"""Four neighbours: the rank of a descriptor for almost all positions, and the patterns at which every basis loses more.

Law: four neighbours have ten dot products, and one relation between them; hypersurfaces are not derived. What all
descriptors of order 2 lose together is that of the atlas, whatever functions they sum.
"""

from dataclasses import dataclass

from symsens.rows.atlas import patterns
from symsens.search.strata import ALWAYS, Stratum
from symsens.show.atlas import pattern_words

INNER = 9  # displacements, up to rotations
NO_RULE = "no certificate yet: Lemma hypersurface"
LEFT_OUT = "Hypersurfaces that are particular to this basis are not derived of four neighbours."


@dataclass(frozen=True)
class Quadruples:
    """What is known of the singular locus of four neighbours.

    Attributes
    ----------
    rank : for almost all positions.
    order : of the descriptor, the most neighbours that a summand depends on; None where it is no such sum.
    """

    rank: int
    order: int | None

    @property
    def lines(self) -> list[str]:
        """In words."""
        if self.rank < INNER:
            return [f"Singular locus: not derived, as the rank is ≈ {self.rank} of {INNER} everywhere."]
        first = f"Singular locus: rank {INNER} of {INNER} internal displacements for almost all positions"
        return [f"{first}; PROVED ({NO_RULE}).", *self._patterns(), LEFT_OUT]

    def _patterns(self) -> list[str]:
        """Where every descriptor of this order loses more than rotations and symmetry do."""
        if self.order is None or self.order == 1:
            return []
        if self.order > 2:
            return [
                f"PROVED (rule atlas-gaps): whatever functions are summed, order {self.order} as a whole loses nothing "
                "but rotations and what symmetry forces, whatever the positions."
            ]
        strata = [Stratum(pattern, 2, pattern.lost(2), None) for pattern in patterns(4)]
        found = [
            f"  {pattern_words(s.pattern)}: " + ("always" if s.kind == ALWAYS else f"where {s.condition}")
            for s in strata
            if s.gap
        ]
        return [
            "PROVED (rule atlas-gaps): whatever functions are summed over pairs, if the neighbours span space and "
            "u1 x1 + u2 x2 + u3 x3 + u4 x4 = 0, order 2 as a whole loses more than rotations and what symmetry forces "
            "at these coincidences of lengths (and species) and dot products and, up to relabelling, no others:",
            *found,
        ]
