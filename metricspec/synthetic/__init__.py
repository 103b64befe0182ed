"""A made-up network of districts with known truth, for the demo and for judging growth estimates."""

from .network import Network, generate
from .writing import ForeignFolderError

__all__ = ["ForeignFolderError", "Network", "generate"]
