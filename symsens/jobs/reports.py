"""What a script reads of a result: the report "symsens/report/1".

Law: keys and plain values only; nothing is computed that the result does not know.
"""

from dataclasses import asdict

from symsens import __version__
from symsens.certificates.answers import decimals
from symsens.certificates.exact import printable
from symsens.geometry.environment import Environment


def report(result, radius: bool, null_vectors: bool, ladder) -> dict:
    """The report of a result (docs: the interface's keys), with radius, null vectors and ladder where they are asked
    for."""
    about, f = result.subject, result.filtration
    centred = isinstance(about, Environment)
    more = {}
    if null_vectors:
        more["null_vectors"] = {level.name: [list(map(str, v)) for v in level.vectors] for level in f.levels}
    if ladder is not None:
        more["ladder"] = ladder.as_dict()
    return more | {
        "schema": "symsens/report/1",
        "file": about.source,
        "frame": about.frame,
        "formula": about.formula,
        "centre": about.centre if centred else None,
        "centre_species": about.centre_species if centred else None,
        "species": list(about.species),
        "n_neighbours": len(about.species),
        "unseen": result.unseen,
        "field": f.moves.field.name,
        "snapped": None if about.snapped is None else about.snapped.as_dict(),
        "nu": f.nu,
        "group": f.moves.group,
        "descriptor": None if result.asked is None else str(result.asked),
        "spec": None if result.asked is None else result.asked.spec,
        "level": f.moves.level,
        "vary": f.moves.name,
        "displacements": f.displacements,
        "rank": f.rank,
        "nullity": f.nullity,
        "symmetry_allowed_rank": f.symmetry_allowed_rank,
        "stabiliser_order": f.moves.stabiliser.order,
        "point_group": result.point_group,
        "near_symmetry": None if result.near_symmetry is None else asdict(result.near_symmetry),
        "filtration": f.as_dict(),
        "symmetry_species": result.symmetry_species,
        "rigid_species": result.rigid_species,
        "explanations": _explained(result.explanations),
        "singular_values": None
        if result.singular_values is None
        else [_plain(value, result.digits) for value in result.singular_values],
        "invertibility_radius": _radius(result) if radius else None,
        "verdict": str(result.verdict),
        "undecided": result.undecided,
        "rule": result.rule.name,
        "rules": {name: rule.name for name, rule in result.rules.items()},
        "seconds": round(result.seconds, 6),
    }


def labels_of(about, asked=None) -> dict[str, str]:
    """Where a certificate comes from, for people: no statement, and nothing that the checker believes.

    Parameters
    ----------
    about : the environment or structure.
    asked : the descriptor, or class of networks, that it is about, if it is about one.
    """
    atom = about.centre if isinstance(about, Environment) else None
    known = {"file": about.source, "frame": about.frame, "atom": atom, "made-by": f"symsens {__version__}"}
    if about.snapped is not None and about.snapped.changed:
        known["snapped"] = f"to {about.snapped.group} within {about.snapped.tolerance:g} Angstrom"
    if asked is not None:
        known["spec"] = asked.spec
    return {name: printable(str(value)) for name, value in known.items() if value is not None}


def _explained(explanations) -> list[dict] | None:
    if explanations is None:
        return None
    parts = enumerate(explanations)
    return [{"vector": k, "coincidences": one.coincidences, "text": str(one)} for k, one in parts]


def _radius(result) -> dict:
    found = result.certified_radius
    return result.radius().as_dict() | {
        "rule": result.radius_rule.name,
        "certified": None if found is None else str(found),
    }


def _plain(value, digits) -> dict:
    lower, upper = decimals(value, digits)
    return {"lower": lower, "upper": upper, "exact_zero": value.exact_zero}
