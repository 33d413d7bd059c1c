"""What was measured of an energy model, in lines."""

WORDS = {
    "rotation": "changed by a rotation",
    "reflection": "changed by a reflection",
    "exchange": "changed by exchanging like atoms",
    "forbidden force": "force that symmetry forbids",
    "pair": "site energies of a degenerate pair differ by",
    "blind direction": "derivative of the site energy along a proved null direction",
}
BESIDE = {
    "pair": "energies by {} eV",
    "blind direction": "whole gradient {} eV/Angstrom",
}


def lines(audit) -> list[str]:
    """For a terminal.

    Parameters
    ----------
    audit : `symsens.packs.auditing.CalculatorAudit`.
    """
    text = [
        f"{audit.name}: {len(audit.measured)} numbers measured, {audit.tolerance:g} eV or eV/Angstrom is called zero."
    ]
    for what, words in WORDS.items():
        found = [one for one in audit.measured if one.what == what]
        if not found:
            continue
        worst = max(found, key=lambda one: one.value)
        unit = "eV" if what == "pair" else "eV/Angstrom"
        if what in BESIDE:
            text += [f"{words}:".capitalize()]
            text += [
                f"    {one.verdict:5} {one.value:.1e} {unit} ({BESIDE[what].format(f'{one.beside:.1e}')}): {one.case}"
                for one in found
            ]
        else:
            verdict = "BROKEN" if any(one.verdict == "BROKEN" for one in found) else "ok"
            text.append(f"{verdict:6} {words}: {worst.value:.1e} {unit} at most ({worst.case})")
    reasons = {}
    for case, reason in audit.left_out.items():
        reasons.setdefault(reason, []).append(case)
    text += [f"Not asked: {', '.join(names)}: {reason}" for reason, names in reasons.items()]
    if {one.verdict for one in audit.measured if one.what in BESIDE} == {"blind"}:
        text.append(
            "It sees none of what site energies of low order cannot see: proved of the order, measured of the model."
        )
    return text
