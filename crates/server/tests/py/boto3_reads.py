#!/usr/bin/env python3
"""Signs in with boto3 as an ordinary program does, and reads projects and datums.

    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER=URL boto3_reads.py URL EMAIL PASSWORD PROJECT CLIENT_ID

Prints one JSON object: what the sign-in gave, the codes read with `Bearer TOKEN` and with the bare token,
the bucket keys and sums of the project's daily energy, and what a wrong password raises. Needs no AWS
credentials: the two calls of a sign-in are never signed.
"""

import base64
import json
import os
import sys
import urllib.error
import urllib.request

import boto3
from botocore import UNSIGNED
from botocore.config import Config

PERIOD = "start=2016-07-01&end=2016-08-01&aggregation=day"


def sign_in(cognito, email, password, client_id):
    return cognito.initiate_auth(
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": email, "PASSWORD": password},
        ClientId=client_id,
    )["AuthenticationResult"]


def refusal(cognito, email, password, client_id):
    """The name of the exception that a wrong password raises, as a program would catch it."""
    try:
        sign_in(cognito, email, password, client_id)
    except cognito.exceptions.NotAuthorizedException as refused:
        return refused.response["Error"]["Code"]
    return None


def read(url, authorization):
    headers = {"Authorization": authorization} if authorization else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as problem:
        return problem.code, json.load(problem)


def claims(token):
    body = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))


def energy(answer):
    totals = answer["project"]["aggregatedTotals"]
    listed = [key for bucket in answer["projectDatums"]["aggregatedTotals"] for key in bucket]
    return {
        "aggregation": answer.get("aggregation"),
        "range": answer.get("range"),
        "buckets": list(totals),
        "sameBucketsInList": listed == list(totals),
        "generation": sum(bucket.get("generation", 0) for bucket in totals.values()),
        "generationReading": sum(bucket.get("generationReading", 0) for bucket in totals.values()),
        "sites": {
            site: list(below["systems"]) for site, below in answer["project"]["sites"].items()
        },
    }


def main(url, email, password, project, client_id):
    if not os.environ.get("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER"):
        sys.exit("set AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER to the server's URL")
    cognito = boto3.client("cognito-idp", region_name="us-east-1", config=Config(signature_version=UNSIGNED))
    result = sign_in(cognito, email, password, client_id)
    token = result["IdToken"]
    with_bearer, projects = read(f"{url}/projects", f"Bearer {token}")
    bare, again = read(f"{url}/projects", token)
    status, datums = read(f"{url}/energy/datums/projects/{project}?{PERIOD}", token)
    without, nobody = read(f"{url}/projects", None)
    print(json.dumps({
        "signIn": sorted(result),
        "tokenType": result["TokenType"],
        "expiresIn": result["ExpiresIn"],
        "idTokenClaims": sorted(claims(token)),
        "bearer": with_bearer,
        "bare": bare,
        "sameProjects": projects == again,
        "projects": [item["code"] for item in projects["projects"]],
        "datums": status,
        "energy": energy(datums) if status == 200 else datums,
        "withoutToken": without,
        "withoutTokenBody": nobody,
        "wrongPassword": refusal(cognito, email, password + "x", client_id),
        "unknownUser": refusal(cognito, "nobody@example.org", password, client_id),
    }, indent=1))


if __name__ == "__main__":
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    main(*sys.argv[1:])
