"""What a scan found, in lines."""


def lines(found, out: str) -> list[str]:
    """For a terminal.

    Parameters
    ----------
    found : `symsens.scans.scanning.Scanned`.
    out : where the table is.
    """
    total = found.proved + found.undecided + found.failed
    counts = f"{found.proved} PROVED, {found.undecided} UNDECIDED, {found.failed} FAILED"
    text = [f"{total} rows in {out}, {found.new} of them new: {counts}."]
    if found.spurious:
        text.append("Most invisible displacements that no symmetry forces:")
        text += [
            f"    {dimension} at {file} frame {frame}, {_centre(i)}" for file, frame, i, dimension in found.spurious
        ]
    if found.blind:
        text.append("Most force that no such model can have there (eV/Angstrom), where the null space is spurious:")
        text += [f"    {size:.3g} at {file} frame {frame}" for file, frame, size in found.blind]
    if found.noisy:
        text.append("Most force where symmetry allows none, so that it is noise (eV/Angstrom):")
        text += [f"    {size:.3g} at {file} frame {frame}" for file, frame, size in found.noisy]
    for reason, rows in found.reasons:
        text.append(f"Not proved, {rows} row{'s' * (rows > 1)}: {reason}")
    return text


def _centre(i: int) -> str:
    return "whole structure" if i < 0 else f"centre {i}"
