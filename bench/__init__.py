"""How quick the project is, next to a floor below it and plain DRF above it (docs/performance.md).

`make bench` fills a database of its own, starts three servers on it, asks each the same questions
in turn, and writes the ratios down. Nothing of the platform imports this package.
"""
