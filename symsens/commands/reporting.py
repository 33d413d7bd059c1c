"""`symsens report`: a page for a browser."""

import click

from symsens.errors import InputError


@click.command()
@click.argument("source", metavar="RESULTS.db|CERT.json")
@click.option("--out", required=True, metavar="PAGE.html", help="One file, with everything inside.")
@click.option(
    "--rows", type=click.IntRange(1), default=500, show_default=True, help="Rows shown at most; all are counted."
)
def report(source, out, rows):
    """A page with the table of a scan or the certificates of a file: each structure in three dimensions with its null
    vectors, its certified spectrum, its certificate."""
    from symsens.files import check_target, write_whole
    from symsens.scans.entries import entries_of, entries_of_certificates
    from symsens.show.pages import page

    check_target(out, source)
    if source.endswith(".json"):
        found = entries_of_certificates(source, _checked(source), rows)
    else:
        found = entries_of(source, rows)
    write_whole(out, page(found))
    click.echo(f"{len(found.shown)} of {found.total} rows in {out}: open it in a browser.")
    return 0


def _checked(path: str) -> list[dict]:
    """The certificates of a file, each checked: a page shows none that does not hold."""
    from symsens.checker import Malformed, Refuted, check
    from symsens.checker.report import read_file

    try:
        found = read_file(path)
    except Malformed as error:
        raise InputError(f"{path}: no file of certificates: {error}") from None
    for i, certificate in enumerate(found):
        try:
            check(certificate)
        except Refuted as error:
            raise InputError(f"{path}, certificate {i}: REFUTED: {error}") from None
    return found
