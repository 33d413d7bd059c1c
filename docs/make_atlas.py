"""Write the atlas: ``python docs/make_atlas.py`` rewrites atlas.md and its pictures (some minutes)."""

from collections import Counter
from pathlib import Path

import numpy as np

from symsens import certify
from symsens.jobs.strata import Atlas, atlas
from symsens.show.atlas import pattern_words, witness_words
from symsens.show.clouds import Cloud
from symsens.show.galleries import draw_line, on_polygon
from symsens.show.pictures import new_figure

HERE = Path(__file__).parent

HEAD = """# Atlas of singular environments

Which displacements of a few neighbours no O(3) descriptor of order nu sees, beyond rotations and what symmetry
forces, depends first on their *pattern of coincidences*: which neighbours have equal species and length, and which
pairs j k have equal dot products (written jk below). Patterns are finitely many. Each has a *gap*: an environment of
the pattern has an incompleteness of at most that (Theorem dual in `proofs/LEMMAS.md`). This page lists those with a
gap. `symsens verify proofs/certificates/atlas-of-five.json` proves it: that no pattern is missing, every gap, every
example, every dimension, and that the patterns without an example have none (rules `atlas-patterns`, `atlas-gaps`,
`atlas-witnesses`, `atlas-dimensions`, `atlas-exclusions`). `symsens atlas --neighbours N --nu NU --out ATLAS.json`
makes such a file anew. This page is written by `docs/make_atlas.py`.

**Theorem (Few neighbours).** At most 3 neighbours are never spuriously singular at nu = 2, at most 4 at nu = 3, at
most 6 at nu = 4, whatever their species and positions. (Six: computed, see the end; no certificate holds that.)

**Theorem (Atlas).** All 28 patterns of four neighbours with a gap at nu = 2 have singular environments. Of the 88
patterns of five neighbours with a gap at nu = 3 only those of the heptagon have.

*Singular where*: u is any linear dependency of the neighbours, u1 x1 + u2 x2 + ... = 0. Four neighbours that span
space have one, so a gap of 2 or more makes every environment of the pattern singular, and a gap of 1 those whose u
solves the equation. In a plane there are more dependencies: all of them must make one and the same combination of the
forms of the pattern vanish, and no gap settles that alone. *Dimension*: that of the set of singular environments of
the pattern near the example, rotations apart, lengths included (Lemma tangent).
"""

# `symsens atlas --neighbours 6 --nu NU --budget none --json` of each order: the number of patterns of each gap
SIX = {
    2: {
        0: 100,
        1: 296,
        2: 1053,
        3: 3410,
        4: 11039,
        5: 37098,
        6: 121686,
        7: 316597,
        8: 531603,
        9: 458720,
        10: 215018,
        11: 264366,
        12: 41630,
        13: 54080,
        14: 3139,
        15: 2642,
        16: 38,
        17: 4,
    },
    3: {0: 2002883, 1: 50632, 2: 6661, 3: 1639, 4: 464, 5: 170, 6: 49, 7: 15, 8: 2, 10: 4},
    4: {0: 2062519},
}


def six() -> list[str]:
    """What was counted of six neighbours."""
    gaps = range(max(max(counts) for counts in SIX.values()) + 1)
    return [
        "## Six neighbours",
        "",
        f"{sum(SIX[4].values())} patterns, counted in three ways: by making them, by Burnside's lemma, and by the "
        "patterns of numbered neighbours that they stand for. So many have the gap of each column:",
        "",
        f"| | {' | '.join(map(str, gaps))} |",
        "|---" * (len(gaps) + 1) + "|",
        *(f"| nu = {nu} | {' | '.join(str(counts.get(gap, 0)) for gap in gaps)} |" for nu, counts in SIX.items()),
        "",
        "`symsens atlas --neighbours 6 --nu NU --budget none` computes a line, exactly, in some minutes. No "
        "certificate holds these; which of the patterns with a gap have singular environments is open.",
    ]


def rows(found: Atlas) -> list[str]:
    """The table of the patterns that have singular environments."""
    lines = [
        "| | pattern | gap | singular where | dimension | example | incompleteness |",
        "|---|---|---|---|---|---|---|",
    ]
    for number, stratum in enumerate(found.with_gap, 1):
        if stratum.realisable:
            words = pattern_words(stratum.pattern).replace("|", "\\|")
            where = stratum.condition or "everywhere"
            size = "?" if stratum.dimension is None else stratum.dimension
            extra = stratum.filtration["incompleteness"]
            place = witness_words(stratum.witness)
            lines.append(f"| {number} | {words} | {stratum.gap} | {where} | {size} | {place} | {extra} |")
    return lines


def excluded(found: Atlas) -> list[str]:
    """The patterns that have none."""
    return [
        f"{number}. {pattern_words(stratum.pattern)} (gap {stratum.gap})"
        for number, stratum in enumerate(found.with_gap, 1)
        if stratum.realisable is False
    ]


def draw(found: Atlas, path: Path, columns: int, side: float, plane=None) -> None:
    """A picture of every example with one of its null vectors; of a `plane` of the cloud, and a line in it."""
    shown = [(i, s) for i, s in enumerate(found.with_gap, 1) if s.realisable]
    height = -(-len(shown) // columns)
    figure = new_figure(side * columns, 1.1 * side * height)
    axes = figure.subplots(height, columns).ravel()
    for place, (number, stratum) in zip(axes, shown):
        result = certify(stratum.witness, nu=found.nu)
        (vector, *_) = result.filtration.levels[2].vectors  # what is spurious
        cloud = Cloud.of(result)
        view, line = plane(cloud) if plane else (cloud.view([vector]), np.zeros((0, 3)))
        cloud.draw(place, view, f"{number}: gap {stratum.gap}", vector, "C3")
        if len(line):
            draw_line(place, line @ view.T)
    for place in axes[len(shown) :]:
        place.set_axis_off()
    figure.savefig(path, dpi=80)


def counted(found: Atlas) -> str:
    """How many patterns are decided."""
    ends = Counter(stratum.realisable for stratum in found.with_gap)
    sizes = Counter(stratum.dimension for stratum in found.with_gap if stratum.realisable)
    listed = ", ".join(f"{size} for {sizes[size]}" for size in sorted(size for size in sizes if size is not None))
    return (
        f"{len(found.strata)} patterns, {len(found.with_gap)} with a gap. So far {ends[True]} of them have singular "
        f"environments, with exact examples, {ends[False]} have none, and {ends[None]} are open: no example was found "
        "among points of small lattices, and no proof that there is none. The dimension of the set near the example is "
        f"{listed}, and not known for {sizes[None]}. `symsens atlas --neighbours 5 --nu 2 --out ATLAS.json` lists all, "
        "with a certificate, in a minute."
    )


def main() -> None:
    """Four neighbours at nu = 2, five at nu = 3, and in numbers at nu = 2."""
    four, five = atlas(4, 2, None), atlas(5, 3, None)
    draw(four, HERE / "atlas.png", 7, 2.1)
    draw(five, HERE / "atlas-five.png", 2, 3.5, on_polygon)
    text = [HEAD, "## Four neighbours at nu = 2", ""]
    text += [f"{len(four.strata)} patterns, {len(four.with_gap)} with a gap.", "", *rows(four), ""]
    text += ["![The examples, each with one displacement that is invisible](atlas.png)", ""]
    text += [
        "*Each with a displacement that is invisible to all O(3) descriptors of order 2; the cross is the centre.*",
        "",
    ]
    text += ["## Five neighbours at nu = 3", ""]
    text += [f"{len(five.strata)} patterns, {len(five.with_gap)} with a gap. These have singular environments:", ""]
    text += [*rows(five), "", "![The examples, each with its displacement that is invisible](atlas-five.png)", ""]
    text += [
        "*The displacement that is invisible to all O(3) descriptors of order 3: four of the vertices of a regular "
        "heptagon, and a pole across its plane.*",
        "",
    ]
    text += ["These have none (Lemma fourth-minors, Lemma cases):", ""]
    text += [*excluded(five), "", "## Five neighbours at nu = 2", "", counted(atlas(5, 2, None)), "", *six(), ""]
    (HERE / "atlas.md").write_text("\n".join(text))


if __name__ == "__main__":
    main()
