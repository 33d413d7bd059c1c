"""The rows of the table of descriptors: one or a few for every name of the catalogue, on which all laws are run.

A new descriptor is one file, one line of `symsens.descriptors.NAMES` and one row here.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import learned_cases
import textbooks
from feature_oracles import ENVIRONMENTS

from symsens.descriptors import descriptor
from symsens.descriptors.base import Descriptor
from symsens.geometry.environment import Environment

ONE = Environment(("H",), [(1, "1/2", "-1/3")], "C")
TWO, THREE, SKEW, METHANE = (ENVIRONMENTS[name] for name in ("two", "three", "skew", "methane"))
SINGULAR = ENVIRONMENTS["four"]  # invisible at nu = 2 is one displacement more than the rigid ones
FOUR = replace(SINGULAR, positions=((1, 0, "1/4"), *SINGULAR.positions[1:]))  # no two rows of its Coulomb matrix tie
LIKE = replace(THREE, centre_species="O")  # around an atom of a species that its neighbours have


@dataclass(frozen=True)
class Row:
    """A descriptor, where it is asked, and what its values are.

    Attributes
    ----------
    spec : its SPEC.
    environments : the first is the smallest, and no term is cut there: on it the closed form is written out.
        The last has no symmetry that hides a motion of all neighbours together.
    textbook : (environment, descriptor) -> its features as mpmath numbers, written independently of symsens.
    digits : to which they agree.
    """

    spec: str
    environments: tuple[Environment, ...]
    textbook: Callable[[Environment, Descriptor], list]
    digits: int = 40

    @property
    def descriptor(self) -> Descriptor:
        """What the SPEC names."""
        return descriptor(self.spec)

    @property
    def name(self) -> str:
        """Its name in the catalogue."""
        return self.spec.partition(":")[0]

    def __str__(self):
        return self.spec


def schnet(env, chosen):
    return learned_cases.textbook_schnet(chosen, env)


def tensor_field(env, chosen):
    return learned_cases.textbook_tensor_field(chosen, env)


ROWS = (
    Row("distances:k_max=3", (THREE, SKEW, SINGULAR), textbooks.distances),
    Row("angles:degree=3", (THREE, SKEW, METHANE, SINGULAR), textbooks.angles),
    Row("radial:n_max=3,cutoff=4,cutoff_function=cosine", (THREE, SKEW), textbooks.radial),
    Row("power-spectrum:n_max=2,l_max=3,radial=monomial", (TWO, SKEW, SINGULAR), textbooks.power_spectrum),
    Row("power-spectrum:n_max=2,l_max=1,cutoff=4,cutoff_function=cosine", (TWO, SKEW), textbooks.power_spectrum),
    Row("bispectrum:n_max=1,l_max=2,radial=monomial", (THREE, SKEW), textbooks.products_of_densities),
    Row("ace:nu=4,n_max=1,l_max=1,radial=laguerre", (TWO, SKEW), textbooks.products_of_densities),
    Row("soap-dscribe:n_max=2,l_max=1,r_cut=3", (ONE, LIKE), textbooks.soap),
    Row("soap-featomic:max_radial=1,max_angular=1,cutoff=3,width=193/100", (ONE, LIKE), textbooks.soap),
    Row("soap-quippy:n_max=2,l_max=1,cutoff=3,width=193/100", (ONE, LIKE), textbooks.soap),
    Row(
        "acsf:eta=1/2,R_s=1,eta_angular=1/8,zeta=1:5/2,cutoff=3",
        (TWO, SKEW),
        textbooks.acsf,
    ),
    Row(
        "acsf:eta=1:1/2,R_s=1:2,kappa=1:1/2,eta_angular=1/8:1/4,zeta=1:2:7/2,cutoff=5/4",
        (ONE, METHANE, THREE),
        textbooks.acsf,
    ),
    Row("chebyshev:n_rad=3,n_ang=2,cutoff=3", (TWO, SKEW), textbooks.chebyshev),
    Row(
        "chebyshev:n_rad=2,n_ang=2,cutoff=3,cutoff_angular=2,angle=theta,weights=number",
        (TWO, SINGULAR),
        textbooks.chebyshev,
    ),
    Row("chebyshev:n_rad=2,n_ang=2,cutoff=5/4,cutoff_angular=3", (ONE, METHANE, THREE), textbooks.chebyshev),
    Row(
        "mbtr:scope=global,min=0,max=3/2,n=2,sigma=1/4,normalise=false,weighting=exp,scale=1/4",
        (TWO, THREE),
        textbooks.mbtr,
    ),
    Row("mbtr:geometry=distance,min=0,max=4,n=2,sigma=1,broadening=gaussian", (TWO, SKEW), textbooks.mbtr),
    Row(
        "mbtr:geometry=cosine,scope=global,min=-1,max=1,n=3,sigma=1/4,weighting=smooth_cutoff,cutoff=7/4,sharpness=5/2",
        (TWO, THREE),
        textbooks.mbtr,
    ),
    Row(
        "mbtr:geometry=cosine,scope=global,min=-1,max=1,n=3,sigma=1,broadening=gaussian,weighting=exp,cutoff=20",
        (TWO, THREE),
        textbooks.mbtr,
    ),
    Row("mbtr:geometry=angle,min=0,max=180,n=2,sigma=60", (TWO, THREE), textbooks.mbtr),
    Row("schnet:layers=1,features=4,filters=3,rbf=4,cutoff=11/5,seed=0", (THREE, learned_cases.HEXAGONAL), schnet),
    Row("schnet:layers=2,features=4,filters=3,rbf=4,cutoff=11/5,seed=3", (THREE, learned_cases.HEXAGONAL), schnet),
    Row("tensor-field:channels=3,hidden=4,rbf=5,cutoff=11/5,seed=0", (THREE, learned_cases.HEXAGONAL), tensor_field),
    Row("tensor-field:channels=3,hidden=4,rbf=5,readout=norm,cutoff=11/5,seed=7", (THREE, SINGULAR), tensor_field),
    Row("coulomb:k_max=4,atoms=24", (TWO, SKEW, FOUR), textbooks.coulomb),
    Row("coulomb:form=eigenvalues,k_max=4,atoms=6", (THREE, SKEW, FOUR), textbooks.coulomb),
    Row("coulomb:form=sorted,k_max=4,atoms=6", (THREE, SKEW, FOUR), textbooks.coulomb),
)
