"""The catalog's shared rows out of Open Library: authors, works, editions, and searches."""
