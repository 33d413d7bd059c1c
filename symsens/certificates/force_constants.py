"""Certificates of the force constants of a crystal that models of an order can have.

Law: a pure function of what was found; `symsens.checker.force_constants` makes pairs, rows and characters anew.
"""

from fractions import Fraction

import numpy as np

from symsens.certificates.exact import generators
from symsens.certificates.fields import strings
from symsens.certificates.rules import Rule, unread_numbers
from symsens.checker.limits import MAX_JETS, MAX_NEIGHBOURS
from symsens.geometry.point_groups import point_group
from symsens.numbers.kernel import null_space
from symsens.rows.crystals import ForceConstants

SCHEMA = "symsens/force-constants-certificate/1"
ORDER = 3  # by which site functions have all their force constants wherever that was looked at


def force_constants_certificate(found: ForceConstants, cutoff, labels: dict[str, str] | None = None) -> dict:
    """The certificate of an answer that has a rule (`rule_of_force_constants`), as a JSON-ready dictionary."""
    structure, motions = found.jets.structure, found.jets.pairs.stabiliser
    written = [
        one | {"lattice": [list(row) for row in g.lattice], "shifts": [list(row) for row in g.shifts]}
        for one, g in zip(generators(motions.generators), motions.generators)
    ]
    return {
        "schema": SCHEMA,
        "structure": {
            "field": "QQ",
            "species": list(structure.species),
            "positions": strings(structure.positions),
            "metric": strings(structure.metric),
            "lattice": strings(structure.lattice),
            "cutoff": str(Fraction(str(cutoff))),
        },
        "generators": written,
        "point_group": point_group(motions),
        "nu": found.nu,
        "readout": found.readout,
        "order_of_all": order_of_all(found),
        "claims": {
            "forms": found.jets.width,
            "by_space_group": found.allowed_by_space_group,
            "allowed": found.allowed.nrows(),
            "reached": found.reached.nrows(),
            "missing": found.missing,
            "stabiliser_order": motions.order,
        },
        "prime": str(2**61 - 1),
        "laws": [blocks_of(found, v) for v in null_space(found.allowed)],
        "missing": [blocks_of(found, v) for v in found.functionals],
        "labels": labels,
    }


def order_of_all(found: ForceConstants) -> int:
    """An order whose linear models have all force constants that are allowed."""
    return found.nu if found.readout == "linear" and not found.missing else ORDER


def blocks_of(found: ForceConstants, functional) -> list:
    """A functional by one of each two pairs (a, b, R), (b, a, -R)."""
    blocks = found.functional_blocks(functional).items()
    reverse = lambda a, b, cells: (b, a, tuple(-c for c in cells))
    return [[a, b, list(R), strings(block)] for (a, b, R), block in blocks if (a, b, tuple(R)) < reverse(a, b, R)]


def rule_of_force_constants(found: ForceConstants) -> Rule:
    """The rule that proves an answer again, or why there is none."""
    structure, jets = found.jets.structure, found.jets
    if jets.field.degree > 1 or found.nu is None or jets.pairs.stabiliser.span < 2:
        return Rule(None, "no rule for crystals over other fields than QQ, of atoms on a line, or of any order")
    if reason := unread_numbers(structure, 3 * len(structure.species)):
        return Rule(None, reason)
    sizes = [env.n for env in jets.sides.environments]
    order = order_of_all(found)
    if max(sizes) > MAX_NEIGHBOURS or 4 * sum(n**order for n in sizes) * 54 > MAX_JETS // 4:
        return Rule(None, f"the checker does not read {max(sizes)} neighbours at order {order}")
    sides = [n * (n + 1) // 2 for n in sizes]
    laws = found.jets.width - found.allowed.nrows()
    if 64 * laws * sum(n * (n + 3) // 2 for n in sides) > MAX_JETS // 4:
        return Rule(None, f"the checker does not read {laws} laws of {max(sizes)} neighbours")
    if not _reaches_all(found, order):
        return Rule(None, f"models of order {order} have not all force constants that are allowed")
    if _operations(found, order) > MAX_JETS // 4 * 3:
        return Rule(
            None, f"the checker does not find ranks of {found.allowed.nrows()} force constants at order {order}"
        )
    return Rule("crystal-reached", by=("crystal-forms", "crystal-functionals", "crystal-allowed"))


def _operations(found: ForceConstants, order: int) -> int:
    """As the checker counts them for the rank of all force constants, about."""
    jets, wanted = found.jets.jets_of_order(order, "linear"), found.allowed.nrows()
    keys = len(np.unique(jets.first[:, 1])) + len(np.unique(jets.second[:, 1:3], axis=0))
    return wanted * (20 * keys + len(jets.first) + len(jets.second) + 4 * wanted * jets.count)


def _reaches_all(found: ForceConstants, order: int) -> bool:
    if order == found.nu and found.readout == "linear":
        return not found.missing
    return found.jets.rows_of_order(order, "linear").rank() == found.allowed.nrows()
