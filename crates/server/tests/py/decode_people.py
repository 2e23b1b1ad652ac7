#!/usr/bin/env python3
"""Reads users, groups, types, alerts and notifications from a running server and decodes them as the official client does.

    GRIDFOLIO_TOKEN=TOKEN decode_people.py contract/client-2024-08.openapi.json URL USER_ID

The lists that the client types as one object are decoded twice: whole, as the client does, and each entry under its
id. The user is of the newer generation of the same client. Then every answer is broken where the client would
notice it, as in `decode_catalogue.py`. Prints one JSON object; exit 1 and one line for each problem.
"""

import json
import sys

from decode_catalogue import check, read
from decode_client_rules import operation_of

USER = {
    "type": "object", "required": ["email", "firstName", "lastName"],
    "properties": {
        "email": {"type": "string"}, "firstName": {"type": "string"}, "lastName": {"type": "string"},
        "timezone": {"type": "string"}, "userType": {"type": "string"},
        "access": {
            "type": "object", "required": ["preventDownload", "restrictProjects"],
            "properties": {
                "startDate": {"type": "string", "format": "date"}, "endDate": {"type": "string", "format": "date"},
                "preventDownload": {"type": "string", "enum": ["no", "yes"]},
                "restrictProjects": {"type": "string", "enum": ["no", "yes", "portfolios"]},
            },
        },
    },
}
USERS = {"type": "object", "required": ["users"], "properties": {"users": USER}}
NOTIFICATION = {
    "type": "object", "required": ["name", "protocol", "endpoint", "notificationType"],
    "properties": {
        "name": {"type": "string"}, "endpoint": {"type": "string"},
        "protocol": {"type": "string", "enum": ["email", "sms"]},
        "notificationType": {"type": "string", "enum": [
            "alert", "demandresponse", "media", "project", "report", "upcoming", "update"]},
    },
}


def component(name):
    return {"$ref": f"#/components/schemas/{name}"}


def entries(listed):
    """What stands under ids: members that are no objects are no entries."""
    return [value for value in listed.values() if isinstance(value, dict)]


def answers(document, url, user):
    """Words, schema and value of every answer, and of every entry of a list."""
    def typed(words):
        return operation_of(document, words)["responses"]["200"]["content"]["application/json"]["schema"]

    users = read(f"{url}/users")
    yield "GET /users", USERS, users
    for one in entries(users["users"]):
        yield "a user", USER, one
        yield "GET /users/{userId}", USER, read(f"{url}/users/{one['id']}")
    for words, path, member, entry in [
        ("GET /user-groups", "/user-groups", "groups", component("UserGroup")),
        ("GET /users/{userId}/groups", f"/users/{user}/groups", "groups", component("UserGroup")),
        ("GET /user-types", "/user-types", "userTypes", component("UserType")),
        ("GET /users/{userId}/alerts", f"/users/{user}/alerts", "events", component("AlertEvent")),
    ]:
        answer = read(url + path)
        yield words, typed(words), answer
        for one in entries(answer[member]):
            yield f"{words} entry", entry, one
            if member == "userTypes":
                words_of_one = "GET /user-types/{userTypeId}"
                yield words_of_one, component("UserType"), read(f"{url}/user-types/{one['id']}")
    words = "GET /users/{userId}/mfa"
    yield words, typed(words), read(f"{url}/users/{user}/mfa")
    words = "GET /users/{userId}/notifications"
    notifications = read(f"{url}/users/{user}/notifications")
    yield words, typed(words), notifications
    for one in notifications["notifications"]:
        yield f"{words} entry", NOTIFICATION, one


def main(specification, url, user):
    with open(specification, encoding="utf-8") as handle:
        document = json.load(handle)
    return check(document, answers(document, url, user))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
