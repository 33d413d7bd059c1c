"""Certificates of what no features of a whole structure can see, summed over its atoms or atom by atom.

Law: a pure function of the filtration; `symsens.checker.structures` makes the lists of neighbours anew, and numbers
them as `Structure.environment` does: by atom, then by shift.
"""

from symsens.certificates.exact import claims, field_certificate, generators, level_certificate, strings
from symsens.geometry.point_groups import point_group
from symsens.geometry.structure_displacements import StructureDisplacements
from symsens.rows.filtration import Filtration

SCHEMA = "symsens/structure-certificate/1"


def structure_certificate(filtration: Filtration) -> dict:
    """What the checker proves of a decided filtration of a whole structure."""
    moves = filtration.moves
    return {
        "schema": SCHEMA,
        **structure_part(moves),
        "nu": filtration.nu,
        "level": moves.level,
        "claims": claims(filtration),
        "point_group": point_group(moves.stabiliser),
        "levels": [{"name": level.name, **level_certificate(level)} for level in filtration.levels],
    }


def structure_part(moves: StructureDisplacements) -> dict:
    """The structure and the generators of its isometries."""
    structure, motions = moves.structure, moves.stabiliser.generators
    cutoff = None if moves.cutoff is None else strings([[structure.field.parse(moves.cutoff)]])[0][0]
    about = {
        "field": field_certificate(structure.field),
        "species": list(structure.species),
        "positions": strings(structure.positions),
        "metric": strings(structure.metric),
        "lattice": strings(structure.lattice),
        "cutoff": cutoff,
    }
    written = [
        one | {"lattice": [list(row) for row in g.lattice], "shifts": [list(row) for row in g.shifts]}
        for one, g in zip(generators(motions), motions)
    ]
    return {"structure": about, "generators": written}
