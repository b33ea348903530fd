"""A local server that stands in for the services outside, for tests and for work on a plane."""

from enrichment.stand_in.faults import Fault, Reply
from enrichment.stand_in.server import Arrived, StandIn

__all__ = ["Arrived", "Fault", "Reply", "StandIn"]
