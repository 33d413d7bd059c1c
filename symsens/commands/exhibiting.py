"""`symsens families`: known families of singular environments and degenerate pairs, and exact members of them."""

import json

import click


@click.command()
@click.argument("name", required=False, metavar="[FAMILY]")
@click.argument("pairs", nargs=-1, metavar="[KEY=VALUE]...")
@click.option("--out", metavar="FILE", help="Write NAME.env.json (NAME.structure.json); of a pair NAME-1 and NAME-2.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
def families(name, pairs, out, as_json):
    """Families of singular environments and degenerate pairs with free exact parameters; of a single one, the exact
    members that KEY=VALUE give (numbers of a list are joined by : or ,)."""
    from symsens.errors import InputError
    from symsens.geometry.families import FAMILIES, read_family
    from symsens.jobs.families import member_documents, write_members
    from symsens.show.families import family_lines, members_lines

    if name is None:
        if out:
            raise InputError(f"--out {out}: say of which family: symsens families FAMILY --out FILE")
        if as_json:
            click.echo(json.dumps({"families": [family.as_dict() for family in FAMILIES.values()]}, indent=1))
        else:
            click.echo("\n".join(line for family in FAMILIES.values() for line in family_lines(family)))
        return 0
    family, given = read_family(name, pairs)
    members = family.members(given)
    written = write_members(members, out) if out else []
    if as_json:
        click.echo(json.dumps({"family": given.spec, "members": member_documents(members)}, indent=1))
    else:
        click.echo("\n".join([*members_lines(family, given, members), *(f"Written: {path}" for path in written)]))
    return 0
