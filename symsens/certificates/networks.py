"""Certificates about classes of networks: those of exact numbers, with the class in place of an order.

Law: a pure function of the filtration and the class; `symsens.checker.networks` follows the walks anew.
"""

from symsens.certificates.answers import left_out
from symsens.certificates.exact import exact_certificate
from symsens.certificates.rules import Rule
from symsens.certificates.structures import structure_certificate
from symsens.checker.limits import MAX_FOLLOWED, MAX_MESSAGES
from symsens.descriptors.networks.classes import NetworkClass
from symsens.geometry.colours import Clouds
from symsens.geometry.environment import Environment
from symsens.rows.filtration import Filtration
from symsens.rows.message_passing import messages_followed

SCHEMA = "symsens/network-certificate/1"
STRUCTURE_SCHEMA = "symsens/structure-network-certificate/1"


def network_certificate(filtration: Filtration, functions: NetworkClass, whole: Environment | None) -> dict:
    """The certificate of a decided filtration of a class of networks, at an environment or a whole structure.

    Parameters
    ----------
    whole : the environment asked about, where some of its neighbours are out of reach.
    """
    network = {
        "messages": "angles" if functions.angles else "distances",
        "layers": functions.layers,
        "cutoff": None if functions.cutoff is None else str(functions.cutoff),
    }
    if filtration.moves.level != "environment":
        return _without(structure_certificate(filtration), "nu", "level") | {
            "schema": STRUCTURE_SCHEMA,
            "network": network,
        }
    return _without(exact_certificate(filtration), "nu", "group", "descriptor") | {
        "schema": SCHEMA,
        "network": network,
        "left_out": None if whole is None else left_out(whole, filtration.moves.environment),
    }


def _without(certificate: dict, *keys: str) -> dict:
    return {key: value for key, value in certificate.items() if key not in keys}


def network_rule(filtration: Filtration, functions: NetworkClass) -> Rule:
    """The rule that proves the rank of a decided answer about a class of networks again."""
    moves, summed = filtration.moves, filtration.moves.level != "environment"
    if summed:
        clouds = Clouds.of_structure(moves.sides, functions.angles, functions.cutoff)
    else:
        clouds = Clouds.of([moves.environment], functions.angles, functions.cutoff)
    received = sum(map(len, clouds.received)) * functions.layers
    if received > MAX_MESSAGES:
        return Rule(None, f"the checker does not read {received} messages")
    vectors = filtration["incompleteness"] if summed else len(filtration.vectors) - filtration["rigid"]
    count = messages_followed(clouds, functions.layers, summed) if vectors else 0
    if count * (1 + vectors) * moves.field.degree**2 > MAX_FOLLOWED:
        return Rule(None, f"the checker does not follow {count} messages for {vectors} null vectors")
    if summed:
        return Rule("summed-message-passing")
    return Rule("angular-message-passing" if functions.angles else "message-passing")
