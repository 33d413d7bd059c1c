"""Whether a larger cutoff reaches the force constants that a smaller one misses, and what no cutoff does.

Of a pair of atoms with the difference v, the twist is v . w, w the axial vector of the antisymmetric part of its block,
w_i = sum eps_ijk Phi_jk. Three-body energies have none, within any cutoff (Lemma twist); four-body ones may, where no
mirror or other improper isometry keeps the pair.

Law: exact ranks; a larger cutoff is another crystal problem, with its own pairs.
"""

from symsens.numbers.field import clear_denominators
from symsens.numbers.kernel import independent, null_space
from symsens.numbers.metric import apply, dot
from symsens.rows.crystal_jets import CrystalJets
from symsens.rows.crystals import Blocks, ForceConstants


def out_of_reach(found: ForceConstants, inner: ForceConstants) -> int:
    """How many of the force constants that `inner` allows the models of `found` do not have, exactly as they are: 0 at
    all pairs that only the larger cutoff of `found` couples.

    Parameters
    ----------
    found, inner : of one crystal, the second with a cutoff that is no larger.
    """
    functionals = [found.functional_blocks(v) for v in null_space(found.reached)]
    allowed = inner.basis(inner.allowed)
    values = [[paired(functional, blocks) for blocks in allowed] for functional in functionals]
    return len(independent(clear_denominators(values)[0] if values else [], len(allowed), found.jets.field))


def paired(functional: Blocks, constants: Blocks):
    """The value of a functional at force constants."""
    shared = functional.keys() & constants.keys()
    return sum(dot(row, other) for pair in shared for row, other in zip(functional[pair], constants[pair]))


def twist(jets: CrystalJets, constants: Blocks, pair) -> object:
    """v . w of one pair, to a scale."""
    rows = constants.get(pair, ((0,) * 3,) * 3)
    v = apply(jets.metric, jets.pairs.vector(pair))
    return dot(v, (rows[1][2] - rows[2][1], rows[2][0] - rows[0][2], rows[0][1] - rows[1][0]))


def allowed_twists(found: ForceConstants) -> int:
    """How many independent twists the allowed force constants have: so many no three-body energy reaches, with linear
    readout, whatever its cutoff."""
    jets = found.jets
    representatives = sorted({jets.pairs.pairs[min(form.blocks)] for form in jets.pairs.forms})
    twists = [[twist(jets, blocks, pair) for pair in representatives] for blocks in found.basis(found.allowed)]
    return len(independent(clear_denominators(twists)[0], len(representatives), jets.field))
