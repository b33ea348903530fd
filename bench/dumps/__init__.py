"""How quickly Open Library's dumps are loaded, next to a floor below it (docs/performance.md).

`python -m bench.dumps make` writes dumps with a known truth, `python -m bench.dumps run` loads them
as `import_openlibrary_dump` does and as the floor does, in turn, and writes the ratio down.
"""
