"""The SOAP of dscribe with Gaussian-type orbitals."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache, partial

from sympy import Rational, exp, gamma, log, pi, sqrt

from symsens.descriptors.base import TupleSum, guard
from symsens.descriptors.parts.radial import Radial
from symsens.descriptors.parts.soap import channel_species, each_once, plain_label, soap_blocks
from symsens.forms.blocks import Condition, Family, invariants, number
from symsens.forms.constants import InverseRoot
from symsens.spec import integer, rational, symbols


@dataclass(frozen=True)
class SoapDscribe(TupleSum):
    r"""SOAP as dscribe evaluates it, feature by feature (nu = 2).

    p_{nn'l}^{ZZ'} = sqrt((2l+1)/2) sum_jk R_nl(r_j) R_n'l(r_k) P_l(cos theta_jk), j of species Z, k of Z' (nu = 2).

    The features of ``dscribe.descriptors.SOAP(rbf="gto")``, all ordered pairs j, k, the centre (r = 0) among them::

        eta = 1 / (2 sigma^2),  a_k = 1 + (r_cut - 1) k / (n_max - 1),  alpha_kl = ln(1000 a_k^l) / a_k^2
        R_nl = (pi/eta)^(3/2) r^l sum_k beta^l_nk (1 + alpha_kl/eta)^-(l + 3/2) e^(-alpha_kl eta r^2 / (alpha_kl + eta))
        beta^l = (S^l)^(-1/2),  S^l_kk' = Gamma(l + 3/2) / (2 (alpha_kl + alpha_k'l)^(l + 3/2))

    that is, the overlap of Gaussians of width sigma with GTOs r^l exp(-alpha_kl r^2), orthonormalised. Order: (Z <= Z')
    by atomic number, l, n, n', with n <= n' when Z = Z'; no sqrt 2. Features in Angstrom^3; lengths in Angstrom.

    Smooth but where a neighbour is at r_cut + sigma sqrt(2 ln 1000): there is no cutoff function, atoms up to there
    count in full, those beyond not at all, and the features jump. No algebraic distance equals it; balls decide.

    dscribe 2.1.2 departs from this form: its beta is not exact (orthonormal to 1e-10 at n_max = 8, 6e-6 at 12), its l =
    1 prefactor is 2.5e-11 off, and its analytical derivatives drop expansion coefficients below 1e-8.
    Himanen et al., Comput. Phys. Commun. 247, 106949 (2020).
    """

    name = "soap-dscribe"
    formula = (
        r"p_{nn'l}^{ZZ'} = \sqrt{\tfrac{2l+1}{2}} \sum_{j \in Z} \sum_{k \in Z'} R_{nl}(r_j)\, R_{n'l}(r_k)\, "
        r"P_l(\cos\theta_{jk}), \quad "
        r"R_{nl}(r) = (\pi/\eta)^{3/2} r^l \sum_k \beta^l_{nk} (1 + \alpha_{kl}/\eta)^{-l-3/2} e^{-\alpha_{kl} \eta "
        r"r^2 / (\alpha_{kl} + \eta)}"
    )
    n_max: int = integer(8, low=1, high=40, help="number of radial functions")
    l_max: int = integer(6, low=0, high=20, help="highest angular momentum")
    r_cut: Fraction = rational(5, above=1, help="radius that the radial functions cover, Angstrom")
    sigma: Fraction = rational(Fraction(1, 2), above=0, help="width of the Gaussian on each atom, Angstrom")
    species: tuple[str, ...] | None = symbols()

    def blocks(self, centre, species):
        species, ls = channel_species(self, centre, species), range(self.l_max + 1)
        guard(self.n_max**2 * len(ls) * len(species) ** 2 // 2, self.name, "n_max or l_max")
        radial = _radial(self.n_max, self.l_max, self.r_cut, self.sigma)
        norms, parts = tuple(sqrt(Rational(2 * l + 1, 2)) for l in ls), partial(each_once, self.n_max, self.l_max)
        return soap_blocks(radial, norms, species, centre, parts, plain_label)


@cache
def _radial(n_max: int, l_max: int, r_cut: Fraction, sigma: Fraction) -> Radial:
    (s,) = invariants(1)
    eta, cut = 1 / (2 * number(sigma) ** 2), number(r_cut)
    forms, roots = [], []
    for l in range(l_max + 1):
        points = [1 + (cut - 1) * Rational(k, max(n_max - 1, 1)) for k in range(n_max)]
        alphas, power = [log(1000 * a**l) / a**2 for a in points], l + Rational(3, 2)
        overlap = tuple(tuple(gamma(power) / (2 * (x + y) ** power) for x in alphas) for y in alphas)
        roots.append(InverseRoot(f"beta{l}", overlap))
        volume = (pi / eta) ** Rational(3, 2)
        forms += [volume * (1 + x / eta) ** -power * exp(-x * eta / (x + eta) * s) for x in alphas]
    edge = cut + number(sigma) * sqrt(2 * log(1000))
    reach = Condition(edge**2 - s, "at r_cut + 3.7169 sigma, where atoms cease to count")
    origin = Family.mixed("O", 0, [form.subs(s, 0) for form in forms[:n_max]], roots[:1])
    return Radial(Family.mixed("R", 1, forms, roots), origin, n_max, l_max, True, (reach,))
