"""Whole data sets: environments per second with their certificates, written to SQLite; one core and two; what
larger sets would take at the measured rate, cores working apart. The molecules have nine atoms, no symmetry, and
eight neighbours at each centre."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import ase.io
from ase.build import molecule
from ase.collections import g2

from benchmarks.timing import best, table
from symsens import Structure, certify
from symsens.scans.scanning import scan

TITLE = "Whole data sets"
FRAMES = 300
SETS = {"QM9: 134 k molecules of 18 atoms": 134_000 * 18, "10 million environments": 10_000_000}


def run() -> str:
    """The tables as Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        ethanol, everything = Path(folder) / "ethanol.extxyz", Path(folder) / "g2.extxyz"
        frames = [molecule("CH3CH2OH") for _ in range(FRAMES)]
        for seed, atoms in enumerate(frames):
            atoms.rattle(0.05, seed=seed)
        ase.io.write(ethanol, frames)
        ase.io.write(everything, [molecule(name) for name in g2.names])
        return "\n".join([_rates(folder, str(ethanol)), _whole(folder, str(everything))])


def _rates(folder: str, path: str) -> str:
    structures = [Structure.read("ase:CH3CH2OH")]
    alone = best(lambda: [certify(s.environment(i)) for s in structures for i in range(9)]) / 9
    one, two = (_scanned(folder, path, cores) for cores in (1, 2))
    rows = [
        ["the proof alone, in this process", f"{1 / alone:.0f}", "", ""],
        ["scan on one core, certificates and table", f"{one:.0f}", "1", ">= 300 per second"],
        ["scan on two cores", f"{two:.0f}", f"{two / one:.2f}", ">= 1.8 times one"],
    ]
    memory = _memory()
    per_core = two / 2
    ahead = [[name, *(_duration(count / per_core / cores) for cores in (1, 16, 256))] for name, count in SETS.items()]
    return "\n".join(
        [
            table(["basis-free, nu = 2, nine atoms", "environments per second", "speed-up", "aim"], rows),
            f"A worker needs {memory / 1e6:.0f} MB.\n",
            table(["at the rate per core of two", "1 core", "16 cores", "256 cores"], ahead),
        ]
    )


def _scanned(folder: str, path: str, cores: int) -> float:
    """Environments per second on so many cores, as many workers, reading and writing included; once all is imported."""
    code = (
        "import os, sys, time\nfrom symsens.scans.scanning import scan\n"
        "if __name__ == '__main__':\n"
        "    path, out, cores = sys.argv[1], sys.argv[2], int(sys.argv[3])\n"
        "    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])\n"
        "    marks = []\n"
        "    scan([path], out, workers=cores, told=lambda rows: marks.append((time.perf_counter(), rows)))\n"
        "    print(sum(rows for _, rows in marks[1:]) / (marks[-1][0] - marks[0][0]))\n"
    )
    script, out = Path(folder) / "scan.py", os.path.join(folder, f"{cores}.db")
    script.write_text(code)
    done = subprocess.run(
        [sys.executable, str(script), path, out, str(cores)], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def _whole(folder: str, path: str) -> str:
    start = time.perf_counter()
    found = scan([path], os.path.join(folder, "g2.db"), workers=2)
    seconds = time.perf_counter() - start
    rows = [[found.new, found.proved, found.undecided, found.failed, f"{seconds:.1f} s", "<= 15 s"]]
    return table(["the g2 set, every centre, two processes", "PROVED", "UNDECIDED", "FAILED", "time", "aim"], rows)


def _memory() -> int:
    """Bytes that a process needs which has answered a hundred tasks."""
    code = (
        "import resource; from ase.build import molecule\n"
        "from symsens.scans.answers import Task, answer\nfrom symsens.scans.questions import Question\n"
        "for i in range(100): atoms = molecule('CH3CH2OH'); atoms.rattle(0.05, seed=i); "
        "answer(Question(), Task('x', i, atoms, None, 0, 9))\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return int(done.stdout) * (1 if sys.platform == "darwin" else 1024)


def _duration(seconds: float) -> str:
    for unit, size in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"
