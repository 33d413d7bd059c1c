"""The command line: each command a thin layer over the public function of the same name.

Law: heavy imports wait until a command runs; bad input is one line on stderr and exit code 2, never a traceback.
"""

import json
import os
import sys
from typing import NamedTuple

import click

from symsens.budget import limited
from symsens.errors import InputError, SymsensError, UndecidedError
from symsens.options import (
    Completing,
    budget_option,
    environments,
    frame_option,
    read_structures,
    short,
    structures_options,
    watched,
)


@click.group(cls=Completing, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="symsens")
def commands():
    """Which displacements of atoms a descriptor cannot see, and why, with a proof."""


@commands.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--centre", default="all", show_default=True, metavar="I|all", help="Index of the central atom.")
@structures_options
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
@budget_option
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def certify(
    files,
    centre,
    frame,
    cutoff,
    nu,
    specs,
    digits,
    ladder,
    vary,
    radius,
    chiral,
    plot,
    null_vectors,
    out,
    budget,
    as_json,
):
    """Prove what no O(3) descriptor of order nu, or the one given, can see at the atoms of FILE (anything ASE reads, or
    ase:NAME)."""
    from symsens.certificates.exact import certificate_text
    from symsens.files import check_target, write_whole
    from symsens.jobs.certification import certify as prove

    for target in (out, plot):
        check_target(target, *files)
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
        asked = environments(read_structures(files, frame), centre, cutoff)
        return _side_by_side(asked, specs, as_json, budget, vary, digits)
    if chiral and specs:
        raise InputError("--chiral asks about all SO(3) descriptors of an order: leave --descriptor out")
    descriptor = None
    if specs:
        import symsens.search.truncation  # noqa: F401  (an import must not be interrupted)
        from symsens.descriptors import descriptor as parse

        descriptor = parse(specs[0])
    elif ladder:
        raise InputError("--ladder needs a --descriptor: a basis-free answer has no singular values")
    elif radius:
        raise InputError("--radius needs a --descriptor: a basis-free answer has no map to invert")
    asked = environments(read_structures(files, frame), centre, cutoff, descriptor)
    if plot and len(asked) != 1:
        raise InputError(f"--plot draws one environment, {len(asked)} are asked for: give --centre")

    def answered(env, watch):
        with limited(budget, watch):
            result = prove(env, nu, descriptor, vary, digits, chiral)
            evidence = result.ladder() if ladder and result.singular_values else None
            if radius:
                _ = result.radius_rule
            written = out and result.rule.name
            whole = (result.answer_with_radius if radius else result.answer) if written else None
            return Answered(result, evidence, whole)

    found, undecided = [], []
    for env, watch in watched(asked, "certifying", lambda env: f"{short(env.source)} centre {env.centre}"):
        try:
            found.append(answered(env, watch))
        except UndecidedError as error:
            undecided.append((env, error))
    written = [each.certificate for each in found if each.certificate]
    if written:
        write_whole(out, certificate_text(written))
    if plot and found:
        from symsens.show.pictures import save

        save(found[0].result, plot, found[0].ladder)
    if as_json:
        reports = [each.result.as_dict(radius, null_vectors, each.ladder) for each in found]
        reports += [
            {"file": env.source, "centre": env.centre, "verdict": "UNDECIDED", "undecided": str(e)}
            for env, e in undecided
        ]
        click.echo(json.dumps({"environments": reports}, indent=1))
    else:
        _print_certified(found, null_vectors, radius, out, written)
        for env, error in undecided:
            click.echo(f"{env.source}: centre {env.centre}: UNDECIDED: {error}")
    return 0 if not undecided and all(each.result.verdict.value == "PROVED" for each in found) else 3


class Answered(NamedTuple):
    """What is proved of one environment, with what was asked beside it."""

    result: object
    ladder: object
    certificate: dict | None


def _print_certified(found, null_vectors, radius, out, written):
    from rich.console import Console

    from symsens.show.tables import print_result, print_summary

    console = Console(highlight=False, width=None if sys.stdout.isatty() else 110)
    for each in found:
        print_result(each.result, console, null_vectors, each.ladder, radius)
    print_summary([each.result for each in found], console)
    if out and not written:
        console.print(f"Nothing is proved that a certificate can hold, so {out} is not written.", soft_wrap=True)
    if written:
        console.print(f"Certificates in {out}: check them with `symsens verify {out}`.", soft_wrap=True)


def _side_by_side(environments, specs, as_json, budget, vary="neighbours", digits=6):
    from symsens.descriptors import descriptor as parse
    from symsens.jobs.comparison import compare_descriptors as compare, document
    from symsens.jobs.equal_counts import equal_descriptors
    from symsens.show.comparison import row_line

    def one_by_one(items):
        for item, watch in watched(items, "comparing", str):
            with limited(budget, watch):
                yield item

    tasks = [(env, list(map(parse, specs)) or equal_descriptors(env)) for env in environments]

    def tell(number, row):
        if not as_json:
            click.echo(row_line(number, row))

    found = (compare(env, chosen, vary, digits, one_by_one, tell) for env, chosen in tasks)
    if as_json:
        found = list(found)
        click.echo(json.dumps(document(found), indent=1))
    else:
        from rich.console import Console

        from symsens.show.comparison import print_comparisons

        found = print_comparisons(found, Console(highlight=False, width=None if sys.stdout.isatty() else 110))
    return 0 if all(comparison.decided for comparison in found) else 3


@commands.command()
@click.argument("file")
@click.option("--centre", required=True, type=int, metavar="I", help="Index of the central atom.")
@structures_options
@click.option("--descriptor", metavar="SPEC", help="The smallest sufficient n_max of this descriptor too.")
@click.option("--out", metavar="CERT.json", help="Write a certificate for `symsens verify`.")
@budget_option
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def basis(file, centre, frame, cutoff, descriptor, out, budget, as_json):
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
    asked = environments(read_structures([file], frame), str(centre), cutoff, chosen)
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
@structures_options
@budget_option
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def compare_descriptors(files, specs, centre, frame, cutoff, budget, as_json):
    """Descriptors side by side at an atom of each FILE (default: methane, ethanol, benzene, a cluster): what they see,
    and cost."""
    from symsens.jobs.comparison import standard_structures

    structures = read_structures(files, frame) or standard_structures()
    asked = [structure.environment(centre, cutoff) for structure in structures]
    return _side_by_side(asked, specs, as_json, budget)


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
@click.option("--out", metavar="CERT.json", help="With --relations: write a certificate for `symsens verify`.")
@budget_option
def derive(spec, neighbours, latex, jacobian, relations, out, budget):
    """Closed form and exact Jacobian of the descriptor SPEC."""
    from symsens.files import check_target
    from symsens.jobs.derivation import derive as write_out

    if out and not relations:
        raise InputError("--out: give --relations, of which it writes the certificate")
    check_target(out)
    for _, watch in watched([spec], "deriving", str):
        with limited(budget, watch):
            derivation = write_out(spec, neighbours, jacobian)
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
@frame_option
@click.option(
    "--plot", metavar="PICTURE.png", help="Draw the package's spectrum over the certified one (needs symsens[plot])."
)
@click.option("--out", metavar="CERT.json", help="Write certificates for `symsens verify`.")
@budget_option
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def audit(peer, file, centre, frame, plot, out, budget, as_json):
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
    structures, found, written = read_structures([file], frame), [], []
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


@commands.command()
@click.argument("name", required=False, metavar="[DESCRIPTOR]")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def descriptors(name, as_json):
    """Descriptors of ours: names, keys and defaults, as a SPEC has them; of a single one, what each key means."""
    from symsens.jobs.catalogue import list_descriptors

    return _catalogue("descriptors", list_descriptors(name), as_json)


@commands.command()
@click.argument("name", required=False, metavar="[PEER]")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def peers(name, as_json):
    """Descriptors of other packages, for `symsens audit`: names, keys and defaults; of a single one, what each key
    means."""
    from symsens.jobs.catalogue import list_peers

    return _catalogue("peers", list_peers(name), as_json)


def _catalogue(kind, entries, as_json):
    from symsens.show.catalogue import lines

    if as_json:
        click.echo(json.dumps({kind: [entry.as_dict() for entry in entries]}, indent=1))
    else:
        click.echo("\n".join(lines(entries)))
    return 0


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
    except SystemExit as stop:
        if "_SYMSENS_COMPLETE" in os.environ:  # so click ends when it has completed a word for the shell
            return stop.code or 0
        return _cut_off("broken pipe")  # so click and rich meet one, with exit code 1, which means refuted here
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
