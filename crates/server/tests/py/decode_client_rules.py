#!/usr/bin/env python3
"""Decodes an answer as the official Python client of August 2024 does, and says what that client dies of.

    decode_client_rules.py contract/client-2024-08.openapi.json 'GET /projects' < answer.json

Exit 0 and `decodes` when the client takes the answer; exit 1 and one line for each problem when it does
not; exit 2 when the client knows no such operation. Written apart from the Rust check of the same rules:

* a member that is required must be there;
* a value of a closed list must be in the list, a date must be a date;
* `null` is refused for an object, a date and a listed value, and tolerated for plain values and arrays;
* an object must be an object, an array an array; members that the client does not name are kept.
"""

import json
import re
import sys
from datetime import date, datetime

NAMES = {str: "text", bool: "a boolean", int: "a number", float: "a number", list: "an array", dict: "an object"}


class Decoder:
    def __init__(self, document):
        self.schemas = document["components"]["schemas"]
        self.problems = []

    def complain(self, path, problem):
        self.problems.append(f"{path}: {problem}")

    def resolve(self, schema):
        while "$ref" in schema:
            schema = self.schemas[schema["$ref"].rsplit("/", 1)[1]]
        return schema

    def decode(self, schema, value, path="$"):
        schema = self.resolve(schema)
        for choice in ("oneOf", "anyOf"):
            if choice in schema:
                return self.decode_choice(schema[choice], value, path)
        kind = schema.get("type") or ("object" if "properties" in schema else None)
        if value is None:
            if kind == "object" or "enum" in schema or schema.get("format") in ("date", "date-time"):
                self.complain(path, "null is refused here: leave the member out")
        elif "enum" in schema:
            if value not in schema["enum"]:
                self.complain(path, f"{json.dumps(value)} is not one of {schema['enum']}")
        elif kind == "object":
            self.decode_object(schema, value, path)
        elif kind == "array":
            self.decode_array(schema, value, path)
        elif schema.get("format") in ("date", "date-time"):
            self.decode_date(schema["format"], value, path)

    def decode_choice(self, choices, value, path):
        """The client tries the alternatives in order and keeps the first that does not raise."""
        attempts = []
        for choice in choices:
            attempt = Decoder({"components": {"schemas": self.schemas}})
            attempt.decode(choice, value, path)
            if not attempt.problems:
                return
            attempts.append(attempt.problems)
        self.problems.extend(attempts[0])

    def decode_object(self, schema, value, path):
        if not isinstance(value, dict):
            return self.complain(path, f"wanted an object, found {NAMES[type(value)]}")
        named = schema.get("properties", {})
        for name in schema.get("required", []):
            if name not in value:
                self.complain(path, f"the required member {name} is missing")
        rest = schema.get("additionalProperties")
        for name, member in value.items():
            if name in named:
                self.decode(named[name], member, f"{path}.{name}")
            elif isinstance(rest, dict):
                self.decode(rest, member, f"{path}.{name}")

    def decode_array(self, schema, value, path):
        if not isinstance(value, list):
            return self.complain(path, f"wanted an array, found {NAMES[type(value)]}")
        for index, item in enumerate(value):
            self.decode(schema.get("items", {}), item, f"{path}[{index}]")

    def decode_date(self, form, value, path):
        if not isinstance(value, str):
            return self.complain(path, f"wanted a {form}, found {NAMES[type(value)]}")
        try:
            if form == "date":
                if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
                    raise ValueError
                date.fromisoformat(value)
            else:
                datetime.fromisoformat(value.replace("Z", "+00:00"))
        except ValueError:
            self.complain(path, f"{json.dumps(value)} is not a {form}")


def operation_of(document, words):
    method, path = words.split()
    shape = lambda template: re.sub(r"\{[^}]*\}", "{}", template)
    for known, item in document["paths"].items():
        if shape(known) == shape(path) and method.lower() in item:
            return item[method.lower()]
    return None


def main(specification, words):
    with open(specification, encoding="utf-8") as handle:
        document = json.load(handle)
    operation = operation_of(document, words)
    if operation is None:
        print(f"the client knows no operation {words}")
        return 2
    content = operation["responses"].get("200", {}).get("content", {})
    decoder = Decoder(document)
    answer = json.load(sys.stdin)
    if "application/json" in content:
        decoder.decode(content["application/json"]["schema"], answer)
    print("\n".join(decoder.problems) or "decodes")
    return 1 if decoder.problems else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2]))
