"""`symsens clearance`: how far the nearest singular environment is at least."""

import json

import click

from symsens.budget import limited
from symsens.errors import InputError
from symsens.options import budget_option, environments, read_structures, short, structures_options, watched


@click.command()
@click.argument("file", metavar="FILE")
@click.option("--centre", default="all", metavar="I", help="Index of the central atom; not needed for one environment.")
@structures_options
@click.option("--nu", type=click.IntRange(2, 4), default=2, show_default=True, help="Order of the descriptors.")
@click.option("--along", metavar="FILE2", help="Also the straight path to the same environment of this file.")
@click.option("--out", metavar="CERT.json", help="Write a certificate of the radius for `symsens verify`.")
@budget_option
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def clearance(file, centre, frame, cutoff, snap, nu, along, out, budget, as_json):
    """A proved radius around the environment of an atom of FILE within which no environment is singular: each neighbour
    moves by at most so much, and no displacement but rotations is invisible to all O(3) descriptors of order nu."""
    from symsens.certificates.exact import certificate_text
    from symsens.files import check_target, write_whole
    from symsens.jobs.clearances import clearance as ask
    from symsens.show.clearances import lines

    check_target(out, file, *([along] if along else []))
    asked = environments(read_structures([file], frame, snap), centre, cutoff)
    ends = environments(read_structures([along], frame, snap), centre, cutoff) if along else [None]
    if len(asked) != 1 or len(ends) != 1:
        raise InputError(f"{file}: {len(asked)} environments are asked for: give --centre I of one of them")
    for _, watch in watched([None], "clearing", lambda _: short(file)):
        with limited(budget, watch):
            found = ask(asked[0], nu, ends[0])
    if out and found.rule.name:
        write_whole(out, certificate_text([found.certificate]))
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=1))
    else:
        for line in lines(found):
            click.echo(line)
        if out and found.rule.name:
            click.echo(f"Certificate in {out}: check it with `symsens verify {out}`.")
        elif out:
            click.echo(f"Nothing is proved that a certificate can hold, so {out} is not written.")
    return 3 if found.path is not None and found.path.regular is None else 0
