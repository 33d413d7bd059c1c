"""A picture of a path: a proved lower bound of singular values, linear in t, and what floats say.

Law: the line is proved on the whole segment, the crosses are estimates at points.
"""

from fractions import Fraction

import numpy as np

from symsens.show.pictures import new_figure


def figure(places: np.ndarray, values: np.ndarray, slope, name: str):
    """A matplotlib Figure with logarithmic axes.

    Parameters
    ----------
    places, values : (m,) positive values of t, and the estimated singular value there.
    slope : that of the proved bound, an exact number.
    name : of t, with its unit.

    Raises
    ------
    InputError
        matplotlib is missing.
    """
    picture = new_figure(6.0, 4.2)
    axes = picture.subplots()
    bound = float(Fraction(slope)) * places
    axes.fill_between(places, bound.min(), bound, color="tab:blue", alpha=0.12, linewidth=0)
    axes.plot(places, bound, color="tab:blue", linewidth=2, label=f"proved: above ({slope}) t at every t (=)")
    axes.plot(places, values, "x", color="tab:red", markersize=6, label="NumPy, float64 (≈)")
    axes.set(xscale="log", yscale="log", xlim=(places.min(), places.max()))
    axes.set_ylim(bound.min(), 10 * max(values.max(), bound.max()))
    axes.set_xlabel(name, fontsize=12)
    axes.set_ylabel("smallest singular value\nbeyond rotations (1/Angstrom)", fontsize=12)
    axes.tick_params(labelsize=11)
    axes.legend(fontsize=11, frameon=False, loc="upper left")
    return picture
