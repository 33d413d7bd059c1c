"""Theorem (Atlas): each of the 28 patterns of four neighbours that have a gap at nu = 2 is that of a spuriously
singular environment in space; of the 88 of five that have one at nu = 3 the heptagon's two are (a pole at the distance
of the others, or at another).

All patterns are enumerated and their gaps computed; the examples are exact. That the other 86 have none rests on
Groebner bases (Lemma fourth-minors; `tests/test_atlas_strata.py` runs them): no certificate yet.
"""

from itertools import permutations

from symsens import atlas
from symsens.certificates.atlas import atlas_certificate
from symsens.geometry.families import polygon_and_pole
from symsens.jobs.theorems import claim
from symsens.rows.atlas import canonical, named, patterns
from symsens.rows.filtration import exact_filtration
from symsens.rows.patterns import Pattern

FALSE = "the square's vertices with a pole are singular at nu = 3, too"
HEPTAGON = (0, 1, 2, 4)


def of_four():
    """The certificate of four neighbours at nu = 2."""
    found = atlas(4, 2, None)
    claim(len(found.strata) == 46 and len(found.with_gap) == 28, f"{len(found.with_gap)} patterns have a gap")
    claim(all(stratum.witness for stratum in found.with_gap), "a pattern with a gap has no example")
    return found.certificate


def singular(env):
    """The spuriously singular environment at nu = 3, reduced to its pattern and its filtration."""
    filtration = exact_filtration(env, 3)
    spurious = filtration["incompleteness"]
    claim(spurious, f"{env!r} is not spuriously singular at nu = 3")
    return canonical(Pattern.of(filtration.moves).labels), env


def of_five(poles):
    """The certificate of five neighbours at nu = 3, with the environments given as examples."""
    known = dict(map(singular, poles))
    strata = []
    for pattern in patterns(5):
        gap = len(pattern.lost(3))
        env = known.get(canonical(pattern.labels)) if gap else None
        strata.append((pattern, gap, env and exact_filtration(ordered(env, pattern), 3)))
    gaps = [gap for _, gap, _ in strata]
    claim((gaps.count(1), gaps.count(2), max(gaps)) == (81, 7, 2), f"{len(gaps) - gaps.count(0)} patterns have a gap")
    claim(sum(f is not None for *_, f in strata) == len(known) == 2, "the examples are not of two patterns with a gap")
    return atlas_certificate(3, strata, {"theorem": "atlas-of-five"})


def ordered(env, pattern):
    """The neighbours in the order in which their labels are those of the pattern."""
    labels = Pattern.of(exact_filtration(env, 3).moves).labels
    order = next(p for p in permutations(range(env.n)) if named(labels, p) == named(pattern.labels))
    return env.part(order)


def proof():
    """The atlas of four and of five."""
    return [of_four(), of_five([polygon_and_pole(7, HEPTAGON, square) for square in (1, 2)])]


def control():
    """The square instead of the heptagon's four."""
    of_five([polygon_and_pole(4, (0, 1, 2, 3), square) for square in (1, 2)])
