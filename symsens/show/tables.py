"""What a person reads: the filtration as a table, the verdict as a sentence, null vectors as displacements of atoms.

Law: "=" stands before what is proved, "≈" before an estimate, "∈" before an enclosure (CONVENTIONS, principle 2).
"""

from collections import defaultdict
from html import escape

from symsens.geometry.representations import dimension
from symsens.numbers.metric import IDENTITY
from symsens.show.snapping import snapping_line
from symsens.show.turning import print_table
from symsens.verdict import Verdict

MEANING = {
    "rigid": "rotations about the centre",
    "symmetry": "forced by the exact symmetry",
    "angular_truncation": "lost to l_max, whatever the radial basis",
    "radial_truncation": "lost to the finite basis",
}

MAX_EXPLAINED = 4


BLIND = {  # what cannot see what is spurious
    "environment": "{} descriptor of order nu",
    "sum": "sum of {} features of order nu over all atoms",
    "set": "model of the {} features of order nu of each atom",
}


def _meaning(result, name):
    moves = result.filtration.moves
    if name == "incompleteness" and result.filtration.nu is None:
        return "lost by every network of this class"
    if name == "incompleteness":
        return f"spurious: lost by every {BLIND[moves.level].format(moves.group)}"
    if name == "rigid" and moves.level != "environment" and moves.subject.lattice:
        return "translations" if result.filtration["rigid"] == 3 else "translations and rotation about the axis"
    if name == "rigid" and moves.variables is not None:
        return "translations and rotations"
    return MEANING[name]


def rows(result) -> list[tuple[str, str, str]]:
    """(step, dimension, why) for each level and the totals, as strings."""
    f = result.filtration
    table = [(level.name.replace("_", " "), _value(f[level.name]), _meaning(result, level.name)) for level in f.levels]
    table.append(("null space", _value(f.nullity), "displacements no feature sees"))
    table.append(
        ("rank", _value(f.rank), f"of {f.displacements} displacements; symmetry allows {f.symmetry_allowed_rank}")
    )
    return table


def _value(number):
    return "?" if number is None else f"= {number}"


def title(result) -> str:
    """One line: which environment or structure, which question."""
    about, f = result.subject, result.filtration
    frame = "" if about.frame is None or str(about.source).startswith("ase:") else f", frame {about.frame}"
    where = f"{about.source}{frame}: " if about.source else ""
    if f.moves.level == "environment":
        what = f"centre {about.centre} ({about.centre_species}), {plural(about.n, 'neighbour')}"
    else:
        what = f"{f.moves.level} of the environments of {plural(f.moves.atoms, 'atom')}"
        what += "" if f.moves.cutoff is None else f" within {f.moves.cutoff}"
    line = f"{where}{about.formula}, {what}, {f.order}, over {f.moves.field.name}"
    if result.asked is None:
        return line
    unseen = (
        f" ({plural(result.unseen, 'more atom')} beyond its cutoff, {_by(result.rules['left_out'])})"
        if result.unseen
        else ""
    )
    return f"{line}\n{result.asked.spec}{unseen}"


def _by(rule) -> str:
    """What proves a line again, in a few words."""
    return f"rule {rule.name}" if rule.name else "no certificate yet"


def plural(count: int, noun: str) -> str:
    """E.g. "1 atom", "2 atoms"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _are(count):
    return "is" if count == 1 else "are"


def sentence(result) -> str:
    """The verdict for a chemist."""
    f = result.filtration
    internal = f.displacements - f["rigid"]
    if result.verdict is Verdict.UNDECIDED:
        return f"UNDECIDED: {result.undecided}."
    if internal == 0:
        return "PROVED: there are no internal displacements to see."
    group, symmetry, spurious = result.point_group, f["symmetry"], f["incompleteness"]
    if symmetry:
        first = (
            f"{symmetry} of the {plural(internal, 'internal displacement')} "
            f"{_are(symmetry)} invisible because of the {group} symmetry"
        )
    elif internal > 1:
        first = f"no internal displacement of the {internal} is hidden by symmetry ({group})"
    else:
        first = f"the one internal displacement is not hidden by symmetry ({group})"
    if spurious:
        every = BLIND[f.moves.level].format(f.moves.group).replace("nu", f"nu = {f.nu}")
        what = "network of this class" if f.nu is None else every
        second = f"{spurious} {_are(spurious)} spurious: no {what} can see {'it' if spurious == 1 else 'them'}"
    else:
        second = "none is spurious"
    lost = [(f["angular_truncation"], "to l_max"), (f["radial_truncation"], "to the finite basis")]
    third = "".join(f"; {count} {_are(count)} lost {why}" for count, why in lost if count)
    return f"PROVED: {first}; {second}{third}."


def _certificate(result) -> str:
    """What proves the answer again, and the singular values beside it."""
    if result.rule.name is None:
        return f"{result.rule}."
    values, reason = result.rules.get("singular_values"), ""
    rules = [f"{result.rules['point_group'].name} for {result.point_group}"]
    if values and values.name:
        rules.append(f"{values.name} for the spectrum")
    elif values:
        reason = f"; the intervals (∈) have no certificate yet: {values.reason}"
    return f"{result.rule}, and {', '.join(rules)}{reason}."


def near_symmetry_line(result) -> str | None:
    """That the digits hide a symmetry, if they do; and which singular values are small because of that."""
    near = result.near_symmetry
    if near is None:
        return None
    line = f"Exact digits: {result.point_group}; ≈ within {near.within:.1g} Angstrom of {near.group}"
    values, small = result.singular_values, ""
    if values and result.filtration.moves.variables is None and near.allowed < result.filtration.rank:
        largest = values[near.allowed].decimals(3)[1]
        small = f", so that all but {near.allowed} of the singular values are small, below {float(largest):.2g}"
    return f"{line}{small}."


def species_line(result) -> str | None:
    """The irreducible representations of the nulls that symmetry forces, e.g. "E + 2 T2", and of rigid motions."""
    forced, rigid = result.symmetry_species, result.rigid_species
    if not forced:
        return None
    sizes = [count * dimension(symbol) for symbol, count in forced.items()]
    split = f" ({' + '.join(map(str, sizes))})" if len(sizes) > 1 else ""
    motions = f"; {_meaning(result, 'rigid')}: {_sum(rigid)}" if rigid else ""
    return f"Symmetry nulls (no certificate yet): {_sum(forced)}{split}{motions}."


def _sum(species) -> str:
    return " + ".join(symbol if count == 1 else f"{count} {symbol}" for symbol, count in species.items())


def _about_the_structure(result) -> list[str]:
    """The species of its symmetry, how it was snapped, and the symmetry that its digits hide."""
    how = result.subject.snapped
    lines = species_line(result), how and f"{snapping_line(how)}.", near_symmetry_line(result)
    return [line for line in lines if line]


def explanation_lines(result) -> list[str]:
    """Why each null vector of the incompleteness is there."""
    found = result.explanations or []
    names = [f"null vector {k} of incompleteness" if len(found) > 1 else "it" for k in range(1, len(found) + 1)]
    lines = [f"Why {name} is invisible (no certificate yet): {one}." for name, one in zip(names, found)]
    hidden = len(lines) - MAX_EXPLAINED
    return lines if hidden <= 0 else [*lines[:MAX_EXPLAINED], f"Why the other {hidden} are: --json, key explanations."]


def displacements(result) -> list[tuple[str, list[tuple[str, tuple]]]]:
    """For every null vector its level and the atoms that move, in integers: [(level, [("H3", (x, y, z)), ..]), ..]."""
    env, f = result.subject, result.filtration
    if f.moves.level != "environment":
        names = [f"{z}{atom}" for atom, z in enumerate(env.species)]
    elif f.moves.variables is None:
        names = [f"{z}{atom}{image(env, j)}" for j, (z, atom) in enumerate(zip(env.species, env.atoms))]
    else:
        species = dict(zip(env.atoms, env.species)) | {env.centre: env.centre_species}
        names = [f"{species[atom]}{atom}" for atom in f.moves.variables]
    listing = []
    for level in f.levels:
        for vector in level.vectors:
            triples = [tuple(vector[3 * i : 3 * i + 3]) for i in range(len(names))]
            listing.append((level.name, [(name, triple) for name, triple in zip(names, triples) if any(triple)]))
    return listing


def image(env, j) -> str:
    """E.g. "[1 0 -1]": the periodic image that neighbour j of a crystal is."""
    return f"[{' '.join(map(str, env.images[j]))}]" if env.images else ""


def _spectrum_table(result, ladder):
    """Singular values: what is proved (= 0 or ∈), and beside it the evidence of the precision ladder (≈), if any."""
    from rich.table import Table

    table = Table(title="Singular values of the Jacobian", title_justify="left")
    table.add_column("i", justify="right")
    table.add_column("proved", no_wrap=True)
    if ladder is not None:
        for digits in ladder.digits:
            table.add_column(f"{digits} digits", justify="right", no_wrap=True)
        table.add_column("decay", justify="right", no_wrap=True)
    values = result.singular_values
    shown = [i for i, value in enumerate(values) if not value.exact_zero or ladder is not None]
    for i in shown:
        row = [str(i + 1), _proved(result, values[i])]
        if ladder is not None and i < len(ladder.exponents):
            row += [f"≈ {_short(steps[i])}" for steps in ladder.values]
            row.append(f"≈ {round(ladder.exponents[i], 1) + 0.0:.1f}")
        table.add_row(*row)
    if len(shown) < len(values):
        table.add_row(f"{len(shown) + 1}..{len(values)}" if len(values) - len(shown) > 1 else str(len(values)), "= 0")
    return table


def _proved(result, value) -> str:
    return "= 0" if value.exact_zero else "∈ [{}, {}]".format(*value.decimals(result.digits + 3))


def _short(x) -> str:
    import mpmath

    return mpmath.nstr(x, 3, min_fixed=0, max_fixed=0)


def radius_line(result) -> str:
    """What ``result.radius()`` proved and what of it a certificate can prove, or why there is no radius."""
    radius, rule, certified = result.radius(), result.radius_rule, result.certified_radius
    if radius.radius is None:
        return f"Invertibility radius: none: {radius.reason}."
    if rule.name and certified == radius.radius:
        proved = f"(rule {rule.name}) = {radius.radius} Angstrom"
    elif rule.name:
        proved = f"= {certified} Angstrom (rule {rule.name}), = {radius.radius} Angstrom (no certificate yet)"
    else:
        proved = f"(no certificate yet: {rule.reason}) = {radius.radius} Angstrom"
    return (
        f"Invertibility radius {proved}: no two displacements of the neighbours have equal features if none moves "
        "farther, the centre is fixed and their difference is orthogonal to the rotations "
        f"(||I - W J|| <= {radius.bound} throughout); atoms that the descriptor does not see may move."
    )


def print_result(result, console, null_vectors: bool = False, ladder=None, radius: bool = False) -> None:
    """Print table, sentence and, if asked for, null vectors and radius on a rich console; `ladder`: of `result`."""
    from rich.markup import escape as literal
    from rich.table import Table

    table = Table(title=literal(title(result)), title_justify="left")
    for header, justify in (("step", "left"), ("dimension", "right"), ("why", "left")):
        table.add_column(header, justify=justify)
    body = rows(result)
    for i, row in enumerate(body):
        table.add_row(*row, end_section=i == len(body) - 3)
    print_table(console, table)
    console.print(literal(sentence(result)), soft_wrap=True)
    if result.verdict is Verdict.PROVED:
        console.print(literal(_certificate(result)), soft_wrap=True)
    for line in (*explanation_lines(result), *_about_the_structure(result)):
        console.print(literal(line), soft_wrap=True)
    if result.singular_values:
        print_table(console, _spectrum_table(result, ladder))
    if radius:
        console.print(literal(radius_line(result)), soft_wrap=True)
    if null_vectors:
        basis = "Cartesian" if result.subject.metric == IDENTITY else "frame"
        console.print(f"Null vectors ({basis} components, any scale):")
        for level, moves in displacements(result):
            moved = "  ".join(f"{name} ({', '.join(map(str, triple))})" for name, triple in moves)
            console.print(literal(f"  {level}: {moved}"), soft_wrap=True)


def print_summary(results, console) -> None:
    """One row for all atoms of one structure that have the same answer, where there are several results."""
    if len(results) < 2:
        return
    from rich.table import Table

    classes = defaultdict(list)
    for result in results:
        about, f = result.subject, result.filtration
        numbers = tuple(_value(f[level.name]) for level in f.levels)
        answer = (result.point_group, f"{_value(f.rank)} of {f.displacements}", *numbers, str(result.verdict))
        whole = f.moves.level != "environment"
        kind, centre = ("all", None) if whole else (about.centre_species, about.centre)
        classes[about.source, about.frame, kind, len(about.species), answer].append(centre)
    names = [level.name.replace("_", " ") for level in max((r.filtration.levels for r in results), key=len)]
    table = Table(title="Atoms by their answers", title_justify="left")
    heads = ["structure", "centres", "neighbours", "symmetry", "rank", *names, "verdict"]
    for head in heads:
        table.add_column(head, justify="left" if head in ("structure", "centres", "verdict") else "right")
    for (source, frame, species, n, answer), centres in classes.items():
        group, rank, *numbers, verdict = answer
        numbers += [""] * (len(names) - len(numbers))
        name = (source or "").rpartition("/")[2]
        where = name if frame in (None, 0) else f"{name}, frame {frame}"
        table.add_row(
            where,
            species if centres == [None] else f"{species} {_ranges(centres)}",
            str(n),
            group,
            rank,
            *numbers,
            verdict,
        )
    print_table(console, table)


def _ranges(numbers) -> str:
    """E.g. "0, 2-5"."""
    runs = []
    for x in sorted(numbers):
        if runs and runs[-1][1] == x - 1:
            runs[-1][1] = x
        else:
            runs.append([x, x])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def as_text(result) -> str:
    """The table and the sentence as plain text."""
    from io import StringIO

    from rich.console import Console

    stream = StringIO()
    print_result(result, Console(file=stream, width=110, color_system=None, force_jupyter=False))
    return stream.getvalue().rstrip()


def as_html(result) -> str:
    """The table and the sentence for a notebook."""

    def table(head, body):
        lines = [
            f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in row)}</tr>"
            for tag, part in (("th", [head]), ("td", body))
            for row in part
        ]
        return f"<table>{''.join(lines)}</table>"

    parts = [
        f"<p><b>{escape(title(result))}</b></p>",
        table(("step", "dimension", "why"), rows(result)),
        f"<p>{escape(sentence(result))}</p>",
    ]
    if result.verdict is Verdict.PROVED:
        parts.append(f"<p>{escape(_certificate(result))}</p>")
    parts += [f"<p>{escape(line)}</p>" for line in (*explanation_lines(result), *_about_the_structure(result))]
    if result.singular_values:
        values = [(str(i + 1), _proved(result, value)) for i, value in enumerate(result.singular_values)]
        parts.append(table(("i", "singular value"), values))
    return "".join(parts)
