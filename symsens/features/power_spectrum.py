"""The power spectrum of the neighbour density (SOAP)."""

from dataclasses import dataclass

from symsens.features.base import Block, Descriptor, Family, choice, guard, integer
from symsens.features.radial import monomials, solid_legendre

BASES = ("monomial",)


@dataclass(frozen=True)
class PowerSpectrum(Descriptor):
    r"""p_{nn'l}^{ZZ'} = sum_jk R_nl(r_j) R_n'l(r_k) P_l(cos theta_jk), j of species Z, k of species Z' (nu = 2).

    The sum runs over all ordered pairs of neighbours, j = k included; this is 4 pi / (2l + 1) times
    sum_m c^Z_nlm c^Z'_n'lm*, c_nlm = sum_j R_nl(r_j) Y_lm(x_j). n = 0..n_max-1, l = 0..l_max; Z <= Z' by atomic number, and
    n <= n' when Z = Z'. Row order (Z, Z'), l, n, n'. Bartok, Kondor, Csanyi, Phys. Rev. B 87, 184115 (2013).

    radial="monomial": R_nl = r^(2n + l), smooth everywhere and exact over the field.
    """

    name = "power-spectrum"
    formula = r"p_{nn'l}^{ZZ'} = \sum_{j \in Z} \sum_{k \in Z'} R_{nl}(r_j)\, R_{n'l}(r_k)\, P_l(\cos\theta_{jk})"
    n_max: int = integer(4, low=1, high=60, help="number of radial functions")
    l_max: int = integer(3, low=0, high=60, help="highest angular momentum")
    radial: str = choice("monomial", BASES, help="radial basis")

    @property
    def angular_degree(self):
        """l_max."""
        return self.l_max

    def blocks(self, centre, species):
        n_max, ls = self.n_max, range(self.l_max + 1)
        guard(n_max**2 * len(ls) * len(species) ** 2, self.name, "n_max or l_max")
        radial, angular = Family("R", 1, monomials(n_max)), solid_legendre(self.l_max)
        r1, r2, p = radial.at(1), radial.at(2), angular.at(1, 2)
        blocks = []
        for i, z1 in enumerate(species):
            for z2 in species[i:]:
                mine = [(l, n, m) for l in ls for n in range(n_max) for m in range(n if z1 == z2 else 0, n_max)]
                phi = tuple(r1[n] * r2[m] * p[l] for l, n, m in mine)
                labels = [f"{z1}-{z2} l={l} n={n} n'={m}" for l, n, m in mine]
                blocks.append(Block(2, (z1, z2), phi, labels, (radial, angular)))
        return blocks
