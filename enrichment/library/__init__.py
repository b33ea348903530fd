"""Readers bring their library along: files of other services become a shelf here."""
