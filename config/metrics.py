"""Figures that all processes keep together, in Redis say, and that /metrics shows once.

django-prometheus adds up what each process has counted for itself, and asks nothing else.
"""

from prometheus_client import CollectorRegistry

SHARED = CollectorRegistry()
