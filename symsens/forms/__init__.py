"""Closed forms over tuples and their derivatives. Law: one code for every arithmetic; no descriptor is named."""
