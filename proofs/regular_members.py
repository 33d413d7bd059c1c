"""Degenerate does not imply singular: members X, Y of a degenerate pair at nu = 2, not congruent and with equal
features of order 2 for every phi, are regular (no displacement beyond rotations is invisible at nu = 2), and nu = 3
tells them apart.

The pairs: four neighbours, the half-turn family (0, +-d, h), the mirror family and the family of equal radii, and five
neighbours with two moved antipodal pairs, each at some d that is not 0. At d = 0, where X and Y merge, each is
singular.
"""

from symsens import certify, compare
from symsens.geometry.families import FAMILIES
from symsens.jobs.theorems import claim

FALSE = "they are regular where they merge, too"
NAMES = ("half-turn-pair", "mirror-pair", "equal-radii-pair", "antipodal-5-pair")
MERGED = {"half-turn-pair": "half-turn", "mirror-pair": "mirror", "equal-radii-pair": "equal-radii"}
MERGED |= {"antipodal-5-pair": "antipodal-5"}


def regular(env):
    """The certificate that nothing but rotations is invisible to an environment at nu = 2."""
    result = certify(env)
    nulls = result.filtration["symmetry"], result.filtration["incompleteness"]
    claim(nulls == (0, 0), f"{env!r}: null vectors of symmetry and incompleteness {nulls}")
    return result.certificate


def proof(names=NAMES):
    """Both members are regular; they are a pair; and where they merge there is a null vector."""
    certificates = []
    for name in names:
        members = FAMILIES[name].members()
        certificates += map(regular, members)
        if len(members) == 2:
            certificates.append(degenerate(*members))
            (middle,) = FAMILIES[MERGED[name]].members()
            merged = certify(middle)
            claim(merged.filtration["incompleteness"] > 0, f"{name}: regular where the members merge")
            certificates.append(merged.certificate)
    return certificates


def degenerate(first, second):
    """The certificate of a degenerate pair."""
    pair = compare(first, second)
    found = pair.levels["environment"]
    claim(pair.congruent is False, "the members are congruent")
    claim((found.equal_up_to, found.separated_at) == (2, 3), f"features are equal up to nu = {found.equal_up_to}")
    return pair.certificate


def control():
    """The families at d = 0."""
    proof(("half-turn",))
