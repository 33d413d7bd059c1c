"""What a person reads of the gaps of all patterns of some neighbours.

Law: each line that says PROVED names the rule of the checker that proves it again, or says that there is none yet.
"""

from collections.abc import Iterator


def branches_words(branches: range) -> str:
    """3:10:2, as the option takes it; nothing for none."""
    step = "" if branches.step == 1 else f":{branches.step}"
    return f"{branches.start}:{branches.stop}{step}" if branches else ""


def lines(tally) -> Iterator[str]:
    """The lines about a `Tally` of `symsens.jobs.tallies`."""
    n, nu, total, part = tally.neighbours, tally.nu, tally.patterns, len(tally.done) < tally.every
    which = f" in {len(tally.done)} of {tally.every} branches" if part else ""
    yield f"{n} neighbour{'s' * (n > 1)} at nu = {nu}: {total} patterns of coincidences up to relabelling{which}."
    without, gaps = tally.gaps.get(0, 0), {gap: count for gap, count in tally.gaps.items() if gap}
    if not gaps:
        those = "of these patterns" if part else "of so many neighbours"
        yield (
            f"PROVED (no certificate yet): none has a gap, so no environment {those} is spuriously singular, whatever "
            "the species and positions."
        )
    else:
        listed = ", ".join(f"{count} of gap {gap}" for gap, count in gaps.items())
        yield (
            f"PROVED (no certificate yet): {without} have no gap, so that no environment of theirs is spuriously "
            f"singular; {total - without} have one ({listed}). Whether these are in space is not asked."
        )
    if tally.left:
        yield f"UNDECIDED: the time was over; the rest is --branches {branches_words(tally.left)}."
