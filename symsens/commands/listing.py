"""`symsens descriptors` and `symsens peers`: what there is."""

import json

import click


@click.command()
@click.argument("name", required=False, metavar="[DESCRIPTOR]")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def descriptors(name, as_json):
    """Descriptors of ours: names, keys and defaults, as a SPEC has them; of a single one, what each key means."""
    from symsens.jobs.catalogue import list_descriptors

    return _catalogue("descriptors", list_descriptors(name), as_json)


@click.command()
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
