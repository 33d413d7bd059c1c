"""Basis-free Jacobians, which bound whole classes of descriptors, and the filtration. Law: exact integers only."""
