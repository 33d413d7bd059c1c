"""What the learned descriptors share: weights as parameters, and the one evaluation that every arithmetic runs.

Law: the weights are the exact numbers that their bits are, and no derivative passes anything but dot products.
"""

from dataclasses import field
from os import PathLike, fspath

import numpy as np

from symsens.descriptors.base import Descriptor
from symsens.descriptors.networks.forward import exact_floats
from symsens.descriptors.networks.weights import fingerprint, load_weights, save_weights, seeded_weights
from symsens.errors import InputError, NotSmoothError, UndecidedError
from symsens.forms.arithmetics import Arithmetic
from symsens.geometry.colours import edges, squared_distances
from symsens.geometry.environment import Environment


def weight_file(help: str):
    """A dataclass field: the path of an .npz file, or None."""

    def parse(value):
        if value is None or value == "none":
            return None
        if not isinstance(value, str | PathLike) or "," in fspath(value):
            raise ValueError("the path of an .npz file (without a comma, so that it fits a SPEC)")
        return fspath(value)

    return field(default=None, metadata={"parse": parse, "help": help})


class Network(Descriptor):
    """Base of the learned descriptors: a frozen dataclass with parameters `cutoff`, `seed`, `weights`, and

    shapes() : its arrays by name; those of ``embedding.weight`` are (None, channels), one row per atomic number.
    width : number of features.
    capacity(env) : what its sizes allow the rank to be.
    classes(env) : all networks of its architecture, whatever the weights and smooth activations.
    layers : how many edges away from the centre it sees.
    evaluate(env, arithmetic, table) : the features and their derivatives along any directions.

    Derivatives are forward: every intermediate carries its own along all displacements, seeded by the dot products'.

    Attributes
    ----------
    arrays : the weights by name, read-only float64; each float is the exact dyadic rational that its bits are, so that
        a ball Jacobian encloses the Jacobian of that very network.
    """

    def __post_init__(self):
        super().__post_init__()
        if self.weights is None:
            arrays = seeded_weights(self.shapes(), self.seed)
        else:
            arrays = load_weights(self.weights, self.shapes())
        for array in arrays.values():
            array.setflags(write=False)
        object.__setattr__(self, "arrays", arrays)

    def shapes(self) -> dict[str, tuple]:
        """Name -> shape of every array, in the order in which a seed fills them."""
        raise NotImplementedError

    @property
    def width(self) -> int:
        """The number of features."""
        raise NotImplementedError

    def reach(self, centre, species):
        return self.layers * self.cutoff

    def capacity(self, env: Environment) -> int:
        """A bound on the rank of the Jacobian by the sizes of the network, whatever its weights."""
        raise NotImplementedError

    def shells(self, env: Environment) -> set:
        """The different (species, squared distance) of neighbours within the cutoff."""
        return {(env.species[j - 1], env.gram[j - 1][j - 1]) for j in edges(env, self.cutoff)[0]}

    def evaluate(self, env: Environment, arithmetic: Arithmetic, table: np.ndarray) -> np.ndarray:
        """Features and derivatives at the precision of the context.

        Parameters
        ----------
        env : n neighbours.
        arithmetic : where to compute.
        table : (n (n + 1) / 2, D) derivatives of the dot products x_j . x_k, j <= k (order of ``np.triu_indices``),
            along D directions, in that arithmetic. All derivatives of an invariant pass through them.

        Returns
        -------
        (width, 1 + D) array: column 0 the features.

        Raises
        ------
        NotSmoothError
            See `check_smooth`.
        """
        raise NotImplementedError

    def jets(self, env, arithmetic, seeds=None, species=None):
        """As every descriptor's; the features are the same for all species.

        Raises
        ------
        NotSmoothError
            The network is not smooth at `env`.
        InputError
            A species that the weights do not know.
        UndecidedError
            The numbers overflow.
        """
        none = np.empty((env.n * (env.n + 1) // 2, 0), dtype=arithmetic.dtype)
        with np.errstate(all="ignore"):
            found = self.evaluate(env, arithmetic, none if seeds is None else seeds.table)
        if arithmetic.name == "ball":
            finite = all(x.is_finite() for x in found.ravel().tolist())
        else:
            finite = np.isfinite(found.astype(float)).all()
        if not finite:
            raise UndecidedError(f"{self}: {arithmetic.name} arithmetic overflows with these weights: scale them down")
        return found[:, :1] if seeds is None else found[:, 1:]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of all weights."""
        return fingerprint(self.arrays)

    def save_weights(self, path) -> None:
        """Write the weights as .npz, whole or not at all; ``weights=path`` loads them again, bit by bit."""
        save_weights(self.arrays, path)

    def feature_names(self, env=None, species=None):
        """Features by number."""
        return tuple(f"feature {k}" for k in range(self.width))

    def check_smooth(self, env: Environment) -> None:
        """Refuse an environment in which a pair that reaches the centre is exactly at the cutoff radius.

        Raises
        ------
        NotSmoothError
            Naming the two atoms.
        """
        squares, near = squared_distances(env), edges(env, self.cutoff)
        limit, seen = self.cutoff**2 * env.gram_scale, {0}
        for _ in range(self.layers):
            for i in sorted(seen):
                for j, s in enumerate(squares[i]):
                    if s == limit:
                        atoms = (env.centre, *env.atoms)
                        raise NotSmoothError(
                            f"{self.name} is not smooth at this structure: atoms {atoms[i]} and {atoms[j]} of "
                            f"{env.source or env.formula} are exactly at the cutoff radius {self.cutoff}: "
                            "move an atom or change the cutoff"
                        )
            seen = seen.union(*(near[i] for i in seen))

    def embedding(self, env: Environment, arithmetic: Arithmetic) -> np.ndarray:
        """(n + 1, channels) embeddings of the centre and the neighbours."""
        from ase.data import atomic_numbers

        table, rows = self.arrays["embedding.weight"], []
        for z in (env.centre_species, *env.species):
            if atomic_numbers.get(z, len(table)) >= len(table):
                raise InputError(
                    f"{self.name}: no embedding for species {z}: the weights have rows for atomic numbers 0 to "
                    f"{len(table) - 1}"
                )
            rows.append(atomic_numbers[z])
        return exact_floats(arithmetic, table[rows])

    def lifted(self, arithmetic: Arithmetic) -> dict[str, np.ndarray]:
        """All arrays but the embedding, in `arithmetic`."""
        inner = {name: array for name, array in self.arrays.items() if name != "embedding.weight"}
        return {name: exact_floats(arithmetic, array) for name, array in inner.items()}
