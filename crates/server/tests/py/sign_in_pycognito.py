#!/usr/bin/env python3
"""Signs in with pycognito by SRP as the official Python client does: its own verification of both tokens stays on.
Then with a second factor, a wrong code first.

    sign_in_pycognito.py URL POOL_ID EMAIL PASSWORD CLIENT_ID

Prints one JSON object.
"""

import json
import os
import sys

from pycognito import Cognito
from pycognito.exceptions import SoftwareTokenMFAChallengeException

import totp


def main(url, pool_id, email, password, client_id):
    os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

    def person():
        return Cognito(pool_id, client_id, username=email, boto3_client_kwargs={"endpoint_url": url})

    first = person()
    first.authenticate(password=password)
    first.verify_tokens()
    attributes = first.get_user()
    refused = person()
    try:
        refused.authenticate(password=password + "x")
        wrong = None
    except refused.client.exceptions.NotAuthorizedException as problem:
        wrong = problem.response["Error"]["Message"]

    secret = first.associate_software_token()
    verified = first.verify_software_token(totp.code(secret, -1), "phone")
    first.set_user_mfa_preference(False, True, "SOFTWARE_TOKEN")

    second = person()
    try:
        second.authenticate(password=password)
        asked = False
    except SoftwareTokenMFAChallengeException:
        asked = True
    try:
        second.respond_to_software_token_mfa_challenge("000000")
        mismatch = None
    except second.client.exceptions.CodeMismatchException as problem:
        mismatch = problem.response["Error"]["Code"]
    second.respond_to_software_token_mfa_challenge(totp.code(secret))
    before = second.id_token
    second.renew_access_token()
    second.verify_tokens()
    renewed = second.id_token != before
    second.logout()
    print(json.dumps({
        "claims": sorted(first.id_claims),
        "tokenUse": [first.id_claims["token_use"], first.access_claims["token_use"]],
        "email": attributes.email,
        "wrong": wrong,
        "verified": verified,
        "asked": asked,
        "mismatch": mismatch,
        "renewed": renewed,
        "idToken": first.id_token,
    }))


if __name__ == "__main__":
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    main(*sys.argv[1:])
