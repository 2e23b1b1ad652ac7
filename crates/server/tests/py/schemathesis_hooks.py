"""What schemathesis cannot know: things that exist, formats of our own, the media type of sign-in. Loaded by
`schemathesis_run.py`; counts every answer by operation and status into the file named by ANSWERS."""

import atexit
import collections
import itertools
import json
import os

import requests
import schemathesis
from hypothesis import strategies as st

URL = os.environ["TARGET"]
HEADERS = {"Authorization": os.environ["TOKEN"]}
KNOWN = json.loads(os.environ["KNOWN"])
AMAZON_JSON = "application/x-amz-json-1.1"
LOCAL_DATE_TIME = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?$"

NOBODY = "00000000-0000-4000-8000-00000000ffff"
# Enough for schemathesis, and few enough that invitations are left for others.
INVITATIONS = 40

answers = collections.Counter()
invited = itertools.count()
numbers = itertools.count()

schemathesis.openapi.format("time-zone", st.sampled_from(["America/Denver", "Europe/Berlin", "Asia/Kolkata", "UTC"]))


@schemathesis.serializer(AMAZON_JSON)
def to_amazon_json(_, value):
    return json.dumps(value).encode()


@schemathesis.deserializer(AMAZON_JSON)
def from_amazon_json(_, response):
    return json.loads(response.content)


@schemathesis.hook
def before_load_schema(_, raw_schema):
    # The contract calls them date-time, but wall time has no offset (docs/units-and-time.md).
    for name in ("localStartDate", "localEndDate"):
        member = raw_schema["components"]["schemas"]["Range"]["properties"][name]
        del member["format"]
        member["pattern"] = LOCAL_DATE_TIME


def make(path, body, method="POST"):
    """Makes something through the API, for a request that needs it; what it answers."""
    answer = requests.request(method, URL + path, json=body, headers=HEADERS, timeout=30)
    assert answer.status_code == 200, f"{method} {path}: {answer.status_code} {answer.text}"
    return answer.json()


def victim(path):
    """The parameters of something that a DELETE may take away."""
    bodies, number = KNOWN["bodies"], next(numbers)
    if path == "/projects/{projectId}":
        code = f"Del-{number}"
        make(f"/projects/{code}", dict(bodies["project"], code=code))
        return {"projectId": code}
    if path == "/projects/{projectId}/sites/{siteId}":
        code = f"D{number}"
        make(f"/projects/{KNOWN['projectId']}/sites/{code}", dict(bodies["site"], code=code))
        return {"siteId": code}
    if path.endswith("/systems/{systemId}"):
        code = f"D{number}"
        make(f"/projects/{KNOWN['projectId']}/sites/{KNOWN['siteId']}/systems/{code}", dict(bodies["system"], code=code))
        return {"systemId": code}
    if path == "/portfolios/{portfolioId}":
        return {"portfolioId": make("/portfolios", bodies["portfolio"])["portfolio"]["id"]}
    if path == "/users/{userId}":
        # They were made beforehand, because invitations are limited; behind the last one nobody is removed.
        return {"userId": KNOWN["victims"].pop() if KNOWN["victims"] else NOBODY}
    if path == "/user-types/{userTypeId}":
        return {"userTypeId": make("/user-types", bodies["userType"])["id"]}
    if path.endswith("/notifications/{notificationId}"):
        # Of somebody who has no others: a person has only so many.
        owner = KNOWN["ownerId"]
        made = make(f"/users/{owner}/notifications", bodies["notification"])
        return {"userId": owner, "notificationId": made["notification"]["id"]}
    if path == "/events/{eventId}":
        return {"eventId": make("/events", bodies["event"])["event"]["id"]}
    if path == "/users/{userId}/tokens/{tokenId}":
        made = make(f"/users/{KNOWN['callerId']}/tokens", bodies["accessToken"])
        return {"userId": KNOWN["callerId"], "tokenId": made["accessToken"]["id"]}
    if path.endswith("/pro-forma"):
        make(f"/projects/{KNOWN['projectId']}/pro-forma", bodies["proForma"], "PUT")
    return {}


# Forms that are answered well. The token that is taken back is nobody's: the other is needed.
FORMS = {
    "/oauth2/token": {"grant_type": "refresh_token", "refresh_token": KNOWN["refreshToken"]},
    "/oauth2/revoke": {"token": "of-nobody"},
}


@schemathesis.hook
def before_call(_, case, kwargs):
    """Two of three requests are about something that exists; the third asks what was made up. What the others need is
    never taken away: schemathesis learns codes from answers, and would."""
    parameters = case.path_parameters
    path, method = case.operation.path, case.method.upper()
    if (method, path) == ("POST", "/users") and next(invited) >= INVITATIONS:
        case.body = {}
    if path in FORMS and method == "POST" and next(numbers) % 3:
        case.body = {"client_id": KNOWN["clientId"], **FORMS[path]}
        return
    if not parameters or (next(numbers) % 3 == 0 and method != "DELETE"):
        return
    making = method == "POST" and path.endswith("}")
    own = path.rsplit("{", 1)[1].rstrip("}") if making else None
    replaced = {name: KNOWN[name] for name in parameters if name in KNOWN and name != own}
    if method == "DELETE":
        replaced |= victim(path)
        if path.endswith("/pro-forma") and case.query:
            case.query.pop("version", None)
    if method == "POST" and path == "/users/{userId}/tokens":
        # Only one's own, with groups that one has, and an end within a year.
        replaced["userId"] = KNOWN["callerId"]
        if isinstance(case.body, dict):
            case.body |= {name: KNOWN["bodies"]["accessToken"][name] for name in ("expires", "groups")}
    parameters.update(replaced)
    if isinstance(case.body, dict) and "code" in case.body and path.endswith("}"):
        case.body["code"] = parameters[path.rsplit("{", 1)[1].rstrip("}")]


@schemathesis.hook
def after_call(_, case, response):
    answers[f"{case.operation.method.upper()} {case.operation.path} {response.status_code}"] += 1


@atexit.register
def write_answers():
    with open(os.environ["ANSWERS"], "w", encoding="utf-8") as file:
        json.dump(answers, file)
