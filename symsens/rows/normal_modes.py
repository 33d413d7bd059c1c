"""Which normal modes the missing force constants are about, by irreducible representations (species) of the group.

An invariant Hessian couples modes of equal species only: it is the sum of its parts H_s, one for each species s. The
span of the missing Hessians has a part in each species. It may lie in one alone, or relate force constants of several:
then models reach every force constant of each species, and not those of all of them independently.

Law: exact ranks.
"""

from dataclasses import dataclass

from symsens.geometry.representations import isotypic_parts
from symsens.numbers.kernel import Matrix, independent, matrix, multiply
from symsens.rows.curvatures import Curvatures
from symsens.rows.jet_spaces import TwoJet


@dataclass(frozen=True)
class CoupledModes:
    """What is missing in one species.

    Attributes
    ----------
    modes : how often the species is among internal displacements.
    touched : the dimension of the parts of the missing Hessians in it.
    alone : the dimension of the missing Hessians that lie in it alone.
    """

    modes: int
    touched: int
    alone: int


def coupled_species(found: Curvatures) -> dict[str, CoupledModes] | None:
    """By Mulliken's symbols, of every species with internal modes; None where the group is infinite, or unknown."""
    parts = isotypic_parts(found.moves)
    if parts is None:
        return None
    # one node of each orbit: an invariant Hessian has images of these rows at the others
    nodes = sorted({orbit[0][0] for orbit in found.space.orbits if orbit[0][0] == orbit[0][1]})
    whole = [_rows(one.direction, found.space.size, nodes) for one in found.missing]
    split = {symbol: [_flat(multiply(form, projection)) for form in whole] for symbol, (_, projection) in parts.items()}
    rank = lambda rows: len(independent(rows, len(rows[0]), found.moves.field)) if rows else 0
    modes = {}
    for symbol, (count, _) in parts.items():
        others = [[x for other in parts if other != symbol for x in split[other][i]] for i in range(len(whole))]
        if count:
            modes[symbol] = CoupledModes(
                count, rank(split[symbol]), len(whole) - (rank(others) if len(parts) > 1 else 0)
            )
    return modes


def _rows(jet: TwoJet, n: int, nodes: list[int]) -> Matrix:
    """Those of a Hessian that belong to these nodes."""
    place = {j: 9 * n * i for i, j in enumerate(nodes)}
    entries = [0] * (9 * n * len(nodes))
    for (j, k), block in jet.form.items():
        for a in range(3):
            for b in range(3):
                if j in place:
                    entries[place[j] + 3 * n * a + 3 * k + b] = block[a][b]
                if k in place:
                    entries[place[k] + 3 * n * b + 3 * j + a] = block[a][b]
    return matrix(3 * len(nodes), 3 * n, entries)


def _flat(a: Matrix) -> list:
    return [x if hasattr(x, "numerators") else int(x) for x in a.entries()]
