"""`symsens basis`: how large a basis must be."""

import json

import click

from symsens.budget import limited
from symsens.options import (
    budget_option,
    environments,
    read_structures,
    short,
    structures_options,
    watched,
)


@click.command()
@click.argument("file")
@click.option("--centre", required=True, type=int, metavar="I", help="Index of the central atom.")
@structures_options
@click.option("--descriptor", metavar="SPEC", help="The smallest sufficient n_max of this descriptor too.")
@click.option("--out", metavar="CERT.json", help="Write a certificate for `symsens verify`.")
@budget_option
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def basis(file, centre, frame, cutoff, snap, descriptor, out, budget, as_json):
    """Smallest l_max (for any radial basis) and n_max (for SPEC) that lose nothing at an atom of FILE."""
    from symsens.certificates.exact import certificate_text
    from symsens.files import check_target, write_whole
    from symsens.jobs.basis_size import basis as size
    from symsens.show.basis_size import lines

    check_target(out, file)
    chosen = None
    if descriptor:
        from symsens.descriptors import descriptor as parse

        chosen = parse(descriptor)
    found = []
    asked = environments(read_structures([file], frame, snap), str(centre), cutoff, chosen)
    for env, watch in watched(asked, "basis", lambda env: f"{short(env.source)} frame {env.frame}"):
        with limited(budget, watch):
            found.append(size(env, chosen))
    certificates = [each.certificate for each in found if out and each.rules["l_max"].name]
    if certificates:
        write_whole(out, certificate_text(certificates))
    if as_json:
        documents = [each.as_dict() for each in found]
        click.echo(json.dumps(documents[0] if frame is not None else {"environments": documents}, indent=1))
    else:
        for each in found:
            for line in lines(each, descriptor):
                click.echo(line)
        if certificates:
            click.echo(f"Certificate in {out}: check it with `symsens verify {out}`.")
        elif out:
            click.echo(f"Nothing is proved that a certificate can hold, so {out} is not written.")
    return 3 if any(each.undecided for each in found) else 0
