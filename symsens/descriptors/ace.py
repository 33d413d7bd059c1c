"""The atomic cluster expansion: permutation-invariant products of up to four densities."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import combinations_with_replacement, groupby, product
from math import comb, prod

from symsens.descriptors.base import TupleSum, guard
from symsens.descriptors.parts.couplings import angular_family, coupling, independent_intermediates
from symsens.descriptors.parts.radial import BASES, CUTOFF_FUNCTIONS, Radial, radial_basis
from symsens.forms.blocks import Block
from symsens.spec import choice, integer, rational


@dataclass(frozen=True)
class Ace(TupleSum):
    r"""Atomic cluster expansion: invariant products of one to four neighbour densities (nu = 1 to 4).

    B_{nlL} = sum_{j_1..j_k} prod_i R_{n_i l_i}(r_{j_i}) T_{lL}(u_{j_1}, ..., u_{j_k}), for every order k = 1..nu.

    The sum runs over all ordered k-tuples of neighbours of species Z_1 <= .. <= Z_k (by atomic number), repeats
    included: the product of k densities A_nlm = sum_j R_nl(r_j) Y_lm(u_j), coupled to an O(3) invariant by T
    (`symsens.descriptors.parts.couplings`), with n_i = 0..n_max-1, l_i = 0..l_max. Each multiset of (Z, l, n) once; for
    k = 4 one feature per intermediate L that is linearly independent of the others after the symmetrisation. k = 1 is
    `radial`, k = 2 the `power-spectrum`, k = 3 the `bispectrum` (each up to its order of rows). Pseudoscalars (odd sum
    of l) are left out: they are no functions of dot products. Radial bases and cutoff functions:
    `symsens.descriptors.parts.radial`, with units and where each is smooth. Drautz, Phys. Rev. B 99, 014104 (2019);
    Dusson et al., J. Comput. Phys. 454, 110946 (2022); Nigam, Pozdnyakov, Ceriotti, J. Chem. Phys. 153, 121101 (2020).
    """

    name = "ace"
    formula = (
        r"B_{\mathbf{n}\mathbf{l}L}^{\mathbf{Z}} = \sum_{j_1 \in Z_1} \cdots \sum_{j_k \in Z_k} \prod_{i=1}^{k} "
        r"R_{n_i l_i}(r_{j_i})\, T_{\mathbf{l}L}(\hat{\mathbf{x}}_{j_1}, \ldots, \hat{\mathbf{x}}_{j_k})"
    )
    nu: int = integer(3, low=1, high=4, help="highest order of products")
    n_max: int = integer(2, low=1, high=30, help="number of radial functions")
    l_max: int = integer(2, low=0, high=12, help="highest angular momentum")
    radial: str = choice("gto", BASES, help="radial basis")
    cutoff: Fraction = rational(5, above=0, help="cutoff radius and scale of the radial basis, Angstrom")
    cutoff_function: str = choice("none", CUTOFF_FUNCTIONS, help="factor that lets neighbours in smoothly")
    width: Fraction = rational(None, above=0, help="width of the radial functions, Angstrom")

    def blocks(self, centre, species):
        radial = radial_basis(self.radial, self.n_max, self.l_max, self.cutoff, self.cutoff_function, self.width)
        return [block for order in range(1, self.nu + 1) for block in product_blocks(radial, order, species, self.name)]


def product_blocks(radial: Radial, order: int, species: tuple[str, ...], name: str) -> list[Block]:
    """All coupled products of `order` densities, one block per multiset of species."""
    channels = list(combinations_with_replacement(species, order))
    states = radial.n_max * (1 if order == 1 else radial.l_max + 1)
    terms = sum(prod(comb(states + k - 1, k) for k in _runs(channel)) for channel in channels)
    guard(terms, name, "nu, n_max or l_max")
    blocks = []
    for channel in channels:
        names, phi, families = _forms(radial, _runs(channel))
        labels = [f"{'-'.join(channel)} {label}" for label in names]
        if phi:
            blocks.append(Block(order, channel, phi, labels, families, conditions=radial.conditions))
    return blocks


def _runs(channel) -> tuple[int, ...]:
    """How often each species of a sorted channel occurs, in order."""
    return tuple(len(list(run)) for _, run in groupby(channel))


@cache
def _forms(radial: Radial, runs: tuple[int, ...]):
    """Labels, phi and families for species that come in runs of these lengths, e.g. (2, 1) for H-H-O."""
    order, found = sum(runs), []
    states = [(l, n) for l in range(radial.l_max + 1) for n in range(radial.n_max)]
    for parts in product(*(combinations_with_replacement(states, length) for length in runs)):
        slots = [(i, *state) for i, part in enumerate(parts) for state in part]
        ls = tuple(l for _, l, _ in slots)
        if order == 4:
            alike = tuple(slots.index(slot) for slot in slots)
            found += [(slots, ls, L) for L in independent_intermediates(ls, alike)]
        elif coupling(ls) is not None:
            found.append((slots, ls, None))
    if not found:
        return (), (), ()
    angular = angular_family(tuple(dict.fromkeys((ls, L) for _, ls, L in found)))
    places = {key: i for i, key in enumerate(dict.fromkeys((ls, L) for _, ls, L in found))}
    t = angular.at(*range(1, order + 1))
    labels, phi = [], []
    for slots, ls, L in found:
        text = f"l={','.join(map(str, ls))} n={','.join(str(n) for _, _, n in slots)}"
        labels.append(text if L is None else f"{text} L={L}")
        phi.append(prod((radial.at(i + 1, n, l) for i, (_, l, n) in enumerate(slots)), start=t[places[ls, L]]))
    return tuple(labels), tuple(phi), (radial.family, angular)
