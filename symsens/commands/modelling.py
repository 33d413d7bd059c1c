"""`symsens pack`, `symsens audit-calculator`: what an energy model makes of structures with proved answers."""

import json

import click

from symsens.errors import InputError


@click.command()
@click.option("--out", required=True, metavar="DIR", help="A new folder.")
@click.option(
    "--species", default="C,H", show_default=True, metavar="C,X", help="Of the centre, and of its neighbours."
)
def pack(out, species):
    """Write the benchmark pack: structures (extxyz), one JSON document, certificates; it is used without symsens."""
    from symsens.packs.catalogue import cases
    from symsens.packs.writing import write_pack

    written = write_pack(out, cases(*_species(species)))
    click.echo(f"{len(written)} files in {out}: pack.json says what is to be expected of each structure, and why.")
    return 0


@click.command("audit-calculator")
@click.argument("name", metavar="MODULE:NAME")
@click.option(
    "--species", default="C,H", show_default=True, metavar="C,X", help="Of the centre, and of its neighbours."
)
@click.option("--tolerance", type=float, default=1e-6, show_default=True, help="Called zero, in eV and eV/Angstrom.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def audit_calculator(name, species, tolerance, as_json):
    """Ask an ASE calculator, a black box, every case of the pack: what isometries change, forces that symmetry forbids,
    degenerate pairs and directions that no features of low order see."""
    from symsens.packs.auditing import audit_calculator as ask
    from symsens.packs.calculators import calculator
    from symsens.packs.catalogue import cases
    from symsens.show.packs import lines

    if not tolerance > 0:
        raise InputError(f"--tolerance {tolerance}: give a positive number")
    found = ask(calculator(name), cases(*_species(species)), tolerance)
    click.echo(json.dumps(found.as_dict(), indent=1) if as_json else "\n".join(lines(found)))
    return 1 if found.broken else 0


def _species(words: str) -> tuple[str, str]:
    from ase.data import atomic_numbers

    found = tuple(words.split(","))
    if len(found) != 2 or any(symbol not in atomic_numbers for symbol in found):
        raise InputError(f"--species {words}: give two chemical symbols, e.g. C,H or Si,Si")
    return found
