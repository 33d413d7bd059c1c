"""symsens: which displacements of atoms a descriptor cannot see, and why, with a proof.

Public names are imported on first use, so that ``import symsens`` and ``symsens --help`` stay fast.
"""

import sys
from importlib import import_module
from types import ModuleType

__version__ = "0.1.0"

_HOME = {
    "Environment": "cluster",
    "Structure": "cluster",
    "certify": "certify",
    "Result": "certify",
    "exact_filtration": "filtration",
    "Filtration": "filtration",
    "descriptor": "features",
    "PowerSpectrum": "features.power_spectrum",
    "Distances": "features.distances",
    "Angles": "features.angles",
    "RadialFunctions": "features.radial_functions",
    "Bispectrum": "features.bispectrum",
    "Ace": "features.ace",
    "Acsf": "features.acsf",
    "Chebyshev": "features.chebyshev",
    "Mbtr": "features.mbtr",
    "Coulomb": "features.coulomb",
    "SoapDscribe": "features.soap_dscribe",
    "SoapFeatomic": "features.soap_featomic",
    "SoapQuippy": "features.soap_quippy",
    "SchNet": "learned",
    "TensorField": "learned",
    "redundant_features": "relations",
    "audit": "audit",
    "compare_descriptors": "compare_descriptors",
    "derive": "derive",
    "basis": "basis",
    "Verdict": "verdict",
    "SymsensError": "errors",
    "InputError": "errors",
}

__all__ = sorted(_HOME)


class _Package(ModuleType):
    """Public functions win over the modules of the same name that hold them, whichever is imported first."""

    def __setattr__(self, name, value):
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)

    def __getattr__(self, name):
        if name not in _HOME:
            raise AttributeError(f"module 'symsens' has no attribute {name!r}")
        value = getattr(import_module(f"symsens.{_HOME[name]}"), name)
        setattr(self, name, value)
        return value

    def __dir__(self):
        return sorted({*super().__dir__(), *__all__})


sys.modules[__name__].__class__ = _Package
