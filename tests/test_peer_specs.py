"""Peers by name: SPECs that are refused, structures that a package cannot take, packages that are missing."""

import re
import subprocess
import sys

import numpy as np
import pytest
from ase.build import molecule
from peer_cases import crystal

from symsens import InputError
from symsens.errors import SpecError
from symsens.peers import PEERS, peer


@pytest.mark.parametrize(
    "text, message",
    [
        ("dscribe-sop", "unknown peer 'dscribe-sop': did you mean dscribe-soap?"),
        ("", "unknown peer '': use one of dscribe-soap, .*qmllib-acsf"),
        ("dscribe-soap:nmax=3", "dscribe-soap: unknown parameter 'nmax': did you mean n_max?"),
        ("dscribe-soap:n_max", "n_max has no value: give n_max=value"),
        ("dscribe-soap:n_max=3,n_max=4", "n_max is given twice"),
        ("dscribe-soap:n_max=3.5", "n_max=3.5: give an integer from 1 up"),
        ("dscribe-soap:n_max=0", "n_max=0: give an integer from 1 up"),
        ("dscribe-soap:r_cut=1", "r_cut=1: give a number above 1"),
        ("dscribe-soap:sigma=nan", "sigma=nan: give a number above 0"),
        ("dscribe-acsf:g5=inf/1/1", "g5=inf/1/1: give numbers eta/zeta/lambda"),
        ("dscribe-acsf:g2=1/2:3", "g2=1/2:3: give numbers eta/R_s"),
        ("dscribe-soap:rbf=gtos", "rbf=gtos: give one of gto, polynomial: did you mean gto?"),
        ("quippy-soap:normalise=maybe", "normalise=maybe: give true or false"),
        ("dscribe-acsf:g2=1/2/3", "g2=1/2/3: give numbers eta/R_s, or several such joined by :"),
        ("dscribe-acsf:g4=1", "g4=1: give numbers eta/zeta/lambda, or several such joined by :"),
        ("dscribe-acsf:g3=x-y", "g3=x-y: give a number"),
        ("dscribe-lmbtr:r_cut=3", "LMBTR takes no r_cut"),
        ("dscribe-lmbtr:weighting=exp", "weighting=exp needs scale"),
    ],
)
def test_a_wrong_spec_is_refused(text, message):
    with pytest.raises(SpecError) as caught:
        peer(text)
    assert re.search(message.replace("?", r"\?"), str(caught.value)) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text, centre, error, message",
    [
        ("dscribe-soap", 5, InputError, "centre 5 is out of range: the 5 atoms have indices 0 to 4"),
        ("qmllib-acsf", -1, InputError, "centre -1 is out of range"),
        ("dscribe-soap:species=H", 0, SpecError, "species=H lacks C, which the structure has"),
        (
            "dscribe-soap:species=C:H:Hx",
            0,
            SpecError,
            "species=C:H:Hx: give chemical symbols joined by :, not 'Hx': did you mean H?",
        ),
        ("dscribe-coulomb:n_atoms_max=4", 0, SpecError, "more atoms (5) than allowed"),
        ("dscribe-mbtr:geometry=cosine,weighting=inverse_square,r_cut=3", 0, SpecError, "Unknown weighting function"),
        (
            "dscribe-mbtr:geometry=angle,derivatives=analytical",
            0,
            SpecError,
            "not implemented for k3 geometry function 'angle'",
        ),
        ("dscribe-acsf:derivatives=analytical", 0, SpecError, "Invalid method specified"),
        ("dscribe-soap:n_max=40", 0, SpecError, "Could not calculate normalization factors"),
        ("dscribe-mbtr:min=3", 0, SpecError, "dscribe-mbtr: The min value should be smaller"),
        ("featomic-power-spectrum:spline_accuracy=1e-30", 0, SpecError, "failed to reach requested accuracy"),
        ("quippy-soap:n_max=40,sigma=2", 0, SpecError, "quippy-soap: LA_Matrix_Factorise: cannot factorise"),
    ],
)
def test_what_a_package_cannot_do_is_refused(text, centre, error, message):
    with pytest.raises(error) as caught:
        descriptor = peer(text)
        descriptor.features(molecule("CH4"), centre)
        descriptor.jacobian(molecule("CH4"), centre)
    assert message in str(caught.value) and "\n" not in str(caught.value)


def test_periodicity_that_a_package_lacks_is_refused():
    slab = crystal()
    slab.pbc = (True, True, False)
    for name in ("featomic-power-spectrum", "qmllib-fchl19"):
        with pytest.raises(InputError, match="pbc"):
            peer(name).features(slab, 0)


def test_a_peer_is_its_options():
    descriptor = peer("featomic-power-spectrum:max_radial=2,spline_accuracy=1e-6,species=H:C")
    assert (descriptor.max_radial, descriptor.spline_accuracy, descriptor.species) == (2, 1e-6, ("H", "C"))
    assert descriptor == type(descriptor)(2, spline_accuracy=1e-6, species=["H", "C"])
    assert peer("featomic-power-spectrum").spline_accuracy is None
    assert peer("quippy-soap:normalise=true").normalise is True and peer("quippy-soap:cutoff=4").cutoff == 4.0
    assert peer("dscribe-acsf:g2=1e+1/2:.5/1,g5=").g2 == ((10.0, 2.0), (0.5, 1.0))
    assert type(descriptor)(max_radial=np.int64(3), cutoff=4).cutoff == 4.0
    for wrong in (2.5, True, "two", None):
        with pytest.raises(SpecError, match="give an integer from 0 up"):
            type(descriptor)(max_radial=wrong)


@pytest.mark.parametrize(
    "package, pypi", [(p, p) for p in ("dscribe", "featomic", "qmllib")] + [("quippy", "quippy-ase")]
)
def test_a_missing_package_is_named(monkeypatch, package, pypi):
    for module in [m for m in sys.modules if m.split(".")[0] == package] + [f"symsens.peers.{package}"]:
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    name = next(name for name in PEERS if name.startswith(package))
    with pytest.raises(InputError) as caught:
        peer(name)
    assert str(caught.value) == f"the package {pypi} is not installed: pip install symsens[peers]"


def test_a_broken_package_is_not_called_missing(monkeypatch, tmp_path):
    (tmp_path / "qmllib.py").write_text("import no_such_dependency")
    for module in [m for m in sys.modules if m.split(".")[0] == "qmllib"] + ["symsens.peers.qmllib"]:
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="no_such_dependency"):
        peer("qmllib-acsf")


def test_packages_are_imported_only_when_asked():
    code = "import sys, symsens.peers\n"
    code += "print([m for m in ('dscribe', 'featomic', 'quippy', 'qmllib', 'ase') if m in sys.modules])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


def test_dscribe_is_left_as_it_was():
    from dscribe.core.system import System

    before = System.__init__
    peer("dscribe-mbtr").features(molecule("CH4"), 0)
    assert System.__init__ is before
