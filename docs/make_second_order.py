"""Write the table of molecules: ``python docs/make_second_order.py`` rewrites second_order_molecules.md (minutes)."""

import sys
from pathlib import Path

from ase.collections import g2

from symsens import InputError, Structure, second_order, snapped
from symsens.errors import UndecidedError

HERE = Path(__file__).parent
SECONDS = 120  # for one molecule at one level
SNAP = "0.01"
MODELS = {"sum": ("sum", "linear", 2), "sum g": ("sum", "nonlinear", 2), "set": ("set", "nonlinear", 2)}

HEAD = f"""# Force constants of molecules that three-body models cannot hold

All molecules of ASE's g2 collection with three atoms or more, at their equilibrium geometry snapped to the symmetry
within {SNAP} Angstrom, all atoms moving. *Allowed*: the number of independent (forces, force constants) that the point
group allows the energy, rigid motions apart. *Sum*: how many of them energies have that are sums over the atoms of
features of order nu = 2, linear in the features, whatever the radial and angular basis. *Sum g*: with a smooth
nonlinear function g of the features of each atom. *Set*: with any function of the set of all atoms' features. *nu = 3*:
sums of four-body features, asked where something is missing. The numbers are exact ranks, from both sides;
`symsens second-order ase:NAME --snap {SNAP} --level sum` says which pairs of atoms couple how. Written by
`docs/make_second_order.py`.

*Species*: irreducible representations of the normal modes that the missing force constants of the linear sum couple. A
Hessian couples modes of equal species only. Where nothing that is missing lies in one species *alone*, linear
three-body models reach the force constants of each species, but not those of all species independently: what is missing
are linear relations between them.
"""


def molecules() -> list[str]:
    """Their names, small ones first."""
    return sorted((name for name in g2.names if len(g2[name]) > 2), key=lambda name: (len(g2[name]), name))


def structure(name: str) -> Structure:
    """A molecule, snapped."""
    return snapped(Structure.read(f"ase:{name}"), SNAP).structure


def row(name: str) -> str:
    """The line of a molecule."""
    about = structure(name)
    found = {key: _asked(about, *model) for key, model in MODELS.items()}
    first = next((one for one in found.values() if one), None)
    if first is None:
        return f"| {name} | {len(about.species)} | | ? | ? | ? | ? | | | |"
    cells = [_reached(one) for one in found.values()]
    species, alone, fourth = "", "", ""
    if (linear := found["sum"]) and linear.missing:
        parts = linear.coupled_species or {}
        species = ", ".join(s for s, one in parts.items() if one.touched)
        alone = ", ".join(f"{one.alone} {s}" for s, one in parts.items() if one.alone) or "none"
        fourth = _reached(_asked(about, "sum", "linear", 3))
    cells = [name, len(about.species), first.point_group, first.allowed, *cells, species, alone, fourth]
    return f"| {' | '.join(map(str, cells))} |"


def _asked(about, level: str, readout: str, nu: int):
    try:
        return second_order(about, nu=nu, level=level, readout=readout, budget=SECONDS)
    except (UndecidedError, InputError):
        return None


def _reached(one) -> str:
    if one is None or one.reached is None:
        return "?" if one is None or one.curvatures.proof is None else f"≥ {len(one.curvatures.proof.pivot_rows)} ?"
    lost = one.allowed - one.reached
    return f"**{one.reached}** ({lost} missing)" if lost else str(one.reached)


def page(rows: list[str]) -> str:
    """The whole page."""
    titles = ["molecule", "atoms", "group", "allowed", "sum", "sum g", "set", "species", "in one alone", "nu = 3"]
    lines = [f"| {' | '.join(titles)} |", "|---|" + "---:|---|" + "---:|" * 4 + "---|---|---:|", *rows]
    missing = sum("missing" in each.split("|")[5] for each in rows)
    other = sum("missing" in cell for each in rows for cell in each.split("|")[6:8])
    undecided = sum("?" in each for each in rows)
    total = f"Of {len(rows)} molecules linear sums of three-body features miss something at {missing}; nonlinear ones "
    total += f"and sets at {other}."
    return "\n".join(
        [
            HEAD,
            total + (f" {undecided} have a number that was not decided in time (?)." if undecided else ""),
            "",
            *lines,
            "",
        ]
    )


if __name__ == "__main__":
    rows = []
    for name in molecules():
        rows.append(row(name))
        print(rows[-1], file=sys.stderr, flush=True)
    (HERE / "second_order_molecules.md").write_text(page(rows))
