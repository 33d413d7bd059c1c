"""Real molecules: every centre of every g2 molecule with at most 9 atoms is decided, has no spurious null, and its
certificate holds."""

import pytest
from ase.build import molecule
from ase.collections import g2

from symsens import Structure, Verdict, certify
from symsens.certificates.exact import certificate_text
from symsens.checker.exact import check, load

SMALL = [name for name in g2.names if len(g2[name]) <= 9]


def test_the_collection_is_what_it_was():
    assert len(SMALL) > 100 and {"CH4", "CH3CH2OH", "C2H4", "BF3"} <= set(SMALL)


@pytest.mark.parametrize("name", SMALL)
def test_no_centre_of_a_real_molecule_is_spurious(name):
    structure = Structure.from_ase(molecule(name), source=f"ase:{name}")
    certificates = []
    for centre in range(len(structure.species)):
        env = structure.environment(centre)
        for nu in (2, 3):
            result = certify(env, nu=nu)
            assert result.verdict is Verdict.PROVED and result.filtration["incompleteness"] == 0
            certificates.append(result.certificate)
    for certificate in load(certificate_text(certificates)):
        assert check(certificate)
