"""Larger cutoffs: what they reach of the force constants within a smaller one, and what no cutoff does."""

import pytest

from symsens.rows.crystal_jets import CrystalJets
from symsens.rows.crystals import crystal_force_constants, force_constants
from symsens.rows.healing import allowed_twists, out_of_reach
from tests.crystal_cases import CRYSTALS, crystal, shell_cutoff
from tests.crystal_oracle import force_constant_rows

# (crystal, shells of the force constants, shells of the models): out of reach with linear and nonlinear readout
HEALED = {
    ("fcc", 1, 1): (2, 2),
    ("fcc", 1, 2): (0, 0),
    ("graphene", 2, 2): (2, 0),
    ("graphene", 2, 3): (0, 0),
    ("diamond", 2, 3): (0, 0),
    ("hcp", 1, 2): (6, 0),
}


LONG = {("diamond", 2, 3), ("hcp", 1, 2)}


@pytest.mark.parametrize(
    "name, inner, outer", [pytest.param(*case, marks=[pytest.mark.soak] * (case in LONG)) for case in HEALED]
)
def test_larger_cutoffs(name, inner, outer):
    """The numbers of the page."""
    structure = crystal(name)
    small = force_constants(structure, shell_cutoff(name, inner), None)
    jets = CrystalJets(structure, shell_cutoff(name, outer))
    found = [out_of_reach(crystal_force_constants(jets, 2, readout), small) for readout in ("linear", "nonlinear")]
    assert tuple(found) == HEALED[name, inner, outer]


def test_twists():
    """hcp allows some, which are then missing at every cutoff; bcc does not."""
    assert allowed_twists(force_constants(crystal("hcp"), shell_cutoff("hcp", 1), None)) == 1
    assert allowed_twists(force_constants(crystal("bcc"), shell_cutoff("bcc", 2), None)) == 0


def _twist(name, key_value_rows, pair):
    lattice, metric, atoms = CRYSTALS[name]
    a, b, step = pair
    y = [q - p + sum(k * r[c] for k, r in zip(step, lattice)) for c, (p, q) in enumerate(zip(atoms[a][1], atoms[b][1]))]
    v = [sum(m * c for m, c in zip(row, y)) for row in metric]
    at = lambda i, j: key_value_rows.get((*pair, i, j), 0)
    return sum(v[i] * (at(j, k) - at(k, j)) for i, j, k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)))


@pytest.mark.parametrize("nu, some", [(2, False), (3, True)])
def test_three_body_energies_have_no_twist(nu, some):
    """Every row of the oracle, every pair of hcp's first shell; rows of order 3 have some (negative control)."""
    rows = force_constant_rows("hcp", 1, nu) if nu == 2 else list(_some_rows())
    pairs = {key[:3] for row in rows for key in row if any(key[2]) or key[0] != key[1]}
    assert any(_twist("hcp", row, pair) for row in rows for pair in pairs) is some


def _some_rows():
    """Blocks of a direction that order 3 reaches and order 2 does not, as rows of the oracle."""
    found = force_constants(crystal("hcp"), shell_cutoff("hcp", 1), 2)
    wider = crystal_force_constants(found.jets, 3)
    for blocks in wider.basis(wider.reached):
        yield {(*pair, r, s): block[r][s] for pair, block in blocks.items() for r in range(3) for s in range(3)}
