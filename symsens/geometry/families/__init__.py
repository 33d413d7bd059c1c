"""Families of singular environments and degenerate pairs, with free exact parameters (THEORY, sections 5, 6 and 8).

Law: whatever a docstring here says of a family follows from the few lines below it; parameters that bring two atoms
together raise `InputError`. The words: two environments are degenerate at nu when their features of order nu are equal
for every phi; an environment is singular at nu when some displacement beyond rigid motions and symmetry is invisible.
"""

from symsens.geometry.families.antipodes import (
    antipodal,
    antipodal_6,
    antipodal_7,
    antipodal_7_pair,
    antipodal_pair,
)
from symsens.geometry.families.catalogue import FAMILIES, read_family
from symsens.geometry.families.clusters import (
    cross_pair,
    dodecahedron_pair,
    homometric_rulers,
    homometric_sums,
    rectangle_pair,
)
from symsens.geometry.families.family import Family
from symsens.geometry.families.four_neighbours import (
    axial,
    equal_radii,
    equal_radii_pair,
    half_turn,
    half_turn_pair,
    methane,
    methane_decimals,
    methane_pair,
    mirror,
    mirror_pair,
)
from symsens.geometry.families.known_cases import KNOWN_CASES, KnownCase
from symsens.geometry.families.members import DegeneratePair, circle_point, half_turned, mirrored, rotation
from symsens.geometry.families.polygons import (
    homometric_vertices,
    polygon,
    polygon_and_pole,
    polygon_field,
    subsets_of_polygon,
)
from symsens.geometry.families.rings import circle_and_apex, isosceles_layers, ring_pair, two_layers

__all__ = [
    "FAMILIES",
    "KNOWN_CASES",
    "DegeneratePair",
    "Family",
    "KnownCase",
    "antipodal",
    "antipodal_6",
    "antipodal_7",
    "antipodal_7_pair",
    "antipodal_pair",
    "axial",
    "circle_and_apex",
    "circle_point",
    "cross_pair",
    "dodecahedron_pair",
    "equal_radii",
    "equal_radii_pair",
    "half_turn",
    "half_turn_pair",
    "half_turned",
    "homometric_rulers",
    "homometric_sums",
    "homometric_vertices",
    "isosceles_layers",
    "methane",
    "methane_decimals",
    "methane_pair",
    "mirror",
    "mirror_pair",
    "mirrored",
    "polygon",
    "polygon_and_pole",
    "polygon_field",
    "read_family",
    "rectangle_pair",
    "ring_pair",
    "rotation",
    "subsets_of_polygon",
    "two_layers",
]
