"""What a person reads of second order: which force constants symmetry allows, models have, and miss.

Law: each line that says PROVED names the rule of the checker that proves it again, or says that there is none yet.
"""

from collections.abc import Iterator

from symsens.show.pairs import name_of
from symsens.show.tables import plural

SHOWN = 6  # missing directions that are printed
ENERGIES = {
    "environment": "the energy of this site, its centre fixed",
    "sum": "the energy of all atoms, a sum over sites",
    "set": "the energy of all atoms, any function of the set of sites",
}


def lines(result) -> Iterator[str]:
    """The lines about what `symsens.jobs.curvatures.second_order` found."""
    found = result.curvatures
    yield name_of(result.subject) + _unseen(result)
    models = f"Second order at nu = {found.nu}, {found.readout} readout"
    yield f"{models}: {ENERGIES[found.level]}, over {found.moves.field.name}."
    by = f"rule {result.rule.name}" if result.rule.name else f"no certificate yet: {result.rule.reason}"
    constants = found.allowed - found.gradients
    parts = f"{plural(found.gradients, 'force')} and {plural(constants, 'force constant')}"
    yield f"PROVED ({by}): {result.point_group} symmetry allows = {found.allowed} parameters, {parts}."
    if found.undecided is not None:
        yield f"UNDECIDED: {found.undecided}."
        return
    yield f"PROVED ({by}): {_reached(found)}."
    if result.bounds is not None:
        yield _by_descriptor(result)
    for k, text in enumerate(result.couplings[:SHOWN], 1):
        yield f"  missing {k} ({by_short(result)}): {text}."
    if len(result.missing) > SHOWN:
        yield f"  and {len(result.missing) - SHOWN} more: --json, key missing."


def by_short(result) -> str:
    """The rule, or that there is none."""
    return f"rule {result.rule.name}" if result.rule.name else "no certificate yet"


def _unseen(result) -> str:
    lost = 0 if result.whole is None else result.whole.n - result.subject.n
    return f" ({plural(lost, 'more atom')} beyond the cutoff of {result.descriptor.name})" if lost else ""


def _reached(found) -> str:
    who = f"models of order nu = {found.nu}, whatever their basis, reach = {found.reached} of them"
    lost = found.allowed - found.reached
    if not lost:
        return f"{who}: nothing is missing"
    of_forces = found.gradients - found.reached_gradients
    forces = f" ({of_forces} of them with forces that none can have)" if of_forces else ""
    return f"{who}; = {lost} {'is' if lost == 1 else 'are'} missing: no such model can have them{forces}"


def _by_descriptor(result) -> str:
    bounds, spec = result.bounds, result.descriptor.spec
    if not bounds.met:
        return f"UNDECIDED: {spec} reaches {bounds}."
    return f"PROVED (no certificate yet): {spec} reaches = {bounds.lower} of them (no more: {bounds.why_above})."
