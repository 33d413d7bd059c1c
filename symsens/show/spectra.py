"""Measured singular values of several Jacobians at one place, beside the proved rank.

Law: points are estimates; only the rank is proved.
"""

from collections.abc import Mapping, Sequence

from symsens.show.pictures import NOISE, new_figure

FLOOR = NOISE * 1e-4  # what is smaller is drawn here
MARKS = "os^D"


def figure(spectra: Mapping[str, Sequence[float]], rank: int, title: str = ""):
    """A matplotlib Figure of singular values over the largest.

    Parameters
    ----------
    spectra : name -> singular values, descending, one for each displacement.
    rank : what is proved of the exact Jacobian.
    title : of the place.

    Raises
    ------
    InputError
        matplotlib is missing.
    """
    picture = new_figure(6.0, 4.0)
    axes = picture.subplots()
    for i, (name, values) in enumerate(spectra.items()):
        places, heights = range(1, len(values) + 1), [max(x / values[0], FLOOR) for x in values]
        look = {"color": f"C{i}", "markerfacecolor": "none", "markersize": 8, "markeredgewidth": 1.5}
        axes.plot(places, heights, MARKS[i % len(MARKS)], label=f"{name} (≈)", clip_on=False, **look)
    axes.axvline(rank + 0.5, color="k", linewidth=1.2, label=f"proved: rank at most {rank}")
    axes.set(yscale="log", ylim=(FLOOR, 10))
    axes.set_xlabel("i", fontsize=12)
    axes.set_ylabel(r"singular values $\sigma_i/\sigma_1$", fontsize=12)
    axes.set_title(title, fontsize=12)
    axes.tick_params(labelsize=11)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.legend(fontsize=11, frameon=False, loc="lower left")
    return picture
