"""Theorems about known environments, each proved by Coq: `make coq`.

The library is compiled by itself first, and with it the theorem that no pattern of at most four neighbours has a gap at
nu = 3 (`Atlas.v`: all patterns are enumerated inside Coq). Then every case is written as `symsens certify --coq` does
and given to coqc, which has to accept it without axioms.
"""

import re
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from symsens import Environment, Structure, certify
from symsens.jobs.coq_files import coq_file

HERE = Path(__file__).parent
EXAMPLES = HERE.parent.parent / "examples"
LIBRARY = ("Numbers", "Fields", "Matrices", "Environments", "Features", "Motions", "Filtration", "Certificate", "Atlas")
CASES = {
    "methane": ([(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)], {2: 11, 3: 11}),
    "coplanar with the centre": ([(3, 0, 0), (1, 2, 0), (-2, 1, 0), (1, -4, 0)], {2: 5, 3: 5}),
    "F1, axial family": ([(5, 0, 1), (3, 4, -2), (-3, -4, -2), (0, 0, 6)], {2: 4, 3: 3}),
    "F2, circle + axial": ([(5, 0, 1), (3, 4, 1), (-4, 3, 1), (0, 0, 6)], {2: 4, 3: 3}),
    "antipodal": ([(2, 0, 2), (-2, 0, -2), (1, 1, 0), (-1, -1, 0), (0, 1, 1)], {2: 6, 3: 3}),
    "two layers, isosceles": (
        [(3, -4, 2), (0, 5, 2), (-3, -4, 2), ("24/5", "-7/5", -2), (-3, 4, -2), (0, -5, -2), (0, 0, 5)],
        {2: 9, 3: 4},
    ),
    "two layers, scalene": (
        [(5, 0, 2), (3, 4, 2), (-4, 3, 2), (4, 3, -2), (0, 5, -2), (-5, 0, -2), (0, 0, 5)],
        {2: 4, 3: 3},
    ),
    "heptagon": (EXAMPLES / "heptagon.env.json", {2: 7, 3: 4, 4: 3}),
}


def asked():
    """(name, environment, nu, nullity) of each case."""
    for name, (positions, orders) in CASES.items():
        if isinstance(positions, Path):
            env = Structure.read(str(positions)).environment(0)
        else:
            env = Environment(["H"] * len(positions), positions, "C", source=name)
        for nu, nullity in orders.items():
            yield name, env, nu, nullity


def coqc(folder: str, name: str) -> tuple[str, float]:
    """What coqc prints of a file, and its CPU time; ends the program where it refuses."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(["coqc", name], cwd=folder, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{name}: refused by coqc: {done.stderr.strip()}")
    return done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Compile everything, one line each."""
    if shutil.which("coqc") is None:
        sys.exit("coqc is not installed: apt-get install coq")
    with TemporaryDirectory() as folder:
        for name in LIBRARY:
            shutil.copy(HERE / f"{name}.v", folder)
            said, seconds = coqc(folder, f"{name}.v")
            if set(said.splitlines()) - {"Closed under the global context"}:
                sys.exit(f"{name}.v: {said.strip()}")
            print(f"library: {name:50} {seconds:5.1f} s", flush=True)
        for name, env, nu, nullity in asked():
            result = certify(env, nu)
            if result.filtration.nullity != nullity:
                sys.exit(f"{name}, nu = {nu}: nullity {result.filtration.nullity}, expected {nullity}")
            text = coq_file(result)
            (Path(folder) / "claim.v").write_text(text)
            said, seconds = coqc(folder, "claim.v")
            if not re.match("Closed under the global context", said):
                sys.exit(f"{name}, nu = {nu}: {said.strip()}")
            what = f"{name}, nu = {nu}: nullity {nullity} of {result.filtration.displacements}"
            print(f"proved:  {what:50} {seconds:5.1f} s, {len(text) / 1000:.0f} kB", flush=True)


if __name__ == "__main__":
    main()
