"""What a person reads of second order: which force constants symmetry allows, models have, and miss.

Law: each line that says PROVED names the rule of the checker that proves it again, or says that there is none yet.
"""

from collections.abc import Iterator

from symsens.show.couplings import describe
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
    constants = found.allowed - found.gradients
    parts = f"{plural(found.gradients, 'force')} and {plural(constants, 'force constant')}"
    by = _by(result, "second-order-allowed")
    yield f"PROVED ({by}): {result.point_group} symmetry allows = {found.allowed} parameters, {parts}."
    if found.undecided is not None:
        yield f"UNDECIDED: {found.undecided}."
        return
    yield f"PROVED ({_by(result, 'second-order-reached')}): {_reached(found)}."
    if result.bounds is not None:
        yield _by_descriptor(result)
    for k, force in enumerate(result.forces[:SHOWN], 1):
        yield f"  missing {k} ({_by(result, 'second-order-missing', True)}): {describe(found, force)}."
    if found.unlisted:
        yield "  there was no time to list them, or they are too many."
    if len(result.missing) > SHOWN:
        yield f"  and {len(result.missing) - SHOWN} more: --json, key missing."
    if result.coupled_species:
        yield f"{species_words(result.coupled_species)} (no certificate yet)."


def _by(result, rule: str, short: bool = False) -> str:
    """The rule that proves a claim again, or that there is none, and why."""
    if result.rule.name:
        return f"rule {rule}"
    return "no certificate yet" if short else f"no certificate yet: {result.rule.reason}"


def species_words(species) -> str:
    """Which normal modes missing force constants couple, by irreducible representations.

    Parameters
    ----------
    species : of `symsens.rows.normal_modes.coupled_species`.
    """
    alone = [
        f"{one.alone} {'lies' if one.alone == 1 else 'lie'} in {s} alone" for s, one in species.items() if one.alone
    ]
    touched = [symbol for symbol, one in species.items() if one.touched]
    words = f"By normal modes, what is missing is about the species {', '.join(touched)}"
    return f"{words}; {'; '.join(alone) if alone else 'it relates several, none of it lies in one alone'}"


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
