"""Radial functions alone: the two-body descriptor."""

from dataclasses import dataclass
from fractions import Fraction

from symsens.descriptors.base import TupleSum
from symsens.descriptors.parts.radial import BASES, CUTOFF_FUNCTIONS, radial_basis
from symsens.forms.blocks import Block
from symsens.spec import choice, integer, rational


@dataclass(frozen=True)
class RadialFunctions(TupleSum):
    r"""Sums of radial functions over the neighbours (nu = 1).

    F_n^Z = sum_j R_n0(r_j), j of species Z, n = 0..n_max-1 (nu = 1).

    Radial bases and cutoff functions: `symsens.descriptors.parts.radial`, with units and where each is smooth.
    """

    name = "radial"
    formula = r"F_{n}^{Z} = \sum_{j \in Z} R_{n0}(r_j)"
    n_max: int = integer(8, low=1, high=100, help="number of radial functions")
    radial: str = choice("gto", BASES, help="radial basis")
    cutoff: Fraction = rational(5, above=0, help="cutoff radius and scale of the radial basis, Angstrom")
    cutoff_function: str = choice("none", CUTOFF_FUNCTIONS, help="factor that lets neighbours in smoothly")
    width: Fraction = rational(None, above=0, help="width of the radial functions, Angstrom")

    def blocks(self, centre, species):
        radial = radial_basis(self.radial, self.n_max, 0, self.cutoff, self.cutoff_function, self.width)
        phi = tuple(radial.at(1, n, 0) for n in range(self.n_max))
        labels = {z: [f"{z} n={n}" for n in range(self.n_max)] for z in species}
        return [Block(1, (z,), phi, labels[z], (radial.family,), conditions=radial.conditions) for z in species]
