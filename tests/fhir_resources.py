"""Validates FHIR resources with the models of PyPI `fhir.resources` (R4B).

Reads one JSON object a line from standard input, `{"kind": ..., "body": {...}}`: what the resource
is for, and the resource. Exits 1 at the first that the models refuse, after naming it.

R4B is the nearest that the package has to R4: eligibility resources are the same in both. The
models check structure, cardinality and types, contained resources and entries of Bundles too; they
do not check bindings to code systems, nor profiles such as JP Core's.
"""

import json
import sys

from fhir.resources.R4B import get_fhir_model_class


def resources(body):
    """Yields a resource and every resource inside it."""
    yield body
    for inner in body.get("contained", []):
        yield from resources(inner)
    for entry in body.get("entry", []):
        if "resource" in entry:
            yield from resources(entry["resource"])


def references(value):
    """Yields every local reference, such as `#patient`."""
    if isinstance(value, dict):
        target = value.get("reference")
        if isinstance(target, str) and target.startswith("#"):
            yield target[1:]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def main():
    count = 0
    for number, line in enumerate(sys.stdin, 1):
        if not line.strip():
            continue
        document = json.loads(line)
        kind, body = document["kind"], document["body"]
        try:
            for resource in resources(body):
                get_fhir_model_class(resource["resourceType"]).model_validate(resource)
        except Exception as error:
            print(f"line {number}: {kind}: {error}", file=sys.stderr)
            return 1
        contained = {inner.get("id") for inner in body.get("contained", [])}
        dangling = sorted(set(references(body)) - contained)
        if dangling:
            print(f"line {number}: {kind}: nothing is called {dangling}", file=sys.stderr)
            return 1
        # FHIR R4, dom-3: what is contained is referred to.
        unused = sorted(contained - set(references(body)))
        if unused:
            print(f"line {number}: {kind}: nothing refers to {unused}", file=sys.stderr)
            return 1
        count += 1
    if count == 0:
        print("no resource came", file=sys.stderr)
        return 1
    print(f"{count} resources valid")
    return 0


if __name__ == "__main__":
    sys.exit(main())
