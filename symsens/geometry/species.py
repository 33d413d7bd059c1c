"""Chemical symbols and their atomic numbers.

Law: a symbol that is no element has number 0 and is refused only where its number is needed.
"""


def atomic_number(symbol: str) -> int:
    """0 if it is no element."""
    from ase.data import atomic_numbers

    return atomic_numbers.get(symbol, 0)


def sorted_species(species) -> tuple[str, ...]:
    """Different chemical symbols by atomic number (unknown ones first, by name)."""
    return tuple(sorted(set(species), key=lambda z: (atomic_number(z), z)))
