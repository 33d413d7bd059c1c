"""What tests of the audit share: a small peer, an audit of atoms, a peer whose Jacobian is spoilt."""

import numpy as np

from symsens.geometry.environment import Structure
from symsens.jobs.auditing import audit
from symsens.peers import peer

SMALL = "featomic-power-spectrum:max_radial=3,max_angular=3"


def of(spec, atoms, centre=0):
    return audit(spec, Structure.from_ase(atoms, "atoms.xyz"), centre)


class Changed:
    """A peer whose Jacobian, as (m, 3N), goes through `change`."""

    def __init__(self, spec, change):
        self.true, self.change = peer(spec), change
        self.__dataclass_fields__ = self.true.__dataclass_fields__
        self.features = self.true.features

    def __getattr__(self, name):
        return getattr(self.true, name)

    def jacobian(self, atoms, centre):
        found = self.true.jacobian(atoms, centre)
        return np.array(self.change(found.reshape(len(found), -1).copy())).reshape(found.shape)
