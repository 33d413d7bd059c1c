"""What a person reads of the size of a basis.

Law: each line that says PROVED or "=" names the rule of the checker that proves it again, or says why there is none.
"""

from collections.abc import Iterator

from symsens.certificates.rules import Rule


def _by(rule: Rule) -> str:
    return f"rule {rule.name}" if rule.name else f"no certificate yet: {rule.reason}"


def lines(found, descriptor: str | None) -> Iterator[str]:
    """The lines about what `symsens.jobs.basis_size.basis` found, for the SPEC that was asked about, if any."""
    by = _by(found.rules["l_max"])
    yield f"Extra nullity beyond rigid motions, for every radial basis (nu = 2 itself: {found.complete}; {by}):"
    for l_max, nullity in enumerate(found.nullity_by_l_max):
        yield f"  l_max = {l_max:2d}   = {nullity}"
    yield f"PROVED ({by}): l_max = {found.l_max_needed} is the smallest that loses nothing to the angular truncation."
    if descriptor and found.n_max_enough is None:
        yield (
            f"The size of {descriptor} is not given by n_max and l_max: see what it loses with `symsens certify "
            "--descriptor`."
        )
    elif found.undecided:
        yield (
            f"PROVED (no certificate yet): with it, n_max = {found.n_max_enough} of {descriptor} loses nothing; "
            "whether it is the smallest is UNDECIDED:"
        )
        for n_max, reason in found.undecided.items():
            yield f"  n_max = {n_max:2d}   {reason}"
    elif descriptor:
        yield (
            f"PROVED ({_by(found.rules['n_max'])}): with it, n_max = {found.n_max_needed} is the smallest for "
            f"{descriptor} that loses nothing."
        )
