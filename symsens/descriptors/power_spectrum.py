"""The power spectrum of the neighbour density (SOAP)."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from symsens.descriptors.base import TupleSum, guard
from symsens.descriptors.parts.radial import BASES, CUTOFF_FUNCTIONS, Radial, radial_basis, solid_legendre
from symsens.forms.blocks import Block
from symsens.geometry.species import sorted_species
from symsens.spec import choice, integer, rational, switch


@dataclass(frozen=True)
class PowerSpectrum(TupleSum):
    r"""p_{nn'l}^{ZZ'} = sum_jk R_nl(r_j) R_n'l(r_k) P_l(cos theta_jk), j of species Z, k of species Z' (nu = 2).

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
        n_max, ls = self.n_max, range(self.l_max + 1)
        guard(n_max**2 * len(ls) * len(species) ** 2, self.name, "n_max or l_max")
        radial = self.basis()
        own = centre if self.centre else None
        if self.centre:
            species = sorted_species((*species, centre))
        blocks = []
        for i, z1 in enumerate(species):
            for z2 in species[i:]:
                mine, phi = _forms(radial, z1 == z2)
                labels = [f"{z1}-{z2} l={l} n={n} n'={m}" for l, n, m in mine]
                blocks.append(
                    Block(
                        2,
                        (z1, z2),
                        phi,
                        labels,
                        (radial.family, solid_legendre(self.l_max)),
                        conditions=radial.conditions,
                    )
                )
        for i, z1 in enumerate(species):
            for z2 in species[i:]:
                labels = [
                    f"{z1}-{z2} l=0 n={n} n'={m}" for n in range(n_max) for m in range(n if z1 == z2 else 0, n_max)
                ]
                blocks += _centre_terms(radial, z1, z2, own, labels)
        return blocks


@cache
def _forms(radial: Radial, alike: bool):
    """(l, n, n') and phi of the pairs of two species."""
    n_max = radial.n_max
    mine = [(l, n, m) for l in range(radial.l_max + 1) for n in range(n_max) for m in range(n if alike else 0, n_max)]
    p = solid_legendre(radial.l_max).at(1, 2)
    return mine, tuple(radial.at(1, n, l) * radial.at(2, m, l) * p[l] for l, n, m in mine)


def _centre_terms(radial: Radial, z1: str, z2: str, own: str | None, labels):
    """What the centre, of species `own`, adds to the l = 0 features of species z1, z2."""
    n_max, zero = radial.n_max, radial.origin.at()
    mine = [(n, m) for n in range(n_max) for m in range(n if z1 == z2 else 0, n_max)]
    families = (radial.family, radial.origin)
    one = {"labels": labels, "families": families, "conditions": radial.conditions}
    if own == z1:
        yield Block(1, (z2,), tuple(zero[n] * radial.at(1, m, 0) for n, m in mine), **one)
    if own == z2:
        yield Block(1, (z1,), tuple(radial.at(1, n, 0) * zero[m] for n, m in mine), **one)
    if own == z1 == z2:
        yield Block(0, (), tuple(zero[n] * zero[m] for n, m in mine), labels, (radial.origin,))
