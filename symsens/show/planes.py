"""A picture of a triangle's singular locus: one neighbour fixed, the other anywhere in the plane.

Law: curves are proved, colours are estimates of float64.
"""

from itertools import cycle

import numpy as np
from sympy import lambdify, symbols

from symsens.show.pictures import new_figure

EXTENT = 2.0  # of the plane, in units of the distance of the first neighbour
CELLS = 240  # of a side
FLOOR = 1e-8  # of what colours tell apart
SYMBOLS = symbols("s_1 s_2 d_12")  # by name those of a derivation


def figure(derivation):
    """A matplotlib Figure: colours for the smallest singular value within the plane, lines for the proved locus.

    Parameters
    ----------
    derivation : symsens.jobs.derivation.Derivation of two neighbours, with gradients and a locus.

    Raises
    ------
    InputError
        matplotlib is missing.
    """
    sides = np.linspace(-EXTENT, EXTENT, CELLS + 1)
    middles = (sides[1:] + sides[:-1]) / 2
    x, y = np.meshgrid(middles, middles)
    picture = new_figure(6.2, 5.2)
    axes = picture.subplots()
    weakest = np.log10(np.maximum(smallest_values(derivation, x, y), FLOOR))
    mesh = axes.pcolormesh(sides, sides, weakest, cmap="viridis", vmax=0, rasterized=True)
    bar = picture.colorbar(mesh, ax=axes)
    bar.set_label(rf"$\log_{{10}}\ \sigma_{derivation.locus.rank}/\sigma_1$ (≈, float64)", fontsize=12)
    for line, (text, form, meaning) in zip(cycle(("-", "--", ":")), derivation.loss):
        values = y if form is None else evaluated(form, x, y)  # on a line with the first where y = 0
        axes.contour(x, y, values, levels=[0.0], colors="tab:red", linewidths=2, linestyles=line)
        axes.plot([], [], line, color="tab:red", linewidth=2, label=f"{text}: {meaning}")
    axes.plot(0, 0, "kx", markersize=8)
    axes.plot(1, 0, "o", color="w", markeredgecolor="k", markersize=9)
    axes.annotate("centre", (0, 0), (4, 6), textcoords="offset points", fontsize=11, color="w")
    axes.annotate("1", (1, 0), (6, 6), textcoords="offset points", fontsize=11, color="w")
    axes.set_xlabel(r"neighbour 2: $x$ (units of $|x_1|$)", fontsize=12)
    axes.set_ylabel(r"neighbour 2: $y$ (units of $|x_1|$)", fontsize=12)
    axes.tick_params(labelsize=11)
    axes.set_aspect("equal")
    picture.legend(loc="outside lower center", fontsize=11, frameon=False)
    return picture


def evaluated(form, x, y):
    """The values of a form in s_1, s_2, d_12 with the first neighbour at (1, 0) and the second at (x, y)."""
    by_name = {symbol: plain for symbol in form.free_symbols for plain in SYMBOLS if plain.name == symbol.name}
    return lambdify(SYMBOLS, form.xreplace(by_name))(1.0, x**2 + y**2, x) + np.zeros_like(x)


def smallest_values(derivation, x, y):
    """The last singular value that is not zero everywhere, over the first, of displacements within the plane."""
    places = np.array([[np.ones_like(x), np.zeros_like(x)], [x, y]])  # (neighbour, axis, ...)
    columns = [
        sum(evaluated(gradient[j][k], x, y) * places[k] for k in range(2))
        for gradient in derivation.gradients
        for j in range(2)
    ]
    jacobian = np.array(columns).reshape(len(derivation.gradients), 4, *x.shape)
    values = np.linalg.svd(np.moveaxis(jacobian, (0, 1), (-2, -1)), compute_uv=False)
    return values[..., derivation.locus.rank - 1] / values[..., 0]
