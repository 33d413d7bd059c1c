"""Moments of distances and angles: polynomial invariants of pairs, without bins."""

from dataclasses import dataclass
from math import comb

from symsens.descriptors.base import TupleSum, guard
from symsens.forms.blocks import Block, invariants
from symsens.spec import integer


@dataclass(frozen=True)
class Angles(TupleSum):
    r"""Power sums of squared distances and dot products of pairs of neighbours (nu = 2).

    F_abc = sum_jk s_j^a s_k^b d_jk^c, 1 <= a + b + c <= degree, over all ordered pairs, repeats included (nu = 2).

    Here s_j = |x_j|^2 and d_jk = x_j . x_k = r_j r_k cos(angle). One set per pair of species Z <= Z' (by atomic
    number); for Z = Z' only a <= b, the others being equal. Units Angstrom^(2(a + b + c)); smooth everywhere, exact
    over the field.
    """

    name = "angles"
    formula = r"F_{abc} = \sum_{j,k} s_j^{a}\, s_k^{b}\, d_{jk}^{\,c}"
    degree: int = integer(4, low=1, high=40, help="highest a + b + c")

    def blocks(self, centre, species):
        s1, s2, d = invariants(2)
        guard(comb(self.degree + 3, 3) * len(species) ** 2, self.name, "degree")
        powers = [(a, b, t - a - b) for t in range(1, self.degree + 1) for a in range(t + 1) for b in range(t + 1 - a)]
        blocks = []
        for i, z1 in enumerate(species):
            for z2 in species[i:]:
                mine = [p for p in powers if z1 != z2 or p[0] <= p[1]]
                phi = tuple(s1**a * s2**b * d**c for a, b, c in mine)
                blocks.append(Block(2, (z1, z2), phi, [f"{z1}-{z2} a={a} b={b} c={c}" for a, b, c in mine]))
        return blocks
