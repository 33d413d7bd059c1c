"""What the SOAP power spectra of the packages share: channels, the centre's own Gaussian, the shifted cosine.

    p_(nn'l)^(ZZ') = N_l sum_(j of Z) sum_(k of Z') R_nl(r_j) R_n'l(r_k) P_l(cos theta_jk)

over all ordered pairs, j = k included, where the centre is one more atom of its own species at r = 0. R_nl vanishes
there unless l = 0: c_n00 of that species gains R_n0(0), so l = 0 gains terms of nu = 1 and a constant.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache

from sympy import Expr, Integer, cos, pi, sqrt

from symsens.descriptors.base import Descriptor
from symsens.descriptors.parts.radial import Radial, solid_legendre
from symsens.errors import SpecError
from symsens.forms.blocks import Block, Condition, Family, invariants, number
from symsens.forms.special import ramp
from symsens.geometry.species import sorted_species
from symsens.spec import nearest


def channels():
    """A dataclass field: the species that have channels, joined by ":"; none: those of the neighbours and the
    centre."""

    def parse(value):
        from ase.data import atomic_numbers

        if value is None or value in ("none", ""):
            return None
        symbols = value.split(":") if isinstance(value, str) else list(value)
        for symbol in symbols:
            if symbol not in atomic_numbers:
                raise ValueError(f"chemical symbols joined by :, not {symbol!r}{nearest(symbol, atomic_numbers)}")
        return sorted_species(symbols)

    return field(
        default=None,
        metadata={"parse": parse, "help": "species that have channels, joined by : (default: those that occur)"},
    )


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
    """f_c(r) = 1 up to cutoff - width, (1 + cos(pi (r - cutoff + width) / width)) / 2 from there to the cutoff, 0
    beyond.

    Its first derivative is continuous, its second is not at either end: both are refused. ``width = 0``: 1, then 0.
    """
    (s,) = invariants(1)
    conditions = [Condition(number(cutoff) ** 2 - s, f"at the cutoff radius {cutoff}")]
    if not width:
        return Integer(1), tuple(conditions)
    start = number(cutoff - width)
    if start > 0:
        conditions.append(
            Condition(start**2 - s, f"at {cutoff - width}, where the cutoff function begins to fall", inside=False)
        )
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


def soap_blocks(radial: Radial, norms: tuple[Expr, ...], species: Sequence[str], own: str, parts, label) -> list[Block]:
    """The blocks of a SOAP power spectrum.

    Parameters
    ----------
    radial : g_nl(s) = R_nl(r) / r^l and R_n0(0).
    norms : N_l, l = 0..l_max.
    species : channels, in order.
    own : the channel of the centre.
    parts : (alike) -> the `Part` objects of a pair of equal, or of different, species Z before Z'.
    label : (Z, n, Z', n', l) -> the feature's name.
    """
    angular, blocks, central = _angular(norms), [], []
    for i, z1 in enumerate(species):
        for z2 in species[i:]:
            for part in parts(z1 == z2):
                names = [label(z1, n, z2, m, l) for l, n, m in part.wanted]
                phi = _pairs(radial, angular, part.wanted)
                blocks.append(
                    Block(
                        2,
                        (z1, z2),
                        phi,
                        names,
                        (radial.family, angular),
                        scale=part.factor,
                        conditions=radial.conditions,
                    )
                )
                wanted = tuple(w for w in part.wanted if not w[0])
                shared = {"labels": [label(z1, n, z2, m, l) for l, n, m in wanted], "scale": norms[0] * part.factor}
                if own in (z1, z2):
                    other = z1 if own == z2 else z2
                    phi = _crossed(radial, wanted, own == z1, own == z2)
                    central.append(
                        Block(
                            1,
                            (other,),
                            phi,
                            families=(radial.family, radial.origin),
                            conditions=radial.conditions,
                            **shared,
                        )
                    )
                if own == z1 == z2:
                    zero = radial.origin.at()
                    central.append(
                        Block(
                            0, (), tuple(zero[n] * zero[m] for _, n, m in wanted), families=(radial.origin,), **shared
                        )
                    )
    return blocks + central
