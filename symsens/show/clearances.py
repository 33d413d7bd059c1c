"""What a person reads of the surroundings of an environment.

Law: each line that says PROVED names the rule of the checker that proves it again, or says that there is none yet.
"""

from collections.abc import Iterator

from symsens.show.pairs import name_of

SHOWN = 4


def lines(cleared) -> Iterator[str]:
    """The lines about what `symsens.jobs.clearances.clearance` found."""
    found, nu = cleared.found, cleared.found.nu
    yield name_of(cleared.environment)
    if not found.radius:
        yield f"Clearance 0: {found.reason}."
    else:
        part = "" if found.by_pattern == found.radius else f", up to {found.by_pattern} Angstrom"
        rule = f"rule {cleared.rule.name}{part}" if cleared.rule.name else cleared.rule.reason
        yield (
            f"PROVED ({rule}): wherever each neighbour is moved by at most {found.radius} Angstrom, no displacement "
            f"but rotations is invisible to all O(3) descriptors of order nu = {nu}."
        )
        more = ", ..." if len(found.stopped_by) > SHOWN else ""
        said = ", ".join(_coincidence(cleared.environment, group) for group in found.stopped_by[:SHOWN])
        yield f"A little farther these may coincide: {said}{more}."
    if near := cleared.nearest:
        yield (
            f"An exactly singular environment ({near.reason}) was found where no neighbour is moved by more than "
            f"{near.distance} Angstrom (--json holds it)."
        )
    if cleared.path is not None:
        yield from _path_lines(cleared.path, nu)


def _coincidence(env, group) -> str:
    name = lambda j: f"x{env.atoms[j]}"
    value = lambda j, k: f"|{name(j)}|" if j == k else f"{name(j)}.{name(k)}"
    return " = ".join(value(*pair) for pair in group)


def _path_lines(path, nu) -> Iterator[str]:
    if path.regular:
        yield f"PROVED (no certificate yet): no environment on the path is singular at nu = {nu}."
        return
    for t in path.singular:
        yield f"PROVED (no certificate yet): the environment at t = {t} of the path is singular at nu = {nu}."
    open_parts = ", ".join(f"[{float(a):.7g}, {float(b):.7g}]" for a, b in path.intervals)
    yield f"Everywhere else on the path but within {open_parts} none is (proved; no certificate yet)."
