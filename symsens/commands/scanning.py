"""`symsens scan`: a whole data set."""

import json
import sys
from contextlib import contextmanager

import click

from symsens.errors import InputError
from symsens.options import budget_option, short, snap_option


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--out",
    required=True,
    metavar="RESULTS.db|URL",
    help="The table: an ASE database, SQLite or postgresql://USER:PASSWORD@HOST:PORT/NAME. What it holds already is "
    "not asked again.",
)
@click.option("--cutoff", metavar="R", help="Neighbours within R Angstrom (exact); a crystal needs it.")
@snap_option
@click.option("--nu", type=click.IntRange(1, 4), help="Order.  [default: 2, or the descriptor's]")
@click.option("--descriptor", metavar="SPEC", help="Default: every O(3) descriptor of order nu.")
@click.option(
    "--level",
    type=click.Choice(["environment", "sum", "set"]),
    default="environment",
    show_default=True,
    help="A row for each environment; or for each structure, with the forces that no model can have where the file "
    "has forces.",
)
@click.option("--clearance", is_flag=True, help="Also how far the nearest singular environment is at least.")
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, metavar="N", help="Processes.")
@click.option("--scheduler", metavar="ADDRESS", help="A Dask cluster works instead, e.g. tcp://HOST:8786.")
@budget_option
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def scan(files, out, cutoff, snap, nu, descriptor, level, clearance, workers, scheduler, budget, as_json):
    """Certify every environment of a data set (files that ASE reads, trajectories frame by frame) into a table. The
    same command goes on where it was cut off."""
    from symsens.scans.questions import Question
    from symsens.scans.scanning import scan as ask
    from symsens.show.scans import lines

    if scheduler and workers != 1:
        raise InputError("--scheduler names the cluster that works: leave --workers out")
    question = Question(nu, descriptor, cutoff, snap, level, clearance, budget)
    with _told(files, level) as told:
        found = ask(files, out, question, workers, scheduler, told)
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=1))
    else:
        for line in lines(found, out):
            click.echo(line)
    return 3 if found.undecided or found.failed else 0


@contextmanager
def _told(files, level):
    """On a terminal a bar with rate and remaining time; else nothing."""
    if not sys.stderr.isatty():
        yield lambda rows: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn

    from symsens.scans.streams import size_of

    class Rate(ProgressColumn):
        def render(self, task):
            return f"{task.speed:.0f}/s" if task.speed else ""

    total = size_of(files) if level == "environment" else None
    columns = (TextColumn("{task.description}"), BarColumn(20), MofNCompleteColumn(), Rate(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(f"scanning {short(files[0]) or files[0]}", total=total)
        yield lambda rows: bar.advance(task, rows)
