"""Learned descriptors: networks with given weights. Law: what is proved is of that very network, bit by bit."""

from symsens.descriptors.networks.classes import Agnn, Dgnn, NetworkClass
from symsens.descriptors.networks.network import Network
from symsens.descriptors.networks.schnet import SchNet
from symsens.descriptors.networks.tensor_field import TensorField

__all__ = ["Agnn", "Dgnn", "Network", "NetworkClass", "SchNet", "TensorField"]
