"""Environments, structures, what moves and what symmetry does. Law: nothing here knows a descriptor."""
