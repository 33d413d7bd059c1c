"""The kinds of certificates, by their schemas, and the module that proves each.

Law: a module of a kind has read_certificate(value, where) -> certificate and prove(certificate) -> (statements, proof).
It is imported when a certificate of its kind is met, so that exact numbers never meet mpmath.
"""

from importlib import import_module

from symsens.checker.refusals import Malformed
from symsens.checker.shapes import (
    ANSWER_SCHEMA,
    ATLAS_SCHEMA,
    BASIS_SCHEMA,
    CLOSED_SCHEMA,
    COLOURS_SCHEMA,
    COMPARISON_SCHEMA,
    EXACT_SCHEMA,
    FORCE_CONSTANTS_SCHEMA,
    IDENTITY_SCHEMA,
    LOCUS_SCHEMA,
    NETWORK_SCHEMA,
    PATH_SCHEMA,
    RELATIONS_SCHEMA,
    SECOND_ORDER_SCHEMA,
    STRUCTURE_NETWORK_SCHEMA,
    STRUCTURE_SCHEMA,
)

OF_A_RANK = {EXACT_SCHEMA: "exact", CLOSED_SCHEMA: "intervals"}
KINDS = OF_A_RANK | {
    ANSWER_SCHEMA: "answers",
    BASIS_SCHEMA: "basis_sizes",
    RELATIONS_SCHEMA: "redundancy",
    COMPARISON_SCHEMA: "comparisons",
    NETWORK_SCHEMA: "networks",
    STRUCTURE_SCHEMA: "structures",
    STRUCTURE_NETWORK_SCHEMA: "structure_networks",
    COLOURS_SCHEMA: "colours",
    ATLAS_SCHEMA: "atlas",
    LOCUS_SCHEMA: "locus",
    IDENTITY_SCHEMA: "identities",
    PATH_SCHEMA: "paths",
    SECOND_ORDER_SCHEMA: "second_order",
    FORCE_CONSTANTS_SCHEMA: "force_constants",
}


def module(value, kinds=KINDS):
    """The module that proves certificates of the schema of a value; None where it has no schema of these kinds."""
    schema = value.get("schema") if type(value) is dict else None
    name = kinds.get(schema) if type(schema) is str else None
    return name and import_module(f"symsens.checker.{name}")


def read(value, where, kinds=KINDS):
    """A certificate of one of these kinds, its shape checked; or `Malformed`."""
    found = module(value, kinds)
    if found is None:
        names = ", ".join(name.removeprefix("symsens/") for name in kinds)
        raise Malformed(f"{where}.schema: expected symsens/ and one of {names}")
    return found.read_certificate(value, where)


def prove(certificate):
    """(statements, proof) of a certificate that has been read."""
    return module(certificate).prove(certificate)


def rules():
    """The names of all rules, of every kind."""
    tables = [import_module(f"symsens.checker.{name}").RULES for name in KINDS.values()]
    return {name for table in tables for name in table}
