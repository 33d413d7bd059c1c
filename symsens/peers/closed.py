"""What is known of a peer before it runs: the closed form that it evaluates, its body order, its reach.

Law: options go in, a descriptor of ours comes out, with the same features in the same order; where none corresponds,
only what holds for every descriptor of the peer's kind. No package is imported here.
"""

from dataclasses import dataclass, replace
from fractions import Fraction

from symsens.descriptors.acsf import Acsf
from symsens.descriptors.base import Descriptor, TupleSum
from symsens.descriptors.coulomb import Coulomb
from symsens.descriptors.mbtr import GEOMETRIES, Mbtr
from symsens.descriptors.soap_dscribe import SoapDscribe
from symsens.descriptors.soap_featomic import SoapFeatomic
from symsens.descriptors.soap_quippy import SoapQuippy
from symsens.errors import InputError, SpecError
from symsens.numbers.field import QQ
from symsens.spec import parameter, rational

NEVER = Fraction("3.717")  # above sqrt(2 ln 1000): dscribe's SOAP ignores what is farther than r_cut + 3.717 sigma


@dataclass(frozen=True)
class Known:
    """What is known of a peer.

    Attributes
    ----------
    form : our descriptor with the features of the peer in their order, once it is given all its species; None where
        there is none.
    nu : order of the terms that the features are smooth functions of, neighbours of one centre per term; None where it
        grows with the number of atoms.
    reach : atoms farther from the centre than this have no part in the features (Angstrom, an upper bound); None: all
        have one.
    whole : a feature of the structure, so that any atom may serve as the centre.
    invariant : what leaves the features alone: "isometries" and exchange of like atoms with them, "motions" (isometries
        alone, each atom having features of its own) or "translations".
    """

    form: Descriptor | None
    nu: int | None
    reach: Fraction | None = None
    whole: bool = False
    invariant: str = "isometries"


# Which options have a closed form, in words; None: none has, so that an audit is UNDECIDED or refutes by a bound alone.
CLOSED = {
    "dscribe-soap": "rbf=gto",
    "dscribe-acsf": "lambda from -1 to 1",
    "dscribe-mbtr": "normalization=none",
    "dscribe-lmbtr": "normalization=none",
    "dscribe-coulomb": "permutation=sorted_l2 or eigenspectrum",
    "featomic-power-spectrum": "all options",
    "featomic-spherical-expansion": None,
    "quippy-soap": "radial_basis=EQUISPACED_GAUSS and normalise=false",
    "qmllib-fchl19": None,
    "qmllib-acsf": None,
}


def known(peer, n_atoms: int) -> Known:
    """What is known of `peer` for structures of `n_atoms` atoms.

    Raises
    ------
    InputError
        Nothing: it is none of `symsens.peers.PEERS`.
    """
    if peer.name not in _KNOWN:
        raise InputError(
            f"neither closed form nor body order of {peer.name!r} is known: use one of {', '.join(_KNOWN)}"
        )
    return _KNOWN[peer.name](peer, n_atoms)


def _form(make, **options) -> Descriptor | None:
    """The descriptor with these parameters; None where they are beyond the ranges of ours."""
    try:
        return make(**options)
    except SpecError:
        return None


def _dscribe_soap(peer, _):
    form = (
        _form(SoapDscribe, n_max=peer.n_max, l_max=peer.l_max, r_cut=peer.r_cut, sigma=peer.sigma)
        if peer.rbf == "gto"
        else None
    )
    return Known(form, 2, QQ.parse(peer.r_cut) + NEVER * QQ.parse(peer.sigma))


def _featomic(peer, _):
    options = {key: getattr(peer, key) for key in ("max_radial", "max_angular", "cutoff", "sigma", "width")}
    return Known(_form(SoapFeatomic, **options), 2, QQ.parse(peer.cutoff))


def _expansion(peer, _):
    return Known(None, 1, QQ.parse(peer.cutoff), invariant="translations")


def _quippy(peer, _):
    options = {key: getattr(peer, key) for key in ("n_max", "l_max", "cutoff", "sigma", "width")}
    plain = peer.radial_basis == "EQUISPACED_GAUSS" and not peer.normalise
    return Known(_form(SoapQuippy, **options) if plain else None, 2, QQ.parse(peer.cutoff))


def _acsf(peer, _):
    return Known(
        _form(AcsfLists, g2=peer.g2, g3=peer.g3, g4=peer.g4, g5=peer.g5, cutoff=peer.r_cut), 2, QQ.parse(peer.r_cut)
    )


def _mbtr(peer, _):
    whole = peer.name == "dscribe-mbtr"
    options = {
        key: getattr(peer, key)
        for key in ("geometry", "min", "max", "n", "sigma", "weighting", "scale", "threshold", "sharpness")
    }
    options |= {"cutoff": peer.r_cut, "normalise": peer.normalize_gaussians, "scope": "global" if whole else "local"}
    form = _form(Mbtr, **options) if peer.normalization == "none" else None
    # Terms of k atoms: the centre is one of them in the local form, none need be in the global one.
    atoms = GEOMETRIES[peer.geometry][0]
    return Known(form, max(1, atoms if whole and atoms > 1 else atoms - 1), whole=whole)


def _coulomb(peer, n_atoms):
    if peer.permutation == "none":
        return Known(None, None, whole=True, invariant="motions")
    kind = {"sorted_l2": "sorted", "eigenspectrum": "eigenvalues"}[peer.permutation]
    return Known(_form(Coulomb, form=kind, atoms=peer.n_atoms_max or n_atoms), None, whole=True)


def _qmllib(peer, _):
    return Known(None, 2, max(QQ.parse(peer.rcut), QQ.parse(peer.acut)))


_KNOWN = {
    "dscribe-soap": _dscribe_soap,
    "dscribe-acsf": _acsf,
    "dscribe-mbtr": _mbtr,
    "dscribe-lmbtr": _mbtr,
    "dscribe-coulomb": _coulomb,
    "featomic-power-spectrum": _featomic,
    "featomic-spherical-expansion": _expansion,
    "quippy-soap": _quippy,
    "qmllib-fchl19": _qmllib,
    "qmllib-acsf": _qmllib,
}


# dscribe's ACSF takes lists of parameters, ours takes grids: one of ours for every entry of a list.


@dataclass(frozen=True)
class AcsfLists(TupleSum):
    """`Acsf` for lists: g2 of (eta, R_s), g3 of kappa, g4 and g5 of (eta, zeta, lambda).

    Order, as in dscribe: for each species G1, G2.., G3..; then for each pair of species G4.., G5...
    """

    name = "acsf"
    g2: tuple = parameter((), tuple, help="(eta, R_s) of G2, Angstrom^-2 and Angstrom")
    g3: tuple = parameter((), tuple, help="kappa of G3, Angstrom^-1")
    g4: tuple = parameter((), tuple, help="(eta, zeta, lambda) of G4, eta in Angstrom^-2")
    g5: tuple = parameter((), tuple, help="(eta, zeta, lambda) of G5, eta in Angstrom^-2")
    cutoff: Fraction = rational(6, above=0, help="cutoff radius, Angstrom")

    def __post_init__(self):
        super().__post_init__()
        self._pieces  # noqa: B018  (refuses what Acsf refuses)

    @property
    def _pieces(self) -> list[tuple[str, Acsf]]:
        """(kind, the `Acsf` that has the function of this kind, and G1), G1 itself first."""
        none = {"eta": (), "R_s": (), "kappa": (), "zeta": (), "cutoff": self.cutoff}
        pieces = [("G1", Acsf(**none))]
        pieces += [("G2", Acsf(**none | {"eta": (eta,), "R_s": (shift,)})) for eta, shift in self.g2]
        pieces += [("G3", Acsf(**none | {"kappa": (kappa,)})) for kappa in self.g3]
        for kind, entries in (("G4", self.g4), ("G5", self.g5)):
            for eta, zeta, sign in entries:
                options = {
                    "eta_angular": (eta,),
                    "zeta": (zeta,),
                    "lambda_": (sign,),
                    "g4": kind == "G4",
                    "g5": kind == "G5",
                }
                pieces.append((kind, Acsf(**none | options)))
        return pieces

    def blocks(self, centre, species):
        blocks = []
        for number, (kind, piece) in enumerate(self._pieces):
            for block in piece.blocks(centre, species):
                kept = [i for i, label in enumerate(block.labels) if kind in label.split()]
                if kept:
                    labels = [_label("-".join(block.channel), kind, number) for _ in kept]
                    blocks.append(replace(block, phi=tuple(block.phi[i] for i in kept), labels=labels))
        return blocks

    def labels(self, centre, species):
        kinds = [(kind, number) for number, (kind, _) in enumerate(self._pieces)]
        one = [(z, ("G1", "G2", "G3")) for z in species]
        two = [(f"{a}-{b}", ("G4", "G5")) for i, a in enumerate(species) for b in species[: i + 1]]
        return [_label(channel, kind, number) for channel, some in one + two for kind, number in kinds if kind in some]


def _label(channel, kind, number):
    return f"{channel} {kind} #{number}"
