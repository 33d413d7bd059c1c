"""`symsens audit`: a package against proof."""

import json
import sys

import click

from symsens.budget import limited
from symsens.errors import InputError
from symsens.options import (
    budget_option,
    frame_option,
    read_structures,
    short,
    snap_option,
    watched,
)


@click.command()
@click.argument("peer", metavar="PEER[:key=value,...]")
@click.argument("file")
@click.option(
    "--centre",
    default=0,
    show_default=True,
    metavar="I",
    help="Index of the central atom; of no importance to a descriptor of the whole structure.",
)
@frame_option
@snap_option
@click.option(
    "--plot", metavar="PICTURE.png", help="Draw the package's spectrum over the certified one (needs symsens[plot])."
)
@click.option("--out", metavar="CERT.json", help="Write certificates for `symsens verify`.")
@budget_option
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def audit(peer, file, centre, frame, snap, plot, out, budget, as_json):
    """A numeric descriptor against proof: the Jacobian and rank of PEER, e.g. dscribe-soap:n_max=8, at an atom of
    FILE.

    A closed form to judge by is known of dscribe-soap (rbf=gto), dscribe-acsf, dscribe-mbtr and dscribe-lmbtr
    (normalization=none), dscribe-coulomb (permutation=sorted_l2 or eigenspectrum), featomic-power-spectrum, and
    quippy-soap (radial_basis=EQUISPACED_GAUSS, normalise=false). Of all else (featomic-spherical-expansion,
    qmllib-fchl19, qmllib-acsf) only a bound of the rank is: a rank above it is WRONG, any other UNDECIDED.

    Exit codes: 0 RIGHT, 1 WRONG, 3 UNDECIDED, or NOISE: the proved rank, by accident.
    """
    from symsens.certificates.exact import certificate_text
    from symsens.files import check_target, write_whole
    from symsens.jobs.auditing import audit as compare

    for target in (plot, out):
        check_target(target, file)
    structures, found, written = read_structures([file], frame, snap), [], []
    if plot and len(structures) != 1:
        raise InputError(f"--plot draws one audit, {len(structures)} are asked for: give --frame")
    for structure, watch in watched(structures, "auditing", lambda structure: f"{short(file)} frame {structure.frame}"):
        with limited(budget, watch):
            found.append(compare(peer, structure, centre))
            written += [found[-1].certificate] if out and found[-1].rules["rank"].name else []
    if plot:
        from symsens.show.auditing import save

        save(found[0], plot)
    if written:
        write_whole(out, certificate_text(written))
    if as_json:
        documents = [each.as_dict() for each in found]
        click.echo(json.dumps(documents[0] if frame is not None else {"audits": documents}, indent=1))
    else:
        from rich.console import Console

        from symsens.show.auditing import print_audit

        console = Console(highlight=False, width=None if sys.stdout.isatty() else 110)
        for each in found:
            print_audit(each, console)
        if written:
            console.print(f"Certificates in {out}: check them with `symsens verify {out}`.", soft_wrap=True)
        elif out:
            console.print(f"Nothing is proved that a certificate can hold, so {out} is not written.", soft_wrap=True)
    judgements = {each.judgement for each in found}
    return 1 if "WRONG" in judgements else 0 if judgements == {"RIGHT"} else 3
