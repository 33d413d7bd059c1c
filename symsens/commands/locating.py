"""`symsens locus`: all points of a one-parameter family at which the rank falls."""

import json
from pathlib import Path

import click

from symsens.options import budget_option, short, watched


@click.command()
@click.argument("file", metavar="FILE")
@click.option("--nu", type=click.IntRange(1, 4), default=2, show_default=True, help="Order of the descriptors.")
@click.option("--out", metavar="CERT.json", help="Write a certificate for `symsens verify`.")
@click.option("--plot", metavar="PICTURE.png", help="Draw small singular values against the parameter (symsens[plot]).")
@click.option("--descriptor", metavar="SPEC", help="Whose singular values --plot draws; default: one of order nu.")
@budget_option
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def locus(file, nu, out, plot, descriptor, budget, as_json):
    """All values of the parameter of a family FILE (NAME.family.json) at which every O(3) descriptor of order nu loses
    a displacement that some see almost everywhere else, each exact, and a proof that there are no others."""
    from symsens.certificates.exact import certificate_text
    from symsens.descriptors import descriptor as read
    from symsens.errors import InputError
    from symsens.files import check_target, write_whole
    from symsens.jobs.loci import locus as locate
    from symsens.show.loci import lines
    from symsens.show.pictures import save_figure
    from symsens.verdict import Verdict

    for target in (out, plot):
        check_target(target, file)
    if plot and out and Path(plot).resolve() == Path(out).resolve():
        raise InputError(f"--plot and --out are both {out}: give two files")
    if descriptor and not plot:
        raise InputError(f"--descriptor {descriptor} is whose singular values --plot draws: give --plot PICTURE.png")
    asked = read(descriptor) if descriptor else None
    for _, watch in watched([None], "locus", lambda _: short(file)):
        found = locate(file, nu, budget, watch)
    if out and found.rule.name:
        write_whole(out, certificate_text([found.certificate]))
    if plot:
        save_figure(found.picture(asked), plot)
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=1))
    else:
        click.echo("\n".join(lines(found)))
        if out and found.rule.name:
            click.echo(f"Certificate in {out}: check it with `symsens verify {out}`.")
        elif out:
            click.echo(f"Nothing is proved that a certificate can hold, so {out} is not written.")
    return 0 if found.verdict is Verdict.PROVED else 3
