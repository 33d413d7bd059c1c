"""`symsens atlas`: all patterns of coincidences of a few neighbours."""

import json

import click

from symsens.options import budget_option, watched

BEYOND = 6  # neighbours, of which patterns are too many to keep


class Branches(click.ParamType):
    """A slice of numbers: "0:100", "100:" or "::40"."""

    name = "A:B:STEP"

    def convert(self, value, param, ctx):
        """As click wants it."""
        try:
            ends = [int(end) if end else None for end in value.split(":")]
            if not 2 <= len(ends) <= 3 or any(end is not None and end < (i == 2) for i, end in enumerate(ends)):
                raise ValueError
        except ValueError:
            self.fail(f"{value!r} does not say which branches: 0:100, 100: or ::40 do", param, ctx)
        return slice(*ends)


@click.command()
@click.option("--neighbours", required=True, type=int, metavar="N", help="Number of neighbours, 1 to 6.")
@click.option("--nu", required=True, type=int, metavar="NU", help="Order of the descriptors, 2 to 4; 5 for counts.")
@click.option("--branches", type=Branches(), help="Only count the gaps, in some of the branches of all patterns.")
@click.option("--out", metavar="ATLAS.json", help="Write a certificate for `symsens verify`.")
@budget_option
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def atlas(neighbours, nu, branches, out, budget, as_json):
    """Every pattern of coincidences of N neighbours up to relabelling, whatever their species and positions: whether an
    environment that has it can be invisibly displaced at order nu, beyond rotations and symmetry; exact examples. The
    budget is for each pattern. The two million patterns of six neighbours are counted by their gaps, which takes some
    minutes: --budget none, or branch by branch."""
    if branches is not None or neighbours == BEYOND:
        return _count(neighbours, nu, branches or slice(None), out, budget, as_json)
    from symsens.certificates.exact import certificate_text
    from symsens.files import check_target, write_whole
    from symsens.jobs.strata import atlas as chart
    from symsens.show.atlas import lines
    from symsens.verdict import Verdict

    check_target(out)
    for _, watch in watched([None], "atlas", lambda _: f"of {neighbours} neighbours"):
        found = chart(neighbours, nu, budget, watch)
    if out:
        write_whole(out, certificate_text([found.certificate]))
    if as_json:
        click.echo(json.dumps(found.as_dict()))
    else:
        click.echo("\n".join(lines(found)))
        if out:
            click.echo(f"Certificate in {out}: check it with `symsens verify {out}`.")
    return 0 if found.verdict is Verdict.PROVED else 3


def _count(neighbours, nu, branches, out, budget, as_json):
    """Only the gaps."""
    from symsens.errors import InputError
    from symsens.jobs.tallies import tally
    from symsens.show.tallies import lines
    from symsens.verdict import Verdict

    if out:
        raise InputError(f"{out}: no certificate holds counts of gaps: leave --out, or ask for at most 5 neighbours")
    for _, watch in watched([None], "atlas", lambda _: f"of {neighbours} neighbours"):
        found = tally(neighbours, nu, branches, budget, watch)
    click.echo(json.dumps(found.as_dict()) if as_json else "\n".join(lines(found)))
    return 0 if found.verdict is Verdict.PROVED else 3
