"""Test your own descriptor: Hypothesis strategies of exact structures, assertions that know what is proved of them.

Law: strategies draw exact objects (rational coordinates) and keep what they promise exactly; assertions judge
floating-point numbers against what is proved of the exact object, to an accuracy that the caller claims.

A descriptor is a plain function ``features(atoms, centre) -> (m,)`` of an `ase.Atoms` and the index of the centre, and
optionally ``jacobian(atoms, centre) -> (m, N, 3)``. See ``docs/test-your-descriptor.md``.
"""

try:
    import hypothesis as _hypothesis  # noqa: F401
except ModuleNotFoundError:
    raise ModuleNotFoundError("symsens.testing needs Hypothesis: pip install hypothesis", name="hypothesis") from None

from symsens.geometry.cartesian import to_atoms
from symsens.geometry.families import (
    KNOWN_CASES,
    DegeneratePair,
    KnownCase,
    antipodal,
    axial,
    circle_and_apex,
    equal_radii,
    isosceles_layers,
    two_layers,
)
from symsens.testing.assertions import (
    assert_cannot_separate,
    assert_invariant,
    assert_jacobian_correct,
    assert_separates,
    assert_smooth,
)
from symsens.testing.groups import POINT_GROUPS, PointGroup, point_group
from symsens.testing.motions import Motion, displaced, fit, move, permute, scale
from symsens.testing.null_spaces import assert_null_space_respected, assert_rank
from symsens.testing.strategies import (
    collinear,
    degenerate_pairs,
    environments,
    isometries,
    moved,
    near_singular,
    permutations,
    planar,
    recoloured,
    rigid_motions,
    rotations,
    singular_environments,
    structures,
    symmetric_environments,
)

__all__ = [
    "KNOWN_CASES",
    "POINT_GROUPS",
    "DegeneratePair",
    "KnownCase",
    "Motion",
    "PointGroup",
    "antipodal",
    "assert_cannot_separate",
    "assert_invariant",
    "assert_jacobian_correct",
    "assert_null_space_respected",
    "assert_rank",
    "assert_separates",
    "assert_smooth",
    "axial",
    "circle_and_apex",
    "collinear",
    "degenerate_pairs",
    "displaced",
    "environments",
    "equal_radii",
    "fit",
    "isometries",
    "isosceles_layers",
    "move",
    "moved",
    "near_singular",
    "permutations",
    "permute",
    "planar",
    "point_group",
    "recoloured",
    "rigid_motions",
    "rotations",
    "scale",
    "singular_environments",
    "structures",
    "symmetric_environments",
    "to_atoms",
    "two_layers",
]
