"""The pack as files: structures that ASE reads, one JSON document, certificates. No symsens is needed to use them.

Law: floats are the nearest ones to the exact numbers in the certificates.
"""

import json
from io import StringIO
from pathlib import Path

from symsens import __version__
from symsens.certificates.exact import certificate_text
from symsens.errors import InputError
from symsens.files import write_whole
from symsens.packs.catalogue import Case, cases

SCHEMA = "symsens/pack/1"
KINDS = {
    "pair": "site energies of atom 0 of the two files: equal for every model whose site features have order nu or less "
    "(body order nu + 1), different for a complete one",
    "singular": "the energy of atom 0 does not change to first order along the displacements, for every model whose "
    "site features have order nu or less",
    "symmetric": "forces along the displacements are exactly zero in truth, for every model",
}


def write_pack(folder: str, found: tuple[Case, ...] | None = None) -> list[str]:
    """Write the pack; the names of its files.

    Parameters
    ----------
    folder : made if it is not there; must be empty.
    found : default: `cases()`.

    Raises
    ------
    InputError
        The folder holds something, or cannot be written.
    """
    home = Path(folder)
    try:
        home.mkdir(exist_ok=True)
        if any(home.iterdir()):
            raise InputError(f"{folder}: is not empty: give a new folder")
    except OSError as error:
        raise InputError(f"{folder}: cannot be written: {error.strerror}") from None
    found = cases() if found is None else found
    written, documents = [], []
    for case in found:
        names = [f"{case.name}{f'-{i}' * (len(case.structures) > 1)}" for i in range(1, len(case.structures) + 1)]
        for name, atoms in zip(names, case.atoms):
            written.append(_write(home, f"{name}.extxyz", _extxyz(atoms)))
        written.append(_write(home, f"{case.name}.cert.json", certificate_text([case.certificate])))
        documents.append(
            {
                "name": case.name,
                "kind": case.kind,
                "nu": case.nu,
                "files": [f"{name}.extxyz" for name in names],
                "displacements": case.directions.tolist(),
                "why": case.why,
                "certificate": f"{case.name}.cert.json",
            }
        )
    text = json.dumps(
        {"schema": SCHEMA, "made_by": f"symsens {__version__}", "kinds": KINDS, "cases": documents}, indent=1
    )
    return [*written, _write(home, "pack.json", text + "\n")]


def _write(home: Path, name: str, text: str) -> str:
    write_whole(str(home / name), text)
    return str(home / name)


def _extxyz(atoms) -> str:
    """With all digits of the floats, which ASE's writer rounds."""
    text = StringIO()
    text.write(f'{len(atoms)}\nProperties=species:S:1:pos:R:3 pbc="F F F"\n')
    for symbol, position in zip(atoms.symbols, atoms.positions.tolist()):
        text.write(f"{symbol} {' '.join(map(repr, position))}\n")
    return text.getvalue()
