#!/usr/bin/env python3
"""Runs schemathesis with a fixed seed over every operation of a running server.

    schemathesis_run.py URL TOKEN EXAMPLES FOLDER

Makes one thing of every kind through the API first, so that requests reach what lies behind the path. Prints what
schemathesis said, and last one line of JSON: exit code and answers by operation and status. Stops nothing and
judges nothing: the test that calls it does.
"""

import base64
import datetime
import json
import os
import pathlib
import subprocess
import sys

import requests

SEED = "20261122"
CHECKS = [
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_headers_conformance",
    "response_schema_conformance", "unsupported_method", "allow_header_conformance", "ignored_auth",
]
PLACE = {"address": "1 Way", "town": "Town", "state": "State", "lat": 40, "long": -105}
SOON = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=30)
BODIES = {
    "accessToken": {"name": "Fuzz", "expires": SOON.strftime("%Y-%m-%dT%H:%M:%SZ"), "groups": ["events-view"]},
    "project": {"code": "Fuzz", "status": "Operational", "name": "Fuzz", "startDate": "2024-01-01",
                "timezone": "America/Denver", "dcSize": 10, **PLACE},
    "site": {"code": "S1", "name": "Site", **PLACE},
    "system": {"code": "R1", "status": "Operational", "name": "Roof", "startDate": "2024-01-01", "type": "generation"},
    "portfolio": {"name": "All", "projects": ["Fuzz"]},
    "event": {"type": "energy", "cause": "Fuse", "startDate": "2024-05-01T10:00:00Z", "description": "It blew",
              "location": {"project": "Fuzz"}},
    "proForma": {"projectStartDate": "2024-01-01", "systemSize": 10, "systemProduction": 1270, "degradation": 0.5,
                 "projectLife": 25},
    "user": {"email": "fuzz@example.org", "firstName": "Fuzz", "lastName": "Test"},
    "userType": {"name": "fuzz", "application": "ams", "groups": ["events-view"]},
    "notification": {"name": "Fuzz", "protocol": "email", "endpoint": "fuzz@example.org", "notificationType": "alert"},
}


def make_things(url, headers):
    def send(method, path, kind, **members):
        answer = requests.request(method, url + path, json=BODIES[kind] | members, headers=headers, timeout=30)
        if answer.status_code != 200:
            raise SystemExit(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer.json()

    send("POST", "/projects/Fuzz", "project")
    send("POST", "/projects/Fuzz/sites/S1", "site")
    send("POST", "/projects/Fuzz/sites/S1/systems/R1", "system")
    send("PUT", "/projects/Fuzz/pro-forma", "proForma")
    send("PUT", "/projects/Fuzz/pro-forma?version=bank", "proForma")
    payload = headers["Authorization"].split(".")[1]
    caller = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"]
    user = send("POST", "/users", "user")["id"]
    more = [send("POST", "/users", "user", email=f"{number}@example.org")["id"] for number in range(20)]
    return {
        "callerId": caller, "userId": user, "ownerId": more[0], "victims": more[1:], "groupId": "export", "userTypeId": send("POST", "/user-types", "userType")["id"],
        "notificationId": send("POST", f"/users/{user}/notifications", "notification")["notification"]["id"],
        "bodies": BODIES, "projectId": "Fuzz", "siteId": "S1", "systemId": "R1", "assetId": "Fuzz",
        "portfolioId": send("POST", "/portfolios", "portfolio")["portfolio"]["id"],
        "eventId": send("POST", "/events", "event")["event"]["id"],
        "poolId": requests.get(url + "/users/authentication", timeout=30).json()["userPoolId"],
    }


def sign_in(url, client_id):
    """A refresh token of a session of its own."""
    parameters = {"USERNAME": os.environ["EMAIL"], "PASSWORD": os.environ["PASSWORD"]}
    body = {"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": client_id, "AuthParameters": parameters}
    target = {"X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth"}
    return requests.post(url + "/", json=body, headers=target, timeout=30).json()["AuthenticationResult"]["RefreshToken"]


def main():
    url, token, examples, folder = sys.argv[1:]
    known = make_things(url, {"Authorization": token})
    known["clientId"] = requests.get(url + "/users/authentication", timeout=30).json()["clientId"]
    known["refreshToken"] = sign_in(url, known["clientId"])
    answers = pathlib.Path(folder, "answers.json")
    here = pathlib.Path(__file__).resolve().parent
    environment = dict(os.environ, TARGET=url, TOKEN=token, KNOWN=json.dumps(known), ANSWERS=str(answers),
                       SCHEMATHESIS_HOOKS="schemathesis_hooks", PYTHONPATH=str(here), PYTHONDONTWRITEBYTECODE="1")
    command = [sys.executable, "-m", "schemathesis.cli", "run", url + "/openapi.json", "--header", f"Authorization: {token}",
               "--seed", SEED, "--max-examples", examples, "--checks", ",".join(CHECKS), "--phases",
               "examples,coverage,fuzzing", "--no-shrink", "--continue-on-failure", "--warnings", "off",
               "--request-timeout", "60", "--generation-database", "none"]
    outcome = subprocess.run(command, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(outcome.stdout)
    counted = json.loads(answers.read_text()) if answers.exists() else {}
    print(json.dumps({"exit": outcome.returncode, "answers": counted}))


if __name__ == "__main__":
    main()
