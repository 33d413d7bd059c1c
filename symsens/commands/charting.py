"""`symsens atlas`: all patterns of coincidences of a few neighbours."""

import json

import click

from symsens.options import budget_option, watched


@click.command()
@click.option("--neighbours", required=True, type=int, metavar="N", help="Number of neighbours, 1 to 5.")
@click.option("--nu", required=True, type=int, metavar="NU", help="Order of the descriptors: 2, 3 or 4.")
@click.option("--out", metavar="ATLAS.json", help="Write a certificate for `symsens verify`.")
@budget_option
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def atlas(neighbours, nu, out, budget, as_json):
    """Every pattern of coincidences of N neighbours up to relabelling, whatever their species and positions: whether an
    environment that has it can be invisibly displaced at order nu, beyond rotations and symmetry; exact examples. The
    budget is for each pattern."""
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
