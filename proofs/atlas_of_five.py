"""Theorem (Atlas): each of the 28 patterns of four neighbours that have a gap at nu = 2 is that of a spuriously
singular environment in space; of the 88 of five that have one at nu = 3 the heptagon's two are (a pole at the distance
of the others, or at another), and the other 86 are not.

All patterns are enumerated and their gaps computed; the examples are exact, and so are the identities by which the
other 86 have none (Lemma fourth-minors, Lemma cases).
"""

from symsens import atlas
from symsens.geometry.families import polygon_and_pole
from symsens.jobs.theorems import claim
from symsens.rows.atlas import canonical
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
    """The pattern of an environment, in its canonical form, that is spuriously singular at nu = 3."""
    filtration = exact_filtration(env, 3)
    claim(filtration["incompleteness"], f"{env!r} is not spuriously singular at nu = 3")
    return canonical(Pattern.of(filtration.moves).labels)


def of_five(poles):
    """The certificate of five neighbours at nu = 3; its examples are of the patterns of the environments given."""
    known = set(map(singular, poles))
    found = atlas(5, 3, None)
    gaps = [stratum.gap for stratum in found.strata]
    claim((gaps.count(1), gaps.count(2), max(gaps)) == (81, 7, 2), f"{len(found.with_gap)} patterns have a gap")
    examples = {canonical(stratum.pattern.labels) for stratum in found.with_gap if stratum.witness}
    claim(examples == known and len(known) == 2, "the examples are of other patterns")
    excluded = sum(stratum.exclusion is not None for stratum in found.with_gap)
    claim(excluded == 86, f"{excluded} of the other 86 are excluded")
    return found.certificate


def proof():
    """The atlas of four and of five."""
    return [of_four(), of_five([polygon_and_pole(7, HEPTAGON, square) for square in (1, 2)])]


def control():
    """The square instead of the heptagon's four."""
    of_five([polygon_and_pole(4, (0, 1, 2, 3), square) for square in (1, 2)])
