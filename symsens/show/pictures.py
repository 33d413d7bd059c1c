"""Pictures of one result: the precision ladder, the enclosed spectrum, the null vectors as arrows on the atoms.

Law: a picture shows what a `symsens.jobs.certification.Result` holds and proves nothing; proved zeros and intervals are
drawn apart from estimates. matplotlib is imported on first use (extra ``plot``) and its global state is left alone.
"""

from io import BytesIO
from pathlib import Path

import numpy as np

from symsens.errors import InputError
from symsens.files import write_whole
from symsens.forms.arithmetics import floating
from symsens.forms.seeds import cartesian_frame, cartesian_positions
from symsens.geometry.displacements import tied_atoms
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


def _positions(result):
    """(names, Cartesian positions) of the atoms that can move, and of the centre if it cannot."""
    env = result.environment
    x = cartesian_positions(env, floating())
    if result.filtration.moves.variables is None:
        return [f"{z}{atom}" for z, atom in zip(env.species, env.atoms)], x, f"{env.centre_species}{env.centre}"
    place = {env.centre: (env.centre_species, np.zeros(3))} | {
        atom: (z, y) for atom, z, y in zip(env.atoms, env.species, x)
    }
    atoms = tied_atoms(env)
    return [f"{place[a][0]}{a}" for a in atoms], np.array([place[a][1] for a in atoms]).reshape(-1, 3), None


def draw_null_vector(axes, result, level: str, vector) -> None:
    """One null vector as arrows on the atoms of the environment (three-dimensional axes), of the size of the cloud."""
    from ase.data import atomic_numbers, covalent_radii
    from ase.data.colors import jmol_colors

    names, x, centre = _positions(result)
    env = result.environment
    b = np.array(cartesian_frame(env, floating()), dtype=float)
    v = np.array([float(c) for c in vector]).reshape(-1, 3) @ b.T
    size = np.abs(x).max(initial=1.0)
    v *= 0.6 * size / (np.linalg.norm(v, axis=1).max(initial=0) or 1.0)
    origin = np.zeros(3) if centre else x[tied_atoms(env).index(env.centre)]
    for name, position, move in zip(names, x, v):
        axes.plot(*np.transpose([origin, position]), color="0.8", linewidth=1, zorder=0)
        z = atomic_numbers.get("".join(filter(str.isalpha, name)), 0)
        axes.scatter(*position, s=90 + 160 * covalent_radii[z], color=jmol_colors[z], edgecolors="k", linewidths=0.5)
        axes.text(*position, f"  {name}", fontsize=7)
        if np.any(move):
            axes.quiver(*position, *move, color=COLOURS[level], linewidth=2, arrow_length_ratio=0.25)
    if centre:
        axes.scatter(0, 0, 0, s=120, marker="x", color="k")
        axes.text(0, 0, 0, f"  {centre}", fontsize=7)
    axes.set_title(level.replace("_", " "), fontsize=9, color=COLOURS[level])
    ends = np.concatenate([x, x + v, origin[None]])  # the whole drawing, arrows included, in a cube
    middle, half = (ends.max(axis=0) + ends.min(axis=0)) / 2, np.ptp(ends, axis=0).max() / 2 or 1.0
    axes.set(**{f"{axis}lim": (m - half, m + half) for axis, m in zip("xyz", middle)})
    axes.set_box_aspect((1, 1, 1), zoom=1.0)
    axes.set_axis_off()


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
    moves = [(level.name, v) for level in levels for v in level.vectors][:MAX_ARROWS]
    panels = (ladder is not None) + (result.singular_values is not None)
    if not panels and not moves:
        raise InputError(
            f"{result.environment.source or 'environment'}: no null vector beyond rigid motions and no descriptor: "
            "nothing to draw"
        )
    rows, columns = -(-len(moves) // 3), min(len(moves), 3)
    picture = new_figure(max(5.0 * panels, 2.8 * columns, 5.0), 4.0 * bool(panels) + 2.8 * rows)
    picture.suptitle(title(result), fontsize=10)
    parts = [picture, picture]
    if panels and moves:
        parts = picture.subfigures(2, 1, height_ratios=[4.0, 2.8 * rows])
    if panels:
        axes = list(np.atleast_1d(parts[0].subplots(1, panels)))
        if ladder is not None:
            draw_ladder(axes.pop(0), result, ladder)
        if axes:
            draw_spectrum(axes[0], result)
    for i, (level, vector) in enumerate(moves):
        axes = parts[1].add_subplot(rows, columns, i + 1, projection="3d")
        draw_null_vector(axes, result, level, vector)
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
