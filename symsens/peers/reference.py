"""Certified reference values: features and Jacobians of three packages' closed forms at ten molecules, to 30 digits.

``python -m symsens.peers.reference --out FILE`` writes them anew; ``symsens/peers/reference.json`` is that file, for
other projects to copy into their tests. Nothing of the packages is needed, to write it or to use it.

Schema "symsens/peer-reference/1", one JSON object::

    schema, about    the schema's name; what the file is, in words
    descriptors      name -> {"package": the call in the package that has these features in this order,
                              "closed_form": the SPEC for `symsens derive`, "peer": the SPEC for `symsens audit`}
    molecules        a list of {"name": in ASE's g2 collection, "symbols": of the N atoms, "positions": N triples of
    decimals,
                     in Angstrom, "centre": index of the central atom, "features": name of a descriptor -> Features}

    Features         {"labels": m names of the features, in the package's order (those of channels of all species that
    occur),
                      "values": m Numbers,
                      "jacobian": m rows of 3N Numbers; column 3a + c is the derivative by coordinate c of atom a, per
                      Angstrom, where the centre moves with its atom}
    Number           a string "x +/- r": the exact value, at the decimal positions given, differs from the decimal x by
    at most
                     the decimal r; x has 30 significant digits (fewer where they are exact), or is 0 with r = 1e-40;
                     "0" alone is exactly zero

To read a Number::

    x, _, r = text.partition(" +/- ")
    x, r = Decimal(x), Decimal(r or 0)

Law: every number is rounded from a ball whose error, and that of the rounding, are inside the radius that is written.
"""

import json
from decimal import ROUND_CEILING, Context, Decimal
from fractions import Fraction

import click
from flint import arb

from symsens.descriptors import descriptor
from symsens.errors import UndecidedError
from symsens.forms.jacobian import ball_jacobian, ball_values, feature_labels
from symsens.geometry.displacements import Displacements
from symsens.geometry.environment import Structure

SCHEMA = "symsens/peer-reference/1"
MOLECULES = ("H2O", "NH3", "CH4", "HCN", "C2H4", "H2CO", "SH2", "CH3OH", "CH3Cl", "CH3CH2OH")
DIGITS = 30
ZERO = Fraction(1, 10**40)  # what is smaller than this is written as 0
BITS = 400

_G4 = "0.0625/1/1:0.0625/1/-1:0.0625/2/1:0.0625/2/-1"
DESCRIPTORS = {
    "dscribe-soap": {
        "package": 'dscribe.descriptors.SOAP(r_cut=5, n_max=2, l_max=2, sigma=0.5, rbf="gto", species=...)',
        "closed_form": "soap-dscribe:n_max=2,l_max=2,r_cut=5,sigma=0.5",
        "peer": "dscribe-soap:n_max=2,l_max=2,r_cut=5,sigma=0.5",
    },
    "featomic-power-spectrum": {
        "package": 'featomic.SoapPowerSpectrum(cutoff={"radius": 5, "smoothing": '
        '{"type": "ShiftedCosine", "width": 0.5}}, '
        'density={"type": "Gaussian", "width": 0.5}, basis={"type": "TensorProduct", "max_angular": 2, '
        '"radial": {"type": "Gto", "max_radial": 1}, "spline_accuracy": None})',
        "closed_form": "soap-featomic:max_radial=1,max_angular=2,cutoff=5,sigma=0.5,width=0.5",
        "peer": "featomic-power-spectrum:max_radial=1,max_angular=2,cutoff=5,sigma=0.5,width=0.5",
    },
    "dscribe-acsf": {
        "package": "dscribe.descriptors.ACSF(r_cut=6, g2_params=[[1, 1], [1, 2]], g3_params=[1], "
        "g4_params=[[0.0625, 1, 1], [0.0625, 1, -1], [0.0625, 2, 1], [0.0625, 2, -1]], g5_params=(as g4_params), "
        "species=...)",
        "closed_form": "acsf:eta=1,R_s=1:2,kappa=1,eta_angular=0.0625,zeta=1:2,lambda=1:-1,cutoff=6",
        "peer": f"dscribe-acsf:r_cut=6,g2=1/1:1/2,g3=1,g4={_G4},g5={_G4}",
    },
}
ABOUT = (
    "Features and Jacobians of closed forms that descriptor packages evaluate, enclosed in ball arithmetic by symsens. "
    "A Number is a string 'x +/- r': the exact value at the decimal positions given is within the decimal r of the "
    "decimal x; '0' is exactly "
    "zero. Positions in Angstrom; column 3a + c of a Jacobian is the derivative by coordinate c of atom a, the "
    "centre moving with its atom. "
    "species=... are the elements of the molecule in ascending atomic number. The schema: symsens/peers/reference.py."
)


def number(x: arb) -> str:
    """A ball as a Number of the schema.

    Raises
    ------
    UndecidedError
        The ball is too wide for `DIGITS` digits.
    """
    if x.is_zero():
        return "0"
    if not x.is_finite():
        raise UndecidedError(f"{x}: not finite in balls")
    mid, rad = (int(m) * Fraction(2) ** int(e) for m, e in (part.man_exp() for part in (x.mid(), x.rad())))
    if abs(mid) + rad <= ZERO:
        return f"0 +/- {_decimal(ZERO)}"
    rounded = Context(prec=DIGITS).divide(Decimal(mid.numerator), Decimal(mid.denominator))
    error = abs(mid - Fraction(rounded)) + rad
    if not error * 10**DIGITS <= 10 * abs(mid):
        raise UndecidedError(f"{x} has no {DIGITS} digits: raise BITS")
    return f"{_scientific(rounded)} +/- {_decimal(error)}"


def _decimal(x: Fraction) -> str:
    """One digit, not below x."""
    return _scientific(Context(prec=1, rounding=ROUND_CEILING).divide(Decimal(x.numerator), Decimal(x.denominator)))


def _scientific(x: Decimal) -> str:
    return f"{x:e}"


def features(structure: Structure, spec: str, centre: int = 0) -> dict:
    """The Features of the schema for one molecule and the closed form that `spec` names."""
    env, form, species = structure.environment(centre), descriptor(spec), tuple(sorted(set(structure.species)))
    jacobian = ball_jacobian(Displacements.of_atoms(env), form, BITS, species)
    return {
        "labels": list(feature_labels(env, form, species)),
        "values": [number(x) for x in ball_values(env, form, BITS, species)],
        "jacobian": [[number(x) for x in row] for row in jacobian.tolist()],
    }


def molecule(name: str) -> dict:
    """One entry of "molecules"."""
    structure = Structure.read(f"ase:{name}")
    return {
        "name": name,
        "symbols": list(structure.species),
        "positions": [[repr(float(c)) for c in row] for row in structure.positions],
        "centre": 0,
        "features": {key: features(structure, entry["closed_form"]) for key, entry in DESCRIPTORS.items()},
    }


def text(molecules=MOLECULES) -> str:
    """The whole file, one row of numbers per line."""
    head = {"schema": SCHEMA, "about": ABOUT, "descriptors": DESCRIPTORS}
    document = json.dumps(head, indent=1)[:-2] + ',\n "molecules": [\n'
    return document + ",\n".join(entry_text(molecule(name)) for name in molecules) + "\n ]\n}\n"


def entry_text(entry: dict) -> str:
    """A molecule as JSON, one row of numbers per line."""
    short = lambda x: json.dumps(x, separators=(",", ":"))  # noqa: E731
    parts = []
    for name, found in entry["features"].items():
        rows = ",\n".join(short(row) for row in found["jacobian"])
        parts.append(
            f'{short(name)}: {{"labels": {short(found["labels"])},\n"values": {short(found["values"])},'
            f'\n"jacobian": [\n{rows}]}}'
        )
    head = ", ".join(f'"{key}": {short(entry[key])}' for key in ("name", "symbols", "positions", "centre"))
    return f'{{{head}, "features": {{\n' + ",\n".join(parts) + "}}"


@click.command()
@click.option(
    "--out",
    type=click.File("w", encoding="utf-8", lazy=True, atomic=True),
    default="-",
    help="Write here whole or not at all; default: standard output.",
)
def main(out):
    """Write the certified reference values as JSON."""
    out.write(text())


if __name__ == "__main__":
    main()
