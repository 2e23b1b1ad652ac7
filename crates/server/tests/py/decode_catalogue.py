#!/usr/bin/env python3
"""Reads portfolios and projects from a running server and decodes each answer as the official client does.

    GRIDFOLIO_TOKEN=TOKEN decode_catalogue.py contract/client-2024-08.openapi.json URL

Then it breaks every answer in each place where the client would notice (a required member taken away, a value
that is in no list, `null` for an object, a date or a listed value) and makes sure that decoding notices it. Prints one
JSON object: how many answers were decoded and how many ways of breaking them were noticed. Exit 1 and one line for
each problem when an answer does not decode, or when a broken one does.
"""

import copy
import json
import os
import sys
import urllib.request

from decode_client_rules import Decoder, operation_of


def read(url):
    request = urllib.request.Request(url, headers={"Authorization": os.environ["GRIDFOLIO_TOKEN"]})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def answers(url):
    """Every answer about portfolios and projects, with the operation that it belongs to."""
    portfolios = read(f"{url}/portfolios")
    yield "GET /portfolios", portfolios
    for portfolio in portfolios["portfolios"]:
        yield "GET /portfolios/{portfolioId}", read(f"{url}/portfolios/{portfolio['id']}")
    projects = read(f"{url}/projects")
    yield "GET /projects", projects
    for project in projects["projects"]:
        yield "GET /projects/{projectId}", read(f"{url}/projects/{project['code']}")


def parts(document, words, answer):
    """The answer with its schema, and the sites and systems in it, which other clients read by the same rules."""
    schema = operation_of(document, words)["responses"]["200"]["content"]["application/json"]["schema"]
    yield words, schema, answer
    for project in answer.get("projects", [answer.get("project", {})]):
        for site in project.get("sites", {}).values():
            yield f"{words} site", {"$ref": "#/components/schemas/Site"}, site
            for system in site["systems"].values():
                yield f"{words} system", {"$ref": "#/components/schemas/System"}, system


def problems(document, schema, value):
    decoder = Decoder(document)
    decoder.decode(schema, value)
    return decoder.problems


def places(decoder, schema, value, path=()):
    """Where an answer can be broken: a word for the way, the path of the member."""
    schema = decoder.resolve(schema)
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(decoder, schema.get("items", {}), item, (*path, index))
    if not isinstance(value, dict):
        return
    for name in schema.get("required", []):
        yield "missing", (*path, name)
    for name, member in value.items():
        of_member = decoder.resolve(schema.get("properties", {}).get(name, {}))
        if "enum" in of_member:
            yield "unlisted", (*path, name)
        if "enum" in of_member or "properties" in of_member or of_member.get("format") in ("date", "date-time"):
            yield "null", (*path, name)
        yield from places(decoder, of_member, member, (*path, name))


def broken(value, way, path):
    value = copy.deepcopy(value)
    parent = value
    for step in path[:-1]:
        parent = parent[step]
    if way == "missing":
        del parent[path[-1]]
    else:
        parent[path[-1]] = None if way == "null" else "of no list"
    return value


def check(document, decodings):
    """Decodes each value and breaks it; prints what was done, or the problems. `decodings` has words, schema, value."""
    decoded, noticed, found = {}, {"missing": 0, "unlisted": 0, "null": 0}, []
    for words, schema, value in decodings:
        decoded[words] = decoded.get(words, 0) + 1
        found += [f"{words}: {problem}" for problem in problems(document, schema, value)]
        for way, path in places(Decoder(document), schema, value):
            if problems(document, schema, broken(value, way, path)):
                noticed[way] += 1
            else:
                found.append(f"{words}: nobody notices {way} at {path}")
    if found:
        print("\n".join(found))
        return 1
    print(json.dumps({"decoded": decoded, "noticed": noticed}))
    return 0


def main(specification, url):
    with open(specification, encoding="utf-8") as handle:
        document = json.load(handle)
    return check(document, (part for operation, answer in answers(url) for part in parts(document, operation, answer)))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2]))
