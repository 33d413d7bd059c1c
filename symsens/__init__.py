"""symsens: which displacements of atoms a descriptor cannot see, and why, with a proof.

Public names are imported on first use, so that ``import symsens`` and ``symsens --help`` stay fast.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOME = {
    "Environment": "geometry.environment",
    "Structure": "geometry.environment",
    "snapped": "geometry.snapping",
    "certify": "jobs.certification",
    "Result": "jobs.certification",
    "exact_filtration": "rows.filtration",
    "Filtration": "rows.filtration",
    "descriptor": "descriptors",
    "PowerSpectrum": "descriptors.power_spectrum",
    "Distances": "descriptors.distances",
    "Angles": "descriptors.angles",
    "RadialFunctions": "descriptors.radial_functions",
    "Bispectrum": "descriptors.bispectrum",
    "Ace": "descriptors.ace",
    "Acsf": "descriptors.acsf",
    "Chebyshev": "descriptors.chebyshev",
    "Mbtr": "descriptors.mbtr",
    "Coulomb": "descriptors.coulomb",
    "SoapDscribe": "descriptors.soap_dscribe",
    "SoapFeatomic": "descriptors.soap_featomic",
    "SoapQuippy": "descriptors.soap_quippy",
    "SchNet": "descriptors.networks",
    "TensorField": "descriptors.networks",
    "Dgnn": "descriptors.networks",
    "Agnn": "descriptors.networks",
    "separating_layers": "geometry.colours",
    "compare_layers": "jobs.layers",
    "redundant_features": "jobs.redundancy",
    "audit": "jobs.auditing",
    "second_order": "jobs.curvatures",
    "compare": "jobs.pairs",
    "Pair": "jobs.pairs",
    "compare_descriptors": "jobs.comparison",
    "derive": "jobs.derivation",
    "regular_boxes": "jobs.clearances",
    "basis": "jobs.basis_size",
    "atlas": "jobs.strata",
    "locus": "jobs.loci",
    "Curve": "geometry.curves",
    "audit_calculator": "packs.auditing",
    "scan": "scans.scanning",
    "Question": "scans.questions",
    "tally": "jobs.tallies",
    "Verdict": "verdict",
    "SymsensError": "errors",
    "InputError": "errors",
}

__all__ = sorted(_HOME)


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"module 'symsens' has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"symsens.{_HOME[name]}"), name)
    return value


def __dir__():
    return sorted({*globals(), *__all__})
