"""Which subsets of a regular polygon's vertices, with a pole on its axis, are singular.

Law: each answer is an exact filtration over the field of the polygon; what is undecided raises.
"""

from symsens.errors import UndecidedError
from symsens.geometry.families.polygons import polygon_and_pole, subsets_of_polygon
from symsens.rows.filtration import exact_filtration


def singular_subsets(m: int, nu: int = 3, square=2) -> dict[tuple[int, ...], tuple[int, int]]:
    """All subsets of a regular m-gon that are singular at nu with a pole, one of each class under the dihedral group.

    Parameters
    ----------
    m : 3 or more; of m = 12 there are 223 classes.
    nu : order of the tuples.
    square : of the height of the pole (`polygon_and_pole`).

    Returns
    -------
    dict
        subset -> (symmetry, incompleteness), where the incompleteness is not 0.

    Raises
    ------
    UndecidedError
        A filtration is not decided (never seen).
    """
    known = {subset: _nullities(m, subset, nu, square) for subset in subsets_of_polygon(m)}
    return {subset: found for subset, found in known.items() if found[1]}


def _nullities(m, subset, nu, square):
    filtration = exact_filtration(polygon_and_pole(m, subset, square), nu)
    if filtration.undecided is not None:
        raise UndecidedError(f"{m}-gon, vertices {subset}: {filtration.undecided}")
    return filtration["symmetry"], filtration["incompleteness"]
