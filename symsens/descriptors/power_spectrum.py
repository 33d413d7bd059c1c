"""The power spectrum of the neighbour density (SOAP)."""

from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from sympy import Integer

from symsens.descriptors.base import TupleSum, guard
from symsens.descriptors.parts.radial import BASES, CUTOFF_FUNCTIONS, Radial, radial_basis
from symsens.descriptors.parts.soap import each_once, plain_label, soap_blocks
from symsens.geometry.species import sorted_species
from symsens.spec import choice, integer, rational, switch


@dataclass(frozen=True)
class PowerSpectrum(TupleSum):
    r"""Power spectrum of the neighbour density, SOAP-like, of any radial basis (nu = 2).

    p_{nn'l}^{ZZ'} = sum_jk R_nl(r_j) R_n'l(r_k) P_l(cos theta_jk), j of species Z, k of species Z' (nu = 2).

    The sum runs over all ordered pairs of neighbours, j = k included; this is 4 pi / (2l + 1) times
    sum_m c^Z_nlm c^Z'_n'lm*, c_nlm = sum_j R_nl(r_j) Y_lm(x_j). n = 0..n_max-1, l = 0..l_max; Z <= Z' by atomic number,
    and n <= n' when Z = Z'. Row order (Z, Z'), l, n, n'. Bartok, Kondor, Csanyi, Phys. Rev. B 87, 184115 (2013).

    Radial bases and cutoff functions: `symsens.descriptors.parts.radial`, with units and where each is smooth;
    polynomial ones (monomial, laguerre; cutoff function none or polynomial) are exact over the field. With
    ``centre=true`` the centre is part of its own density: c_n00 of its species gains R_n0(0) Y_00, so l = 0 gains terms
    of nu = 1 and a constant.
    """

    name = "power-spectrum"
    formula = r"p_{nn'l}^{ZZ'} = \sum_{j \in Z} \sum_{k \in Z'} R_{nl}(r_j)\, R_{n'l}(r_k)\, P_l(\cos\theta_{jk})"
    n_max: int = integer(4, low=1, high=60, help="number of radial functions")
    l_max: int = integer(3, low=0, high=60, help="highest angular momentum")
    radial: str = choice("gto", BASES, help="radial basis")
    cutoff: Fraction = rational(5, above=0, help="cutoff radius and scale of the radial basis, Angstrom")
    cutoff_function: str = choice("none", CUTOFF_FUNCTIONS, help="factor that lets neighbours in smoothly")
    width: Fraction = rational(None, above=0, help="width of the radial functions, Angstrom")
    centre: bool = switch(False, help="whether the centre is part of its own density")

    def basis(self) -> Radial:
        """The radial basis."""
        return radial_basis(self.radial, self.n_max, self.l_max, self.cutoff, self.cutoff_function, self.width)

    def blocks(self, centre, species):
        guard(self.n_max**2 * (self.l_max + 1) * len(species) ** 2, self.name, "n_max or l_max")
        own, norms = (centre if self.centre else None), (Integer(1),) * (self.l_max + 1)
        if self.centre:
            species = sorted_species((*species, centre))
        parts = partial(each_once, self.n_max, self.l_max)
        return soap_blocks(self.basis(), norms, species, own, parts, plain_label)
