"""`symsens compare-descriptors`, and `certify` of several descriptors: side by side."""

import json
import sys

import click

from symsens.budget import limited
from symsens.options import (
    budget_option,
    read_structures,
    structures_options,
    watched,
)


@click.command("compare-descriptors")
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
def compare_descriptors(files, specs, centre, frame, cutoff, snap, budget, as_json):
    """Descriptors side by side at an atom of each FILE (default: methane, ethanol, benzene, a cluster): what they see,
    and cost."""
    from symsens.jobs.comparison import standard_structures

    structures = read_structures(files, frame, snap) or standard_structures()
    asked = [structure.environment(centre, cutoff) for structure in structures]
    return side_by_side(asked, specs, as_json, budget)


def side_by_side(environments, specs, as_json, budget, vary="neighbours", digits=6):
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
