"""Files for Coq (`certify --coq`): writing, size, and what coqc 8.16 needs to accept them, the library in each file
included; generic neighbours with six-digit decimals, and an icosahedron. CPU time."""

import resource
import shutil
import subprocess
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bench_basis_free import generic
from benchmarks.timing import best, milliseconds, table
from symsens import Environment, certify
from symsens.jobs.coq_files import coq_file
from symsens.numbers.declared import number_field

TITLE = "A file that Coq's kernel proves"
SIZES = {(4, 2): "", (8, 2): "<= 10 s", (12, 2): "", (8, 3): ""}  # neighbours, nu
GOLDEN = [(0, a, f"{b}(1 + sqrt(5))/2") for a, b in product(("1", "-1"), ("", "-"))]
ICOSAHEDRON = [(*v[i:], *v[:i]) for v in GOLDEN for i in range(3)]


def coqc_seconds(text: str) -> float | None:
    """CPU time in which coqc accepts a file; None where there is no coqc."""
    if shutil.which("coqc") is None:
        return None
    with TemporaryDirectory() as folder:
        (Path(folder) / "claim.v").write_text(text)
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(["coqc", "claim.v"], cwd=folder, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _row(name: str, env: Environment, nu: int, aim: str) -> list:
    result = certify(env, nu)
    text = coq_file(result)
    seconds = coqc_seconds(text)
    writing = milliseconds(best(lambda: coq_file(result), 3))
    return [name, nu, writing, f"{len(text) / 1000:.0f} kB", "-" if seconds is None else f"{seconds:.1f} s", aim]


def run() -> str:
    """The table as Markdown."""
    rows = [_row(str(n), Environment(*generic(n)), nu, aim) for (n, nu), aim in SIZES.items()]
    if (12, 2) in SIZES:
        env = Environment(["H"] * 12, ICOSAHEDRON, field=number_field("QQ<sqrt(5)>"))
        rows.append(_row("12, an icosahedron over QQ<sqrt(5)>", env, 2, ""))
    return table(["neighbours", "nu", "written in", "size", "coqc", "aim"], rows)
