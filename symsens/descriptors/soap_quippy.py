"""The SOAP of quippy (GAP) with its radial basis of equispaced Gaussians."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache, partial

from sympy import Integer, Rational, erf, exp, log, pi, sqrt

from symsens.descriptors.base import TupleSum, guard
from symsens.descriptors.parts.radial import Radial
from symsens.descriptors.parts.soap import Part, channel_species, shifted_cosine, soap_blocks
from symsens.errors import SpecError
from symsens.forms.blocks import Block, Family, invariants, number
from symsens.forms.constants import FittedCholesky
from symsens.forms.special import scaled_bessel
from symsens.spec import integer, rational, symbols


@dataclass(frozen=True)
class SoapQuippy(TupleSum):
    r"""SOAP as quippy (GAP) evaluates it, feature by feature (nu = 2).

    p_{nn'l}^{ZZ'} = sqrt(2l+1)/(4 pi) sum_jk R_nl(r_j) R_n'l(r_k) P_l(cos theta_jk), times sqrt 2 if (Z,n) !=
    (Z',n') (nu = 2).

    The features of GAP's ``soap`` with radial_basis=EQUISPACED_GAUSS and normalise=F, all ordered pairs j, k, the
    centre (r = 0) among them; sigma is atom_sigma, width is cutoff_transition_width, n = 0..n_max-1::

        alpha = 1/(2 sigma^2),  r_k = k (cutoff + sigma sqrt(20 ln 10))/n_max,  C_jk = exp(-alpha (r_j - r_k)^2)
        S_jk = [e^(-alpha (r_j^2 + r_k^2)) sqrt(2) alpha^(3/2) (r_j + r_k) + alpha e^(-alpha (r_j - r_k)^2/2) sqrt(pi)
                (1 + alpha (r_j + r_k)^2) (1 + erf(sqrt(alpha/2) (r_j + r_k)))] / sqrt(128 alpha^5)
        S    = L L^T,  T = C^-1 L
        R_nl = f_c(r) sum_k e^(-alpha (r^2 + r_k^2)) i_l(2 alpha r r_k) T_kn
        f_c = 1 up to cutoff - width, (1 + cos(pi (r - cutoff + width)/width))/2 up to the cutoff, 0 beyond

    with i_l the modified spherical Bessel function: the values of the density on the shells r_k, orthonormalised. The
    shell r_0 = 0 sees nothing of l > 0, so the n_max functions R_nl of one l > 0 span n_max - 1 only: such features are
    dependent. Order: channels i = (Z, n), Z by atomic number and n fastest; i, then i' <= i, then l; a constant 0
    (covariance_sigma0) at the end. Where there is one channel of species, the centre belongs to it whatever its own
    species. Features in Angstrom^3, lengths in Angstrom.

    Smooth but where a neighbour is at the cutoff or at cutoff - width: f_c has a continuous derivative there, but no
    second one. Both are refused.

    quippy-ase 0.10 agrees with this form to its rounding at small l; its upward recursion for i_l loses digits as l
    grows (2 % of the Jacobian at l_max = 16). Bartok, Kondor, Csanyi, Phys. Rev. B 87, 184115 (2013).
    """

    name = "soap-quippy"
    formula = (
        r"p_{nn'l}^{ZZ'} = \frac{\sqrt{2l+1}}{4\pi} \sqrt{2}^{[(Z,n) \neq (Z',n')]} "
        r"\sum_{j \in Z} \sum_{k \in Z'} R_{nl}(r_j)\, R_{n'l}(r_k)\, P_l(\cos\theta_{jk}), \quad "
        r"R_{nl}(r) = f_c(r) \sum_k e^{-\alpha (r^2 + r_k^2)}\, i_l(2 \alpha r r_k)\, T_{kn}"
    )
    n_max: int = integer(8, low=1, high=40, help="number of radial functions")
    l_max: int = integer(6, low=0, high=60, help="highest angular momentum")
    cutoff: Fraction = rational(5, above=0, help="cutoff radius, Angstrom")
    sigma: Fraction = rational(
        Fraction(1, 2), above=0, help="width of the Gaussian on each atom (atom_sigma), Angstrom"
    )
    width: Fraction = rational(
        Fraction(1, 2), above=0, help="width of the shifted cosine (cutoff_transition_width), Angstrom"
    )
    species: tuple[str, ...] | None = symbols()

    def __post_init__(self):
        super().__post_init__()
        if self.width > self.cutoff:
            raise SpecError(
                f"{self.name}: width={self.width} exceeds cutoff={self.cutoff}: give a width up to the cutoff"
            )

    def blocks(self, centre, species):
        own = self.species[0] if self.species and len(self.species) == 1 else centre
        species, ls = channel_species(self, own, species), range(self.l_max + 1)
        guard((self.n_max * len(species)) ** 2 * len(ls) // 2, self.name, "n_max or l_max")
        radial = _radial(self.n_max, self.l_max, self.cutoff, self.sigma, self.width)
        norms, parts = tuple(sqrt(2 * l + 1) / (4 * pi) for l in ls), partial(_parts, self.n_max, self.l_max)
        blocks = soap_blocks(radial, norms, species, own, parts, _label)
        return [*blocks, Block(0, (), (Integer(0),), ("covariance_sigma0",))]

    def labels(self, centre, species):
        own = self.species[0] if self.species and len(self.species) == 1 else centre
        pairs = [(z, n) for z in channel_species(self, own, species) for n in range(self.n_max)]
        ordered = [(second, first) for i, first in enumerate(pairs) for second in pairs[: i + 1]]
        names = [_label(*second, *first, l) for second, first in ordered for l in range(self.l_max + 1)]
        return [*names, "covariance_sigma0"]


def _label(z1, n, z2, m, l):
    """The earlier channel last, as in quippy."""
    return f"{z2} n={m} {z1} n'={n} l={l}"


@cache
def _parts(n_max, l_max, alike):
    ls, ns = range(l_max + 1), range(n_max)
    if not alike:
        return (Part(tuple((l, n, m) for l in ls for n in ns for m in ns), sqrt(2)),)
    crossed = tuple((l, n, m) for l in ls for m in ns for n in range(m))
    return (Part(tuple((l, n, n) for l in ls for n in ns)), *([Part(crossed, sqrt(2))] if crossed else []))


@cache
def _radial(n_max: int, l_max: int, cutoff: Fraction, sigma: Fraction, width: Fraction) -> Radial:
    (s,) = invariants(1)
    alpha, reach = 1 / (2 * number(sigma) ** 2), number(cutoff) + number(sigma) * sqrt(20 * log(10))
    shells = [k * reach / n_max for k in range(n_max)]

    def overlap(x, y):
        smeared = (1 + alpha * (x + y) ** 2) * (1 + erf(sqrt(alpha / 2) * (x + y)))
        plus = alpha * exp(-alpha * (x - y) ** 2 / 2) * sqrt(pi) * smeared
        return (exp(-alpha * (x**2 + y**2)) * sqrt(2) * alpha ** Rational(3, 2) * (x + y) + plus) / sqrt(128 * alpha**5)

    fit = tuple(tuple(exp(-alpha * (x - y) ** 2) for y in shells) for x in shells)
    constants = FittedCholesky(fit, tuple(tuple(overlap(x, y) for y in shells) for x in shells))
    smooth, conditions = shifted_cosine(cutoff, width)
    # e^(-alpha (r^2 + x^2)) i_l(2 alpha r x) = e^(-alpha (r - x)^2) (2 alpha r x)^l times the scaled function
    forms = [
        exp(-alpha * (sqrt(s) - x) ** 2) * (2 * alpha * x) ** l * scaled_bessel(l, 2 * alpha * x * sqrt(s)) * smooth
        for l in range(l_max + 1)
        for x in shells
    ]
    origin = Family.mixed("O", 0, [form.subs(s, 0) for form in forms[:n_max]], (constants,))
    return Radial(Family.mixed("R", 1, forms, (constants,) * (l_max + 1)), origin, n_max, l_max, True, conditions)
