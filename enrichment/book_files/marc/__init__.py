"""MARC 21, the libraries' format: as records one after the other, and as XML."""
