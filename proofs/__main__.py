"""`python -m proofs [NAME...]`: as `symsens prove`; with --write, the certificates too, into `proofs/certificates/`."""

import sys

from symsens.certificates.exact import certificate_text
from symsens.cli import main
from symsens.commands.proving import checked
from symsens.files import write_whole
from symsens.jobs.theorems import FOLDER, run_theorem, theorem_names
from symsens.show.theorems import line
from symsens.verdict import Verdict


def write(names):
    """Run theorems and write the certificates of those that are proved; the exit code."""
    for name in names:
        outcome = run_theorem(name, checked, None)
        print(line(outcome))
        if outcome.verdict is not Verdict.PROVED:
            return 1
        if outcome.certificates:
            write_whole(str(FOLDER / "certificates" / f"{name}.json"), certificate_text(list(outcome.certificates)))
    return 0


if __name__ == "__main__":
    given = sys.argv[1:]
    if "--write" in given:
        sys.exit(write([name for name in given if name != "--write"] or theorem_names()))
    main(["prove", *given])
