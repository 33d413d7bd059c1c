"""What a person reads of a comparison: what each descriptor sees, what was found out about it, its parameters.

Law: "=" stands before what is proved, "≈" before what is measured, "∈" before an enclosure; a number that is not known
is "?", one that makes no sense "-".
"""

from symsens.rows.filtration import LEVELS
from symsens.show.tables import plural
from symsens.show.turning import print_table

DIGITS = 4  # of condition numbers


def _number(value) -> str:
    return "-" if value is None else str(value)


def _condition(row) -> str:
    """The enclosed condition number, rounded outward."""
    value = row.condition_number
    if value is None:
        return "-" if row.refused or row.decided else "?"
    if value.lower == value.upper:
        return f"= {value.lower}"
    return "∈ [{}, {}]".format(*(text.lower().replace("e+", "e") for text in value.decimals(DIGITS)))


def _proved(row, value) -> str:
    if row.refused:
        return "-"
    return "?" if value is None else f"= {value}"


def numbers(row, number: int) -> list[str]:
    """The cells of the first table."""
    f = row.result.filtration if row.result else None
    cells = [f"{number} {row.descriptor.name}", _number(row.features), _number(f and f.nu), _proved(row, f and f.rank)]
    for level in LEVELS:
        missing = f is not None and f.undecided is None and f[level] is None  # not told apart for this descriptor
        cells.append("-" if missing else _proved(row, f and f[level]))
    return [*cells, _condition(row)]


def _redundant(row) -> str:
    r = row.redundancy
    if r.relations is not None:
        return f"= {r.relations}" if r.relations == r.at_most else f"{r.relations} to {r.at_most}"
    return "?" if r.at_most is None else f"≤ {r.at_most}"


def _yes(answer, yes: str = "yes", no: str = "no") -> str:
    if answer.holds is None:
        return "?"
    sign = {"measured": "≈", "proved": "="}.get(answer.how, "∈")
    return f"{sign} {yes if answer.holds else no}"


def _seconds(x) -> str:
    if x is None:
        return "-"
    value, unit = (1000 * x, "ms") if x < 1 else (x, "s")
    return f"≈ {value:.2g} {unit}" if value < 99.5 else f"≈ {value:.0f} {unit}"


def answers(row, number: int) -> list[str]:
    """The cells of the second table."""
    s = row.survey
    periodic = _yes(s.periodic)
    if s.periodic.holds:  # any structure can be cut to a finite environment: does the descriptor's own cutoff decide?
        periodic = "?" if s.own_cutoff.holds is None else "≈ yes" if s.own_cutoff.holds else "≈ if cut"
    within = s.invariance.detail.replace("within ", "±") if s.invariance.how == "enclosed" else "yes"
    sizes = s.size_with_another_species.sizes
    return [
        f"{number} {row.descriptor.name}",
        _redundant(row),
        _yes(s.invariance, within),
        _yes(row.unique),
        _yes(s.differentiable),
        _yes(s.fixed_size),
        "≈ {} → {}".format(*sizes) if sizes else "?",
        periodic,
        _seconds(s.jacobian_seconds),
        f"{row.seconds:.2f}",
    ]


NUMBERS = (
    "descriptor",
    "features",
    "nu",
    "rank",
    "rigid",
    "symmetry",
    "incompl.",
    "angular",
    "radial",
    "sigma_1 / sigma_r",
)
ANSWERS = (
    "descriptor",
    "linear\nrelations",
    "invariant?",
    "unique\nhere?",
    "smooth\nhere?",
    "fixed\nsize?",
    "one species\nmore",
    "periodic?",
    "float64\nJacobian",
    "proof, s",
)


def notes(comparison) -> list[str]:
    """The lines below the tables: parameters, reasons."""
    lines = []
    for number, row in enumerate(comparison.rows, 1):
        lines.append(f"{number}  {row.descriptor}")
        if row.refused:
            lines.append(f"   refused: {row.refused}")
        elif row.undecided:
            lines.append(f"   UNDECIDED: {row.undecided}")
        elif not row.unique.holds:
            lines.append(f"   sees not all that symmetry allows: {row.unique.detail}")
        if row.result is None:
            continue
        s = row.survey
        for what, answer in (("invariant", s.invariance), ("fixed size", s.fixed_size), ("periodic", s.periodic)):
            if not answer.holds:
                lines.append(f"   {what}: {answer.detail}")
    return lines


LEGEND = (
    "= proved, ∈ enclosed, ≈ measured. Ranks, dimensions and sigma have certificates (certify --out), relations too "
    "(derive --relations --out); the answers of the second table have none. sigma: of the features as they are, in "
    "their own units. Linear relations: at every structure. Invariant: under a rotation, the inversion and a "
    "permutation of like atoms, differences relative to the largest feature. Unique: sees every displacement that no "
    "symmetry hides. Fixed size: with one neighbour fewer. One species more: numbers of features here → with a "
    "neighbour of another species. Periodic: evaluated on a periodic chain; if cut: it counts atoms at any distance, "
    "so that --cutoff decides."
)


def title(comparison) -> str:
    """One line: which environment."""
    env = comparison.environment
    where = f"{env.source}: " if env.source else ""
    filtrations = [row.result.filtration for row in comparison.rows if row.result]
    columns = f"{filtrations[0].displacements} displacements, " if filtrations else ""
    centre = f"centre {env.centre} ({env.centre_species}), {plural(env.n, 'neighbour')}"
    return f"{where}{env.formula}, {centre}, {columns}over {env.field.name}"


def row_line(number: int, row) -> str:
    """One line as soon as a row is there: rank, verdict and time."""
    f = row.result.filtration if row.result else None
    if row.refused:
        answer = f"refused: {row.refused}"
    elif row.undecided:
        answer = f"UNDECIDED: {row.undecided}"
    else:
        answer = f"rank = {f.rank} of {f.displacements}"
    return f"{number}  {row.descriptor}: {answer} ({row.seconds:.2g} s)"


def print_comparison(comparison, console) -> None:
    """Print both tables and the notes on a rich console."""
    from rich.box import SIMPLE_HEAD
    from rich.markup import escape as literal
    from rich.table import Table

    for headers, cells, caption in ((NUMBERS, numbers, title(comparison)), (ANSWERS, answers, None)):
        table = Table(title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
        table.title = caption and literal(caption)
        for i, header in enumerate(headers):
            table.add_column(header, justify="right" if i else "left")
        for number, row in enumerate(comparison.rows, 1):
            table.add_row(*cells(row, number))
        print_table(console, table)
    for line in notes(comparison):
        console.print(literal(line), soft_wrap=True)


def print_comparisons(comparisons, console) -> list:
    """Print each comparison as soon as it is there, and the legend; returns them all."""
    found = []
    for comparison in comparisons:
        print_comparison(comparison, console)
        found.append(comparison)
    console.print(LEGEND)
    return found


def as_text(comparison) -> str:
    """The tables, the notes and the legend as plain text."""
    from io import StringIO

    from rich.console import Console

    stream = StringIO()
    print_comparisons([comparison], Console(file=stream, width=110, color_system=None, force_jupyter=False))
    return stream.getvalue().rstrip()
