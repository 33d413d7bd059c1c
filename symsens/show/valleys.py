"""A picture of a family: small singular values against its parameter, with the points where one is proved to be zero.

Law: curves are estimates of float64, marks are proved; what is undecided looks like neither.
"""

import numpy as np

from symsens.show.loci import decimal
from symsens.show.pictures import NOISE, new_figure

SHOWN = 3  # of the smallest singular values
COLOURS = ("tab:blue", "0.45", "0.75")


def figure(located, places: np.ndarray, values: np.ndarray, name: str):
    """A matplotlib Figure.

    Parameters
    ----------
    located : symsens.jobs.loci.Located.
    places, values : (m,) values of the parameter, (m, rank) the singular values there, in descending order.
    name : of the descriptor whose singular values they are.

    Raises
    ------
    InputError
        matplotlib is missing.
    """
    found, t = located.found, located.found.curve.parameter
    picture = new_figure(7.0, 4.6)
    axes = picture.subplots()
    rank = found.generic.rank
    floor = NOISE * 1e-3
    for shown, colour in zip(range(min(SHOWN, rank)), COLOURS):
        label = rf"$\sigma_{{{rank - shown}}}/\sigma_1$ (≈, float64)"
        axes.plot(
            places,
            np.maximum(values[:, rank - 1 - shown] / values[:, 0], floor),
            color=colour,
            linewidth=1.4,
            label=label,
        )
    _draw_points(axes, located, floor)
    axes.axhspan(floor, NOISE * 10, color="0.93", zorder=0)
    axes.text(
        0.01, NOISE * 5, "float64 noise", fontsize=9, color="0.35", va="top", transform=axes.get_yaxis_transform()
    )
    low, high = map(float, found.curve.interval)
    axes.set(yscale="log", xlim=(low, high), ylim=(floor, 3), xlabel=t)
    axes.set_xlabel(f"parameter {t}", fontsize=12)
    axes.set_ylabel("singular values of the Jacobian", fontsize=12)
    axes.tick_params(labelsize=11)
    what = f"{name}\n" if name else ""
    title = f"rank {rank} of {found.generic.displacements} at nu = {found.nu}, smaller only at the marks (proved)"
    axes.set_title(what + title, fontsize=11)
    picture.legend(loc="outside lower center", ncols=2, fontsize=10, frameon=False)
    return picture


def _draw_points(axes, located, floor: float) -> None:
    decided = [float(decimal(point)) for point in located.points if point.filtration is not None]
    open_ = [float(decimal(point)) for point in located.points if point.filtration is None]
    for places, marker, colour, label in (
        (decided, "v", "tab:red", "proved: the rank falls (= 0)"),
        (open_, "o", "tab:orange", "undecided"),
    ):
        if places:
            axes.vlines(places, floor, 3, color=colour, linewidth=0.8, linestyle=":", zorder=1)
            axes.plot(
                places,
                [floor * 8] * len(places),
                marker,
                color=colour,
                markersize=8,
                linestyle="",
                label=label,
                zorder=5,
            )
