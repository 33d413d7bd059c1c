"""`symsens compare`: two environments, or two structures."""

import json

import click

from symsens.budget import limited
from symsens.errors import InputError
from symsens.options import budget_option, read_structures, short, structures_options, warn, watched


@click.command()
@click.argument("a", metavar="A_FILE")
@click.argument("b", metavar="B_FILE")
@click.option("--centre-a", type=int, metavar="I", help="Index of the central atom of A; default: the whole structure.")
@click.option("--centre-b", type=int, metavar="J", help="The same of B.")
@structures_options
@click.option("--frame-b", type=int, metavar="N", help="Frame of B, where it is another one.")
@click.option(
    "--nu-max",
    type=click.IntRange(1, 8),
    default=4,
    show_default=True,
    help="The largest order of features that is asked about.",
)
@click.option(
    "--chiral",
    is_flag=True,
    help="Rotations only, and descriptors that may tell mirror images apart, SO(3); default: O(3).",
)
@click.option(
    "--networks",
    is_flag=True,
    help="How many layers of message passing tell them apart too, on distances and with angles; every pair of atoms is "
    "an edge, atoms of molecules are summed over.",
)
@click.option("--out", metavar="CERT.json", help="Write a certificate for `symsens verify`.")
@budget_option
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def compare(a, b, centre_a, centre_b, frame, frame_b, cutoff, snap, nu_max, chiral, networks, out, budget, as_json):
    """Are the environments of an atom of A_FILE and one of B_FILE congruent, and if not, which body order tells them
    apart?

    Without centres whole structures are compared: molecules about the means of their atoms, and as sets of the
    environments of all atoms; crystals per atom, within the cutoff.
    """
    from symsens.certificates.exact import certificate_text
    from symsens.files import check_target, write_whole
    from symsens.jobs.layers import compare_layers
    from symsens.jobs.pairs import compare as ask
    from symsens.show.pairs import lines

    check_target(out, a, b)
    if frame is None:
        raise InputError("--frame all: two structures are compared, one frame of each")
    if networks and cutoff is not None:
        raise InputError("--networks asks about all pairs of atoms: leave --cutoff out")
    frames = frame, frame if frame_b is None else frame_b
    (first,), (second,) = (read_structures([file], number, snap) for file, number in zip((a, b), frames))
    for _, watch in watched([None], "comparing", lambda _: f"{short(a)} with {short(b)}"):
        with limited(budget, watch):
            found = ask(first, second, centre_a, centre_b, nu_max, chiral, cutoff)
            kinds = {"distances": False, "angles": True} if networks else {}
            layers = {name: compare_layers(found.first, found.second, angles) for name, angles in kinds.items()}
    if any(not env.n for side in found.sides for env in side) and cutoff is not None:
        warn(f"no neighbour within {cutoff} Angstrom of some centre")
    written = [one.certificate for one in (found, *layers.values()) if out and one.rule.name]
    if written:
        write_whole(out, certificate_text(written))
    if as_json:
        more = {"networks": {name: one.as_dict() for name, one in layers.items()}} if networks else {}
        click.echo(json.dumps(found.as_dict() | more, indent=1))
    else:
        for line in (*lines(found), *map(str, layers.values())):
            click.echo(line)
        if written:
            click.echo(f"Certificate in {out}: check it with `symsens verify {out}`.")
        elif out:
            click.echo(f"Nothing is proved that a certificate can hold, so {out} is not written.")
    return 0 if found.undecided is None else 3
