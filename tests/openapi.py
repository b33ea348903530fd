"""The OpenAPI description, in a form that tests can walk."""


def resolve(schema, part):
    """Follow `$ref` to what it names."""
    while "$ref" in part:
        found = schema
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part


def operations(schema):
    """Give ("GET /api/profile", operation) for each."""
    return [
        (f"{method.upper()} {path}", operation)
        for path, item in schema["paths"].items()
        for method, operation in item.items()
    ]
