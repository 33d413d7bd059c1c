"""What a person reads of the force constants of a crystal: allowed, reached, missing, and at which pairs.

Law: each line that says PROVED or "=" names the rule of the checker that proves it again, or says that there is none.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np

from symsens.geometry.cartesian import to_cartesian, to_cartesian_form
from symsens.show.pairs import name_of
from symsens.show.tables import plural

SHOWN = 4  # missing directions that are printed
AXES = "xyz"
FAINT = 1e-9


def lines(result) -> Iterator[str]:
    """The lines about a `symsens.jobs.harmonics.CrystalSecondOrder`."""
    found, jets = result.found, result.found.jets
    cell = plural(len(jets.structure.species), "atom")
    yield f"{name_of(result.subject)}: primitive cell of {cell}, environments within {result.cutoff} Angstrom."
    models = f"sums over sites of {found.readout} functions of order nu = {found.nu}"
    yield f"Force constants Phi(a, b, R) of all {len(jets.pairs.pairs)} pairs within one environment, for {models}."
    by = partial(_by, result)
    yield f"PROVED ({by('crystal-forms')}): the space group allows = {found.allowed_by_space_group}."
    if found.allowed_by_space_group > result.allowed:
        yield f"PROVED ({by('crystal-allowed')}): site functions of any order have = {result.allowed} of them."
    lost = f"= {found.missing} missing" if found.missing else "nothing is missing"
    reached = f"models of order nu = {found.nu}, whatever their basis, reach = {result.reached}: {lost}"
    yield f"PROVED ({by('crystal-reached')}): {reached}."
    for k, law in enumerate(result.laws[:SHOWN], 1):
        yield f"  missing {k} ({by('crystal-functionals', True)}): every such model obeys, rounded, {law}."
    if found.missing > SHOWN:
        yield f"  and {found.missing - SHOWN} more: --json, key missing."
    if result.modes is not None:
        yield from _of_modes(result)


def _by(result, rule: str, short: bool = False) -> str:
    """The rule that proves a claim again, or that there is none, and why."""
    if result.rule.name:
        return f"rule {rule}"
    return "no certificate yet" if short else f"no certificate yet: {result.rule.reason}"


def _of_modes(result) -> Iterator[str]:
    names = ", ".join(f"{name} {reach.reached} of {reach.allowed}" for name, reach in result.modes.items())
    together = result.together
    yield f"PROVED (no certificate yet): independent dynamical matrices that they reach: {names}."
    reached = f"{together.reached} of {together.allowed}"
    yield f"PROVED (no certificate yet): at all of these points together they reach = {reached}."


def law_words(found, functional) -> str:
    """A functional at one pair of each orbit, in Cartesian axes: what vanishes for every model."""
    jets, parts = found.jets, []
    shells = jets.pairs.shells
    blocks, largest = orbit_blocks(found, functional), 0.0
    for block, count, _ in blocks:
        largest = max(largest, count * np.abs(block).max())
    for block, count, pair in blocks:
        at = " ".join(f"{c:.4g}" for c in to_cartesian(jets.structure.metric, [jets.pairs.vector(pair)])[0] + 0.0)
        shell = shells.index(jets.pairs.square(pair)) + 1
        parts.append(f"[{_terms(count * block / largest)}] at pair {pair[0]}-{pair[1]}, ({at}), shell {shell}")
    return " + ".join(parts) + " = 0"


def orbit_blocks(found, functional) -> list[tuple[np.ndarray, int, tuple]]:
    """For each orbit of pairs the Cartesian block at one pair, the number of pairs, the pair."""
    jets, chosen = found.jets, {}
    blocks = found.functional_blocks(functional)
    for c, form in zip(functional, jets.pairs.forms):
        if c:
            chosen[max(form.blocks, key=lambda p: jets.pairs.vector(jets.pairs.pairs[p]))] = len(form.blocks)
    pairs = [(jets.pairs.pairs[p], count) for p, count in chosen.items()]
    return [
        (to_cartesian_form(jets.structure.metric, blocks[pair]), count, pair) for pair, count in pairs if pair in blocks
    ]


def _terms(block: np.ndarray) -> str:
    words = []
    for i in range(3):
        for j in range(3):
            if abs(block[i, j]) > FAINT:
                words.append(f"{block[i, j]:+.4g} {AXES[i]}{AXES[j]}")
    return " ".join(words)
