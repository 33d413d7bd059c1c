"""What a person sees of the families of singular environments and degenerate pairs, and of their members.

Law: a line of a family can be typed after `symsens families`; no coordinate is rounded.
"""

from symsens.numbers.metric import IDENTITY


def family_lines(family) -> list[str]:
    """Three lines: what its members are, what is special, name and parameters with their defaults."""
    words = [f"{key}={default}" for key, (default, _) in family.parameters.parameters().items()]
    return [f"{family.name}: {family.summary}", f"    {special(family)}", f"    {' '.join([family.name, *words])}"]


def special(family) -> str:
    """What is special of a family, at which nu: in general position."""
    claims = []
    if family.degenerate:
        what = "features" if family.extra else "features summed over atoms"
        claims.append(f"a pair with equal {what} up to nu = {family.degenerate}")
    if family.extra:
        numbers = ", ".join(f"{count or 'none'} at nu = {nu}" for nu, count in family.extra.items())
        claims.append(f"null directions beyond rigid ones{' of each' if family.degenerate else ''}: {numbers}")
    return "; ".join([*claims, *filter(None, [family.remark])])


def members_lines(family, given, members) -> list[str]:
    """The family, what each key is and means, the source, and the positions of the members."""
    helps = family.parameters.parameters()
    words = dict(pair.split("=") for pair in given.spec.partition(":")[2].split(","))
    left = max(len(f"{key}={word}") for key, word in words.items())
    head = [f"{family.name}: {family.summary}", f"    {special(family)}"]
    keys = [f"    {f'{key}={word}':<{left}}  {helps[key][1]}" for key, word in words.items()]
    found = [*head, *keys, f"    Source: {family.source}"]
    for number, member in enumerate(members, 1):
        found += [f"{family.name}-{number}" if len(members) > 1 else family.name, *_frame(member), *_atoms(member)]
    return found


def _frame(member):
    """What the numbers of a member mean: the generator of their field, and the metric of their frame."""
    field, found = member.field, []
    if field.degree > 1:
        found.append(f"    over {field.name}, {field.generator} ≈ {float(field.element([0, 1])):.6f}")
    if member.metric is not IDENTITY:
        rows = "; ".join(" ".join(str(x).replace(" ", "") for x in row) for row in member.metric)
        found.append(f"    in a frame with the metric {rows}")
    return found


def _atoms(member):
    """A line for the centre, if there is one, and one for each atom."""
    centre = getattr(member, "centre_species", None)
    rows = [(centre, ("0", "0", "0"), "centre")] if centre else []
    rows += [(z, tuple(map(str, y)), "") for z, y in zip(member.species, member.positions)]
    widths = [max(len(y[c]) for _, y, _ in rows) for c in range(3)]
    return [
        f"    {z:<2} {'  '.join(y[c].rjust(widths[c]) for c in range(3))}{f'  {note}' if note else ''}"
        for z, y, note in rows
    ]
