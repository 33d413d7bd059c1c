"""Basis-free certification at nu = 2, certificate included, beside general tools on the same matrix D_2."""

import random

from mpmath import mp
from sympy import QQ
from sympy.polys.matrices import DomainMatrix

from benchmarks.timing import best, milliseconds, ratio, table
from symsens import Environment, certify
from symsens.certificates.exact import certificate_text
from symsens.geometry.displacements import Displacements
from symsens.rows.matrices import basis_free_rows

TITLE = "Basis-free certification, nu = 2"
SIZES = (4, 8, 12, 20, 40)  # neighbours
AIMS = {8: 5, 20: 100, 40: 1000}  # neighbours: milliseconds


def generic(n: int) -> tuple[list[str], list[tuple]]:
    """n hydrogen neighbours with six-digit decimal coordinates."""
    draw = random.Random(n)
    return ["H"] * n, [tuple(f"{draw.uniform(-4, 4):.6f}" for _ in range(3)) for _ in range(n)]


def whole(species, positions):
    """What is timed: parse, prove, write the certificate's text."""
    return certificate_text([certify(Environment(species, positions)).certificate])


def run() -> str:
    """The table as Markdown."""
    rows = []
    for n in SIZES:
        species, positions = generic(n)
        whole(species, positions)
        ours = best(lambda: whole(species, positions))
        env = Environment(species, positions)
        d = basis_free_rows(Displacements.of_neighbours(env), 2, 2)
        entries = d.exact(list(range(d.count))).tolist()
        exact = svd = None
        if n <= 20:
            domain = DomainMatrix([[QQ(int(x)) for x in row] for row in entries], (d.count, 3 * n), QQ)
            exact = best(domain.rank, 1)
        if n <= 12:
            with mp.workdps(30):
                scale = max(abs(int(x)) for row in entries for x in row)
                matrix = mp.matrix([[mp.mpf(int(x)) / scale for x in row] for row in entries])
                svd = best(lambda: mp.svd_r(matrix, compute_uv=False), 1)
        aim = f"<= {AIMS[n]} ms" if n in AIMS else ""
        rows.append(
            [
                n,
                f"{d.count} x {3 * n}",
                milliseconds(ours),
                aim,
                milliseconds(exact),
                ratio(exact, ours),
                milliseconds(svd),
                ratio(svd, ours),
            ]
        )
    headers = ["neighbours", "D_2", "certify", "aim", "DomainMatrix.rank", "ratio", "mpmath.svd_r, 30 digits", "ratio"]
    return table(headers, rows)
