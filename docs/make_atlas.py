"""Write the atlas as a page: ``python docs/make_atlas.py`` rewrites atlas.md and atlas.png (a minute or more)."""

from pathlib import Path

from symsens import certify
from symsens.jobs.strata import Atlas, atlas
from symsens.show.atlas import pattern_words, witness_words
from symsens.show.clouds import Cloud
from symsens.show.pictures import new_figure

HERE = Path(__file__).parent
COLUMNS = 7

HEAD = """# Atlas of singular environments

Which displacements of a few neighbours no O(3) descriptor of order nu sees, beyond rotations and what symmetry
forces, depends first on their *pattern of coincidences*: which neighbours have equal species and length, and which
pairs j k have equal dot products (written jk below). Patterns are finitely many. Each has a *gap*: an environment of
the pattern has an incompleteness of at most that (Theorem dual in `proofs/LEMMAS.md`). This page lists those with a
gap. `symsens atlas --neighbours N --nu NU --out ATLAS.json` makes it anew, and `symsens verify ATLAS.json` proves
that no pattern is missing, every gap, and every example. It is written by `docs/make_atlas.py`.

**Theorem (Few neighbours).** At most 3 neighbours are never spuriously singular at nu = 2, at most 4 at nu = 3, at
most 5 at nu = 4, whatever their species and positions.

**Theorem (Atlas).** All 28 patterns of four neighbours with a gap at nu = 2 have singular environments. Of the 88
patterns of five neighbours with a gap at nu = 3 only those of the heptagon have.

*Singular where*: u is any linear dependency of the neighbours, u1 x1 + u2 x2 + ... = 0. Four neighbours that span
space have one, so a gap of 2 or more makes every environment of the pattern singular, and a gap of 1 those whose u
solves the equation. In a plane there are more dependencies: all of them must make one and the same combination of the
forms of the pattern vanish, and no gap settles that alone. *Dimension*: that of the set of singular environments of
the pattern near the example, rotations apart, lengths included (Lemma tangent; no certificate yet).
"""


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


def draw(found: Atlas, path: Path) -> None:
    """A picture of every example with one of its null vectors."""
    shown = [(i, s) for i, s in enumerate(found.with_gap, 1) if s.realisable]
    height = -(-len(shown) // COLUMNS)
    figure = new_figure(2.1 * COLUMNS, 2.3 * height)
    axes = figure.subplots(height, COLUMNS).ravel()
    for place, (number, stratum) in zip(axes, shown):
        result = certify(stratum.witness, nu=found.nu)
        (vector, *_) = result.filtration.levels[2].vectors
        cloud = Cloud.of(result)
        cloud.draw(place, cloud.view([vector]), f"{number}: gap {stratum.gap}", vector, "C3")
    for place in axes[len(shown) :]:
        place.set_axis_off()
    figure.savefig(path, dpi=80)


def main() -> None:
    """Four neighbours at nu = 2, five at nu = 3."""
    four, five = atlas(4, 2, None), atlas(5, 3, None)
    draw(four, HERE / "atlas.png")
    text = [HEAD, "## Four neighbours at nu = 2", ""]
    text += [f"{len(four.strata)} patterns, {len(four.with_gap)} with a gap.", "", *rows(four), ""]
    text += ["![The examples, each with one displacement that is invisible](atlas.png)", ""]
    text += [
        "*Each with a displacement that is invisible to all O(3) descriptors of order 2; the cross is the centre.*",
        "",
    ]
    text += ["## Five neighbours at nu = 3", ""]
    text += [f"{len(five.strata)} patterns, {len(five.with_gap)} with a gap. These have singular environments:", ""]
    text += [*rows(five), "", "These have none (Lemma fourth-minors; Groebner bases by SymPy, no certificate yet):", ""]
    (HERE / "atlas.md").write_text("\n".join([*text, *excluded(five), ""]))


if __name__ == "__main__":
    main()
