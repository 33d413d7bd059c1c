"""symsens: which displacements of atoms a descriptor cannot see, and why, with a proof.

Public names are imported on first use, so that ``import symsens`` and ``symsens --help`` stay fast.
"""

from importlib import import_module

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
    "derive": "derive",
    "basis": "basis",
    "Verdict": "verdict",
    "SymsensError": "errors",
    "InputError": "errors",
}

__all__ = sorted(_HOME)


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"module 'symsens' has no attribute {name!r}")
    value = getattr(import_module(f"symsens.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted([*globals(), *__all__])
