"""The benchmark pack: exact structures with proved answers, and what an energy model makes of them.

Law: what is expected is proved by a certificate beside it; what is measured is a float and says so.
"""
