"""Chemical symbols, in the order of the periodic table."""


def sorted_species(species) -> tuple[str, ...]:
    """Different chemical symbols by atomic number (unknown ones first, by name)."""
    from ase.data import atomic_numbers

    return tuple(sorted(set(species), key=lambda z: (atomic_numbers.get(z, 0), z)))
