"""The command line: each command a thin layer over the public function of the same name.

Law: heavy imports wait until a command runs; bad input is one line on stderr and exit code 2, never a traceback.
"""

import json
import os
import sys

import click

from symsens.errors import InputError, SymsensError, UndecidedError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="symsens")
def commands():
    """Which displacements of atoms a descriptor cannot see, and why, with a proof."""


@commands.command()
@click.argument("file")
@click.option("--frame", default=0, show_default=True, help="Frame of a trajectory.")
@click.option("--centre", default="all", show_default=True, metavar="I|all", help="Index of the central atom.")
@click.option(
    "--cutoff", metavar="R", help="Neighbours within R Angstrom (exact); default: all other atoms of a molecule."
)
@click.option(
    "--nu",
    type=click.IntRange(1, 4),
    help="Order: neighbours per term, body order less one.  [default: 2, or the descriptor's]",
)
@click.option(
    "--descriptor",
    "specs",
    multiple=True,
    metavar="SPEC",
    help=(
        "E.g. power-spectrum:n_max=8,l_max=6; default: every O(3) descriptor of order nu. Several give a table, side "
        "by side."
    ),
)
@click.option(
    "--digits",
    type=click.IntRange(1, 1000),
    default=6,
    show_default=True,
    help="Relative width 10^-digits of the singular values.",
)
@click.option(
    "--ladder", is_flag=True, help="Evidence beside the proof: mpmath's singular values at 30, 60, 120 digits."
)
@click.option(
    "--vary", type=click.Choice(["neighbours", "atoms"]), default="neighbours", show_default=True, help="What moves."
)
@click.option(
    "--radius",
    is_flag=True,
    help="A proved radius within which the descriptor tells all displacements of the neighbours it sees apart that are "
    "orthogonal to rotations.",
)
@click.option(
    "--chiral",
    is_flag=True,
    help="Every descriptor that rotations leave alone, SO(3), also one that tells mirror images apart (by triple "
    "products, from nu = 3 on); default: O(3), reflections too.",
)
@click.option(
    "--plot", metavar="PICTURE.png", help="Draw ladder, spectrum and null vectors (one centre; needs symsens[plot])."
)
@click.option("--null-vectors", is_flag=True, help="List the null vectors as displacements of atoms.")
@click.option("--out", metavar="CERT.json", help="Write certificates for `symsens verify`.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def certify(
    file, frame, centre, cutoff, nu, specs, digits, ladder, vary, radius, chiral, plot, null_vectors, out, as_json
):
    """Prove what no O(3) descriptor of order nu, or the one given, can see at the atoms of FILE (anything ASE reads, or
    ase:NAME)."""
    from symsens.certificates.exact import certificate_text
    from symsens.files import check_target, write_whole
    from symsens.geometry.environment import Structure
    from symsens.jobs.certification import certify as prove
    from symsens.verdict import Verdict

    for target in (out, plot):
        check_target(target, file)
    structure = Structure.read(file, frame)
    environments = [structure.environment(i, cutoff) for i in _centres(centre, structure)]
    if plot and len(environments) != 1:
        raise InputError(f"--plot draws one environment, {len(environments)} are asked for: give --centre")
    if len(specs) > 1:
        single = {
            "--nu": nu,
            "--ladder": ladder,
            "--plot": plot,
            "--null-vectors": null_vectors,
            "--radius": radius,
            "--out": out,
        }
        if given := [option for option, value in single.items() if value]:
            raise InputError(f"{given[0]} is about one --descriptor, {len(specs)} are given")
        return _side_by_side(environments, specs, as_json, vary, digits)
    if chiral and specs:
        raise InputError("--chiral asks about all SO(3) descriptors of an order: leave --descriptor out")
    descriptor = None
    if specs:
        from symsens.descriptors import descriptor as parse

        descriptor = parse(specs[0])
    elif ladder:
        raise InputError("--ladder needs a --descriptor: a basis-free answer has no singular values")
    elif radius:
        raise InputError("--radius needs a --descriptor: a basis-free answer has no map to invert")
    results = [prove(env, nu, descriptor, vary, digits, chiral) for env in _progress(environments, "certifying")]
    proved = [r.answer for r in results if r.rule.name] if out else []
    if proved:
        write_whole(out, certificate_text(proved))
    ladders = [
        result.ladder() if descriptor and (ladder or plot) and result.singular_values else None for result in results
    ]
    if plot:
        from symsens.show.pictures import save

        save(results[0], plot, ladders[0])
    if as_json:
        click.echo(json.dumps({"environments": [r.as_dict(radius) for r in results]}, indent=1))
    else:
        from rich.console import Console

        from symsens.show.tables import print_result

        console = Console(highlight=False, width=None if sys.stdout.isatty() else 110)
        for result, evidence in zip(results, ladders):
            print_result(result, console, null_vectors, evidence, radius)
        if out and not proved:
            console.print(f"Nothing is proved that a certificate can hold, so {out} is not written.", soft_wrap=True)
        if proved:
            console.print(f"Certificates in {out}: check them with `symsens verify {out}`.", soft_wrap=True)
    return 0 if all(r.verdict is Verdict.PROVED for r in results) else 3


def _side_by_side(environments, specs, as_json, vary="neighbours", digits=6):
    from symsens.descriptors import descriptor as parse
    from symsens.jobs.comparison import compare_descriptors as compare, document
    from symsens.jobs.equal_counts import equal_descriptors

    tasks = [(env, list(map(parse, specs)) or equal_descriptors(env)) for env in environments]
    found = (compare(env, chosen, vary, digits, lambda items: _progress(items, "comparing")) for env, chosen in tasks)
    if as_json:
        found = list(found)
        click.echo(json.dumps(document(found), indent=1))
    else:
        from rich.console import Console

        from symsens.show.comparison import print_comparisons

        found = print_comparisons(found, Console(highlight=False, width=None if sys.stdout.isatty() else 110))
    return 0 if all(comparison.decided for comparison in found) else 3


def _centres(centre, structure):
    if centre == "all":
        return range(len(structure.species))
    try:
        return [int(centre)]
    except ValueError:
        raise InputError(f"--centre {centre}: give the index of an atom or 'all'") from None


def _progress(items, label):
    """`items`, with a progress bar on a terminal and none in a pipe."""
    if len(items) < 2 or not sys.stderr.isatty():
        return items
    from rich.console import Console
    from rich.progress import track

    return track(items, description=label, console=Console(stderr=True), transient=True)


@commands.command()
@click.argument("file")
@click.option("--frame", default=0, show_default=True, help="Frame of a trajectory.")
@click.option("--centre", required=True, type=int, metavar="I", help="Index of the central atom.")
@click.option(
    "--cutoff", metavar="R", help="Neighbours within R Angstrom (exact); default: all other atoms of a molecule."
)
@click.option("--descriptor", metavar="SPEC", help="The smallest sufficient n_max of this descriptor too.")
@click.option("--out", metavar="CERT.json", help="Write a certificate for `symsens verify`.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def basis(file, frame, centre, cutoff, descriptor, out, as_json):
    """Smallest l_max (for any radial basis) and n_max (for SPEC) that lose nothing at an atom of FILE."""
    from symsens.certificates.exact import certificate_text
    from symsens.files import check_target, write_whole
    from symsens.geometry.environment import Structure
    from symsens.jobs.basis_size import basis as size

    check_target(out, file)
    found = size(Structure.read(file, frame).environment(centre, cutoff), descriptor)
    written = bool(out and found.rules["l_max"].name)
    if written:
        write_whole(out, certificate_text([found.certificate]))
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=1))
        return 0
    from symsens.show.basis_size import lines

    for line in lines(found, descriptor):
        click.echo(line)
    if out:
        click.echo(
            f"Certificate in {out}: check it with `symsens verify {out}`."
            if written
            else f"Nothing is proved that a certificate can hold, so {out} is not written."
        )
    return 0


@commands.command("compare-descriptors")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option(
    "--descriptor",
    "specs",
    multiple=True,
    metavar="SPEC",
    help="May be repeated; default: SOAP, ACSF, Chebyshev, MBTR, ACE of equal numbers of features.",
)
@click.option("--centre", default=0, show_default=True, metavar="I", help="Index of the central atom.")
@click.option(
    "--cutoff", metavar="R", help="Neighbours within R Angstrom (exact); default: all other atoms of a molecule."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def compare_descriptors(files, specs, centre, cutoff, as_json):
    """Descriptors side by side at an atom of each FILE (default: methane, ethanol, benzene, a cluster): what they see,
    and cost."""
    from symsens.geometry.environment import Structure
    from symsens.jobs.comparison import standard_structures

    structures = [Structure.read(file) for file in files] or standard_structures()
    return _side_by_side([structure.environment(centre, cutoff) for structure in structures], specs, as_json)


@commands.command()
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
@click.option("--relations", is_flag=True, help="Linear relations among the features at every structure, proved.")
def derive(spec, neighbours, latex, jacobian, relations):
    """Closed form and exact Jacobian of the descriptor SPEC."""
    from symsens.jobs.derivation import derive as write_out

    derivation = write_out(spec, neighbours, jacobian)
    text = derivation.latex if latex else derivation.text
    if relations:
        from symsens.search.relations import redundant_features

        text += f"\n\n{redundant_features(spec, 'X', derivation.species)}"
    click.echo(text)


@commands.command()
@click.argument("files", nargs=-1, required=True, metavar="CERT.json...")
@click.option("--quiet", is_flag=True, help="One line per certificate.")
def verify(files, quiet):
    """Re-prove certificates with the independent checker (as `python -m symsens.checker`)."""
    from symsens.checker import report

    return report.verify(files, quiet, click.echo, lambda line: click.echo(f"symsens: {line}", err=True))


@commands.command()
@click.argument("peer", metavar="PEER[:key=value,...]")
@click.argument("file")
@click.option(
    "--centre",
    default=0,
    show_default=True,
    metavar="I",
    help="Index of the central atom; of no importance to a descriptor of the whole structure.",
)
@click.option(
    "--plot", metavar="PICTURE.png", help="Draw the package's spectrum over the certified one (needs symsens[plot])."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def audit(peer, file, centre, plot, as_json):
    """A numeric descriptor against proof: the Jacobian and rank of PEER, e.g. dscribe-soap:n_max=8, at an atom of
    FILE."""
    from symsens.files import check_target
    from symsens.geometry.environment import Structure
    from symsens.jobs.auditing import audit as compare

    check_target(plot, file)
    found = compare(peer, Structure.read(file), centre)
    if plot:
        from symsens.show.auditing import save

        save(found, plot)
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=1))
    else:
        from rich.console import Console

        from symsens.show.auditing import print_audit

        print_audit(found, Console(highlight=False, width=None if sys.stdout.isatty() else 110))
    return {True: 0, False: 1, None: 3}[found.agrees]


def main(arguments=None):
    """Entry point: run a command, exit with the code of the interface (0 decided, 1 refuted, 2 bad input, 3
    undecided)."""
    sys.exit(_run(arguments))


def _run(arguments) -> int:
    if sys.stdout is None:
        return _complain("standard output is closed: nothing can be printed", 2)
    try:
        code = commands.main(args=arguments, prog_name="symsens", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        return _complain(error.format_message(), 2)
    except UndecidedError as error:
        return _complain(f"UNDECIDED: {error}", 3)
    except SymsensError as error:
        return _complain(str(error), 2)
    except click.exceptions.Abort:
        return 130
    except SystemExit:  # so click and rich meet a broken pipe, with exit code 1, which means refuted here
        return _cut_off("broken pipe")
    except OSError as error:
        return _cut_off(error.strerror)
    return code or 0


def _cut_off(reason: str) -> int:
    """What was proved did not get out: the pipe was closed, the disk is full."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # so that Python's own flush at exit is quiet
    return _complain(f"output cut off: {reason}", 2)


def _complain(message: str, code: int) -> int:
    """One line on stderr."""
    click.echo(f"symsens: {' '.join(message.split())}", err=True)
    return code


if __name__ == "__main__":
    main()
