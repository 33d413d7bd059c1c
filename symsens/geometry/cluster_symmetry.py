"""Symmetries of a whole cluster, its centre an atom like the others, and what they hide from features of all atoms.

A sum over all pairs or angles, or a spectrum, is invariant under every isometry that permutes the atoms, also where the
centre moves. With g = (permutation p of the atoms, isometry Q) and any displacement v of the atoms, such features do
not see rho(g) v - v, (rho(g) v)_p(a) = Q v_a, nor translations; so v is brought to the neighbours as v_j - v_centre.

Law: every isometry that permutes the atoms fixes their mean, so the exact stabiliser about the mean is the whole group.
"""

from symsens.geometry.environment import Environment
from symsens.geometry.gram import pair_labels
from symsens.geometry.symmetry import Generator, Stabiliser, exact_stabiliser, symmetry_displacements


def cluster_stabiliser(env: Environment) -> tuple[Stabiliser, list[int]]:
    """The stabiliser about the mean of all atoms, and the atoms that it permutes (0: the centre), those not there."""
    size = env.n + 1
    mean = [sum(y[c] for y in env.positions) / size for c in range(3)]
    points = [tuple(-c for c in mean), *(tuple(a - c for a, c in zip(y, mean)) for y in env.positions)]
    moving = [a for a in range(size) if any(points[a])]
    species = (env.centre_species, *env.species)
    around = Environment([species[a] for a in moving], [points[a] for a in moving], metric=env.metric, field=env.field)
    return exact_stabiliser(around, pair_labels(around)), moving


def cluster_generators(env: Environment) -> tuple[Generator, ...]:
    """Generators of the symmetries of the whole: permutations of all atoms, the centre first, and their isometries."""
    stabiliser, moving = cluster_stabiliser(env)
    found = []
    for g in stabiliser.generators:
        image = list(range(env.n + 1))
        for i, a in enumerate(moving):
            image[a] = moving[g.permutation[i]]
        found.append(Generator(tuple(image), g.isometry))
    return tuple(found)


def cluster_displacements(env: Environment) -> list[list[int]]:
    """Integer displacements of the neighbours that span what the symmetries of the cluster hide (not independent)."""
    atoms = env.n + 1
    return [
        [v[3 * j + i] - v[i] for j in range(1, atoms) for i in range(3)]
        for v in symmetry_displacements(atoms, cluster_generators(env))
    ]
