"""Certificates about classes of networks: those of exact numbers, with the class in place of an order.

Law: a pure function of the filtration and the class; `symsens.checker.networks` follows the walks anew.
"""

from symsens.certificates.answers import left_out
from symsens.certificates.exact import exact_certificate
from symsens.certificates.rules import Rule
from symsens.checker.limits import MAX_FOLLOWED, MAX_MESSAGES
from symsens.descriptors.networks.classes import NetworkClass
from symsens.geometry.colours import Clouds
from symsens.geometry.environment import Environment
from symsens.rows.filtration import Filtration
from symsens.rows.message_passing import messages_followed

SCHEMA = "symsens/network-certificate/1"


def network_certificate(filtration: Filtration, functions: NetworkClass, whole: Environment | None) -> dict:
    """The certificate of a decided filtration of a class of networks.

    Parameters
    ----------
    whole : the environment asked about, where some of its neighbours are out of reach.
    """
    given = exact_certificate(filtration)
    inside = {key: value for key, value in given.items() if key not in ("nu", "group", "descriptor")}
    return inside | {
        "schema": SCHEMA,
        "network": {
            "messages": "angles" if functions.angles else "distances",
            "layers": functions.layers,
            "cutoff": None if functions.cutoff is None else str(functions.cutoff),
        },
        "left_out": None if whole is None else left_out(whole, filtration.moves.environment),
    }


def network_rule(filtration: Filtration, functions: NetworkClass) -> Rule:
    """The rule that proves the rank of a decided answer about a class of networks again."""
    env = filtration.moves.environment
    clouds = Clouds.of([env], functions.angles, functions.cutoff)
    received = sum(map(len, clouds.received)) * functions.layers
    if received > MAX_MESSAGES:
        return Rule(None, f"the checker does not read {received} messages")
    vectors = len(filtration.vectors) - filtration["rigid"]
    followed = messages_followed(clouds, functions.layers) * (1 + vectors) * env.field.degree**2 if vectors else 0
    if followed > MAX_FOLLOWED:
        return Rule(None, f"the checker does not follow {followed} messages for {vectors} null vectors")
    return Rule("angular-message-passing" if functions.angles else "message-passing")
