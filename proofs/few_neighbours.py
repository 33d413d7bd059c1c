"""No environment of at most 3 neighbours is spuriously singular at nu = 2, none of at most 4 at nu = 3, none of at most
5 at nu = 4, whatever their species and positions.

Theorem (Few neighbours): every pattern of coincidences of so many neighbours is enumerated, each has gap 0, and by
Theorem dual the gap bounds the incompleteness. (Of six at nu = 4 the theorem is counted in minutes by `symsens.tally`,
whose patterns are too many for a certificate: it is not part of this run.)
"""

from symsens.certificates.atlas import atlas_certificate
from symsens.jobs.theorems import claim
from symsens.rows.atlas import patterns

FALSE = "none of at most 4 is at nu = 2"


def proof(sizes=((1, 2), (2, 2), (3, 2), (4, 3), (5, 4))):
    """An atlas of each number of neighbours at its order."""
    return [atlas(n, nu) for n, nu in sizes]


def atlas(n, nu):
    """The certificate of all patterns, of which none may have a gap."""
    strata = [(pattern, len(pattern.lost(nu)), None, None, None) for pattern in patterns(n)]
    gaps = sum(gap > 0 for _, gap, *_ in strata)
    claim(not gaps, f"{gaps} of the {len(strata)} patterns of {n} neighbours have a gap at nu = {nu}")
    return atlas_certificate(nu, strata, {"theorem": "few-neighbours"})


def control():
    """One neighbour more than the theorem says, at nu = 2."""
    proof(((4, 2),))
