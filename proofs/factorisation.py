"""Theorem 1 and the factorisation: the Jacobian of features that sum polynomials over pairs is Phi D, exactly, D of the
classes of equal pairs; and polynomials can tell every class and component apart, so that what all features of order nu
= 2 miss at F1 is the null space of D and no more.

F1 is (5, 0, 1), (3, 4, -2), (-3, -4, -2), (0, 0, 6), one species. D is made here from its definition, Phi by
derivatives of the polynomials at each class, J by the package. For a row (class C, component c) of D the polynomial is
t_c - t_c(C) times the squares of differences that vanish at each other class and not at C: its gradient is a multiple
of the unit vector c at C and 0 at all other classes, so its feature's derivative is a multiple of that row.
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from sympy import Poly, expand

from symsens import Angles, certify
from symsens.descriptors.base import TupleSum
from symsens.forms.blocks import Block, invariants
from symsens.forms.jacobian import exact_jacobian
from symsens.geometry.families import axial
from symsens.jobs.theorems import claim
from symsens.numbers.metric import dot
from symsens.spec import integer

FALSE = "polynomials of degree 1 are enough"
F1 = axial(5, 3, 4, 1, -2, 6)
T = invariants(2)


def classes():
    """{(s_1, s_2, d): pairs} of F1, from its positions."""
    x, found = F1.positions, {}
    for j, k in product(range(F1.n), repeat=2):
        found.setdefault((dot(x[j], x[j]), dot(x[k], x[k]), dot(x[j], x[k])), []).append((j, k))
    return found


def rows():
    """D: for each class and each component of it the sum of its derivatives over the class."""
    D = []
    for pairs in classes().values():
        for a, b in ((0, 0), (1, 1), (0, 1)):
            row = [Fraction(0)] * 12
            for tau in pairs:
                for here, there in ((a, b), (b, a)):
                    for c in range(3):
                        row[3 * tau[here] + c] += F1.positions[tau[there]][c]
            D.append(row)
    return D


def factor(forms):
    """Phi: for each form its derivatives at each class."""
    gradients = [[Poly(form, T).diff(t) for t in T] for form in forms]
    return [[Fraction(int(g.eval(tuple(map(int, cls))))) for cls in classes() for g in each] for each in gradients]


def separating(cls, c):
    """A polynomial with a gradient along t_c at this class, and none at the others."""
    form = T[c] - cls[c]
    every = list(classes())
    for place in (0, 1):
        for other in {each[place] for each in every} - {cls[place]}:
            form *= (T[place] - other) ** 2
    for other in {each[2] for each in every if each[:2] == cls[:2]} - {cls[2]}:
        form *= (T[2] - other) ** 2
    return expand(form)


@dataclass(frozen=True)
class Separating(TupleSum):
    """One such polynomial for each class and component."""

    name = "separating"
    components: int = integer(3, low=1, high=3, help="components of each class")

    def forms(self):
        """Their polynomials."""
        return [separating(cls, c) for cls in classes() for c in range(self.components)]

    def blocks(self, centre, species):
        forms = self.forms()
        return [Block(2, ("H", "H"), forms, [str(i) for i in range(len(forms))])]


def check_factorisation(descriptor):
    """J = Phi D, entry by entry."""
    (block,) = descriptor.blocks("C", ("H",))
    J, D, Phi = exact_jacobian(F1, descriptor), rows(), factor(block.phi)
    for i, row in enumerate(Phi):
        for k, column in enumerate(zip(*D)):
            found = J[i, k]
            claim(
                dot(row, column) == Fraction(int(found.p), int(found.q)),
                f"{descriptor}: J and Phi D differ at {i}, {k}",
            )


def proof(complete=None):
    """The factorisation of two descriptors, and the rank that the second has."""
    complete = complete or Separating()
    check_factorisation(Angles(degree=3))
    check_factorisation(complete)
    of_all, of_these = certify(F1), certify(F1, descriptor=complete)
    ranks = of_all.filtration.rank, of_these.filtration.rank
    claim(ranks == (8, 8), f"rank D = {ranks[0]}, and rank J = {ranks[1]}")
    return [of_all.certificate, of_these.certificate]


def control():
    """Sums of s_1, s_2 and d alone."""
    proof(Angles(degree=1))
