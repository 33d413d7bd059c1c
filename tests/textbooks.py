"""The textbook sum of every descriptor of the catalogue: (environment, descriptor) -> features, as mpmath numbers.

Law: only the parameters are read off a descriptor, and the labels where they say what is summed; no form is shared with
symsens. Channels are those of all species, the centre's included. All run at the precision of mpmath's context.
"""

from itertools import combinations
from unittest.mock import patch

import mpmath
import peer_oracles as oracles
from ase.data import atomic_numbers
from coupled_harmonics import direct, harmonics
from learned_cases import cartesian
from mpmath import mp, mpf
from peer_oracles import behler, cosine, dot, neighbours_of, pairs_of, species_of


def high(x):
    """A rational parameter as an mpf."""
    return mpf(x.numerator) / x.denominator


def oracle_atoms(env):
    """(atomic number, [x, y, z]) of the centre and the neighbours, Cartesian."""
    return [(atomic_numbers[z], x) for z, x in zip((env.centre_species, *env.species), cartesian(env))]


def polar(env):
    """(atomic number, radius, unit vector) of each neighbour."""
    return [(z, r, [c / r for c in x]) for z, x, r in neighbours_of(oracle_atoms(env), 0)]


# Sums over one and two neighbours.


def distances(env, d):
    return [
        mp.fsum(r ** (2 * k) for z, r, _ in polar(env) if z == wanted)
        for wanted in species_of(oracle_atoms(env))
        for k in range(1, d.k_max + 1)
    ]


def _over_pairs(env, channel, f):
    """sum of f(r_j, r_k, cos_jk) over ordered pairs, repeats included."""
    near = polar(env)
    return mp.fsum(f(r, q, dot(u, v)) for a, r, u in near if a == channel[0] for b, q, v in near if b == channel[1])


def angles(env, d):
    out = []
    for channel in pairs_of(oracle_atoms(env)):
        powers = [(a, b, t - a - b) for t in range(1, d.degree + 1) for a in range(t + 1) for b in range(t + 1 - a)]
        for a, b, c in powers:
            if channel[0] != channel[1] or a <= b:
                out.append(_over_pairs(env, channel, lambda r, q, x: r ** (2 * a + c) * q ** (2 * b + c) * x**c))  # noqa: B023
    return out


def radial_function(d, n, l, r):
    """R_nl(r) f(r) of the bases that the table has."""
    cutoff = high(d.cutoff)
    value = {
        "monomial": lambda: r ** (2 * n + l),
        "laguerre": lambda: r**l * mp.laguerre(n, l + mpf(1) / 2, (3 * r / cutoff) ** 2),
        "gto": lambda: r**l * mp.exp(-7 * (d.n_max * r / ((n + 1) * cutoff)) ** 2),
    }[d.radial]()
    return value * (behler(r, cutoff) if d.cutoff_function == "cosine" else 1)


def radial(env, d):
    return [
        mp.fsum(radial_function(d, n, 0, r) for z, r, _ in polar(env) if z == wanted)
        for wanted in species_of(oracle_atoms(env))
        for n in range(d.n_max)
    ]


def power_spectrum(env, d):
    R, out = lambda n, l, r: radial_function(d, n, l, r), []
    for channel in pairs_of(oracle_atoms(env)):
        for l in range(d.l_max + 1):
            for n in range(d.n_max):
                for m in range(n if channel[0] == channel[1] else 0, d.n_max):
                    term = lambda r, q, x: R(n, l, r) * R(m, l, q) * mp.legendre(l, x)  # noqa: B023, E731
                    out.append(_over_pairs(env, channel, term))
    return out


# Products of densities, coupled by Wigner symbols.


def density(env, d, species, n, l):
    """sum_j R_nl(r_j) C_lm(u_j) of one species, m = -l..l."""
    total = dict.fromkeys(range(-l, l + 1), mpf(0))
    for z, r, u in polar(env):
        if z == atomic_numbers[species]:
            for m, value in harmonics(u, l).items():
                total[m] += value * radial_function(d, n, l, r)
    return total


def parsed(label):
    """(species, l, n, L) of a product of densities, as its label says."""
    channel, *rest = label.split()
    values = {key: tuple(map(int, value.split(","))) for key, value in (word.split("=") for word in rest)}
    ns = values["n"]
    return channel.split("-"), values.get("l", (0,) * len(ns)), ns, values.get("L", (None,))[0]


def coupled_densities(env, d, label):
    """One product of up to four densities, 1 where all directions coincide; None where that product is odd and has no
    such scale."""
    channel, ls, ns, L = parsed(label)
    if L is not None and (ls[0] + ls[1] + L) % 2:
        return None
    together = direct([harmonics((0, 0, 1), l) for l in ls], ls, L)
    return mp.re(direct([density(env, d, *slot) for slot in zip(channel, ns, ls)], ls, L) / together)


def products_of_densities(env, d):
    labels = d.feature_names(env, tuple({env.centre_species, *env.species}))
    return [coupled_densities(env, d, label) for label in labels]


# SOAP of the packages.


def soap(env, d):
    form = {
        "soap-dscribe": oracles.soap_dscribe,
        "soap-featomic": oracles.soap_featomic,
        "soap-quippy": oracles.soap_quippy,
    }[d.name]
    given = [getattr(d, name) for name in d.parameters() if name != "species"]
    return form(oracle_atoms(env), 0, *(x if isinstance(x, int) else high(x) for x in given))


# Symmetry functions and moments.


def acsf(env, d):
    g2 = [(high(eta), high(shift)) for eta in d.eta for shift in d.R_s]
    angular = [
        (high(eta), high(zeta), high(sign)) for eta in d.eta_angular or d.eta for zeta in d.zeta for sign in d.lambda_
    ]
    kappa, cutoff = [high(k) for k in d.kappa], high(d.cutoff)
    return oracles.acsf_dscribe(
        oracle_atoms(env), 0, cutoff, g2, kappa, angular if d.g4 else [], angular if d.g5 else []
    )


def chebyshev(env, d):
    species = species_of(oracle_atoms(env))
    sets = [dict.fromkeys(species, 1)]
    if d.weights == "number":
        sets.append({z: z for z in species})
    elif len(species) > 1:
        sets.append(dict(zip(species, {2: (-1, 1), 3: (-1, 0, 1)}[len(species)])))
    r_cut, a_cut = high(d.cutoff), high(d.cutoff_angular or d.cutoff)
    near, out = neighbours_of(oracle_atoms(env), 0), []
    for w in sets:
        for n in range(d.n_rad + 1):
            out.append(mp.fsum(w[z] * mp.chebyt(n, 2 * r / r_cut - 1) * behler(r, r_cut) for z, _, r in near))
        for n in range(d.n_ang + 1):
            total = mpf(0)
            for (z1, x1, r1), (z2, x2, r2) in combinations(near, 2):
                c = cosine(x1, [0, 0, 0], x2)
                argument = 2 * mp.acos(c) / mp.pi - 1 if d.angle == "theta" else c
                total += w[z1] * w[z2] * behler(r1, a_cut) * behler(r2, a_cut) * mp.chebyt(n, argument)
            out.append(total)
    return out


# The many-body tensor representation.


def heights(value, weight, low, high, n, sigma):
    """As `peer_oracles.cells`, the value of each Gaussian at the grid point in place of the mean over its cell."""
    grid = [low + k * (high - low) / (n - 1) for k in range(n)]
    return [weight * mp.exp(-((x - value) ** 2) / (2 * sigma**2)) / (sigma * mp.sqrt(2 * mp.pi)) for x in grid]


def mbtr(env, d):
    grid, atoms = (high(d.min), high(d.max), d.n, high(d.sigma)), oracle_atoms(env)
    if d.geometry == "atomic_number":
        return oracles.mbtr_k1(atoms, grid)
    order = 2 if "distance" in d.geometry else 3
    decay = lambda: high(d.scale) if d.scale else -mp.log(high(d.threshold)) / high(d.cutoff) / (order - 1)  # noqa: E731
    weighting = {
        "unity": lambda: (),
        "exp": lambda: ("exp", decay(), high(d.threshold)),
        "inverse_square": lambda: ("inverse_square",),
        "smooth_cutoff": lambda: ("smooth_cutoff", high(d.sharpness), high(d.cutoff)),
    }[d.weighting]()
    with patch.object(oracles, "cells", heights if d.broadening == "gaussian" else oracles.cells):
        if d.scope == "global":
            found = {2: oracles.mbtr_k2, 3: oracles.mbtr_k3}[order](atoms, grid, d.geometry, weighting)
        else:
            found = {2: oracles.lmbtr_k2, 3: oracles.lmbtr_k3}[order](atoms, 0, grid, d.geometry, weighting)
    return found if d.normalise else [x * high(d.sigma) * mp.sqrt(2 * mp.pi) for x in found]


# Functions of the whole environment.


def coulomb(env, d):
    atoms = oracle_atoms(env)
    if d.form != "powers":
        permutation = {"eigenvalues": "eigenspectrum", "sorted": "sorted_l2"}[d.form]
        return oracles.coulomb(atoms, permutation, d.atoms)
    size = len(atoms)
    flat = oracles.coulomb(atoms, "none", size)
    matrix = mpmath.matrix([flat[size * i : size * (i + 1)] for i in range(size)])
    power, out = mpmath.eye(size), []
    for _ in range(d.k_max):
        power = power * matrix
        out.append(mp.fsum(power[i, i] for i in range(size)))
    return out
