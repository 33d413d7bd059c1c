"""`symsens prove`: run the theorems of a checkout."""

import json

import click

from symsens.options import budget_option, watched


def checked(certificate):
    """The statements by which the checker proves a certificate; `RefutedError` where it refuses it."""
    from symsens import checker
    from symsens.errors import RefutedError

    try:
        return checker.check(certificate)
    except (checker.Malformed, checker.Refuted) as error:
        raise RefutedError(f"the checker refuses the certificate: {error}") from None


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@budget_option
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def prove(names, budget, as_json):
    """Run the theorems of the folder `proofs`, or those named: the proof, a false neighbour of the statement that must
    be refuted, and the checker on the certificates in which it ends. The budget is for each."""
    from symsens.jobs.theorems import run_theorem, theorem, theorem_names
    from symsens.show.theorems import line
    from symsens.verdict import Verdict

    chosen = names or theorem_names()
    for name in chosen:  # a name that is none is refused before any theorem is run
        theorem(name)
    found = []
    for name, watch in watched(chosen, "proving", str):
        found.append(run_theorem(name, checked, budget, watch))
        if not as_json:
            click.echo(line(found[-1]))
    if as_json:
        click.echo(json.dumps({"theorems": [outcome.as_dict() for outcome in found]}, indent=1))
    verdicts = {outcome.verdict for outcome in found}
    return 1 if Verdict.REFUTED in verdicts else 3 if Verdict.UNDECIDED in verdicts else 0
