"""The project: a floor that imports no app, and a roof (settings, urls) that names them all."""
