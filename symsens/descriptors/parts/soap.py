"""What SOAP power spectra share: channels, the centre's own Gaussian, the shifted cosine.

    p_(nn'l)^(ZZ') = N_l sum_(j of Z) sum_(k of Z') R_nl(r_j) R_n'l(r_k) P_l(cos theta_jk)

over all ordered pairs, j = k included, where the centre is one more atom of its own species at r = 0. R_nl vanishes
there unless l = 0: c_n00 of that species gains R_n0(0), so l = 0 gains terms of nu = 1 and a constant.

Law: features are told apart by their labels alone; blocks with one label add to one feature.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import combinations_with_replacement

from sympy import Expr, Integer, cos, pi, sqrt

from symsens.descriptors.base import Descriptor
from symsens.descriptors.parts.radial import Radial, solid_legendre
from symsens.errors import SpecError
from symsens.forms.blocks import Block, Condition, Family, invariants, number
from symsens.forms.special import ramp
from symsens.geometry.species import sorted_species


def channel_species(descriptor: Descriptor, centre: str, species: Sequence[str]) -> tuple[str, ...]:
    """The channels in the packages' order, by atomic number.

    Raises
    ------
    SpecError
        ``descriptor.species`` lacks one that occurs.
    """
    occurring = sorted_species((*species, centre))
    lacking = [z for z in occurring if descriptor.species is not None and z not in descriptor.species]
    if lacking:
        raise SpecError(
            f"{descriptor.name}: species={':'.join(descriptor.species)} lacks {', '.join(lacking)}: add it, or leave "
            "species away"
        )
    return descriptor.species or occurring


@cache
def shifted_cosine(cutoff: Fraction, width: Fraction) -> tuple[Expr, tuple[Condition, ...]]:
    """f_c(r) = 1 up to cutoff - width, then (1 + cos(pi (r - cutoff + width) / width)) / 2 up to the cutoff, then 0.

    Its first derivative is continuous, its second is not at either end: both are refused. ``width = 0``: 1, then 0.
    """
    (s,) = invariants(1)
    conditions = [Condition(number(cutoff) ** 2 - s, f"at the cutoff radius {cutoff}")]
    if not width:
        return Integer(1), tuple(conditions)
    start = number(cutoff - width)
    if start > 0:
        where = f"at {cutoff - width}, where the cutoff function begins to fall"
        conditions.append(Condition(start**2 - s, where, inside=False))
    return (1 + cos(pi * ramp((sqrt(s) - start) / number(width)))) / 2, tuple(conditions)


@dataclass(frozen=True)
class Part:
    """Some of the features of a pair of species: the (l, n, n') wanted, in order, and an exact factor of them all."""

    wanted: tuple[tuple[int, int, int], ...]
    factor: Expr = Integer(1)


@cache
def _angular(norms: tuple[Expr, ...]) -> Family:
    """N_l P_l as solid polynomials, l = 0, 1, ..."""
    legendre = solid_legendre(len(norms) - 1)
    return Family("P", 2, tuple(norm * form for norm, form in zip(norms, legendre.forms)))


@cache
def _pairs(radial: Radial, angular: Family, wanted) -> tuple[Expr, ...]:
    p = angular.at(1, 2)
    return tuple(radial.at(1, n, l) * radial.at(2, m, l) * p[l] for l, n, m in wanted)


@cache
def _crossed(radial: Radial, wanted, first: bool, second: bool) -> tuple[Expr, ...]:
    """The centre in the first place, the second, or in either, and a neighbour in the other."""
    zero = radial.origin.at()
    first, second = Integer(first), Integer(second)
    return tuple(first * zero[n] * radial.at(1, m, 0) + second * radial.at(1, n, 0) * zero[m] for _, n, m in wanted)


def plain_label(z1, n, z2, m, l) -> str:
    """The name of a feature, (Z, n) before (Z', n')."""
    return f"{z1}-{z2} l={l} n={n} n'={m}"


@cache
def each_once(n_max: int, l_max: int, alike: bool) -> tuple[Part]:
    """All (l, n, n'), n <= n' where the species are the same."""
    ls, ns = range(l_max + 1), range(n_max)
    return (Part(tuple((l, n, m) for l in ls for n in ns for m in ns if n <= m or not alike)),)


def soap_blocks(
    radial: Radial, norms: tuple[Expr, ...], species: Sequence[str], own: str | None, parts, label
) -> list[Block]:
    """The blocks of a SOAP power spectrum.

    Parameters
    ----------
    radial : g_nl(s) = R_nl(r) / r^l and R_n0(0).
    norms : N_l, l = 0..l_max.
    species : channels, in order.
    own : the channel of the centre; None where the centre is no part of its own density.
    parts : (alike) -> the `Part` objects of a pair of equal, or of different, species Z before Z'.
    label : (Z, n, Z', n', l) -> the feature's name.
    """
    angular, blocks, central, zero = _angular(norms), [], [], radial.origin.at()
    pair, single = (radial.family, angular), (radial.family, radial.origin)
    for z1, z2 in combinations_with_replacement(species, 2):
        for part in parts(z1 == z2):
            names = [label(z1, n, z2, m, l) for l, n, m in part.wanted]
            phi, cutoff = _pairs(radial, angular, part.wanted), radial.conditions
            blocks.append(Block(2, (z1, z2), phi, names, pair, scale=part.factor, conditions=cutoff))
            wanted, scale = tuple(w for w in part.wanted if not w[0]), norms[0] * part.factor
            names = [label(z1, n, z2, m, l) for l, n, m in wanted]
            if own in (z1, z2):
                other, phi = (z1 if own == z2 else z2), _crossed(radial, wanted, own == z1, own == z2)
                central.append(Block(1, (other,), phi, names, single, scale=scale, conditions=cutoff))
            if own == z1 == z2:
                phi = tuple(zero[n] * zero[m] for _, n, m in wanted)
                central.append(Block(0, (), phi, names, (radial.origin,), scale=scale))
    return blocks + central
