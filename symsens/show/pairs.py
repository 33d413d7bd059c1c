"""What a person reads of two environments or structures: congruent or not, and what tells them apart.

Law: each line that says PROVED names the rule of the checker that proves it again, or says that there is none yet.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from math import acos, degrees, sqrt

from symsens.geometry.environment import Environment, Structure
from symsens.numbers.metric import IDENTITY, apply, cross, determinant, dot
from symsens.show.tables import image, plural

SHOWN = 40  # characters of an exact number that are printed, and pairs of a permutation
SEEN = {"environment": "", "set": ", atom by atom", "sum": ", in sums over the atoms"}


def name_of(side: Environment | Structure) -> str:
    """One line: which environment or structure."""
    frame = "" if side.frame is None or str(side.source).startswith("ase:") else f", frame {side.frame}"
    where = f"{side.source}{frame}: " if side.source else ""
    if isinstance(side, Environment):
        what = f"centre {side.centre} ({side.centre_species}), {plural(side.n, 'neighbour')}"
    else:
        what = f"{plural(len(side.species), 'atom')}" + (", periodic" if any(side.pbc) else "")
    near = side.snapped
    snapped = f", snapped to {near.group} within {near.tolerance:g} Angstrom" if near and near.changed else ""
    return f"{where}{side.formula or _formula(side.species)}, {what}{snapped}"


def _formula(species) -> str:
    return "".join(f"{z}{count if count > 1 else ''}" for z, count in sorted(Counter(species).items()))


def lines(pair) -> Iterator[str]:
    """The lines about what `symsens.jobs.pairs.compare` found."""
    yield f"A: {name_of(pair.first)}"
    yield f"B: {name_of(pair.second)}"
    yield _congruence_line(pair)
    if pair.mirror_images:
        yield "PROVED (without --chiral by a certificate of its own): they are mirror images of each other."
    if pair.congruent:
        return
    for name, level in pair.levels.items():
        yield from _level_lines(pair, name, level)
    if pair.nearness:
        yield from _nearness_lines(pair.nearness)


def _by(pair, rule: str) -> str:
    if pair.rule.name is None:
        return f"no certificate yet: {pair.rule.reason}"
    return f"rule {rule}"


def _centres(pair) -> str:
    return "about the centres" if isinstance(pair.first, Environment) else "of space"


def _congruence_line(pair) -> str:
    kind = "rotation" if pair.chiral else "isometry"
    if pair.congruent is None:
        return "UNDECIDED: whether they are congruent: the search for an isometry was not finished in time."
    if not pair.congruent:
        return f"PROVED ({_by(pair, 'not-congruent')}): not congruent: no {kind} {_centres(pair)} takes A to B."
    return (
        f"PROVED ({_by(pair, 'congruent')}): congruent{_isometry(pair)}: all {pair.group} features are equal, of "
        f"every order. {_permutation(pair)}"
    )


def _isometry(pair) -> str:
    isometry = pair.congruence.isometry
    if isometry is None:
        return ""
    rows = ["(" + ", ".join(_number(x) for x in row) + ")" for row in isometry]
    kind = "rotation" if determinant(isometry) > 0 else "reflection"
    if [*map(tuple, isometry)] == [*map(tuple, IDENTITY)]:
        return " by the identity"
    return f" by the {kind} [{', '.join(rows)}]"


def _number(x) -> str:
    """An exact number, or about what it is where that is no short text."""
    text = str(x)
    if len(text) <= SHOWN // 4:
        return text
    try:
        return f"≈ {float(x):.6g}"
    except OverflowError:
        return "(long)"


def _permutation(pair) -> str:
    permutation = pair.congruence.permutation
    if isinstance(pair.first, Environment):
        names = [f"{a}→{pair.second.atoms[k]}" for a, k in zip(pair.first.atoms, permutation)]
    else:
        names = [f"{a}→{b}" for a, b in enumerate(permutation)]
    rest = ", ..." if len(names) > SHOWN else ""
    return f"Atoms of A to those of B: {', '.join(names[:SHOWN]) or 'none'}{rest}."


def _level_lines(pair, name: str, level) -> Iterator[str]:
    if level.equal_up_to:
        yield (
            f"PROVED ({_by(pair, 'equal-features')}): equal features up to nu = {level.equal_up_to}{SEEN[name]}: no "
            f"{pair.group} descriptor of order nu <= {level.equal_up_to} tells A from B, whatever its basis."
        )
    if level.separation:
        order, what = level.separation.nu, _witness(pair, level.separation)
        yield f"PROVED ({_by(pair, 'separated')}): nu = {order} tells them apart{SEEN[name]}: {what}"
    elif level.undecided:
        yield f"UNDECIDED: what tells them apart beyond nu = {level.equal_up_to}{SEEN[name]}: {level.undecided}."


def _nearness_lines(near) -> Iterator[str]:
    orders = {}
    for gap in near.gaps:
        orders.setdefault(gap.decimals, []).append(str(gap.nu))
    texts = [
        f"by more than {bound} Angstrom^2 ({part} of the largest square) at nu = {', '.join(orders[bound, part])}"
        for bound, part in orders
    ]
    if texts:
        yield f"Gap (no certificate yet): tuples can be matched so that no dot product differs {'; '.join(texts)}."
    yield f"The best superposition found leaves every atom of A within ≈ {near.displacement:.2g} Angstrom of one of B."


def _witness(pair, found) -> str:
    env, side = pair.sides[found.side][found.place], "AB"[found.side]
    per_atom = any(isinstance(side, Structure) and any(side.pbc) for side in (pair.first, pair.second))
    numbers = f"{found.counts[0]} in A, {found.counts[1]} in B{', per atom' if per_atom else ''}."
    if found.witness is None:
        return f"environments with the classes of atom {env.centre} ({env.centre_species}) of {side}: {numbers}"
    if not found.witness:
        return f"centres {env.centre_species}: {numbers}"
    atoms = ", ".join(f"{env.species[j]}{env.atoms[j]}{image(env, j)}" for j in found.witness)
    of = f" about {env.centre_species}{env.centre}" if len(pair.sides[found.side]) > 1 else ""
    return f"tuples like ({atoms}){of} of {side}, {_shape(env, found.witness, pair.chiral)}: {numbers}"


def _shape(env: Environment, members, chiral: bool) -> str:
    """Distances and angles of a tuple in words, and the signs of its triple products."""
    dots = [[dot(env.positions[j], apply(env.metric, env.positions[k])) for k in members] for j in members]
    pairs = list(combinations(range(len(members)), 2))
    try:
        lengths = [sqrt(dots[a][a]) for a in range(len(members))]
        cosines = [float(dots[a][b] / dots[a][a]) * sqrt(dots[a][a] / dots[b][b]) for a, b in pairs]
    except OverflowError:
        return "of numbers beyond those of floats"
    text = f"at ≈ {', '.join(map(_digits, lengths))} Angstrom"
    if pairs:
        angles = [degrees(acos(max(-1.0, min(1.0, x)))) for x in cosines]
        text += f" with angles ≈ {', '.join(map(_digits, angles))} degrees"
    signs = [_sign(*(env.positions[j] for j in three)) for three in combinations(members, 3)] if chiral else []
    return text + (f", triple products {', '.join(signs)}" if signs else "")


def _digits(x: float) -> str:
    return f"{x:.6g}"


def _sign(a, b, c) -> str:
    value = dot(cross(a, b), c)
    return "= 0" if value == 0 else "> 0" if value > 0 else "< 0"


def as_text(pair) -> str:
    """The lines as one text."""
    return "\n".join(lines(pair))
