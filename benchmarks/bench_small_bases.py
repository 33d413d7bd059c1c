"""A fixed list of 200 small bases: n_max 1 to 4, l_max 0 to 4, all radial bases in turn, ten environments; how many
stay UNDECIDED, and the seconds, beside the same without the bounds by the density (Lemma density, Lemma
coefficients)."""

from itertools import product
from time import process_time
from unittest.mock import patch

from ase.build import bulk, molecule

from benchmarks.bench_basis_free import generic
from benchmarks.timing import table
from symsens import Environment, Verdict, certify
from symsens.descriptors.parts.radial import BASES

TITLE = "Two hundred small bases"
BUDGET = 20.0  # seconds for one answer
SIZES = list(product(range(1, 5), range(5)))  # n_max, l_max


def environments() -> dict[str, Environment]:
    """Ten environments: generic, molecules of several symmetries, crystals."""
    copper = bulk("Cu", cubic=True) * (3, 3, 3)
    rattled = copper.copy()
    rattled.rattle(0.05, seed=1)
    named = {name: Environment.from_ase(molecule(name), 0) for name in ("CH4", "NH3", "CH3CH2OH", "C6H6", "CH3OH")}
    clouds = {f"{n} generic": Environment(*generic(n)) for n in (5, 12, 20)}
    crystals = {"fcc": Environment.from_ase(copper, 0, cutoff=3), "rattled": Environment.from_ase(rattled, 0, cutoff=3)}
    return named | clouds | crystals


def cases() -> list[tuple[str, Environment, str]]:
    """(name of the environment, environment, SPEC): each size at each environment once."""
    found = []
    for i, (name, env) in enumerate(environments().items()):
        for k, (n_max, l_max) in enumerate(SIZES):
            radial = BASES[(i + k) % len(BASES)]
            found.append((name, env, f"power-spectrum:n_max={n_max},l_max={l_max},radial={radial}"))
    return found


def undecided(chosen) -> tuple[list[str], float]:
    """Which of some cases stay UNDECIDED, and seconds of CPU time for all."""
    start, left = process_time(), []
    for name, env, spec in chosen:
        result = certify(env, descriptor=spec, budget=BUDGET)
        if result.verdict is not Verdict.PROVED:
            left.append(f"{name} {spec}: {result.undecided}")
    return left, process_time() - start


def run() -> str:
    """The table as Markdown, and what stays undecided."""
    every = cases()
    left, seconds = undecided(every)
    with patch("symsens.search.truncation.density_bound", lambda env, chosen: None):
        before, others = undecided(every)
    rows = [
        ["with the bounds by the density", len(every), len(left), f"{seconds:.1f} s"],
        ["without them", len(every), len(before), f"{others:.1f} s"],
    ]
    return table(["", "cases", "UNDECIDED", "CPU time"], rows) + "".join(f"- UNDECIDED: {line}\n" for line in left)
