"""What a person reads of an atlas: every pattern that can lose something, in words, with its witness.

Law: each line that says PROVED names the rule of the checker that proves it again.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations

CERTIFIED, EXCLUDED, MEASURED = "rule atlas-witnesses", "rule atlas-exclusions", "rule atlas-dimensions"


def lines(atlas) -> Iterator[str]:
    """The lines about an `Atlas` of `symsens.jobs.strata`."""
    n, nu, found = atlas.neighbours, atlas.nu, atlas.with_gap
    gaps = Counter(stratum.gap for stratum in found)
    what = f"{n} neighbour{'s' * (n > 1)} at nu = {nu}: {len(atlas.strata)} pattern{'s' * (len(atlas.strata) > 1)}"
    if not found:
        yield (
            f"{what} of coincidences up to relabelling, none with a gap. PROVED (rule atlas-gaps): no environment of "
            "so many neighbours is spuriously singular, whatever the species and positions."
        )
        return
    listed = ", ".join(f"{gaps[gap]} of gap {gap}" for gap in sorted(gaps))
    yield f"{what} of coincidences up to relabelling; PROVED (rule atlas-gaps): {len(found)} with a gap ({listed})."
    ends = Counter(stratum.realisable for stratum in found)
    yield (
        f"Singular environments in space: {ends[True]} patterns have some, {ends[False]} have none, {ends[None]} are "
        "open. The other patterns never do."
    )
    for number, stratum in enumerate(found, 1):
        yield from _stratum_lines(number, stratum)


def _stratum_lines(number: int, stratum) -> Iterator[str]:
    yield f"{number:4}. {pattern_words(stratum.pattern)}"
    when = {"always": "wherever they span space", "conditional": f"where {stratum.condition}"}[stratum.kind]
    yield f"      gap {stratum.gap}: singular {when}"
    if stratum.realisable is None:
        yield "      UNDECIDED: no example is stored, and no proof was found that there is none"
    elif not stratum.realisable:
        yield f"      PROVED ({EXCLUDED}): there is no such environment"
    else:
        extra = stratum.filtration["incompleteness"]
        yield f"      PROVED ({CERTIFIED}): incompleteness {extra} at {witness_words(stratum.witness)}"
        if stratum.dimension is not None:
            yield f"      PROVED ({MEASURED}): near it such environments have dimension {stratum.dimension}"


def pattern_words(pattern) -> str:
    """|x1| = |x2|, |x3|; 13 = 23, 12: neighbours of equal length and species, then pairs of equal dot product."""
    shells, products = {}, {}
    for j, shell in enumerate(pattern.labels.diagonal()):
        shells.setdefault(int(shell), []).append(f"|x{j + 1}|")
    for j, k in combinations(range(pattern.n), 2):
        products.setdefault(int(pattern.labels[j, k]), []).append(f"{j + 1}{k + 1}")
    groups = [" = ".join(group) for group in shells.values()], [" = ".join(group) for group in products.values()]
    return "; ".join(", ".join(group) for group in groups if group)


def witness_words(env) -> str:
    """(5, 0, 1), (3, 4, -2): the positions, and the field and the metric where there is one."""
    where = ", ".join(f"({', '.join(str(x) for x in y)})" for y in env.positions)
    if all(x == (a == b) for a, row in enumerate(env.metric) for b, x in enumerate(row)):
        return where
    metric = "; ".join(" ".join(str(x) for x in row) for row in env.metric)
    field = "" if env.field.degree == 1 else f" over {env.field.name}"
    return f"{where} in a frame with the metric {metric}{field}"
