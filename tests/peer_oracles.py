"""Textbook evaluation of the packages' descriptors in mpmath: plain sums over neighbours, no code shared with symsens.

Every function takes `atoms`, a list of (atomic number, [x, y, z]) with mpf coordinates, and where it is local the index
of the centre, and returns the features in the package's own order. `jacobian` differences any of them. Run at `DIGITS`
digits.
"""

from functools import cache
from itertools import combinations

from mpmath import mp, mpf

DIGITS = 110  # forward differences with step 1e-50 then leave 50 correct digits
STEP = mpf(10) ** -50
THREE_HALVES = mpf(3) / 2


def exact(atoms):
    """ASE atoms as [(Z, [x, y, z]), ...]: a float64 becomes the number it is."""
    return [(int(z), [mpf(float(c)) for c in x]) for z, x in zip(atoms.numbers, atoms.positions)]


def jacobian(features, atoms):
    """For each of the 3N coordinates the derivatives of all features, with a relative error of about 1e-50."""
    base, columns = features(atoms), []
    for j, (z, x) in enumerate(atoms):
        for c in range(3):
            moved = atoms[:j] + [(z, [v + STEP * (k == c) for k, v in enumerate(x)])] + atoms[j + 1 :]
            columns.append([(b - a) / STEP for a, b in zip(base, features(moved))])
    return columns


def dot(x, y):
    return sum(a * b for a, b in zip(x, y))


def distance(x, y):
    return mp.sqrt(sum((a - b) ** 2 for a, b in zip(x, y)))


def cosine(x, vertex, y):
    a, b = [p - q for p, q in zip(x, vertex)], [p - q for p, q in zip(y, vertex)]
    return dot(a, b) / mp.sqrt(dot(a, a) * dot(b, b))


def species_of(atoms):
    return sorted({z for z, _ in atoms})


def pairs_of(atoms):
    return [(a, b) for a in species_of(atoms) for b in species_of(atoms) if a <= b]


def add(table, key, terms):
    table[key] = [a + b for a, b in zip(table[key], terms)] if key in table else list(terms)


def flat(table, keys, length):
    """The entries of `table` in the order of `keys`, zeros where there is none."""
    return sum((table.get(key, [mpf(0)] * length) for key in keys), [])


def inverse_square_root(S):
    values, vectors = mp.eigsy(S)
    return vectors * mp.diag([1 / mp.sqrt(v) for v in values]) * vectors.T


def symmetric(n, entry):
    S = mp.matrix(n, n)
    for j in range(n):
        for k in range(n):
            S[j, k] = entry(j, k)
    return S


# SOAP


def legendre(l_max, t):
    p = [mpf(1), t]
    for l in range(1, l_max):
        p.append(((2 * l + 1) * t * p[l] - l * p[l - 1]) / (l + 1))
    return p[: l_max + 1]


def power_spectra(atoms, centre, l_max, n_max, radial, cutoff):
    """p[Z1, Z2][l][n][n'] = sum_jj' R_nl(r_j) R_n'l(r_j') P_l(cos), j of species Z1 and j' of Z2, the centre among
    both.

    `radial(l, r)` is the list over n of R_nl(r). At the centre r = 0: only l = 0 is left, whatever the angle.
    """
    arms = [(z, [a - b for a, b in zip(x, atoms[centre][1])]) for z, x in atoms]
    arms = [(z, d, r) for z, d, r in ((z, d, mp.sqrt(dot(d, d))) for z, d in arms) if r <= cutoff]
    angles = [[legendre(l_max, dot(d, e) / (r * s) if r and s else mpf(0)) for _, e, s in arms] for _, d, r in arms]
    p = {(a, b): [] for a in species_of(atoms) for b in species_of(atoms)}
    for l in range(l_max + 1):
        R = list(zip(*(radial(l, r) for _, _, r in arms)))
        for a, b in p:
            first, second = ([j for j, arm in enumerate(arms) if arm[0] == z] for z in (a, b))
            # The sum over j' for each j and n', then that over j.
            inner = [
                [mp.fdot([angles[j][k][l] for k in second], [R[m][k] for k in second]) for j in first]
                for m in range(n_max)
            ]
            p[a, b].append([[mp.fdot([R[n][j] for j in first], inner[m]) for m in range(n_max)] for n in range(n_max)])
    return p


@cache
def dscribe_gto(n_max, l_max, r_cut, sigma):
    eta = 1 / (2 * sigma**2)
    a = [1 + (r_cut - 1) * mpf(k) / (n_max - 1) for k in range(n_max)] if n_max > 1 else [mpf(1)]
    basis = []
    for l in range(l_max + 1):
        alpha = [-mp.log(x**-l / 1000) / x**2 for x in a]
        e = l + THREE_HALVES
        basis.append(
            (alpha, inverse_square_root(symmetric(n_max, lambda j, k: mp.gamma(e) / 2 * (alpha[j] + alpha[k]) ** -e)))
        )

    @cache
    def radial(l, r):
        alpha, beta = basis[l]
        terms = [(1 + x / eta) ** -(l + THREE_HALVES) * mp.exp(-x * eta * r**2 / (x + eta)) for x in alpha]
        scale = (mp.pi / eta) ** THREE_HALVES * r**l
        return [scale * sum(beta[n, k] * terms[k] for k in range(n_max)) for n in range(n_max)]

    return radial


def bessel(l, x):
    """Modified spherical Bessel function of the first kind."""
    return mp.sqrt(mp.pi / (2 * x)) * mp.besseli(l + mpf(1) / 2, x) if x else mpf(l == 0)


@cache
def dscribe_polynomial(n_max, l_max, r_cut, sigma):
    eta = 1 / (2 * sigma**2)
    overlap = lambda j, k: 2 * r_cut ** (9 + j + k) / mpf((7 + j + k) * (8 + j + k) * (9 + j + k))  # noqa: E731
    beta = inverse_square_root(symmetric(n_max, overlap))

    @cache
    def radial(l, r):
        density = lambda u: u**2 * mp.exp(-eta * (u**2 + r**2)) * bessel(l, 2 * eta * u * r)  # noqa: E731
        grid = mp.linspace(0, r_cut, 6)
        moments = [mp.quad(lambda u: density(u) * (r_cut - u) ** (k + 3), grid) for k in range(n_max)]  # noqa: B023
        return [4 * mp.pi * sum(beta[n, k] * moments[k] for k in range(n_max)) for n in range(n_max)]

    return radial


def soap_dscribe(atoms, centre, n_max, l_max, r_cut, sigma, basis=dscribe_gto):
    r_cut, sigma = mpf(r_cut), mpf(sigma)
    reach = r_cut + sigma * mp.sqrt(2 * mp.log(1000))
    p = power_spectra(atoms, centre, l_max, n_max, basis(n_max, l_max, r_cut, sigma), reach)
    out = []
    for a, b in pairs_of(atoms):
        for l in range(l_max + 1):
            N_l = mp.sqrt(mpf(2 * l + 1) / 2)
            out += [N_l * p[a, b][l][n][m] for n in range(n_max) for m in range(n if a == b else 0, n_max)]
    return out


def shifted_cosine(r, cutoff, width):
    if r <= cutoff - width:
        return mpf(1)
    return (1 + mp.cos(mp.pi * (r - cutoff + width) / width)) / 2 if r < cutoff else mpf(0)


@cache
def featomic_gto(max_radial, r_cut, sigma, width):
    size = max_radial + 1
    s = [r_cut * max(mp.sqrt(k), 1) / size for k in range(size)]
    d = [1 / (2 * x**2) for x in s]
    norm = [mp.sqrt(2 / (s[k] ** (2 * k + 3) * mp.gamma(k + THREE_HALVES))) for k in range(size)]

    def overlap(j, k):
        e = mpf(3 + j + k) / 2
        return norm[j] * norm[k] * mp.gamma(e) / 2 * (d[j] + d[k]) ** -e

    O = inverse_square_root(symmetric(size, overlap)) * mp.diag(norm)  # noqa: E741
    c = 1 / (2 * sigma**2)

    @cache
    def radial(l, r):
        b, terms = l + THREE_HALVES, []
        for k in range(size):
            a = mpf(k + l + 3) / 2
            terms.append(mp.gamma(a) / mp.gamma(b) * (c + d[k]) ** -a * mp.hyp1f1(a, b, c**2 * r**2 / (c + d[k])))
        scale = shifted_cosine(r, r_cut, width) * (mp.pi / sigma**2) ** mpf("0.75") * mp.exp(-c * r**2) * (c * r) ** l
        return [scale * sum(O[n, k] * terms[k] for k in range(size)) for n in range(size)]

    return radial


def soap_featomic(atoms, centre, max_radial, max_angular, cutoff, sigma, width):
    cutoff, sigma, width = mpf(cutoff), mpf(sigma), mpf(width)
    size = max_radial + 1
    p = power_spectra(atoms, centre, max_angular, size, featomic_gto(max_radial, cutoff, sigma, width), cutoff)
    out = []
    for a, b in pairs_of(atoms):
        for l in range(max_angular + 1):
            N_l = (-1) ** l * mp.sqrt(2 * l + 1) / (4 * mp.pi) * (mp.sqrt(2) if a != b else 1)
            out += [N_l * p[a, b][l][n][m] for n in range(size) for m in range(size)]
    return out


@cache
def quippy_gaussians(n_max, cutoff, sigma, width):
    alpha = 1 / (2 * sigma**2)
    reach = cutoff + sigma * mp.sqrt(20 * mp.log(10))
    b = [k * reach / n_max for k in range(n_max)]

    def overlap(j, k):
        p, m = b[j] + b[k], b[j] - b[k]
        first = mp.exp(-alpha * (b[j] ** 2 + b[k] ** 2)) * mp.sqrt(2) * alpha**THREE_HALVES * p
        second = (
            alpha
            * mp.exp(-alpha * m**2 / 2)
            * mp.sqrt(mp.pi)
            * (1 + alpha * p**2)
            * (1 + mp.erf(mp.sqrt(alpha / 2) * p))
        )
        return (first + second) / mp.sqrt(128 * alpha**5)

    T = mp.inverse(symmetric(n_max, lambda j, k: mp.exp(-alpha * (b[j] - b[k]) ** 2))) * mp.cholesky(
        symmetric(n_max, overlap)
    )

    @cache
    def radial(l, r):
        terms = [mp.exp(-alpha * (r**2 + x**2)) * bessel(l, 2 * alpha * r * x) for x in b]
        scale = shifted_cosine(r, cutoff, width)
        return [scale * sum(terms[k] * T[k, n] for k in range(n_max)) for n in range(n_max)]

    return radial


def soap_quippy(atoms, centre, n_max, l_max, cutoff, sigma, width):
    cutoff, sigma, width = mpf(cutoff), mpf(sigma), mpf(width)
    p = power_spectra(atoms, centre, l_max, n_max, quippy_gaussians(n_max, cutoff, sigma, width), cutoff)
    channels = [(z, n) for z in species_of(atoms) for n in range(n_max)]
    out = []
    for i, (a, n) in enumerate(channels):
        for b, m in channels[: i + 1]:
            twice = mp.sqrt(2) if (a, n) != (b, m) else 1
            out += [mp.sqrt(2 * l + 1) / (4 * mp.pi) * twice * p[a, b][l][n][m] for l in range(l_max + 1)]
    return out + [mpf(0)]


# Symmetry functions


def behler(r, r_cut):
    return (1 + mp.cos(mp.pi * r / r_cut)) / 2 if r <= r_cut else mpf(0)


def neighbours_of(atoms, centre):
    return [(z, x, distance(x, atoms[centre][1])) for i, (z, x) in enumerate(atoms) if i != centre]


def acsf_dscribe(atoms, centre, r_cut, g2, g3, g4, g5):
    two, three = {}, {}
    near = [(z, x, r) for z, x, r in neighbours_of(atoms, centre) if r <= r_cut]
    for z, _, r in near:
        f = behler(r, r_cut)
        add(
            two,
            z,
            [f] + [mp.exp(-eta * (r - R_s) ** 2) * f for eta, R_s in g2] + [mp.cos(kappa * r) * f for kappa in g3],
        )
    for (z1, x1, r1), (z2, x2, r2) in combinations(near, 2):
        r12, cos = distance(x1, x2), cosine(x1, atoms[centre][1], x2)
        f5 = behler(r1, r_cut) * behler(r2, r_cut)
        f4 = f5 * behler(r12, r_cut)
        angle = lambda zeta, lam: 2 ** (1 - mpf(zeta)) * (1 + lam * cos) ** zeta  # noqa: B023, E731
        terms = [angle(zeta, lam) * mp.exp(-eta * (r1**2 + r2**2 + r12**2)) * f4 for eta, zeta, lam in g4]
        terms += [angle(zeta, lam) * mp.exp(-eta * (r1**2 + r2**2)) * f5 for eta, zeta, lam in g5]
        add(three, (max(z1, z2), min(z1, z2)), terms)
    lower = sorted((b, a) for a, b in pairs_of(atoms))
    return flat(two, species_of(atoms), 1 + len(g2) + len(g3)) + flat(three, lower, len(g4) + len(g5))


def acsf_qmllib(atoms, centre, nRs2, nRs3, nTs, eta2, eta3, zeta, rcut, acut, bin_min):
    two, three = {}, {}
    near = neighbours_of(atoms, centre)
    for z, _, r in near:
        add(two, z, [mp.exp(-eta2 * (r - R) ** 2) * behler(r, rcut) for R in mp.linspace(bin_min, rcut, nRs2)])
    for (z1, x1, r1), (z2, x2, r2) in combinations(near, 2):
        theta = mp.acos(cosine(x1, atoms[centre][1], x2))
        f = behler(r1, acut) * behler(r2, acut)
        radial = [mp.exp(-eta3 * ((r1 + r2) / 2 - R) ** 2) * f for R in mp.linspace(bin_min, acut, nRs3)]
        angular = [2 * ((1 + mp.cos(theta - T)) / 2) ** zeta for T in mp.linspace(0, mp.pi, nTs)]
        add(three, (min(z1, z2), max(z1, z2)), [a * b for a in radial for b in angular])
    return flat(two, species_of(atoms), nRs2) + flat(three, pairs_of(atoms), nRs3 * nTs)


def fchl19(
    atoms, centre, nRs2, nRs3, eta2, eta3, zeta, rcut, acut, two_body_decay, three_body_decay, three_body_weight
):
    two, three = {}, {}
    near, x0 = neighbours_of(atoms, centre), atoms[centre][1]
    for z, _, r in near:
        width2 = mp.log(1 + eta2 / r**2)
        mu, f = mp.log(r) - width2 / 2, behler(r, rcut) / r**two_body_decay
        grid = [mpf(rcut) * k / nRs2 for k in range(1, nRs2 + 1)]
        add(
            two,
            z,
            [f * mp.exp(-((mp.log(R) - mu) ** 2) / (2 * width2)) / (mp.sqrt(2 * mp.pi * width2) * R) for R in grid],
        )
    for (z1, x1, r1), (z2, x2, r2) in combinations(near, 2):
        cos, r12 = cosine(x1, x0, x2), distance(x1, x2)
        axilrod_teller = (1 + 3 * cos * cosine(x0, x1, x2) * cosine(x0, x2, x1)) / (r1 * r2 * r12) ** three_body_decay
        f = mp.sqrt(eta3 / mp.pi) * three_body_weight * axilrod_teller * behler(r1, acut) * behler(r2, acut)
        radial = [f * mp.exp(-eta3 * ((r1 + r2) / 2 - mpf(acut) * k / nRs3) ** 2) for k in range(1, nRs3 + 1)]
        angular = [2 * mp.exp(-(zeta**2) / 2) * part for part in (cos, mp.sqrt(1 - cos**2))]
        add(three, (min(z1, z2), max(z1, z2)), [a * b for a in radial for b in angular])
    return flat(two, species_of(atoms), nRs2) + flat(three, pairs_of(atoms), 2 * nRs3)


# Many-body tensor representation: grid = (min, max, n, sigma)


def cells(value, weight, low, high, n, sigma):
    """`weight` times the mean of a normalised Gaussian over each of n cells of width dx, centred on the grid points."""
    low, high = mpf(low), mpf(high)
    dx = (high - low) / (n - 1)
    cdf = [mp.erf((low + (k - mpf(1) / 2) * dx - value) / (mp.sqrt(2) * sigma)) / 2 for k in range(n + 1)]
    return [weight * (b - a) / dx for a, b in zip(cdf, cdf[1:])]


def weigh(lengths, function="unity", s=0, threshold=0):
    """`lengths`: the distance, or the sides of the triangle, those at the vertex first. smooth_cutoff: s is y,
    threshold r_cut."""
    if function == "exp":
        w = mp.exp(-s * sum(lengths))
        return w if w >= threshold else mpf(0)
    if function == "inverse_square":
        return 1 / lengths[0] ** 2
    if function == "smooth_cutoff":
        f = [
            1 + s * (d / threshold) ** (s + 1) - (s + 1) * (d / threshold) ** s if d <= threshold else mpf(0)
            for d in lengths[:2]
        ]
        return f[0] * f[1]
    return mpf(1)


def pair_value(geometry, d):
    return 1 / d if geometry == "inverse_distance" else d


def angle_value(geometry, x, vertex, y):
    t = cosine(x, vertex, y)
    return t if geometry == "cosine" else mp.acos(t) * 180 / mp.pi


def mbtr_k1(atoms, grid):
    out = {}
    for z, _ in atoms:
        add(out, z, cells(z, 1, *grid))
    return flat(out, species_of(atoms), grid[2])


def mbtr_k2(atoms, grid, geometry, weighting=()):
    out = {}
    for (z1, x1), (z2, x2) in combinations(atoms, 2):
        d = distance(x1, x2)
        add(out, (min(z1, z2), max(z1, z2)), cells(pair_value(geometry, d), weigh([d], *weighting), *grid))
    return flat(out, pairs_of(atoms), grid[2])


def mbtr_k3(atoms, grid, geometry, weighting=()):
    out = {}
    for j, (zj, xj) in enumerate(atoms):
        for (zi, xi), (zk, xk) in combinations(atoms[:j] + atoms[j + 1 :], 2):
            w = weigh([distance(xi, xj), distance(xj, xk), distance(xk, xi)], *weighting)
            add(out, (zj, min(zi, zk), max(zi, zk)), cells(angle_value(geometry, xi, xj, xk), w, *grid))
    return flat(out, [(b, *ends) for b in species_of(atoms) for ends in pairs_of(atoms)], grid[2])


def lmbtr_k2(atoms, centre, grid, geometry, weighting=()):
    out = {}
    for z, _, d in neighbours_of(atoms, centre):
        add(out, z, cells(pair_value(geometry, d), weigh([d], *weighting), *grid))
    return flat(out, [0, *species_of(atoms)], grid[2])


def lmbtr_k3(atoms, centre, grid, geometry, weighting=()):
    at_centre, at_neighbour, x0 = {}, {}, atoms[centre][1]
    for (z1, x1, r1), (z2, x2, r2) in combinations(neighbours_of(atoms, centre), 2):
        w = weigh([r1, r2, distance(x1, x2)], *weighting)
        add(at_centre, (min(z1, z2), max(z1, z2)), cells(angle_value(geometry, x1, x0, x2), w, *grid))
        add(at_neighbour, (z1, z2), cells(angle_value(geometry, x0, x1, x2), w, *grid))
        add(at_neighbour, (z2, z1), cells(angle_value(geometry, x0, x2, x1), w, *grid))
    with_x = [0, *species_of(atoms)]
    first = [(a, b) for a in with_x for b in with_x if a <= b]
    second = [(a, b) for a in with_x[1:] for b in with_x]
    return flat(at_centre, first, grid[2]) + flat(at_neighbour, second, grid[2])


# Coulomb matrix


def coulomb(atoms, permutation, n_atoms_max):
    n, pad = len(atoms), [mpf(0)] * (n_atoms_max - len(atoms))

    def entry(i, j):
        (a, x), (b, y) = atoms[i], atoms[j]
        return mpf(a) ** mpf("2.4") / 2 if i == j else a * b / distance(x, y)

    M = symmetric(n, entry)
    if permutation == "eigenspectrum":
        return sorted(mp.eigsy(M, eigvals_only=True), key=lambda v: -abs(v)) + pad
    order = list(range(n))
    if permutation == "sorted_l2":
        order.sort(key=lambda i: -sum(M[i, j] ** 2 for j in range(n)))
    return sum(([M[i, j] for j in order] + pad for i in order), []) + [mpf(0)] * (n_atoms_max * (n_atoms_max - n))
