"""Certification with a descriptor beside what people run today: dscribe's analytic SOAP Jacobian and NumPy's SVD; and
its growth."""

import resource
import subprocess
import sys

import numpy as np
from ase.build import molecule
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


def run() -> str:
    """The tables as Markdown."""
    return f"{_beside_dscribe()}\n{_growth()}"


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
        ["basis-free certify, from Atoms to the proved answer", milliseconds(free), ratio(free, reference), "<= 2 x"],
        [f"certify {SPEC}, all enclosures", milliseconds(whole), ratio(whole, reference), "<= 5 x"],
        ["- of which: J enclosed in float64", milliseconds(jacobian), ratio(jacobian, reference), ""],
        ["- of which: its singular values enclosed", milliseconds(spectrum), ratio(spectrum, reference), ""],
        ["mpmath.svd_r of the same J at 50 digits, over certify", milliseconds(high), ratio(high, whole), ">= 100 x"],
    ]
    return table(["work", "time", "ratio", "aim"], rows)


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
