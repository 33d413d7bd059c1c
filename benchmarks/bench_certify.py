"""Certification with a descriptor beside what people run today: dscribe's analytic SOAP Jacobian and NumPy's SVD; and
its growth."""

import resource
import subprocess
import sys

import numpy as np
from ase import Atoms
from ase.build import bulk, molecule
from mpmath import mp

from benchmarks.bench_basis_free import generic
from benchmarks.timing import best, milliseconds, ratio, table
from symsens import Environment, certify
from symsens.descriptors import descriptor
from symsens.forms.jacobian import midrad_jacobian, mp_jacobian
from symsens.numbers.singular_values import enclose_singular_values
from symsens.peers import peer

TITLE = "Certification of ethanol, centre 0, and growth with the number of neighbours"
SPEC = "power-spectrum:n_max=8,l_max=6"
MANY = {20: 0.1, 30: 0.3, 50: 1}  # neighbours of one species: seconds


def run() -> str:
    """The tables as Markdown."""
    return f"{_beside_dscribe()}\n{_one_species()}\n{_growth()}"


def _beside_dscribe() -> str:
    atoms = molecule("CH3CH2OH")
    env, chosen = Environment.from_ase(atoms, 0), descriptor(SPEC)
    soap = peer("dscribe-soap:n_max=8,l_max=6")

    def today():
        j = soap.jacobian(atoms, 0)
        return np.linalg.svd(j.reshape(len(j), -1), compute_uv=False)

    reference = best(today, 20)
    free = best(lambda: certify(Environment.from_ase(atoms, 0)), 20)
    whole = best(lambda: certify(Environment.from_ase(atoms, 0), descriptor=chosen), 20)
    rank, seen = certify(env, descriptor=chosen).filtration.rank, chosen.visible(env)
    enclosure = midrad_jacobian(seen, chosen)
    jacobian, spectrum = (
        best(lambda: midrad_jacobian(seen, chosen), 20),
        best(lambda: enclose_singular_values(enclosure, rank), 20),
    )
    with mp.workdps(50):
        matrix = mp_jacobian(env, chosen, 50)
        high = best(lambda: mp.svd_r(matrix, compute_uv=False), 1)
    rows = [
        [
            "dscribe SOAP(8,6) analytic Jacobian + numpy.linalg.svd",
            milliseconds(reference),
            ratio(reference, reference),
            "",
        ],
        ["basis-free certify, from Atoms to the proved answer", milliseconds(free), ratio(free, reference), "<= 1.2 x"],
        [f"certify {SPEC}, all enclosures", milliseconds(whole), ratio(whole, reference), "<= 4 x"],
        ["- of which: J enclosed in float64", milliseconds(jacobian), ratio(jacobian, reference), ""],
        ["- of which: its singular values enclosed", milliseconds(spectrum), ratio(spectrum, reference), ""],
        ["mpmath.svd_r of the same J at 50 digits, over certify", milliseconds(high), ratio(high, whole), ">= 100 x"],
    ]
    return table(["work", "time", "ratio", "aim"], rows)


def _one_species() -> str:
    """Many neighbours of one species, as in most of a metal's environments: float64 tells the least values no more."""
    rows, soap = [], peer("dscribe-soap:n_max=8,l_max=6")
    for n in MANY:
        for name, atoms in (("generic", _cloud(n)), ("rattled fcc", _crystal(n))):

            def today():
                j = soap.jacobian(atoms, 0)
                return np.linalg.svd(j.reshape(len(j), -1), compute_uv=False)

            env = Environment.from_ase(atoms, 0)
            reference = best(today, 3)
            line = [n, name, milliseconds(reference)]
            for spec in (SPEC, f"{SPEC},cutoff=8,cutoff_function=cosine", "soap-dscribe:n_max=8,l_max=6"):
                time = best(lambda: certify(env, descriptor=spec), 3)
                line += [milliseconds(time), ratio(time, reference)]
            rows.append([*line, f"<= {MANY[n]} s"])
    ours = [
        SPEC,
        "ratio",
        "the same with a cosine cutoff of 8 Angstrom",
        "ratio",
        "soap-dscribe, the same size",
        "ratio",
    ]
    return table(["neighbours of one species", "structure", "dscribe + NumPy", *ours, "aim"], rows)


def _cloud(n: int) -> Atoms:
    """A centre and n neighbours of one species, generic."""
    return Atoms(["C"] * (n + 1), [(0, 0, 0), *(tuple(map(float, place)) for place in generic(n)[1])])


def _crystal(n: int) -> Atoms:
    """An atom of a rattled copper crystal and its n nearest neighbours."""
    atoms = bulk("Cu", cubic=True) * (4, 4, 4)
    atoms.rattle(0.05, seed=1)
    places = atoms.get_distances(0, range(len(atoms)), mic=True, vector=True)
    nearest = places[np.argsort(np.linalg.norm(places, axis=1))[: n + 1]]
    return Atoms(["Cu"] * (n + 1), np.round(nearest, 6))


def _growth() -> str:
    rows, times = [], {}
    for n in (10, 20, 30, 40, 50):
        free, whole, memory = map(
            float,
            subprocess.run(
                [sys.executable, "-m", "benchmarks.bench_certify", str(n)], capture_output=True, text=True, check=True
            ).stdout.split(),
        )
        times[n] = free, whole
        exponents = [
            f"{np.log(new / old) / np.log(n / 10):.2f}" if n > 10 else "" for new, old in zip(times[n], times[10])
        ]
        rows.append([n, milliseconds(free), exponents[0], milliseconds(whole), exponents[1], f"{memory:.0f} MB"])
    return table(
        [
            "neighbours",
            "basis-free, nu = 2",
            "exponent from n = 10 (aim <= 3)",
            f"certify {SPEC},cutoff=8",
            "exponent",
            "peak memory (aim <= 2 GB, 5 s)",
        ],
        rows,
    )


def _one(n: int) -> None:
    """For a process of its own: seconds basis-free, seconds with the descriptor, peak memory in MB."""
    species, positions = generic(n)
    env, chosen = Environment(species, positions), descriptor(f"{SPEC},cutoff=8")
    certify(env), certify(Environment(*generic(9)), descriptor=chosen)
    free, whole = (
        best(lambda: certify(Environment(species, positions)), 3),
        best(lambda: certify(env, descriptor=chosen), 1),
    )
    print(free, whole, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    _one(int(sys.argv[1]))
