"""n neighbours of one species at one distance, n = 3 to 8, need l_max = 2 n - 3 before a power spectrum can see all
that nu = 2 features see at generic places, whatever its radial basis: with less, one is missed at least, wherever they
are.

"Generic": off a set of measure 0; one exact environment of rank 3 n - 3 at l_max = 2 n - 3 shows it, since ranks cannot
fall but on an algebraic subset. The other half holds of every such environment. All pairs are of one class of equal
(species, s_j, s_k), so that the rows of D_{2,l} are the sums of d^i ds_j for i <= l, all of them combinations of the n
rows ds_1, ..., ds_n, and the sums of i d^(i-1) dd for 1 <= i <= l. So rank D_{2,l} <= n + l, which is below 3 n - 3 for
l < 2 n - 3. (That bound is this line, no certificate yet; certificates prove rank D_2 = 3 n - 3 of one environment for
each n, and rank D_{2,l} for every l <= 2 n - 3.)
"""

from fractions import Fraction

from symsens import Environment, basis
from symsens.jobs.theorems import claim

FALSE = "l_max = 2 n - 4 is enough for n = 4 of them"
TANGENTS = (("0", "1/2"), ("1/3", "-2"), ("-1/2", "1/5"), ("3", "2/3"), ("-1/4", "-3/2"), ("2", "3"), ("5/2", "-1/3"),
            ("-3", "5"))  # fmt: skip


def needed(n):
    """The l_max that the theorem says is needed."""
    return 2 * n - 3


def equidistant(n):
    """n rational points of the unit sphere, by stereographic projection."""

    def point(u, v):
        square = u * u + v * v + 1
        return 2 * u / square, 2 * v / square, (square - 2) / square

    return Environment(["H"] * n, [point(*map(Fraction, pair)) for pair in TANGENTS[:n]], "C")


def rank_bound(n, l):
    """The rows of D_{2,l}: at most n independent ones with ds, and l with dd."""
    return min(n, l + 1) + l


def proof(sizes=range(3, 9), needed=needed):
    """The exact rank of D_{2,l} for each l, up to the first that is 3 n - 3; and the bound for all places."""
    certificates = []
    for n in sizes:
        found = basis(equidistant(n))
        whole = 3 * n - 3
        claim(found.filtration.rank == whole, f"rank D_2 = {found.filtration.rank} for n = {n}, not {whole}")
        claim(found.l_max_needed == needed(n), f"l_max = {found.l_max_needed} is needed for n = {n}, not {needed(n)}")
        for l, nullity in enumerate(found.nullity_by_l_max):
            claim(whole - nullity <= rank_bound(n, l), f"rank D_2,{l} = {whole - nullity} for n = {n}")
        claim(rank_bound(n, needed(n) - 1) < whole, f"l_max = {needed(n) - 1} may be enough for n = {n} elsewhere")
        certificates.append(found.certificate)
    return certificates


def control():
    """One less."""
    proof((4,), lambda n: needed(n) - 1)
