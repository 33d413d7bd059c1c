"""`symsens second-order`: which force constants symmetry allows, and models of an order, or a descriptor, can have."""

import json

import click

from symsens.budget import limited
from symsens.errors import InputError, UndecidedError
from symsens.options import budget_option, environments, read_structures, short, structures_options, watched


@click.command("second-order")
@click.argument("file", metavar="FILE")
@click.option("--centre", default="all", show_default=True, metavar="I|all", help="Index of the central atom.")
@click.option(
    "--level",
    type=click.Choice(["environment", "sum", "set"]),
    default="environment",
    show_default=True,
    help="The energy of each site, its centre fixed; or that of a whole molecule or crystal, a sum over its "
    "sites, or any function of the set of their features.",
)
@structures_options
@click.option("--nu", type=click.IntRange(1, 4), help="Order of the features.  [default: 2, or the descriptor's]")
@click.option(
    "--descriptor", metavar="SPEC", help="How many its own features reach, e.g. power-spectrum:n_max=4,l_max=4."
)
@click.option(
    "--readout",
    type=click.Choice(["linear", "nonlinear"]),
    help="The energy of a site is linear in its features, or any smooth function of them.  [default: linear; of a set "
    "nonlinear]",
)
@click.option("--plot", metavar="PICTURE.png", help="Draw what is missing (one site or molecule; needs symsens[plot]).")
@click.option("--out", metavar="CERT.json", help="Write certificates for `symsens verify`.")
@budget_option
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def second_order(file, centre, level, frame, cutoff, snap, nu, descriptor, readout, plot, out, budget, as_json):
    """Which forces and force constants symmetry allows at the atoms of FILE, how many of them models of order nu can
    have, and which combinations are missing: no such model can have them, whatever its basis."""
    from symsens.certificates.exact import certificate_text
    from symsens.files import check_target, write_whole
    from symsens.jobs.curvatures import second_order as ask

    for target in filter(None, (plot, out)):
        check_target(target, file)
    if plot and plot == out:
        raise InputError(f"{plot}: two outputs are to be written there: give another file")
    if level != "environment":
        for option, given in {"--centre": centre != "all", "--descriptor": descriptor}.items():
            if given:
                raise InputError(f"--level {level} asks about all atoms and all features: leave {option} out")
    if level == "set" and readout == "linear":
        raise InputError("--level set: a function of the set of sites is nonlinear: leave --readout linear out")
    chosen = None
    if descriptor:
        from symsens.descriptors import descriptor as parse

        chosen = parse(descriptor)
    structures = read_structures([file], frame, snap, tell=False)
    asked = environments(structures, centre, cutoff, chosen) if level == "environment" else structures
    if plot and len(asked) != 1:
        raise InputError(f"--plot draws one site or molecule, {len(asked)} are asked for: give --centre")
    if plot and level != "environment" and asked[0].lattice:
        raise InputError(f"--plot draws one site or molecule, and {short(asked[0].source)} is a crystal: leave it out")
    found, undecided = [], []
    for about, watch in watched(asked, "second order", lambda about: short(about.source)):
        more = {} if level == "environment" else {"level": level, "cutoff": cutoff}
        try:
            with limited(budget, watch):
                found.append(ask(about, nu, chosen, readout or "linear", **more))
        except UndecidedError as error:
            undecided.append((about, error))
    certificates = [one.certificate for one in found if out and one.rule.name]
    if certificates:
        write_whole(out, certificate_text(certificates))
    if plot and found:
        from symsens.show.couplings import figure
        from symsens.show.pictures import save_figure

        save_figure(figure(found[0]), plot)
    if as_json:
        documents = [one.as_dict() for one in found]
        documents += [
            {
                "file": about.source,
                "centre": getattr(about, "centre", None),
                "verdict": "UNDECIDED",
                "undecided": str(e),
            }
            for about, e in undecided
        ]
        click.echo(json.dumps(documents[0] if len(documents) == 1 else {"environments": documents}, indent=1))
    else:
        for one in found:
            click.echo(str(one))
        for about, error in undecided:
            click.echo(f"{about.source}: UNDECIDED: {error}")
        if certificates:
            click.echo(f"Certificates in {out}: check them with `symsens verify {out}`.")
        elif out:
            click.echo(f"Nothing is proved that a certificate can hold, so {out} is not written.")
    return 0 if not undecided and all(one.undecided is None for one in found) else 3
