"""Changes at several places of a certificate of a whole structure that fit each other, as a forger would make them."""

from fractions import Fraction

FACTORS = [Fraction(x) for x in ("1/2", "9/10", "999/1000", "1", "1001/1000", "11/10", "3/2", "2", "3")]


def other_question(rng, certificate):
    """A sum instead of a set, another order, another cutoff."""
    kind, structure = rng.randrange(3), certificate["structure"]
    if kind == 0:
        certificate["level"] = {"sum": "set", "set": "sum"}[certificate["level"]]
    elif kind == 1:
        certificate["nu"] += rng.choice([-1, 1])
        for level in certificate["levels"]:
            for row in level.get("pivot_rows", []):
                row[0] = row[0][: 1 + certificate["nu"]] + row[0][1:2] * (certificate["nu"] + 1 - len(row[0]))
    elif structure["cutoff"] is None:
        structure["cutoff"] = rng.choice(["1", "2", "3", "5", "8", "100"])
    else:
        structure["cutoff"] = str(Fraction(structure["cutoff"]) * rng.choice(FACTORS))


def other_atoms(rng, certificate):
    """Atoms exchanged, named otherwise, moved by lattice vectors, or all of it scaled; the evidence as it was."""
    structure, kind = certificate["structure"], rng.randrange(4)
    positions, species, lattice = (structure[key] for key in ("positions", "species", "lattice"))
    j, k = rng.randrange(len(species)), rng.randrange(len(species))
    if kind == 0:
        for items in (positions, species):
            items[j], items[k] = items[k], items[j]
    elif kind == 1:
        species[j] = rng.choice([*species, "X"])
    elif kind == 2:
        step = rng.choice([*lattice, ["1", "0", "0"], ["0", "1/2", "0"]])
        positions[j] = [str(Fraction(a) + Fraction(b)) for a, b in zip(positions[j], step)]
    else:
        factor = rng.choice(FACTORS)
        times = lambda rows: [[str(factor * Fraction(x)) for x in row] for row in rows]
        structure |= {"positions": times(positions), "lattice": times(lattice)}
        if structure["cutoff"] is not None:
            structure["cutoff"] = str(factor * Fraction(structure["cutoff"]))


def other_lattice(rng, certificate):
    """Another basis, a larger cell, or a vector less."""
    lattice, kind = certificate["structure"]["lattice"], rng.randrange(3)
    if not lattice:
        return
    i, j = rng.randrange(len(lattice)), rng.randrange(len(lattice))
    if kind == 0:
        lattice[i] = [str(Fraction(a) + rng.choice([1, -1]) * Fraction(b)) for a, b in zip(lattice[i], lattice[j])]
    elif kind == 1:
        lattice[i] = [str(2 * Fraction(a)) for a in lattice[i]]
    else:
        lattice.pop(i)
        for generator in certificate["generators"]:
            generator["lattice"].pop(i)
            for row in (*generator["lattice"], *generator["shifts"]):
                row.pop(i)


def other_motions(rng, certificate):
    """Fewer isometries, or another one that may be none, with an order to match."""
    generators, kind = certificate["generators"], rng.randrange(3)
    if not generators:
        return
    chosen = rng.choice(generators)
    if kind == 0:
        generators.remove(chosen)
        certificate["claims"]["stabiliser_order"] //= rng.choice([1, 2, 3])
        certificate["point_group"] = rng.choice([certificate["point_group"], "C1", "Ci", "Cs", "C2", None])
    elif kind == 1:
        chosen["isometry"] = [[str(-Fraction(x)) for x in row] for row in chosen["isometry"]]
    else:
        row = rng.choice([*chosen["lattice"], *chosen["shifts"]])
        if row:
            row[rng.randrange(len(row))] += rng.choice([1, -1])


OF_STRUCTURES = [other_question, other_atoms, other_lattice, other_motions]
