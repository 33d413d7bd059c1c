"""Exact answers without a descriptor: many neighbours, number fields, snapped structures, comparisons; each with the
aim that it was built for."""

import random
import resource
import subprocess
import sys
from math import log

from ase import Atoms

from benchmarks.bench_basis_free import generic
from benchmarks.timing import best, milliseconds, ratio, table
from symsens import Environment, certify, compare
from symsens.geometry.environment import Structure
from symsens.geometry.snapping import snapped
from symsens.numbers.declared import number_field
from symsens.rows.filtration import exact_filtration

TITLE = "Exact answers: many neighbours, number fields, whole molecules"
MANY = {50: "<= 10 ms", 100: "", 200: "", 300: "<= 1 s"}
FIELDS = {"QQ<sqrt(5)>": "", "QQ<2 cos(2 pi/7)>": "<= 30 x", "QQ<sqrt(2),sqrt(3),sqrt(5)>": ""}
WHOLE = {
    "C60 snapped to Ih, summed features of all atoms": ("C60", "<= 60 s, 4 GB"),
    "ferrocene snapped to D5h, summed features of all atoms": ("ferrocene", "<= 5 s"),
    "two layers of three and an apex against its mirror image, to nu = 4": ("layers", "<= 5 s"),
}
LAYERS = [(5, 0, 2), (3, 4, 2), (-4, 3, 2), (4, 3, -2), (0, 5, -2), (-5, 0, -2)]


def run() -> str:
    """The tables as Markdown."""
    return "\n".join([_many(), _fields(), _whole()])


def _many() -> str:
    rows, first = [], None
    for n, aim in MANY.items():
        species, positions = generic(n)
        time = best(lambda: exact_filtration(Environment(species, positions), 2), 3)
        first = first or (n, time)
        exponent = f"{log(time / first[1]) / log(n / first[0]):.2f}" if n > first[0] else ""
        rows.append([n, milliseconds(time), exponent, aim])
    return table(["neighbours", "basis-free, nu = 2", "exponent (aim <= 2.2)", "aim"], rows)


def _fields() -> str:
    rows = []
    for name, aim in FIELDS.items():
        field = number_field(name)
        for n in (5, 9):
            draw = random.Random(n)
            number = lambda: draw.randint(-99, 99)
            over_qq = [[number() for _ in range(3)] for _ in range(n)]
            over_field = [[field.element([number() for _ in range(field.degree)]) for _ in range(3)] for _ in range(n)]
            plain = best(lambda: exact_filtration(Environment(["H"] * n, over_qq), 2))
            wide = best(lambda: exact_filtration(Environment(["H"] * n, over_field, field=field), 2))
            rows.append([name, n, milliseconds(plain), milliseconds(wide), ratio(wide, plain), aim])
    return table(["field", "neighbours", "over QQ", "over the field", "ratio", "aim"], rows)


def _whole() -> str:
    rows = []
    for what, (name, aim) in WHOLE.items():
        seconds, memory = map(
            float,
            subprocess.run(
                [sys.executable, "-m", "benchmarks.bench_exact", name], capture_output=True, text=True, check=True
            ).stdout.split(),
        )
        rows.append([what, f"{seconds:.2f} s", f"{memory:.0f} MB", aim])
    return table(["whole", "time", "peak memory", "aim"], rows)


def ferrocene() -> Atoms:
    """Eclipsed ferrocene, in decimals."""
    from math import cos, pi, sin

    places = [("Fe", (0, 0, 0))]
    for z in (1, -1):
        for symbol, radius, height in (("C", 1.2, 1.66), ("H", 2.28, 1.62)):
            for k in range(5):
                angle = 2 * pi * k / 5
                places.append((symbol, (round(radius * cos(angle), 6), round(radius * sin(angle), 6), z * height)))
    return Atoms([symbol for symbol, _ in places], [place for _, place in places])


def _one(name: str) -> None:
    """For a process of its own: seconds, and peak memory in MB."""
    if name == "layers":
        first, second = (Environment(["H"] * 7, [*LAYERS, (0, 0, apex)], "C") for apex in (5, -5))
        time = best(lambda: compare(first, second), 1)
    else:
        structure = Structure.from_ase(ferrocene()) if name == "ferrocene" else Structure.read(f"ase:{name}")
        time = best(lambda: certify(snapped(structure, "0.01").structure, level="sum"), 1)
    print(time, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    _one(sys.argv[1])
