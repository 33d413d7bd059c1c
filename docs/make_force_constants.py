"""Write the table of crystals: ``python docs/make_force_constants.py`` rewrites second_order.md (some minutes)."""

from fractions import Fraction
from math import sqrt
from pathlib import Path

from symsens import Structure
from symsens.numbers.metric import apply, dot
from symsens.rows.crystal_jets import CrystalJets
from symsens.rows.crystals import crystal_force_constants
from symsens.rows.curvatures import READOUTS
from symsens.rows.healing import allowed_twists, out_of_reach

HERE = Path(__file__).parent
SHELLS = 3
FACES = ((0, 1, 1), (1, 0, 1), (1, 1, 0))
PLANE = ((3, 0, 0), (0, 3, 0))
HEXAGONAL = ((4, -2, 0), (-2, 4, 0), (0, 0, 24))  # thirds of a, halves of c = sqrt(8/3) a
HONEYCOMB = ((2, -1, 0), (-1, 2, 0), (0, 0, 2))

# name: (vectors of the lattice, metric, atoms)
CRYSTALS = {
    "simple cubic": (((1, 0, 0), (0, 1, 0), (0, 0, 1)), None, [("Po", (0, 0, 0))]),
    "bcc": (((-1, 1, 1), (1, -1, 1), (1, 1, -1)), None, [("Fe", (0, 0, 0))]),
    "fcc": (FACES, None, [("Cu", (0, 0, 0))]),
    "hcp (ideal c/a)": ((*PLANE, (0, 0, 2)), HEXAGONAL, [("Mg", (0, 0, 0)), ("Mg", (1, 2, 1))]),
    "diamond": (tuple(tuple(2 * c for c in row) for row in FACES), None, [("C", (0, 0, 0)), ("C", (1, 1, 1))]),
    "rock salt": (FACES, None, [("Na", (0, 0, 0)), ("Cl", (1, 0, 0))]),
    "graphene": (PLANE, HONEYCOMB, [("C", (0, 0, 0)), ("C", (1, 2, 0))]),
}
LARGEST = {"fcc": 5, "hcp (ideal c/a)": 5, "diamond": 4, "graphene": 3, "bcc": 4, "simple cubic": 3, "rock salt": 3}

HEAD = """# Force constants of crystals: allowed, reached, missing

The energy of a crystal is a sum over its sites of functions of their environments within a cutoff. Its harmonic force
constants are one 3 x 3 block `Phi(a, b, R)` for each pair of atoms that some environment holds both of. The **space
group**, with translations and the exchange of the two atoms, leaves so many free numbers (what symfc and hiphive count,
for these pairs). Site functions of **any** order have so many of them (rotations matter for graphene's first shell).
Models of order **nu** = 1, 2, 3 have so many, whatever their radial and angular basis: *sum* with a readout that is
linear in the features of a site, *set* with any smooth function of these features, where unequal environments may have
functions of their own. In an infinite crystal a function of the set of all sites adds only couplings of unbounded
range. All numbers are exact ranks, from both sides (Lemma crystal in `proofs/LEMMAS.md`; this page has no certificate):
`symsens second-order FILE --level sum --cutoff R --nu NU` makes each anew and lists the laws that all models obey;
`--out` writes a certificate where the checker has a rule (rules `crystal-forms`, `crystal-allowed`, `crystal-reached`).
Forces and stresses are not asked for to vanish. Written by `docs/make_force_constants.py`.

nu = 2 is SOAP, ACSF, MBTR, the power spectrum; nu = 3 the bispectrum and four-body ACE; nu = 1 *set* is EAM.
"""

HEALING = """
## Does the next shell heal it?

The force constants of all pairs that an environment of k shells couples, exactly as they are (zero at all other pairs):
how many of them models of order nu = 2 with an environment of m shells cannot have, linear / nonlinear readout. A dot:
nothing is missing with fewer shells, so neither here, since a function may ignore a shell.

*Never*: so many no linear three-body model has, whatever its cutoff (Lemma twist). Let v be the difference of the
two atoms of a pair and w the axial vector of the antisymmetric part of its block. In a three-body energy v . w = 0,
because sides of one triangle lie in one plane. So the numbers below end where they are equal to those of this column.

The two laws of the first shell of fcc are about single pairs: the two transverse force constants of the fourth
neighbour, two bonds away on a line, are equal; and those of the third neighbour obey one equation.
"""

MODES = """
## Which phonon modes?

Of fcc's first shell at nu = 2 each dynamical matrix at X, L, K, U and W alone, and all nine numbers of them at once,
are reached; so are all modes on the line [100], and on [111]. On [110] one of 11 numbers is out of reach: the fourth
harmonics of the two transverse branches are equal; with [111] two of 12 are. Of hcp's first shell, and of diamond's
first two, one of 20 numbers at the points of high symmetry is out of reach with a linear readout.
`symsens.rows.dynamical_matrices` counts them exactly for any rational wave vectors.
"""


def structure(name: str) -> Structure:
    """A crystal in its primitive cell."""
    lattice, metric, atoms = CRYSTALS[name]
    return Structure(
        [species for species, _ in atoms],
        [position for _, position in atoms],
        cell=[*lattice, (0, 0, 9)][:3],
        pbc=(True, True, len(lattice) == 3),
        **({"metric": metric} if metric else {}),
    )


def cutoffs(name: str, count: int) -> list[Fraction]:
    """Between one shell and the next."""
    whole = structure(name)
    square = lambda v: dot(v, apply(whole.metric, v))
    limit, found = 7 * square(whole.lattice[0]), set()
    for y in whole.positions:
        for z in whole.positions:
            start = tuple(b - a for a, b in zip(y, z))
            found |= {square(v) for _, v in whole.images(start, limit)}
    roots = [sqrt(x) for x in sorted(found)[1 : count + 2]]
    return [Fraction(round(500 * (a + b)), 1000) for a, b in zip(roots, roots[1:])]


def table(found: dict) -> list[str]:
    """Of the numbers allowed and reached."""
    lines = ["| crystal | shells | neighbours | space group | any order | nu = 1 | nu = 2 | nu = 3 |", "|---" * 8 + "|"]
    for (name, shells), jets in found.items():
        if shells > SHELLS:
            continue
        cells = []
        for nu in (1, 2, 3):
            linear, nonlinear = (crystal_force_constants(jets, nu, readout) for readout in READOUTS)
            reached = f"{linear.reached.nrows()} / {nonlinear.reached.nrows()}"
            lost = f"{linear.missing} / {nonlinear.missing}"
            cells.append(f"{reached} (**{lost} missing**)" if nu > 1 and linear.missing else f"{reached} ({lost})")
        whole = crystal_force_constants(jets, None)
        neighbours = jets.sides.environments[0].n
        allowed = f"{whole.allowed_by_space_group} | {whole.allowed.nrows()}"
        lines.append(f"| {name} | {shells} | {neighbours} | {allowed} | {' | '.join(cells)} |")
        print(lines[-1], flush=True)
    return lines


def healing(found: dict) -> list[str]:
    """Of what larger cutoffs reach."""
    most = max(LARGEST.values())
    head = "".join(f" | m = {m}" for m in range(1, most + 1))
    lines = [f"| crystal | k{head} | never (linear) |", "|---" * (most + 3) + "|"]
    for name in CRYSTALS:
        for k in range(1, SHELLS + 1):
            inner = crystal_force_constants(found[name, k], None)
            cells, healed = [""] * most, False
            for m in range(k, LARGEST[name] + 1):
                if not healed:
                    models = [
                        crystal_force_constants(found[name, m], 2, readout) for readout in ("linear", "nonlinear")
                    ]
                    lost = [out_of_reach(each, inner) for each in models]
                    cells[m - 1], healed = " / ".join(map(str, lost)), not any(lost)
                else:
                    cells[m - 1] = "."
            lines.append(f"| {name} | {k} | {' | '.join(cells)} | {allowed_twists(inner)} |")
            print(lines[-1], flush=True)
    return lines


if __name__ == "__main__":
    all_jets = {
        (name, k): CrystalJets(structure(name), cutoff)
        for name in CRYSTALS
        for k, cutoff in enumerate(cutoffs(name, LARGEST[name]), 1)
    }
    head = "\nReached with linear / nonlinear readout, and how many are missing (linear / nonlinear).\n"
    text = "\n".join([HEAD, head, *table(all_jets), HEALING, *healing(all_jets), MODES])
    (HERE / "second_order.md").write_text(text)
