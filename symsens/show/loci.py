"""What a person reads of the points of a family at which the rank falls.

Law: each line that says PROVED names the rule of the checker that proves it again, or says that there is none yet.
"""

from collections.abc import Iterator

from symsens.certificates.locus import certified
from symsens.geometry.point_groups import point_group
from symsens.show.tables import plural

DIGITS = 12
STEPS = ("rigid", "symmetry", "incompleteness")


def decimal(point) -> str:
    """The value of t, rounded to so many digits."""
    return point.polynomial.near(point.interval, DIGITS)


def lines(located) -> Iterator[str]:
    """The lines about what `symsens.jobs.loci.locus` found."""
    found, curve, t = located.found, located.found.curve, located.found.curve.parameter
    low, high = curve.interval
    name = f"{curve.source}: " if curve.source else ""
    n, rank = plural(len(curve.species), "neighbour"), found.generic.rank
    yield f"{name}{n}, {t} from {low} to {high}, nu = {found.nu}, over {curve.field.name}"
    steps = ", ".join(f"{step} {found.generic[step]}" for step in STEPS)
    yield (
        f"PROVED ({_by(located, 'locus-generic')}): for almost all {t} the rank is {rank} of "
        f"{found.generic.displacements}; {steps}."
    )
    if decided := [point for point in located.points if point.filtration is not None]:
        yield f"PROVED ({_by(located, 'locus-points')}): it is smaller at"
        yield from _table(located, decided)
    for point in located.points:
        if point.filtration is None:
            root = point.polynomial.primitive().text(t)
            yield f"UNDECIDED: {t} ≈ {decimal(point)}, a root of {root:.100}: {point.undecided}"
    others = "other " if located.points else ""
    yield f"PROVED ({_by(located, 'locus-complete')}): it is smaller at no {others}{t} from {low} to {high}."


def _by(located, rule: str) -> str:
    return f"rule {rule}" if located.rule.name else located.rule.reason


def _table(located, points) -> Iterator[str]:
    """A row for each point."""
    t, read = located.found.curve.parameter, certified(located.found)
    rows = [(t, "rank", *STEPS, "symmetry group", "root of")]
    for point in points:
        f, exact = point.filtration, point.interval[0] == point.interval[1]
        note = "" if point in read or not located.rule.name else " (no certificate yet: the checker does not read t)"
        value = str(point.interval[0]) if exact and len(str(point.interval[0])) < DIGITS else f"≈ {decimal(point)}"
        numbers = (str(f.rank), *(str(f[step]) for step in STEPS))
        rows.append((value, *numbers, _group(f), f"{point.polynomial.primitive().text(t):.60}{note}"))
    widths = [max(map(len, column)) for column in zip(*rows)]
    for row in rows:
        first, *numbers, group, root = (cell.rjust(w) for cell, w in zip(row, widths))
        yield "  ".join(["", first, *numbers, group.strip().ljust(widths[-2]), root.strip()])


def _group(filtration) -> str:
    return point_group(filtration.moves.stabiliser, False) or "?"
