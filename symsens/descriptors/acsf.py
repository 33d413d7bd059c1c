"""Behler-Parrinello atom-centred symmetry functions."""

from dataclasses import dataclass
from fractions import Fraction

from sympy import Abs, Rational, cos, exp, sqrt

from symsens.descriptors.base import TupleSum, guard
from symsens.descriptors.parts.radial import cutoff_form
from symsens.forms.blocks import Block, Condition, Family, invariants, number
from symsens.spec import rational, rationals, switch


@dataclass(frozen=True)
class Acsf(TupleSum):
    r"""Behler-Parrinello symmetry functions of distances and angles (nu = 1 and 2).

    Symmetry functions G1 to G5 (nu = 1 and 2) of Behler, J. Chem. Phys. 134, 074106 (2011), as in dscribe and AMP.

    With f(r) = (1 + cos(pi r / r_c)) / 2 for r < r_c, j and k != j over neighbours nearer than r_c, each pair once::

        G1 = sum_j f(r_j)
        G2 = sum_j exp(-eta (r_j - R_s)^2) f(r_j)                                        for every eta, R_s
        G3 = sum_j cos(kappa r_j) f(r_j)                                                 for every kappa
        G4 = 2^(1 - zeta) sum_(j < k) (1 + lambda cos_jk)^zeta exp(-eta' (s_j + s_k + s_jk)) f(r_j) f(r_k) f(r_jk)
        G5 = 2^(1 - zeta) sum_(j < k) (1 + lambda cos_jk)^zeta exp(-eta' (s_j + s_k)) f(r_j) f(r_k)

    for every eta', zeta, lambda, where s = r^2, s_jk = |x_j - x_k|^2 = s_j + s_k - 2 d_jk, cos_jk = d_jk / (r_j r_k),
    and a pair with r_jk > r_c adds nothing to G4. Order, as in dscribe: for each species by atomic number G1, G2 (R_s
    fastest), G3; then for pairs of species (Z1, Z1), (Z2, Z1), (Z2, Z2), (Z3, Z1).. G4, G5 (eta', zeta, lambda, the
    last fastest).

    Features have no unit; lengths in Angstrom, eta in Angstrom^-2, kappa in Angstrom^-1. The cutoff makes all of them
    transcendental: there is no exact value over the field.

    Smooth but (1) where a distance that occurs in f is exactly r_c: f'(r_c) = 0, so there is a continuous Jacobian
    there, but no second derivative; (2) for zeta no integer, where cos_jk = -1 / lambda exactly (lambda = -1:
    neighbours in one direction; lambda = 1: in opposite ones), even though the Jacobian still exists there for zeta >
    1/2. Both are refused.
    """

    name = "acsf"
    formula = (
        r"G^2_{\eta R_s} = \sum_j e^{-\eta (r_j - R_s)^2} f_c(r_j), \quad "
        r"G^4_{\eta \zeta \lambda} = 2^{1-\zeta} \sum_{j < k} (1 + \lambda \cos\theta_{jk})^\zeta"
        r"\, e^{-\eta (r_j^2 + r_k^2 + r_{jk}^2)} f_c(r_j) f_c(r_k) f_c(r_{jk})"
    )
    eta: tuple[Fraction, ...] = rationals(
        (Fraction(1, 20), 1), least=0, empty=True, help="exponents of G2, Angstrom^-2"
    )
    R_s: tuple[Fraction, ...] = rationals((0,), least=0, empty=True, help="shifts of G2, Angstrom")
    kappa: tuple[Fraction, ...] = rationals((1,), empty=True, help="wave numbers of G3, Angstrom^-1")
    eta_angular: tuple[Fraction, ...] = rationals(
        (Fraction(1, 20),), least=0, empty=True, help="exponents of G4 and G5, Angstrom^-2; none: those of G2"
    )
    zeta: tuple[Fraction, ...] = rationals((1, 2, 4), above=0, empty=True, help="angular powers of G4 and G5")
    lambda_: tuple[Fraction, ...] = rationals((1, -1), least=-1, most=1, empty=True, help="signs in G4 and G5")
    g4: bool = switch(True, help="whether G4 is wanted")
    g5: bool = switch(True, help="whether G5 is wanted")
    cutoff: Fraction = rational(6, above=0, help="cutoff radius, Angstrom")

    @property
    def _angular(self):
        return [(eta, zeta, lam) for eta in self.eta_angular or self.eta for zeta in self.zeta for lam in self.lambda_]

    def blocks(self, centre, species):
        terms = len(species) * len(self.eta) * len(self.R_s) + len(species) ** 2 * len(self._angular)
        guard(terms, self.name, "eta, R_s or zeta")
        angular = self._angular_blocks(species) if self._angular and (self.g4 or self.g5) else []
        return self._radial_blocks(species) + angular

    def _radial_blocks(self, species):
        (s,) = invariants(1)
        f, inside = cutoff_form("cosine", self.cutoff, s)
        phi, names = [f], ["G1"]
        for eta in self.eta:
            for shift in self.R_s:
                phi.append(exp(-number(eta) * (sqrt(s) - number(shift)) ** 2) * f)
                names.append(f"G2 eta={eta} R_s={shift}")
        for kappa in self.kappa:
            phi.append(cos(number(kappa) * sqrt(s)) * f)
            names.append(f"G3 kappa={kappa}")
        family = Family("G", 1, phi)
        labels = {z: [f"{z} {name}" for name in names] for z in species}
        return [Block(1, (z,), family.at(1), labels[z], [family], conditions=inside) for z in species]

    def _angular_blocks(self, species):
        (s,), (s1, s2, d) = invariants(1), invariants(2)
        s12 = s1 + s2 - 2 * d
        f, inside = cutoff_form("cosine", self.cutoff, s)
        f12, pair_inside = cutoff_form("cosine", self.cutoff, s12)
        etas = sorted({eta for eta, _, _ in self._angular})
        powers = sorted({(zeta, lam) for _, zeta, lam in self._angular})
        near = Family("f", 1, [exp(-number(eta) * s) * f for eta in etas], etas)
        apart = Family("h", 2, [exp(-number(eta) * s12) * f12 for eta in etas], etas)
        powered = lambda zeta, lam: 2 ** (1 - zeta) * (1 + lam * d / sqrt(s1 * s2)) ** zeta
        angle = Family("A", 2, [powered(number(zeta), number(lam)) for zeta, lam in powers])
        cusps = []
        for zeta, lam in powers:
            if zeta.denominator != 1 and abs(lam) == 1:
                # Zero exactly where cos_jk = -1 / lambda, since |cos_jk| <= 1 and |lambda| <= 1.
                where = f"neighbours in line with the centre, a cusp for zeta={zeta}, lambda={lam}"
                cusps.append(Condition(s1 * s2 + number(lam) * d * Abs(d), where, inside=False))

        def forms(apart_too):
            out = []
            for eta, zeta, lam in self._angular:
                i = etas.index(eta)
                phi = angle.at(1, 2)[powers.index((zeta, lam))] * near.at(1)[i] * near.at(2)[i]
                out.append(phi * apart.at(1, 2)[i] if apart_too else phi)
            return tuple(out)

        kinds = [("G4", forms(True), (near, angle, apart), [*inside, *pair_inside, *cusps])] if self.g4 else []
        kinds += [("G5", forms(False), (near, angle), [*inside, *cusps])] if self.g5 else []
        names, blocks = [f"eta={eta} zeta={zeta} lambda={lam}" for eta, zeta, lam in self._angular], []
        for i, z1 in enumerate(species):
            for z2 in species[: i + 1]:
                scale = Rational(1, 2) if z1 == z2 else 1  # ordered pairs of one species count each pair twice
                for kind, phi, families, conditions in kinds:
                    labels = [f"{z1}-{z2} {kind} {name}" for name in names]
                    blocks.append(Block(2, (z1, z2), phi, labels, families, True, scale, conditions))
        return blocks
