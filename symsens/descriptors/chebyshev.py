"""Chebyshev expansions of the radial and angular distribution around an atom, plain and weighted by species."""

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations_with_replacement

from sympy import Expr, Integer, Rational, acos, pi, sqrt

from symsens.descriptors.base import TupleSum, guard
from symsens.descriptors.parts.radial import CUTOFF_FUNCTIONS, cutoff_form
from symsens.forms.blocks import Block, Condition, Family, invariants, number
from symsens.geometry.species import atomic_number
from symsens.spec import choice, integer, rational

WEIGHTS = ("aenet", "number", "none")


@dataclass(frozen=True)
class Chebyshev(TupleSum):
    r"""Chebyshev moments of distances and angles, as in AENET (nu = 1 and 2).

    Chebyshev moments (nu = 1 and 2) of Artrith, Urban, Ceder, Phys. Rev. B 96, 014112 (2017), as AENET evaluates
    them.

    With T_n the Chebyshev polynomials and f the cutoff function, over neighbours nearer than r_c, each pair once::

        R_n = sum_j w_j f(r_j) T_n(2 r_j / r_c - 1)                         n = 0..n_rad
        A_n = sum_(j < k) w_j w_k f(r_j) f(r_k) T_n(cos theta_jk)           n = 0..n_ang

    In the paper the expansion is in k T_n(2 r / r_c - 1) / (2 pi sqrt(r / r_c - r^2 / r_c^2)), whose coefficients are
    moments with the dual functions T_n: these moments are the features. For the angle the paper says T_n(2 theta / pi -
    1) (``angle=theta``), AENET 2 computes T_n(cos theta) = cos(n theta) (``angle=cosine``).

    Two sets of features: w = 1, and, if there are several species, w = weight of the species: `aenet`, consecutive
    integers about zero by atomic number (-1, 1; -1, 0, 1; -2, -1, 1, 2; ..), or `number`, the atomic number (then
    always). Order as in AENET: R, A with w = 1, then R, A weighted. AENET counts every species of its setup: name them
    in `species` when you ask for features, otherwise they are those of the neighbours.

    No unit; lengths in Angstrom. Cutoff functions: `symsens.descriptors.parts.radial`. Exact over the field where
    distances are rational and f is none or polynomial. Smooth but at the cutoff radius and, for ``angle=theta``, at
    neighbours in line with the centre, where theta has a cusp; both are refused.
    """

    name = "chebyshev"
    formula = (
        r"R_n = \sum_j w_j\, f_c(r_j)\, T_n\!\left(\tfrac{2 r_j}{r_c} - 1\right), \quad "
        r"A_n = \sum_{j < k} w_j w_k\, f_c(r_j) f_c(r_k)\, T_n(\cos\theta_{jk})"
    )
    n_rad: int = integer(10, low=0, high=60, help="highest order of the radial polynomials")
    n_ang: int = integer(4, low=0, high=60, help="highest order of the angular polynomials")
    cutoff: Fraction = rational(6, above=0, help="cutoff radius r_c of the radial part, Angstrom")
    cutoff_angular: Fraction = rational(
        None, above=0, help="cutoff radius of the angular part, Angstrom; none: the same"
    )
    cutoff_function: str = choice("cosine", CUTOFF_FUNCTIONS, help="cutoff function f")
    angle: str = choice("cosine", ("cosine", "theta"), help="argument of the angular polynomials")
    weights: str = choice("aenet", WEIGHTS, help="weights of the species in the second set of features")

    def _sets(self, species):
        """(name, weight by species) of each set of features."""
        plain = ("", dict.fromkeys(species, 1))
        if self.weights == "none" or (self.weights == "aenet" and len(species) < 2):
            return [plain]
        return [plain, (" weighted", dict(zip(species, _weights(self.weights, species))))]

    def labels(self, centre, species):
        names = [f"R n={n}" for n in range(self.n_rad + 1)] + [f"A n={n}" for n in range(self.n_ang + 1)]
        return [f"{label}{name}" for name, _ in self._sets(species) for label in names]

    def blocks(self, centre, species):
        guard((self.n_rad + self.n_ang + 2) * len(species) ** 2, self.name, "n_rad or n_ang")
        (s,), (s1, s2, d) = invariants(1), invariants(2)
        f, inside = cutoff_form(self.cutoff_function, self.cutoff, s)
        radial = Family("R", 1, [f * t for t in polynomials(self.n_rad, 2 * sqrt(s) / number(self.cutoff) - 1)])
        f, inside_angular = cutoff_form(self.cutoff_function, self.cutoff_angular or self.cutoff, s)
        near, cosine = Family("f", 1, [f]), d / sqrt(s1 * s2)
        if self.angle == "theta":
            cosine, where = 2 * acos(cosine) / pi - 1, "neighbours in line with the centre, a cusp of the angle"
            inside_angular = (*inside_angular, Condition(s1 * s2 - d**2, where, inside=False))
        angle = Family("T", 2, polynomials(self.n_ang, cosine))
        pairs = tuple(t * near.at(1)[0] * near.at(2)[0] for t in angle.at(1, 2))
        blocks = []
        for name, weight in self._sets(species):
            counting = [z for z in species if weight[z]]
            names = [f"R n={n}{name}" for n in range(self.n_rad + 1)]
            for z in counting:
                blocks.append(Block(1, (z,), radial.at(1), names, [radial], scale=weight[z], conditions=inside))
            names = [f"A n={n}{name}" for n in range(self.n_ang + 1)]
            for z1, z2 in combinations_with_replacement(counting, 2):
                w = weight[z1] * weight[z2] * (Rational(1, 2) if z1 == z2 else 1)
                blocks.append(Block(2, (z1, z2), pairs, names, (near, angle), True, w, inside_angular))
        return blocks


def _weights(kind: str, species) -> list[Integer]:
    """One weight per species, of ascending atomic number."""
    if kind == "number":
        return [Integer(atomic_number(z)) for z in species]
    k = len(species)
    return [Integer(w) for w in range(-(k // 2), k // 2 + 1) if w or k % 2]


def polynomials(highest: int, x: Expr) -> list[Expr]:
    """T_0(x)..T_highest(x) by T_2n = 2 T_n^2 - 1, T_(2n+1) = 2 T_n T_(n+1) - x: no cancelling powers of x."""
    forms = [Integer(1), x]
    for n in range(2, highest + 1):
        half = forms[n // 2]
        forms.append(2 * half**2 - 1 if n % 2 == 0 else 2 * half * forms[n // 2 + 1] - x)
    return forms[: highest + 1]
