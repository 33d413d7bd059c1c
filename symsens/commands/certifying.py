"""`symsens certify`: what no descriptor of an order, or the one given, can see."""

import json
import sys
from typing import NamedTuple

import click

from symsens.budget import limited
from symsens.commands.comparing import side_by_side
from symsens.errors import InputError, UndecidedError
from symsens.options import (
    budget_option,
    environments,
    read_structures,
    short,
    structures_options,
    watched,
)


@click.command()
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
    "--level",
    type=click.Choice(["environment", "sum", "set"]),
    default="environment",
    show_default=True,
    help="Each environment by itself; or the whole structure, all atoms moving: what no sum of the features of its "
    "environments can see, or no model that is nonlinear in them (set).",
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
@click.option(
    "--save-exact",
    metavar="NAME.env.json|NAME.structure.json",
    help="Write the exact environment (one centre) or structure (one frame) that was certified.",
)
@click.option(
    "--coq",
    metavar="FILE.v",
    help="Write the null space as a theorem that Coq's kernel checks: `coqc FILE.v` (one centre, basis-free).",
)
@budget_option
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def certify(
    files,
    centre,
    frame,
    cutoff,
    snap,
    nu,
    specs,
    digits,
    ladder,
    vary,
    level,
    radius,
    chiral,
    plot,
    null_vectors,
    out,
    save_exact,
    coq,
    budget,
    as_json,
):
    """Prove what no O(3) descriptor of order nu, or the one given, can see at the atoms of FILE (anything ASE reads, or
    ase:NAME)."""
    from symsens.certificates.exact import certificate_text
    from symsens.files import check_target, write_whole
    from symsens.jobs.certification import certify as prove
    from symsens.jobs.coq_files import coq_file

    targets = [target for target in (out, plot, save_exact, coq) if target]
    for i, target in enumerate(targets):
        check_target(target, *files)
        if target in targets[:i]:
            raise InputError(f"{target}: two outputs are to be written there: give another file")
    if level != "environment":
        several = len(specs) > 1
        _check_whole(level, {"--centre": centre != "all", "--descriptor": several, "--chiral": chiral, "--plot": plot})
    if coq:
        _check_coq(
            {"--level": level != "environment", "--descriptor": specs, "--vary": vary == "atoms", "--chiral": chiral}
        )
    if len(specs) > 1:
        single = {
            "--nu": nu,
            "--ladder": ladder,
            "--plot": plot,
            "--null-vectors": null_vectors,
            "--radius": radius,
            "--out": out,
            "--save-exact": save_exact,
        }
        if given := [option for option, value in single.items() if value]:
            raise InputError(f"{given[0]} is about one --descriptor, {len(specs)} are given")
        asked = environments(read_structures(files, frame, snap), centre, cutoff)
        return side_by_side(asked, specs, as_json, budget, vary, digits)
    if chiral and specs:
        raise InputError("--chiral asks about all SO(3) descriptors of an order: leave --descriptor out")
    descriptor = None
    if specs:
        import symsens.search.truncation  # noqa: F401  (an import must not be interrupted)
        from symsens.descriptors import descriptor as parse

        descriptor = parse(specs[0])
        if level != "environment":
            from symsens.descriptors.networks import NetworkClass

            _check_whole(level, {"--descriptor": not isinstance(descriptor, NetworkClass)})
    elif ladder:
        raise InputError("--ladder needs a --descriptor: a basis-free answer has no singular values")
    elif radius:
        raise InputError("--radius needs a --descriptor: a basis-free answer has no map to invert")
    structures = read_structures(files, frame, snap, tell=False)
    asked = structures if level != "environment" else environments(structures, centre, cutoff, descriptor)
    if save_exact:
        write_whole(save_exact, _exact_text(save_exact, structures, asked if level == "environment" else []))
    if plot and len(asked) != 1:
        raise InputError(f"--plot draws one environment, {len(asked)} are asked for: give --centre")
    if coq and len(asked) != 1:
        raise InputError(f"--coq is about one environment, {len(asked)} are asked for: give --centre")

    def answered(about, watch):
        with limited(budget, watch):
            if level == "environment":
                result = prove(about, nu, descriptor, vary, digits, chiral)
            else:
                result = prove(about, nu, descriptor, cutoff=cutoff, level=level)
            evidence = result.ladder() if ladder and (result.singular_values or not result.descriptor) else None
            if radius:
                _ = result.radius(), result.radius_rule
        with limited(budget, watch):
            proof = coq_file(result) if coq and result.undecided is None else None
            certificate = _certificate(result, radius) if out and result.rule.name else (None, None)
            return Answered(result, evidence, *certificate, proof)

    found, undecided = [], []
    for about, watch in watched(asked, "certifying", lambda about: f"{short(about.source)}{_centre(about)}"):
        try:
            found.append(answered(about, watch))
        except UndecidedError as error:
            undecided.append((about, error))
    written = [each.certificate for each in found if each.certificate]
    if written:
        write_whole(out, certificate_text(written))
    proofs = [each.coq for each in found if each.coq]
    for proof in proofs:
        write_whole(coq, proof)
    if plot and found:
        from symsens.show.pictures import save

        save(found[0].result, plot, found[0].ladder)
    if as_json:
        reports = [each.result.as_dict(radius, null_vectors, each.ladder) for each in found]
        reports += [
            {"file": a.source, "centre": getattr(a, "centre", None), "verdict": "UNDECIDED", "undecided": str(e)}
            for a, e in undecided
        ]
        click.echo(json.dumps({"environments": reports}, indent=1))
    else:
        _print_certified(found, null_vectors, radius, out, written)
        if coq:
            click.echo(
                f"A theorem for Coq in {coq}: check it with `coqc {coq}`." if proofs else f"{coq} is not written."
            )
        for about, error in undecided:
            click.echo(f"{about.source}:{_centre(about)} UNDECIDED: {error}")
    return 0 if not undecided and all(each.result.verdict.value == "PROVED" for each in found) else 3


def _exact_text(path, structures, asked) -> str:
    """The text of the exact file that its name asks for."""
    from symsens.geometry.exact_files import document_text, environment_document, structure_document

    kinds = {
        ".env.json": (asked, "one environment: give --centre", environment_document),
        ".structure.json": (structures, "one structure", structure_document),
    }
    for ending, (subjects, wanted, document) in kinds.items():
        if path.endswith(ending):
            if len(subjects) != 1:
                raise InputError(f"{path}: it holds {wanted}; {len(subjects)} are asked for")
            return document_text(document(subjects[0]))
    raise InputError(f"{path}: an exact file ends in {' or '.join(kinds)}")


def _check_coq(options: dict) -> None:
    """Refuse options that are about something else than what the Coq library speaks of."""
    for option, given in options.items():
        if given:
            raise InputError(f"--coq is about all O(3) features of one environment: leave {option} out")


def _check_whole(level: str, options: dict) -> None:
    """Refuse options that are about something else than a whole structure."""
    for option, given in options.items():
        if given:
            raise InputError(f"--level {level} asks about all features of all atoms of a structure: leave {option} out")


def _centre(about) -> str:
    """E.g. " centre 3:" of an environment; nothing of a structure."""
    return "" if getattr(about, "centre", None) is None else f" centre {about.centre}:"


class Answered(NamedTuple):
    """What is proved of one environment and asked beside it; `missing`: what its certificate lacks, and why; `coq`: the
    theorem for Coq."""

    result: object
    ladder: object
    certificate: dict | None
    missing: str | None
    coq: str | None


def _certificate(result, radius) -> tuple[dict | None, str | None]:
    """What `--out` writes of a result, and what is missing of it. A radius is proposed by the search, so the checker is
    asked before it is written."""
    from symsens.checker import Refuted, check

    try:
        if not (radius and result.radius_rule.name):
            return result.answer, None
        whole = result.answer_with_radius
        check(whole)
    except Refuted as error:
        return result.answer, f"the certificate is written without the radius, which the checker refuses: {error}"
    except UndecidedError as error:
        return None, f"no certificate is written: {error}"
    return whole, None


def _print_certified(found, null_vectors, radius, out, written):
    from rich.console import Console

    from symsens.show.tables import print_result, print_summary

    console = Console(highlight=False, width=None if sys.stdout.isatty() else 110)
    for each in found:
        print_result(each.result, console, null_vectors, each.ladder, radius)
        if each.missing:
            console.print(f"{each.missing[:1].upper()}{each.missing[1:]}.", soft_wrap=True, markup=False)
    print_summary([each.result for each in found], console)
    if out and not written:
        console.print(f"Nothing is proved that a certificate can hold, so {out} is not written.", soft_wrap=True)
    if written:
        console.print(f"Certificates in {out}: check them with `symsens verify {out}`.", soft_wrap=True)
