"""What a person sees of an audit: a table, a sentence, and the peer's spectrum drawn over the certified one.

Law: "=" stands before what is proved, "∈" before an enclosure, "≤" before a proved bound, "≈" before a measurement.
"""

import math
from decimal import ROUND_CEILING, Context
from io import StringIO

from symsens.errors import InputError
from symsens.numbers.singular_values import SingularValue
from symsens.show.pictures import new_figure, save_figure
from symsens.show.tables import plural

MADE = {
    "analytic": "analytic",
    "package differences": "its differences",
    "adapter differences": "our differences",
}
LOUD = 1e-3  # an error that the sentence mentions though the rank is right
SHOWN = 1e-20  # of σ₁: smaller values of a package are drawn at the edge


def title(audit) -> str:
    """Two lines: which package, which atoms."""
    env = audit.proof.environment
    where = f"{env.source}: " if env.source else ""
    beyond = audit.atoms - len({env.centre, *env.atoms})
    if audit.whole:
        around = f"the whole structure of {plural(audit.atoms, 'atom')}"
    else:
        around = f"centre {env.centre} ({env.centre_species}), {plural(env.n, 'neighbour')}"
    unseen = f" ({plural(beyond, 'atom')} beyond its reach)" if beyond else ""
    return f"{audit.peer}\n{where}{env.formula}, {around}{unseen}, all atoms move"


def _number(x) -> str:
    return "undefined" if x is None else "0" if x == 0 else f"≈ {x:.1e}"


def _upward(x: float) -> str:
    """Two digits, not below x."""
    return f"{float(Context(prec=2, rounding=ROUND_CEILING).create_decimal(x)):.1e}"


def _proved_rank(audit) -> str:
    lower, upper = audit.proof.rank
    return f"= {upper}" if lower == upper else f"≤ {upper}" if not lower else f"{lower} to {upper}"


def _hidden(audit) -> str:
    """The proved null space by cause."""
    env, (lower, upper) = audit.proof.environment, audit.proof.rank
    total = 3 * audit.atoms - upper
    parts = {level.name.replace("_", " "): level.dimension for level in audit.proof.levels}
    parts["out of reach"] = 3 * (audit.atoms - len({env.centre, *env.atoms}))
    listed = ", ".join(f"{count} {name}" for name, count in parts.items() if count)
    return f"{'=' if lower == upper else '≥'} {total}" + (f" ({listed})" if listed else "")


def _ratio(values, i) -> str:
    """One singular value over the largest, enclosed, to three digits."""
    if i == 0:
        return "= 1"
    ends = SingularValue(values[i].lower / values[0].upper, values[i].upper / values[0].lower).decimals(3)
    return "∈ [{}, {}]".format(*(f"{float(end):.2e}" for end in ends))


def rows(audit) -> list[tuple[str, str, str]]:
    """(quantity, the package, proved), as strings."""
    lower, upper = audit.proof.rank
    rank = audit.numeric_rank
    table = [
        ("derivative by", MADE[audit.derivative], ""),
        ("displacements it sees (rank)", "undefined" if rank is None else f"≈ {rank}", _proved_rank(audit)),
    ]
    if audit.turned:
        table.append(("the same in other orientations", "≈ " + ", ".join(map(str, audit.turned)), _proved_rank(audit)))
    unseen = "undefined" if rank is None else f"≈ {3 * audit.atoms - rank}"
    table.append(("displacements it does not see", unseen, _hidden(audit)))
    values, certified = audit.values, audit.proof.values
    if values and values[0]:
        if lower == upper > 0 and certified is not None:
            weakest = _number(values[upper - 1] / values[0])
            table.append(("weakest of those seen, σ/σ₁", weakest, _ratio(certified, upper - 1)))
        if upper < len(values):
            table.append(("strongest of those not seen, σ/σ₁", _number(values[upper] / values[0]), "= 0"))
    error = "undefined" if audit.max_relative_error is None else f"≤ {_upward(audit.max_relative_error)}"
    unknown = "no closed form is known" if audit.proof.form is None else ""
    table.append(("error of the Jacobian, of its largest entry", error, unknown))
    table.append(("noise floor, of σ₁", _number(audit.noise_floor), ""))
    table.append(("leak of displacements proved invisible", _number(audit.null_space_leak), "= 0"))
    return table


def sentence(audit) -> str:
    """The verdict for a chemist."""
    rank, parts = audit.numeric_rank, [_VERDICTS[audit.judgement](audit)]
    if audit.judgement == "RIGHT" and (audit.max_relative_error or 0) > LOUD:
        error = _upward(audit.max_relative_error)
        parts.append(f"Its Jacobian is wrong nevertheless: an entry is off by {error} of the largest entry.")
    if set(audit.turned) - {rank}:
        ranks = ", ".join(map(str, audit.turned))
        parts.append(f"The answer depends on how the atoms are turned: {ranks} in other orientations.")
    if audit.derivative == "package differences":
        parts.append(
            "The package differentiates by finite differences here: their errors are judged with its features."
        )
    if audit.derivative == "adapter differences":
        about = "" if audit.difference_error is None else f", with errors of about {audit.difference_error:.1e} σ₁"
        parts.append(f"The derivative is not the package's: differences of its features were taken here{about}.")
    return " ".join(parts)


def _right(audit) -> str:
    seen = plural(audit.numeric_rank, "independent displacement")
    return f"RIGHT: the package sees {seen}, as proved."


def _undecided(audit) -> str:
    rank, why = audit.numeric_rank, audit.proof.undecided
    return f"UNDECIDED: the package's rank {rank} is possible, but not proved: {why}."


def _noise(audit) -> str:
    rank, (lower, upper) = audit.numeric_rank, audit.proof.rank
    if not audit.agrees:
        proved = f"{upper} is proved" if lower == upper else f"{lower} to {upper} is proved"
        how = f"reaches {audit.values[upper] / audit.values[0]:.1e} σ₁" if rank > upper else "may be lost"
        what = "too many" if rank > upper else "missing"
        return (
            f"NOISE: rank {rank}, but {proved}: what is {what} {how} in the errors of differences made here, which are "
            "not the package's."
        )
    last = f"the last value that it counts, {audit.last_value:.1e} σ₁, lies below the noise floor of "
    proved = ""
    if (exact := audit.proof.values) is not None:
        proved = f" (no more than {_upward(float(exact[rank - 1].upper / exact[0].lower))} σ₁ is proved of it)"
    return f"NOISE: rank {rank} is the proved one, but right by accident: {last}{audit.noise_floor:.1e} σ₁{proved}."


def _wrong(audit) -> str:
    (lower, upper), rank = audit.proof.rank, audit.numeric_rank
    differences = " (finite differences)" if audit.derivative == "package differences" else ""
    if audit.problem:
        return f"WRONG{differences}: {audit.problem}, where the features are differentiable: there is no rank."
    if rank > upper:
        proved = f"{upper} is proved" if lower == upper else f"no smooth descriptor of its kind has more than {upper}"
        return (
            f"WRONG{differences}: rank {rank}, but {proved}: {plural(rank - upper, 'displacement')} too many, made of "
            f"errors that reach {audit.values[upper] / audit.values[0]:.1e} σ₁, and NumPy takes only what is below "
            f"{audit.tolerance:.1e} σ₁ for zero."
        )
    proved = f"{lower} is proved" if lower == upper else f"{lower} or more is proved"
    lost = plural(lower - rank, "displacement")
    return f"WRONG{differences}: rank {rank}, but {proved}: {lost} that the features see {_lost(audit)}."


_VERDICTS = {"RIGHT": _right, "WRONG": _wrong, "NOISE": _noise, "UNDECIDED": _undecided}


def certificate(audit) -> str:
    """Which rules prove again what is proved here, and what has none."""
    rules, numbers = audit.rules, "error, noise floor and leak"
    if rules["rank"].name is None:
        return f"No certificate yet: {rules['rank'].reason}."
    if rules["audit"].name is None:
        return f"{rules['rank']}; nothing proves {numbers} again yet: {rules['audit'].reason}."
    return f"{rules['rank']} for the closed form's rank, and audit for {numbers}; NumPy's numbers have none."


def _lost(audit) -> str:
    values, rank, lower = audit.proof.values, audit.numeric_rank, audit.proof.rank[0]
    verb = "is" if lower - rank == 1 else "are"
    if values is None:
        return f"{verb} lost to noise"
    true = float(values[rank].upper / values[0].lower)
    if true <= audit.tolerance:
        zero = f"below the {audit.tolerance:.1e} σ₁ that NumPy takes for zero, so that no float64 Jacobian shows more"
        return f"{verb} lost: at {_upward(true)} σ₁ or less, {zero}"
    return f"{verb} lost: at {_upward(true)} σ₁ or less, in errors of {audit.noise_floor:.1e} σ₁"


def print_audit(audit, console) -> None:
    """Print the table and the sentence on a rich console."""
    from rich.markup import escape as literal
    from rich.table import Table

    table = Table()
    for header, justify in (("", "left"), ("the package", "left"), ("proved", "left")):
        table.add_column(header, justify=justify)
    for row in rows(audit):
        table.add_row(*map(literal, row))
    console.print(literal(title(audit)), soft_wrap=True)
    console.print(table)
    console.print(literal(sentence(audit)), soft_wrap=True)
    console.print(literal(certificate(audit)), soft_wrap=True)


def as_text(audit) -> str:
    """The table and the sentence as plain text."""
    from rich.console import Console

    stream = StringIO()
    print_audit(audit, Console(file=stream, width=110, color_system=None, force_jupyter=False))
    return stream.getvalue().rstrip()


# The picture.


def draw(axes, audit) -> None:
    """The peer's singular values over σ₁ (circles), the certified (bars; zeros on a strip below), the noise floor."""
    from matplotlib.ticker import NullLocator

    upper, certified = audit.proof.rank[1], audit.proof.values or ()
    scale = float(certified[0].upper) if upper and certified else max(audit.values[0], 1e-300)
    measured = [value / scale for value in audit.values]
    intervals = [(float(v.lower) / scale, float(v.upper) / scale) for v in certified if not v.exact_zero]
    lowest = min([SHOWN, *(low / 10 for low, _ in intervals)])
    decades = math.floor(math.log10(lowest))
    bottom, strip, right = 10.0**decades, 10.0 ** (decades - 2), len(measured) + 0.7
    for i, (low, high) in enumerate(intervals):
        label = "proved, to less than the bar" if not i else None
        style = {"width": 0.8, "color": "tab:blue", "alpha": 0.6, "linewidth": 0}
        axes.bar(i + 1, 1.5 * high - low / 1.5, bottom=low / 1.5, label=label, **style)
    zeros, level = range(upper + 1, len(measured) + 1), (strip * bottom) ** 0.5
    if zeros:
        label = f"proved = 0 ({len(zeros)})"
        axes.plot(zeros, [level] * len(zeros), "s", color="tab:blue", markersize=6, alpha=0.6, label=label)
    for inside, colour, text in ((True, "k", "the package"), (False, "tab:red", "the package, where 0 is proved")):
        points = [(i + 1, max(x, bottom)) for i, x in enumerate(measured) if (i < upper) is inside]
        style = {"markerfacecolor": "none", "color": colour, "markersize": 7, "clip_on": False, "zorder": 3}
        if points:
            axes.plot(*zip(*points), "o", label=text, **style)
    if audit.noise_floor and audit.noise_floor > bottom:
        axes.axhspan(bottom, audit.noise_floor, color="tab:orange", alpha=0.15, zorder=0, linewidth=0)
        text = f"noise floor {audit.noise_floor:.0e} "
        axes.text(right, audit.noise_floor, text, ha="right", va="bottom", fontsize=8, color="tab:brown")
    axes.axhline(audit.tolerance, color="0.4", linestyle=":", linewidth=1)
    axes.text(0.4, audit.tolerance, "NumPy takes what is below for zero", ha="left", va="top", fontsize=8, color="0.35")
    axes.axhspan(strip, bottom, color="0.93", zorder=0, linewidth=0)
    axes.axvline(upper + 0.5, color="tab:blue", linewidth=1)
    axes.text(upper + 0.4, 30, f"rank {_proved_rank(audit)} ", ha="right", va="center", fontsize=9, color="tab:blue")
    axes.set(yscale="log", xlabel="i", ylabel=r"$\sigma_i/\sigma_1$", xlim=(0.3, right), ylim=(strip, 300))
    ticks = range(0, decades - 1, -4)
    axes.set_yticks([level, *(10.0**k for k in ticks)], ["= 0", *(f"$10^{{{k}}}$" for k in ticks)])
    axes.yaxis.set_minor_locator(NullLocator())
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.legend(fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=2, frameon=False)


def save(audit, path: str) -> None:
    """Write the picture to `path`, whole or not at all; the format is the file's ending.

    Raises
    ------
    InputError
        matplotlib is missing, there is nothing to draw, an ending that is no picture, a path that cannot be written.
    """

    if not audit.values:
        raise InputError(f"{audit.peer}: {audit.problem}: nothing to draw")
    picture = new_figure(7.0, 4.6)
    draw(picture.subplots(), audit)
    ranks = f"rank {audit.numeric_rank} to NumPy, {_proved_rank(audit).removeprefix('= ')} proved: {audit.judgement}"
    picture.suptitle(f"{title(audit)}\n{ranks}", fontsize=9)
    save_figure(picture, path)
