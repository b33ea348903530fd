"""ONIX for Books 3: the publishers' trade."""
