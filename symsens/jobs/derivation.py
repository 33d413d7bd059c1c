"""A descriptor's closed form written out over neighbours 1..n, and its exact Jacobian, as text or LaTeX.

Law: what is printed is the very expression that is evaluated: phi with its families written out, summed over the tuples
of its channel. Derivatives are by the chain rule over invariants, s_j = x_j . x_j and d_jk = x_j . x_k:

    dF/dx_j = 2 dF/ds_j x_j + sum_(k != j) dF/dd_jk x_k
"""

import re
from dataclasses import dataclass
from inspect import getdoc
from itertools import product

from sympy import Add, Expr, Symbol, latex

from symsens.descriptors import Descriptor, descriptor
from symsens.errors import InputError, NoClosedForm, SpecError
from symsens.forms.blocks import Block, invariants
from symsens.forms.layouts import Layout
from symsens.geometry.species import sorted_species
from symsens.jobs.equations import named
from symsens.jobs.quadruples import INNER, Quadruples
from symsens.rows.tuples import components
from symsens.search.hypersurfaces import Hypersurfaces, rank_in_space, singular_hypersurfaces

MAX_SUMMANDS = 20_000
MAX_CLUSTER = 3  # neighbours of a singular locus: so many can be independent
FLAT = {1: "at the centre", 2: "collinear with the centre", 3: "coplanar with the centre"}
PLANES = "where a sum of squares and products, or one of lengths, with constant weights is constant"
LINE = 240  # characters of LaTeX; wider lines are made smaller
DETERMINANT = r"\det\left(\mathbf{x}_j \cdot \mathbf{x}_k\right)"
NO_RULE = "no certificate yet: Lemma hypersurface"
HEAD = r"""\documentclass{article}
\usepackage{amsmath}
\usepackage{graphicx}
\usepackage[landscape,margin=15mm]{geometry}
\newcommand{\fit}[1]{\sbox0{$\displaystyle #1$}%
  \ifdim\wd0>0.8\linewidth\resizebox{0.8\linewidth}{!}{\usebox0}\else\usebox0\fi}
\allowdisplaybreaks
\begin{document}"""


def dot_product(j: int, k: int) -> Symbol:
    """The symbol of x_j . x_k, neighbours counted from 1: s_j if j = k, else d_jk."""
    if j == k:
        return Symbol(f"s_{j}", positive=True)
    j, k = sorted((j, k))
    return Symbol(f"d_{j}{k}" if k < 10 else f"d_{j},{k}", real=True)


def squared_distance(a: int, b: int) -> Expr:
    """Of two atoms a < b, neighbours counted from 1 and 0 the centre, in dot products."""
    return dot_product(b, b) if a == 0 else dot_product(a, a) + dot_product(b, b) - 2 * dot_product(a, b)


@dataclass(frozen=True)
class Derivation:
    """Closed forms of a descriptor over n neighbours.

    Attributes
    ----------
    spec, formula, summary : the SPEC, the general formula in LaTeX, and in words.
    species : of the neighbours.
    features : (label, closed form in s_j and d_jk) of every feature.
    conditions : where the forms hold, in words.
    constants : what the symbols other than s_j and d_jk stand for, in words.
    gradients : for every feature and neighbour j the n coefficients of x_1..x_n in dF/dx_j; None if not asked for.
    locus : where the rank of the Jacobian by all dot products falls; None if not asked for.
    """

    spec: str
    formula: str
    summary: str
    species: tuple[str, ...]
    features: tuple[tuple[str, Expr], ...]
    conditions: tuple[str, ...]
    constants: tuple[str, ...]
    gradients: tuple[tuple[tuple[Expr, ...], ...], ...] | None
    locus: Hypersurfaces | Quadruples | None = None

    @property
    def text(self) -> str:
        """Plain text."""
        n = len(self.species)
        lines = [
            self.spec,
            f"  {self.summary}",
            f"  neighbours 1..{n}: {' '.join(self.species)};  s_j = x_j . x_j,  d_jk = x_j . x_k",
        ]
        lines += [f"  {note}" for note in (*self.conditions, *self.constants)]
        for i, (label, form) in enumerate(self.features):
            lines += ["", f"F_{i + 1}   ({label})", f"  = {form}"]
            if self.gradients is not None:
                for j, row in enumerate(self.gradients[i]):
                    parts = [f"({c}) x_{k + 1}" for k, c in enumerate(row) if c != 0]
                    lines.append(f"  dF_{i + 1}/dx_{j + 1} = {' + '.join(parts) or '0'}")
        if self.locus is not None:
            lines += ["", *self._locus_lines()]
        return "\n".join(lines)

    @property
    def loss(self) -> list[tuple[str, Expr | None, str]]:
        """(text, form, meaning) of what is 0 where the rank falls; the determinant of all dot products has no form."""
        n = len(self.species)
        found = [(f"{factor} = 0", factor, named(factor)) for factor in self.locus.factors]
        flat = len(self.locus.columns) == n * (n + 1) // 2
        return found + ([("det(x_j . x_k) = 0", None, FLAT[n])] if flat and n > 1 else [])

    def _locus_lines(self) -> list[str]:
        """What is known of the singular locus, in words."""
        n, found = len(self.species), self.locus
        if isinstance(found, Quadruples):
            return found.lines
        if found.rank < len(found.columns):
            return [f"Singular locus: not derived, as the rank is ≈ {found.rank} of {len(found.columns)} everywhere."]
        inner = f"{min(n * (n + 1) // 2, INNER)} internal displacements"
        what = f"Singular locus: rank {found.rank} of {inner} for almost all positions{self._held}"
        lines = [f"  {text}: {meaning}" for text, _, meaning in self.loss]
        smaller = "it is smaller where" if lines else "elsewhere it is smaller"
        but = f" and perhaps {PLANES}" if found.mixed else ""
        last = f"only on sets of a dimension that is smaller by two or more{but}."
        return [f"{what}; PROVED ({NO_RULE}): {smaller}", *lines, f"and elsewhere {last}" if lines else f"  {last}"]

    @property
    def _held(self) -> str:
        return " at which these forms hold" if self.conditions else ""

    @property
    def document(self) -> str:
        """A whole LaTeX document: long sums broken into lines, long products made small."""
        summary = _escaped(
            self.summary.replace("^", r"\^{}").replace("|", "$|$").replace("<", "$<$").replace(">", "$>$")
        )
        notes = [rf"\par\noindent\texttt{{{_escaped(note)}}}" for note in (*self.conditions, *self.constants)]
        rows = [_broken(left, parts, label) for left, _, parts, label in self._equations()]
        align = [r"\begin{align}", " \\\\\n".join(rows), r"\end{align}"] if rows else []
        title = rf"\section*{{\texttt{{{_escaped(self.spec)}}}}}"
        parts = [HEAD, title, summary, *self._opening, *notes, *align, *self._locus_paragraph(), r"\end{document}"]
        return "\n".join(parts) + "\n"

    @property
    def latex(self) -> str:
        """LaTeX (amsmath): the general formula, then every feature with its derivatives by the positions."""
        rows = [
            rf"  {left} &= {form}" + (rf" && \text{{{label}}}" if label else "")
            for left, form, _, label in self._equations()
        ]
        notes = [rf"% {note}" for note in (*self.conditions, *self.constants)]
        align = [r"\begin{align}", " \\\\\n".join(rows), r"\end{align}"] if rows else []
        return "\n".join([*notes, *self._opening, *align, *self._locus_paragraph()])

    @property
    def _opening(self) -> list[str]:
        """The general formula."""
        where = r"\qquad s_j = \mathbf{x}_j \cdot \mathbf{x}_j, \quad d_{jk} = \mathbf{x}_j \cdot \mathbf{x}_k"
        return [r"\begin{equation}", f"  {self.formula},{where}", r"\end{equation}"]

    def _equations(self):
        """(left side, right side, its terms, label or "") of every feature and derivative."""
        for i, (label, form) in enumerate(self.features):
            yield f"F_{{{i + 1}}}", _latex(form), [_latex(term) for term in Add.make_args(form)], _escaped(label)
            for j, row in enumerate(self.gradients[i] if self.gradients is not None else ()):
                parts = [rf"{_factor(c)}\mathbf{{x}}_{{{k + 1}}}" for k, c in enumerate(row) if c != 0] or ["0"]
                left = rf"\frac{{\partial F_{{{i + 1}}}}}{{\partial \mathbf{{x}}_{{{j + 1}}}}}"
                yield left, " + ".join(parts).replace("+ -", "-"), parts, ""

    def _locus_paragraph(self) -> list[str]:
        """The singular locus, an item for each factor."""
        if self.locus is None:
            return []
        if isinstance(self.locus, Quadruples):
            return [rf"\par\noindent {_in_tex(line)}" for line in self.locus.lines]
        first = _escaped(self._locus_lines()[0]).replace("≈", r"$\approx$")
        lost = [
            rf"\item $\displaystyle {DETERMINANT if form is None else _latex(form)} = 0$: {meaning}"
            for _, form, meaning in self.loss
        ]
        if self.locus.rank < len(self.locus.columns):
            return [r"\noindent", first]
        last = _escaped(self._locus_lines()[-1])
        items = [r"\begin{itemize}", *lost, r"\end{itemize}"] if lost else []
        return [r"\begin{samepage}", r"\noindent", first, *items, last, r"\end{samepage}"]


def _in_tex(line: str) -> str:
    """A line of words with symbols x1, u1 and |x1|."""
    line = _escaped(line).replace("|", "$|$").replace("≈", r"$\approx$").replace("^", r"\^{}")
    return re.sub(r"\b([xuc])(\d)\b", r"$\1_\2$", line)


def _broken(left: str, parts: list[str], label: str) -> str:
    """An equation, its terms on as many lines as they need."""
    lines = [""]
    for part in parts:
        if lines[-1] and len(lines[-1]) + len(part) > LINE:
            lines.append("")
        lines[-1] += part if not lines[-1] and len(lines) == 1 or part.startswith("-") else f"+ {part}"
    tagged = [rf"\tag*{{{label}}}" if label else r"\notag", *[r"\notag"] * (len(lines) - 1)]
    heads = [f"  {left} &= ", *[r"  &\quad "] * (len(lines) - 1)]
    return " \\\\\n".join(rf"{head}\fit{{{line}}} {tag}" for head, line, tag in zip(heads, lines, tagged))


def _latex(form: Expr) -> str:
    names = {t: f"{t.name[0]}_{{{t.name[2:]}}}" for t in form.free_symbols if re.fullmatch(r"[sd]_[\d,]+", t.name)}
    return latex(form, symbol_names=names)


def _factor(form: Expr) -> str:
    """The LaTeX of a factor in front of a vector."""
    if form in (1, -1):
        return "" if form == 1 else "-"
    return (rf"\left({_latex(form)}\right)" if isinstance(form, Add) else _latex(form)) + r"\,"


def _escaped(label: str) -> str:
    return re.sub(r"([_&%#$])", r"\\\1", label)


def _summed(block: Block, species: tuple[str, ...]) -> list[Expr]:
    """Each phi of the block summed over its tuples, in the dot products of the neighbours."""
    places = [[j + 1 for j, z in enumerate(species) if z == wanted] for wanted in block.channel]
    tuples = [t for t in product(*places) if not block.distinct or len(set(t)) == block.nu]
    terms = [[] for _ in block.phi]
    for t in tuples:
        swap = {symbol: dot_product(t[a], t[b]) for symbol, (a, b) in zip(invariants(block.nu), components(block.nu))}
        for total, phi in zip(terms, block.closed):
            total.append(phi.xreplace(swap))
    return [block.scale * Add(*total) for total in terms]


def _written_out(chosen: Descriptor, plan: Layout, species: tuple[str, ...]) -> list[tuple[str, Expr]]:
    """(label, closed form) of every feature of a sum over tuples."""
    neighbours = len(species)
    summands = sum(len(block.phi) * neighbours**block.nu for block in plan.blocks)
    if summands > MAX_SUMMANDS:
        raise SpecError(
            f"{chosen} over {neighbours} neighbours has {summands} summands, more than {MAX_SUMMANDS}: lower either"
        )
    total = [[] for _ in plan.labels]
    for block, rows in zip(plan.blocks, plan.rows):
        for row, form in zip(rows, _summed(block, species)):
            total[row].append(form)
    return [(label, Add(*parts)) for label, parts in zip(plan.labels, total)]


def _summary(chosen: Descriptor) -> str:
    """The paragraph of its docstring that defines it: the second, or the only one."""
    text = getdoc(type(chosen)).partition("\n\nParameters\n---")[0]
    return " ".join(text.split("\n\n")[:2][-1].split())


def derive(
    spec: str | Descriptor,
    neighbours: int,
    jacobian: bool = False,
    species=None,
    centre: str = "X",
    locus: bool = False,
) -> Derivation:
    """The closed form of a descriptor over `neighbours` neighbours, and its exact Jacobian.

    Parameters
    ----------
    spec : a SPEC such as "power-spectrum:n_max=2,l_max=1", or a descriptor.
    neighbours : their number n.
    jacobian : whether derivatives are wanted too.
    species : n chemical symbols; all alike ("X") by default.
    centre : that of the central atom.
    locus : whether the singular locus is wanted: the hypersurfaces on which the rank falls; of four
        neighbours in general the patterns at which every descriptor of order 2 loses more.

    Raises
    ------
    SpecError
        A bad SPEC, n < 1, or a form too long to print (which says how long).
    InputError
        A singular locus of more than four neighbours, or of forms with other functions than exp and cos.
    """
    chosen = descriptor(spec) if isinstance(spec, str) else spec
    if neighbours < 1:
        raise SpecError(f"{neighbours} neighbours: give at least 1")
    species = ("X",) * neighbours if species is None else tuple(species)
    if len(species) != neighbours:
        raise SpecError(f"{len(species)} species for {neighbours} neighbours: give one each")
    head = {"spec": str(chosen), "formula": chosen.formula, "summary": _summary(chosen), "species": species}
    try:
        plan = chosen.layout(centre, sorted_species(species))
    except NoClosedForm:
        features = chosen.written_out(squared_distance, (centre, *species))
        if features is None:  # layers of functions with given weights: the general formula is all there is
            note = "a network: its layers, with given weights, are not written out"
            return Derivation(**head, features=(), conditions=(), constants=(note,), gradients=None)
        blocks = ()
    else:
        features, blocks = _written_out(chosen, plan, species), plan.blocks
    gradients = tuple(_gradient(form, neighbours) for _, form in features) if jacobian else None
    found = _locus([form for _, form in features], neighbours, blocks) if locus else None
    return Derivation(**head, **_notes(blocks), features=tuple(features), gradients=gradients, locus=found)


def _locus(forms, neighbours: int, blocks) -> Hypersurfaces | Quadruples:
    """Of the map from positions to features, neighbours independent: that of the map from dot products."""
    if not forms:
        raise InputError("no closed form is known: no singular locus is derived")
    if neighbours > MAX_CLUSTER + 1:
        raise InputError(
            f"the singular locus of {neighbours} neighbours: it is derived of 1 to {MAX_CLUSTER + 1}; `symsens atlas` "
            "and `symsens locus` speak of more"
        )
    places = [(j, k) for k in range(neighbours) for j in range(k + 1)]
    pairs = [dot_product(j + 1, k + 1) for j, k in places]
    rows = [[form.diff(pair) for pair in pairs] for form in forms]
    products = [pair for pair, column in zip(pairs, zip(*rows)) if pair.name[0] == "d" and any(column)]
    if neighbours > MAX_CLUSTER and products:
        return Quadruples(rank_in_space(rows, places), max((block.nu for block in blocks), default=None))
    found = singular_hypersurfaces(rows)
    if len(found.columns) < len(pairs) and products:
        raise InputError("some dot products are seen and others not: no singular locus is derived")
    return found


def _notes(blocks) -> dict[str, tuple[str, ...]]:
    """The conditions and constants of some blocks, in words."""
    conditions = []
    for c in dict.fromkeys(c for block in blocks for c in block.conditions):
        words = ("summed where", "> 0") if c.inside else ("not smooth where not", "!= 0")
        conditions.append(f"{words[0]} {c.expr} {words[1]}: {c.where}")
    families = dict.fromkeys(family for block in blocks for family in block.families)
    constants = dict.fromkeys(c.meaning for family in families for c in (*family.constants, *family.mixing))
    return {"conditions": tuple(conditions), "constants": tuple(constants)}


def _gradient(form: Expr, neighbours: int) -> tuple[tuple[Expr, ...], ...]:
    """For every neighbour j the coefficients of x_1..x_n in the derivative of a form by x_j."""
    places = range(1, neighbours + 1)
    return tuple(tuple((1 + (j == k)) * form.diff(dot_product(j, k)) for k in places) for j in places)
