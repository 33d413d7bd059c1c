"""`symsens derive`: closed forms, Jacobians and relations."""

import click

from symsens.budget import limited
from symsens.errors import InputError
from symsens.options import budget_option, watched


@click.command()
@click.argument("spec")
@click.option(
    "--neighbours",
    type=click.IntRange(1, 12),
    required=True,
    metavar="n",
    help="Number of neighbours to write the sums over.",
)
@click.option("--latex", is_flag=True, help="LaTeX instead of text.")
@click.option("--jacobian", is_flag=True, help="The exact Jacobian too.")
@click.option("--locus", is_flag=True, help="Where the rank falls, factored and named (1 to 4 neighbours).")
@click.option("--document", is_flag=True, help="A whole LaTeX document.")
@click.option("--relations", is_flag=True, help="Linear relations among the features at every structure, proved.")
@click.option("--out", metavar="CERT.json", help="With --relations: write a certificate for `symsens verify`.")
@budget_option
def derive(spec, neighbours, latex, jacobian, locus, document, relations, out, budget):
    """Closed form and exact Jacobian of the descriptor SPEC."""
    from symsens.files import check_target
    from symsens.jobs.derivation import derive as write_out

    if out and not relations:
        raise InputError("--out: give --relations, of which it writes the certificate")
    check_target(out)
    for _, watch in watched([spec], "deriving", str):
        with limited(budget, watch):
            derivation = write_out(spec, neighbours, jacobian, locus=locus)
    if document:
        if relations:
            raise InputError("--document and --relations: the relations are no part of a document: leave one out")
        click.echo(derivation.document, nl=False)
        return
    click.echo(derivation.latex if latex else derivation.text)
    if relations:
        for _, watch in watched([spec], "relations of", str):
            with limited(budget, watch):
                found = _relations(spec, derivation.species, out)
        click.echo(f"\n{found}")


def _relations(spec, species, out):
    """What is proved of relations among the features, and a certificate of it in the file `out`, if any."""
    from symsens.certificates.exact import certificate_text
    from symsens.files import write_whole
    from symsens.jobs.redundancy import redundant_features

    found = redundant_features(spec, "X", species)
    if not out:
        return str(found)
    if found.rule.name is None:
        return f"{found}\nNothing is proved that a certificate can hold, so {out} is not written."
    write_whole(out, certificate_text([found.certificate]))
    return f"{found}\nCertificate in {out}: check it with `symsens verify {out}`."
