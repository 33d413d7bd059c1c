"""Pictures of one result: the precision ladder, the enclosed spectrum, the null vectors as arrows on the atoms.

Law: a picture shows what a `symsens.jobs.certification.Result` holds and proves nothing; proved zeros and intervals are
drawn apart from estimates. matplotlib is imported on first use (extra ``plot``) and its global state is left alone.
"""

from io import BytesIO
from pathlib import Path
from textwrap import fill

import numpy as np

from symsens.errors import InputError
from symsens.files import write_whole
from symsens.show.clouds import Cloud
from symsens.show.tables import title

COLOURS = {
    "rigid": "0.55",
    "symmetry": "tab:green",
    "incompleteness": "tab:red",
    "angular_truncation": "tab:orange",
    "radial_truncation": "tab:purple",
}
MAX_ARROWS = 6
NOISE = 2.0**-52


def new_figure(width: float, height: float):
    """An empty matplotlib Figure of so many inches, outside pyplot; `InputError` without matplotlib."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise InputError("pictures need matplotlib: pip install 'symsens[plot]'") from None

    class Picture(Figure):
        """A Figure that a notebook shows by itself."""

        def _repr_png_(self):
            stream = BytesIO()
            self.savefig(stream, format="png", dpi=90)
            return stream.getvalue()

    figure = Picture(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def draw_ladder(axes, result, ladder) -> None:
    """Singular values over sigma_1 against working digits: proved zeros fall along the diagonal, others stay level."""
    digits = ladder.digits
    zero = [value.exact_zero for value in result.singular_values]
    for i in range(len(ladder.exponents)):
        points = [
            max(float(steps[i] / steps[0]), 10.0 ** -(d + 5)) if steps[0] else 0.0
            for steps, d in zip(ladder.values, digits)
        ]
        colour, marker = ("tab:red", "v") if zero[i] else ("tab:blue", "o")
        axes.plot(digits, points, color=colour, marker=marker, markersize=4, linewidth=1, alpha=0.8)
    axes.plot(digits, [10.0**-d for d in digits], "k:", linewidth=1)
    features = NOISE * max(len(zero), 1)
    axes.axhspan(10.0 ** -(digits[-1] + 8), features, color="0.9", zorder=0)
    axes.text(digits[0], features / 10, " below the float64 noise floor", va="top", fontsize=8, color="0.35")
    axes.plot([], [], color="tab:blue", marker="o", label="proved positive")
    if any(zero[: len(ladder.exponents)]):
        axes.plot([], [], color="tab:red", marker="v", label="proved = 0")
    axes.plot([], [], "k:", label=r"$10^{-\mathrm{digits}}$")
    axes.set(
        yscale="log",
        xlabel="working digits (mpmath)",
        ylabel=r"$\sigma_i/\sigma_1$ (estimate)",
        title="Precision ladder: evidence",
        xticks=digits,
    )
    axes.set_ylim(10.0 ** -(digits[-1] + 8), 1e3)
    axes.legend(fontsize=8, loc="lower left")


def draw_spectrum(axes, result) -> None:
    """Every singular value with its rigorous interval; proved zeros on a strip below, coloured by their step."""
    values, f = result.singular_values, result.filtration
    positive = [value for value in values if not value.exact_zero]
    for i, value in enumerate(positive):
        axes.plot([i + 1, i + 1], [float(value.lower), float(value.upper)], color="tab:blue", linewidth=2)
        axes.plot(i + 1, float((value.lower + value.upper) / 2), "_", color="tab:blue", markersize=9)
    ends = [float(value.lower) for value in positive] or [1.0]
    floor = min(ends) * 1e-3
    axes.axhspan(floor / 30, floor, color="0.95", zorder=0)
    start = len(positive)
    for name, count in f.as_dict().items():
        if count:
            places, label = range(start + 1, start + count + 1), f"= 0: {name.replace('_', ' ')} ({count})"
            axes.plot(places, [floor / 5] * count, "s", color=COLOURS[name], markersize=5, label=label)
            start += count
    axes.set(yscale="log", xlabel="i", ylabel=r"$\sigma_i$", title="Spectrum: intervals proved")
    axes.xaxis.get_major_locator().set_params(integer=True)
    if start > len(positive):  # a tick for zero, where a logarithm has none
        ticks = [tick for tick in axes.get_yticks() if tick > floor]
        axes.set_yticks([floor / 5, *ticks], ["0", *(f"$10^{{{round(np.log10(tick))}}}$" for tick in ticks)])
    axes.set_ylim(floor / 30, max([float(value.upper) for value in positive] or [1.0]) * 10)
    if start > len(positive):
        axes.legend(fontsize=8, loc="upper right")


def draw_twins(axes, points) -> None:
    """The least singular value beyond rigid motions by distance from a singular point: proved, and as float64 sees it.

    Parameters
    ----------
    points : (exponent, `SingularValue`, float64 estimate) after a displacement of 10^-exponent, of none if it is None.
    """
    moved = [(10.0**-exponent, value, estimate) for exponent, value, estimate in points if exponent is not None]
    last = min(x for x, _, _ in moved)  # the smallest displacement
    axes.axhspan(last * 1e-6, NOISE * 100, color="0.92", zorder=0)
    axes.text(1e-3, NOISE * 30, "float64 noise", ha="left", va="top", fontsize=8, color="0.35")
    sizes, values, estimates = zip(*moved)
    axes.plot(sizes, estimates, "x:", color="tab:red", label="NumPy on a float64 Jacobian (≈)")
    lower, widths = [float(v.lower) for v in values], [[0.0] * len(moved), [float(v.upper - v.lower) for v in values]]
    axes.errorbar(sizes, lower, yerr=widths, fmt="o-", color="tab:blue", label="proved interval (∈)")
    for exponent, value, estimate in points:
        if exponent is None:
            axes.plot(last * 1e-4, estimate, "x", color="tab:red")
            label = "proved zero (=)" if value.exact_zero else "proved interval (∈)"
            axes.plot(last * 1e-4, last * 1e-4, "v", color="tab:blue", markersize=9, label=label)
            end, arrow = (last * 1e-1, last * 1e9), {"arrowstyle": "-", "color": "0.6"}
            what = "the singular\npoint itself"
            axes.annotate(what, (last * 1e-4, last * 1e-4), end, fontsize=8, ha="center", arrowprops=arrow)
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="displacement from the singular environment F1 (Angstrom)",
        ylabel="smallest singular value beyond rigid motions",
    )
    axes.invert_xaxis()
    axes.set_ylim(last * 1e-6, 10)
    axes.legend(fontsize=8, loc="lower left")


def figure(result, ladder=None):
    """A matplotlib Figure: ladder and spectrum (with a descriptor), and up to six null vectors beyond rigid motions.

    Parameters
    ----------
    result : symsens.jobs.certification.Result.
    ladder : ``result.ladder()``, or None to leave that panel out.

    Raises
    ------
    InputError
        matplotlib is missing, or there is nothing to draw.
    """
    levels = [level for level in result.filtration.levels if level.name != "rigid"]
    moves = [(level.name, v) for level in levels for v in level.vectors]
    every, moves = len(moves), moves[:MAX_ARROWS]
    panels = (ladder is not None) + (result.singular_values is not None)
    if not panels and not moves:
        raise InputError(
            f"{result.environment.source or 'environment'}: no null vector beyond rigid motions and no descriptor: "
            "nothing to draw"
        )
    rows, columns = -(-len(moves) // 3), min(len(moves), 3)
    width = max(5.0 * panels, 3.0 * columns, 5.0)
    picture = new_figure(width, 4.0 * bool(panels) + 3.0 * rows + 0.5)
    lines = [fill(line, int(14 * width), break_on_hyphens=False) for line in title(result).splitlines()]
    picture.suptitle("\n".join(lines), fontsize=10)
    parts = [picture, picture]
    if panels and moves:
        parts = picture.subfigures(2, 1, height_ratios=[4.0, 3.0 * rows])
    if panels:
        axes = list(np.atleast_1d(parts[0].subplots(1, panels)))
        if ladder is not None:
            draw_ladder(axes.pop(0), result, ladder)
        if axes:
            draw_spectrum(axes[0], result)
    if moves:
        cloud = Cloud.of(result)
        view = cloud.view([vector for _, vector in moves])
        shown = len(moves) if len(moves) == every else f"{len(moves)} of {every}"
        text = f"null vectors beyond rigid motions, {shown} shown: any multiple of the arrows is invisible"
        (parts[1] if panels else picture).supxlabel(text, fontsize=8, color="0.35")
    for i, (level, vector) in enumerate(moves):
        cloud.draw(parts[1].add_subplot(rows, columns, i + 1), view, level, vector, COLOURS[level])
    return picture


def save(result, path: str, ladder=None) -> None:
    """Write `figure` to `path` with `save_figure`; raises as both do."""
    save_figure(figure(result, ladder), path)


def save_figure(picture, path: str) -> None:
    """Write a matplotlib Figure, whole or not at all; the format is the file's ending.

    Raises
    ------
    InputError
        An ending that is no picture; a path that cannot be written.
    """
    kind, stream = Path(path).suffix.lstrip(".").lower(), BytesIO()
    if kind not in picture.canvas.get_supported_filetypes():
        raise InputError(f"{path}: no picture format ends in .{kind}: use .png, .pdf or .svg")
    picture.savefig(stream, format=kind, dpi=150)
    write_whole(path, stream.getvalue())
