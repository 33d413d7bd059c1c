"""The bispectrum of the neighbour density."""

from dataclasses import dataclass
from fractions import Fraction

from symsens.descriptors.ace import product_blocks
from symsens.descriptors.base import TupleSum
from symsens.descriptors.parts.radial import BASES, CUTOFF_FUNCTIONS, radial_basis
from symsens.spec import choice, integer, rational


@dataclass(frozen=True)
class Bispectrum(TupleSum):
    r"""Bispectrum of the neighbour density: three densities coupled (nu = 3).

    B = sum_{jkm} R_{n1 l1}(r_j) R_{n2 l2}(r_k) R_{n3 l3}(r_m) T_{l1 l2 l3}(u_j, u_k, u_m): three densities coupled
    (nu = 3).

    T is sum_m (l1 l2 l3; m1 m2 m3) C_l1m1 C_l2m2 C_l3m3 / (l1 l2 l3; 0 0 0), with even l1 + l2 + l3, real and 1 where
    the three directions coincide (`symsens.descriptors.parts.couplings`); the sum runs over all ordered triples of
    neighbours of species Z1 <= Z2 <= Z3, repeats included; each multiset of (Z, l, n) once, n = 0..n_max-1, l =
    0..l_max. Odd l1 + l2 + l3 gives pseudoscalars, which are no functions of dot products and left out. Radial bases,
    units and smoothness: `symsens.descriptors.parts.radial`. Bartok, Payne, Kondor, Csanyi, Phys. Rev. Lett. 104,
    136403 (2010); Bartok, Kondor, Csanyi, Phys. Rev. B 87, 184115 (2013).
    """

    name = "bispectrum"
    formula = (
        r"B_{\mathbf{n}\mathbf{l}}^{\mathbf{Z}} = \sum_{j \in Z_1} \sum_{k \in Z_2} \sum_{m \in Z_3} "
        r"R_{n_1 l_1}(r_j)\, R_{n_2 l_2}(r_k)\, R_{n_3 l_3}(r_m)\, T_{l_1 l_2 l_3}"
        r"(\hat{\mathbf{x}}_j, \hat{\mathbf{x}}_k, \hat{\mathbf{x}}_m)"
    )
    n_max: int = integer(2, low=1, high=30, help="number of radial functions")
    l_max: int = integer(3, low=0, high=20, help="highest angular momentum")
    radial: str = choice("gto", BASES, help="radial basis")
    cutoff: Fraction = rational(5, above=0, help="cutoff radius and scale of the radial basis, Angstrom")
    cutoff_function: str = choice("none", CUTOFF_FUNCTIONS, help="factor that lets neighbours in smoothly")
    width: Fraction = rational(None, above=0, help="width of the radial functions, Angstrom")

    def blocks(self, centre, species):
        radial = radial_basis(self.radial, self.n_max, self.l_max, self.cutoff, self.cutoff_function, self.width)
        return product_blocks(radial, 3, species, self.name)
