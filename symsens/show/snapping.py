"""What a person reads of a structure that was snapped: to which symmetry, and how far its atoms went.

Law: the displacement is an estimate and has the sign of one; the symmetry is exact.
"""


def snapping_line(found) -> str:
    """One line about a `symsens.geometry.snapping.Snapped`."""
    within = f"within {found.tolerance:g} Angstrom"
    if not found.changed:
        return f"Nothing to snap {within}: all symmetry found is exact ({found.group})"
    return (
        f"Snapped to {found.group} {within}: largest displacement ≈ {found.displacement:.1e} Angstrom, over "
        f"{found.field} in a {found.frame} frame; what is proved is about the snapped structure"
    )
