"""A table of answers as one page for a browser, with everything inside: no network is needed to look at it.

The structures are drawn by chemiscope, whose script is taken from its package. Law: what the page says is in the
entries; nothing is computed here but counts for the pictures.
"""

import json
import re
from html import escape
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from io import StringIO

import numpy as np

from symsens.errors import InputError
from symsens.show.pictures import COLOURS, new_figure

SETTINGS = {"bonds": True, "spaceFilling": False, "keepOrientation": False, "unitCell": True}
FIRST = ("file", "frame", "centre", "formula", "point_group", "verdict", "nu", "rank", "nullity")
MAX_ARROWS = 24


def page(entries) -> str:
    """The page of `symsens.scans.entries.Entries`, as HTML."""
    columns = _columns(entries.shown)
    viewer, number = _viewer()
    parts = {
        "title": escape(f"symsens: {entries.title}"),
        "question": escape(entries.question),
        "numbers": _numbers(entries),
        "pictures": _pictures(entries),
        "agreed": escape(_agreed(entries)),
        "shown": escape(_how_many(entries)),
        "version": escape(version("symsens")),
        "chemiscope": escape(number),
        "data": json.dumps(_data(entries, columns)).replace("<", "\\u003c"),
        "viewer": _script(viewer),
    }
    text = (files("symsens.show") / "page.html").read_text(encoding="utf-8")
    for name, value in parts.items():  # the long ones last, so that nothing is looked for in them
        text = text.replace("{{" + name + "}}", value)
    return text


def _viewer() -> tuple[str, str]:
    """Chemiscope's script, and its version."""
    try:
        found = version("chemiscope")
        script = files("chemiscope") / "sphinx" / "static" / "chemiscope.min.js"
        return script.read_text(encoding="utf-8"), found
    except (PackageNotFoundError, FileNotFoundError):
        raise InputError("a page needs chemiscope: pip install 'symsens[report]'") from None


def _script(text: str) -> str:
    """A script that may stand inside a page."""
    return re.sub("</(script)", r"<\\/\1", text, flags=re.IGNORECASE).replace("<!--", r"<\!--")


def _columns(shown) -> list[str]:
    """Names of the columns that any entry has: who it is first."""
    known = dict.fromkeys(name for entry in shown for name in entry.columns)
    return [*(name for name in FIRST if name in known), *(name for name in known if name not in FIRST)]


def _numbers(entries) -> str:
    counts = [(entries.total, "rows"), *((n, verdict) for verdict, n in sorted(entries.verdicts.items()))]
    spurious = sum(n for dimension, n in entries.dimensions["incompleteness"].items() if dimension)
    counts.append((spurious, "with an invisible displacement that no symmetry forces"))
    return " ".join(f"<span><b>{n}</b> {escape(what)}</span>" for n, what in counts)


def _how_many(entries) -> str:
    if len(entries.shown) == entries.total:
        return f"All {entries.total} rows."
    return (
        f"{len(entries.shown)} of {entries.total} rows: those with the largest incompleteness first, then what is not "
        "proved, then the smallest singular values."
    )


def _pictures(entries) -> str:
    """How often each dimension occurs where not all rows agree, and the smallest singular values, as SVG."""
    known = {name: counts for name, counts in entries.dimensions.items() if len(counts) > 1}
    panels = len(known) + (len(set(entries.smallest)) > 1)
    if not panels:
        return ""
    figure = new_figure(2.6 * panels, 2.3)
    axes = figure.subplots(1, panels, squeeze=False)[0]
    for axis in axes:
        axis.tick_params(labelsize=7)
        axis.locator_params(axis="y", integer=True, nbins=6)
    for axis, (name, counts) in zip(axes, known.items()):
        axis.bar(list(counts), list(counts.values()), color=COLOURS[name])
        axis.set_xlabel(f"{name.replace('_', ' ')}: dimension", fontsize=8)
        axis.locator_params(axis="x", integer=True, nbins=8)
    if len(axes) > len(known):
        axes[-1].hist(np.log10(entries.smallest), bins=20, color="0.35")
        axes[-1].set_xlabel("log₁₀ of the smallest singular value", fontsize=8)
    axes[0].set_ylabel("rows", fontsize=8)
    text = StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    svg = text.getvalue()
    return svg[svg.index("<svg") :]


def _agreed(entries) -> str:
    """The dimensions that all rows share."""
    same = [f"{name.replace('_', ' ')} {d}" for name, c in entries.dimensions.items() if len(c) == 1 for d in c]
    return f"In all rows: {', '.join(same)}." if same else ""


def _data(entries, columns) -> dict:
    """What the script of the page reads."""
    shown = entries.shown
    most = min(max((len(entry.arrows) for entry in shown), default=0), MAX_ARROWS)
    return {
        "columns": columns,
        "rows": [[entry.columns.get(name) for name in columns] for entry in shown],
        "details": [
            {
                "name": _name(entry.columns),
                "arrows": list(entry.arrows)[:MAX_ARROWS],
                "spectrum": entry.spectrum,
                "reason": entry.reason,
                "certificate": entry.certificate and json.dumps(entry.certificate),
            }
            for entry in shown
        ],
        "settings": SETTINGS,
        "viewer": {
            "meta": {"name": "symsens"},
            "structures": [_structure(entry) for entry in shown],
            "properties": {"row": {"target": "structure", "values": list(range(1, len(shown) + 1))}},
            "shapes": {f"null {k + 1}": _shape(shown, k) for k in range(most)},
            "settings": {"structure": [SETTINGS]},
        },
    }


def _name(columns: dict) -> str:
    words = [str(columns.get("file", "")), *(f"{n} {columns[n]}" for n in ("frame", "centre") if n in columns)]
    return ", ".join(filter(None, words))


def _structure(entry) -> dict:
    """As chemiscope reads it."""
    x, y, z = np.round(np.asarray(entry.positions, dtype=float).reshape(-1, 3).T, 6).tolist()
    found = {"size": len(entry.symbols), "names": list(entry.symbols), "x": x, "y": y, "z": z}
    if entry.cell is not None:
        found["cell"] = np.round(entry.cell, 6).ravel().tolist()
    return found


def _shape(shown, k: int) -> dict:
    """The k-th null vector of every entry as arrows; the longest arrow of each is an Angstrom long."""
    vectors = []
    for entry in shown:
        arrows = list(entry.arrows.values())
        flat = arrows[k] if k < len(arrows) else np.zeros((len(entry.symbols), 3))
        longest = np.linalg.norm(flat, axis=1).max(initial=0) or 1.0
        vectors += [{"vector": v} for v in np.round(flat / longest, 4).tolist()]
    look = {"baseRadius": 0.07, "headRadius": 0.15, "headLength": 0.22, "color": 0xC81E1E}
    return {"kind": "arrow", "parameters": {"global": look, "atom": vectors}}
