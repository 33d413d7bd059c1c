"""Power sums of squared distances."""

from dataclasses import dataclass

from symsens.descriptors.base import TupleSum
from symsens.forms.blocks import Block, invariants
from symsens.spec import integer


@dataclass(frozen=True)
class Distances(TupleSum):
    r"""Power sums of the squared distances of the neighbours (nu = 1).

    F_k = sum_j s_j^k, k = 1..k_max, with s_j = |x_j|^2, one set per species of neighbours (nu = 1).

    Units Angstrom^(2k); shape (species x k_max,); smooth everywhere, exact over the field. The power sums determine the
    distances once k_max reaches the number of neighbours of a species (Newton), so nothing of order 1 is lost then.
    """

    name = "distances"
    formula = r"F_{k} = \sum_j s_j^{k}"
    k_max: int = integer(8, low=1, high=200, help="highest power")

    def blocks(self, centre, species):
        (s,) = invariants(1)
        powers = range(1, self.k_max + 1)
        phi = tuple(s**k for k in powers)
        return [Block(1, (z,), phi, [f"{z} k={k}" for k in powers]) for z in species]
