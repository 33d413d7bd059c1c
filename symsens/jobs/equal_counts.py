"""SOAP, ACE, ACSF, Chebyshev and MBTR of as nearly equal numbers of features as their sizes allow.

The sizes come from a small search. SOAP (the power spectrum of a GTO basis) and ACE come in coarse steps: every pair of
them is tried, the other three are fitted to that SOAP, and the least penalty wins. Bases are wanted whose densities
have a coefficient for each displacement, n_max (l_max + 1)^2 >= 3 neighbours of a species, and at least as many
features as displacements. One length scales all of them: a cutoff beyond every neighbour, so that all see all atoms.

Law: only sizes are chosen here, by counting; no descriptor is evaluated and none is favoured by what it sees.
"""

from collections import Counter
from fractions import Fraction
from functools import cache
from itertools import combinations_with_replacement, product
from math import comb, isqrt

from symsens.descriptors.ace import Ace
from symsens.descriptors.acsf import Acsf
from symsens.descriptors.base import Descriptor
from symsens.descriptors.chebyshev import Chebyshev
from symsens.descriptors.mbtr import Mbtr
from symsens.descriptors.power_spectrum import PowerSpectrum
from symsens.errors import InputError
from symsens.geometry.environment import Environment

MIN_FEATURES, MAX_FEATURES = 40, 400
MAX_CUBED = 24  # neighbours up to which the ACE is of order nu = 3: its cost grows as n^3
TOLERANCE = Fraction(1, 10)  # spread of the counts that no other wish outweighs


def soap_count(species: int, n_max: int, l_max: int) -> int:
    """Features of a power spectrum with so many species."""
    return (l_max + 1) * (species * n_max * (n_max + 1) // 2 + comb(species, 2) * n_max**2)


@cache
def ace_count(species: int, nu: int, n_max: int, l_max: int) -> int:
    """Features of an ACE with nu <= 3: multisets of (species, n), by multisets of degrees that couple to a scalar."""
    channels, total = species * n_max, species * n_max
    for k in range(2, nu + 1):
        for ls in combinations_with_replacement(range(l_max + 1), k):
            if sum(ls) % 2 == 0 and 2 * max(ls) <= sum(ls):
                count = 1
                for repeats in Counter(ls).values():
                    count *= comb(channels + repeats - 1, repeats)
                total += count
    return total


def acsf_count(species: int, shifts: int, etas: int, etas_angular: int, zetas: int) -> int:
    """Features of an ACSF: G1, G2 for each species, G4 and G5 of both lambdas for each pair of species."""
    return species * (1 + shifts * etas) + comb(species + 1, 2) * 4 * etas_angular * zetas


def chebyshev_sets(species: int) -> int:
    """Sets of Chebyshev moments: plain, and weighted by species if there are several."""
    return 1 if species < 2 else 2


def mbtr_channels(species: int) -> int:
    """Channels of angles in a local MBTR: the centre in the middle, or a neighbour."""
    return comb(species + 2, 2) + species * (species + 1)


def _spec_sizes(species: int, target: int) -> tuple[tuple, dict[str, int]]:
    """Sizes of ACSF, Chebyshev and MBTR nearest to `target` features, and the numbers that they give."""
    grid = product(range(3, 10), range(1, 4), range(1, 4), range(2, 5))
    acsf = min(grid, key=lambda sizes: (50 * abs(acsf_count(species, *sizes) - target) // target, sizes))
    orders = max(2, round(Fraction(target, chebyshev_sets(species))))
    n_rad = min(60, max(min(15, orders // 3 - 1), orders - 62, 0))  # few: of high orders they are nearly dependent
    n_ang = max(0, min(60, orders - n_rad - 2))
    n = max(2, round(Fraction(target, mbtr_channels(species))))
    counts = {
        "acsf": acsf_count(species, *acsf),
        "chebyshev": chebyshev_sets(species) * (n_rad + n_ang + 2),
        "mbtr": mbtr_channels(species) * n,
    }
    return (acsf, (n_rad, n_ang), n), counts


@cache
def _sizes(species: int, n: int, most: int) -> tuple:
    """Sizes of SOAP (n_max, l_max), ACE (nu, n_max, l_max), ACSF, Chebyshev and MBTR.

    For n neighbours, `most` of them of one species.
    """
    bases, orders = list(product(range(1, 7), range(1, 13))), (2, 3) if n <= MAX_CUBED else (2,)
    small = [(nu, *basis) for nu in orders for basis in bases if basis[1] <= 8]
    cubes = [sizes for sizes in small if ace_count(species, *sizes) <= MAX_FEATURES] or [(2, 1, 1)]
    best = None
    for soap in bases:
        target = soap_count(species, *soap)
        if target > MAX_FEATURES and best is not None:
            continue
        rest, counts = _spec_sizes(species, target)
        for ace in cubes:
            every = [target, ace_count(species, *ace), *counts.values()]
            spread = Fraction(max(every), min(every)) - 1
            short = sum(max(0, 3 * most - a * (b + 1) ** 2) for a, b in (soap, ace[1:]))
            few = max(0, max(MIN_FEATURES, 3 * n) - target)
            lopsided = sum(abs(b - a) for a, b in (soap, ace[1:]))
            many, single = target > 77 * chebyshev_sets(species), 1 in (soap[0], ace[1])
            wishes = (short + few, many, -ace[0], single, round(50 * spread), target, lopsided)
            penalty = (spread > TOLERANCE, *wishes)
            if best is None or penalty < best[0]:
                best = penalty, (soap, ace, *rest)
    return best[1]


def equal_descriptors(env: Environment) -> list[Descriptor]:
    """SOAP, ACSF, Chebyshev, MBTR and ACE with nearly equal numbers of features for the species of `env`.

    Within a tenth for up to six species of neighbours; beyond, the channels of species leave too little choice.

    Raises
    ------
    InputError
        There is no neighbour, hence no species.
    """
    if not env.n:
        raise InputError(
            f"{env.source or env.formula}: atom {env.centre} has no neighbours: nothing to compare descriptors at"
        )
    counts = Counter(env.species)
    soap, ace, acsf, (n_rad, n_ang), n = _sizes(len(counts), env.n, max(counts.values()))
    (n_max, l_max), (nu, a_max, al_max), (shifts, etas, etas_angular, zetas) = soap, ace, acsf
    # At least 1 Angstrom beyond the last neighbour.
    cutoff = isqrt(max(env.gram[j][j] for j in range(env.n)) // env.gram_scale) + 2
    step = Fraction(cutoff, shifts + 1)
    return [
        PowerSpectrum(n_max=n_max, l_max=l_max, cutoff=cutoff),
        Acsf(
            eta=[4**i / step**2 for i in range(etas)],
            R_s=[step * (i + 1) for i in range(shifts)],
            kappa=(),
            eta_angular=[Fraction(10**i, 50) for i in range(etas_angular)],
            zeta=[2**i for i in range(zetas)],
            cutoff=cutoff,
        ),
        Chebyshev(n_rad=n_rad, n_ang=n_ang, cutoff=cutoff),
        Mbtr(geometry="cosine", n=n, weighting="exp", scale=Fraction(2, cutoff), threshold=0),
        Ace(nu=nu, n_max=a_max, l_max=al_max, cutoff=cutoff),
    ]
