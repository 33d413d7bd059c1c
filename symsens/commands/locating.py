"""`symsens locus`: all points of a one-parameter family at which the rank falls."""

import json

import click

from symsens.options import budget_option, short, watched


@click.command()
@click.argument("file", metavar="FILE")
@click.option("--nu", type=click.IntRange(1, 4), default=2, show_default=True, help="Order of the descriptors.")
@click.option("--out", metavar="CERT.json", help="Write a certificate for `symsens verify`.")
@budget_option
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def locus(file, nu, out, budget, as_json):
    """All values of the parameter of a family FILE (NAME.family.json) at which every O(3) descriptor of order nu loses
    a displacement that some see almost everywhere else, each exact, and a proof that there are no others."""
    from symsens.certificates.exact import certificate_text
    from symsens.files import check_target, write_whole
    from symsens.jobs.loci import locus as locate
    from symsens.show.loci import lines
    from symsens.verdict import Verdict

    check_target(out, file)
    for _, watch in watched([None], "locus", lambda _: short(file)):
        found = locate(file, nu, budget, watch)
    if out and found.rule.name:
        write_whole(out, certificate_text([found.certificate]))
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=1))
    else:
        click.echo("\n".join(lines(found)))
        if out and found.rule.name:
            click.echo(f"Certificate in {out}: check it with `symsens verify {out}`.")
        elif out:
            click.echo(f"Nothing is proved that a certificate can hold, so {out} is not written.")
    return 0 if found.verdict is Verdict.PROVED else 3
