"""`symsens verify`: the independent checker."""

import click


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="CERT.json...")
@click.option("--quiet", is_flag=True, help="One line per certificate.")
def verify(files, quiet):
    """Re-prove certificates with the independent checker (as `python -m symsens.checker`)."""
    from symsens.checker import report

    return report.verify(files, quiet, click.echo, lambda line: click.echo(f"symsens: {line}", err=True))
