"""The SOAP of featomic (metatensor, formerly rascaline) with Gaussian-type orbitals."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache, partial

from sympy import Rational, exp, gamma, pi, sqrt

from symsens.descriptors.base import TupleSum, guard
from symsens.descriptors.parts.radial import Radial
from symsens.descriptors.parts.soap import Part, channel_species, plain_label, shifted_cosine, soap_blocks
from symsens.errors import SpecError
from symsens.forms.blocks import Family, invariants, number
from symsens.forms.constants import InverseRoot
from symsens.forms.special import scaled_kummer
from symsens.spec import integer, rational, symbols


@dataclass(frozen=True)
class SoapFeatomic(TupleSum):
    r"""SOAP as featomic evaluates it, feature by feature (nu = 2).

    p_{nn'l}^{ZZ'} = (-1)^l sqrt(2l+1)/(4 pi) sum_jk R_nl(r_j) R_n'l(r_k) P_l(cos theta_jk), times sqrt 2 if Z != Z'
    (nu = 2).

    The features of ``featomic.SoapPowerSpectrum`` with a Gaussian density, the radial basis Gto, the cutoff function
    ShiftedCosine (``width=0``: Step), all ordered pairs j, k, the centre (r = 0) among them; n = 0..max_radial::

        size = max_radial + 1,  sigma_k = cutoff max(sqrt k, 1)/size,  d_k = 1/(2 sigma_k^2),  c = 1/(2 sigma^2)
        q_k = sqrt(2/(sigma_k^(2k+3) Gamma(k + 3/2))),  S_kk' = q_k q_k' Gamma(e)/2 (d_k + d_k')^-e,  e = (3 + k + k')/2
        R_nl = f_c(r) (pi/sigma^2)^(3/4) e^(-c r^2) (c r)^l sum_k S^(-1/2)_nk q_k g_k 1F1(a; b; z_k)
        g_k = Gamma(a)/Gamma(b) (c + d_k)^-a,  a = (k + l + 3)/2,  b = l + 3/2,  z_k = c^2 r^2/(c + d_k)
        f_c = 1 up to cutoff - width, (1 + cos(pi (r - cutoff + width)/width))/2 up to the cutoff, 0 beyond

    that is, the overlap of normalised Gaussians with GTOs r^k exp(-d_k r^2), orthonormalised; e^-z_k 1F1 is a
    polynomial where k - l is even and not negative. Order: (Z <= Z') by atomic number, l, n, n', all n and n' even when
    Z = Z' (every such feature with n != n' is there twice). Features have no unit; lengths in Angstrom.

    Smooth but where a neighbour is at the cutoff or at cutoff - width: f_c has a continuous derivative there, but no
    second one (with ``width=0`` it jumps at the cutoff). Both are refused.

    featomic 0.6 with ``spline_accuracy=None`` agrees with this form to its rounding; its default spline has errors of
    1e-6 in the Jacobian. The basis: Musil et al., J. Chem. Phys. 154, 114109 (2021).
    """

    name = "soap-featomic"
    formula = (
        r"p_{nn'l}^{ZZ'} = (-1)^l \frac{\sqrt{2l+1}}{4\pi} \sqrt{2}^{[Z \neq Z']} "
        r"\sum_{j \in Z} \sum_{k \in Z'} R_{nl}(r_j)\, R_{n'l}(r_k)\, P_l(\cos\theta_{jk}), \quad "
        r"R_{nl}(r) = f_c(r) (\pi/\sigma^2)^{3/4} e^{-c r^2} (c r)^l \sum_k (S^{-1/2})_{nk} q_k "
        r"\frac{\Gamma(a)}{\Gamma(b)} (c + d_k)^{-a}\, {}_1F_1(a; b; \tfrac{c^2 r^2}{c + d_k})"
    )
    max_radial: int = integer(7, low=0, high=39, help="highest radial index: max_radial + 1 functions")
    max_angular: int = integer(6, low=0, high=60, help="highest angular momentum")
    cutoff: Fraction = rational(5, above=0, help="cutoff radius, Angstrom")
    sigma: Fraction = rational(Fraction(1, 2), above=0, help="width of the Gaussian on each atom, Angstrom")
    width: Fraction = rational(Fraction(1, 2), least=0, help="width of the shifted cosine, Angstrom; 0: a step")
    species: tuple[str, ...] | None = symbols()

    def __post_init__(self):
        super().__post_init__()
        if self.width > self.cutoff:
            raise SpecError(
                f"{self.name}: width={self.width} exceeds cutoff={self.cutoff}: give a width from 0 to the cutoff"
            )

    def blocks(self, centre, species):
        species, ls = channel_species(self, centre, species), range(self.max_angular + 1)
        size = self.max_radial + 1
        guard(size**2 * len(ls) * len(species) ** 2, self.name, "max_radial or max_angular")
        radial = _radial(size, self.max_angular, self.cutoff, self.sigma, self.width)
        norms = tuple((-1) ** l * sqrt(2 * l + 1) / (4 * pi) for l in ls)
        return soap_blocks(radial, norms, species, centre, partial(_parts, size, self.max_angular), plain_label)


@cache
def _parts(size, l_max, alike):
    wanted = tuple((l, n, m) for l in range(l_max + 1) for n in range(size) for m in range(size))
    return (Part(wanted, sqrt(1 if alike else 2)),)


@cache
def _radial(size: int, l_max: int, cutoff: Fraction, sigma: Fraction, width: Fraction) -> Radial:
    (s,) = invariants(1)
    c = 1 / (2 * number(sigma) ** 2)
    squares = [number(cutoff) ** 2 * max(k, 1) / Rational(size) ** 2 for k in range(size)]
    d = [1 / (2 * square) for square in squares]
    q = [sqrt(2 / (squares[k] ** Rational(2 * k + 3, 2) * gamma(k + Rational(3, 2)))) for k in range(size)]

    def overlap(j, k):
        e = Rational(3 + j + k, 2)
        return q[j] * q[k] * gamma(e) / 2 * (d[j] + d[k]) ** -e

    root = InverseRoot("O", tuple(tuple(overlap(j, k) for k in range(size)) for j in range(size)))
    smooth, conditions = shifted_cosine(cutoff, width)
    density, forms = (pi / number(sigma) ** 2) ** Rational(3, 4), []
    for l in range(l_max + 1):
        for k in range(size):
            a, b, z = Rational(k + l + 3, 2), l + Rational(3, 2), c**2 * s / (c + d[k])
            scale = density * c**l * q[k] * gamma(a) / gamma(b) * (c + d[k]) ** -a
            forms.append(scale * exp(-c * d[k] / (c + d[k]) * s) * scaled_kummer(a, b, z) * smooth)
    origin = Family.mixed("O", 0, [form.subs(s, 0) for form in forms[:size]], (root,))
    return Radial(Family.mixed("R", 1, forms, (root,) * (l_max + 1)), origin, size, l_max, True, conditions)
