"""A picture of how many displacements a finite angular basis loses, by its size.

Law: every mark is an exact rank; nothing here is an estimate.
"""

from collections.abc import Mapping

from symsens.show.pictures import new_figure

MARKS = "os^Dvp"


def figure(sizes: Mapping[str, object], title: str = ""):
    """A matplotlib Figure of null directions beyond rigid ones against l_max, a line for each environment.

    Parameters
    ----------
    sizes : name -> symsens.jobs.basis_size.BasisSize.
    title : what they have in common.

    Raises
    ------
    InputError
        matplotlib is missing.
    """
    picture = new_figure(6.0, 4.0)
    axes = picture.subplots()
    for i, (name, size) in enumerate(sizes.items()):
        nullities = size.nullity_by_l_max
        label = f"{name}: l_max = {size.l_max_needed} needed"
        look = {"marker": MARKS[i % len(MARKS)], "color": f"C{i}", "markersize": 7, "linewidth": 1.5}
        axes.plot(range(len(nullities)), nullities, label=label, zorder=3 + i, **look)
    axes.set_xlabel("l_max", fontsize=12)
    axes.set_ylabel("invisible internal displacements (=)", fontsize=12)
    axes.set_title(title, fontsize=12)
    axes.tick_params(labelsize=11)
    axes.axhline(0, color="0.6", linewidth=0.8, zorder=0)
    for axis in (axes.xaxis, axes.yaxis):
        axis.get_major_locator().set_params(integer=True)
    axes.legend(fontsize=11, frameon=False)
    return picture
