#!/usr/bin/env python3
"""Signs in with boto3 by password, sets up a second factor, signs in with it, a wrong code first, and refreshes.

    AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER=URL sign_in_boto3.py EMAIL PASSWORD CLIENT_ID

Prints one JSON object. Needs no AWS credentials.
"""

import json
import sys

import boto3
from botocore import UNSIGNED
from botocore.config import Config

import totp


def main(email, password, client_id):
    cognito = boto3.client("cognito-idp", region_name="us-east-1", config=Config(signature_version=UNSIGNED))

    def begin():
        return cognito.initiate_auth(
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": password},
            ClientId=client_id,
        )

    def answer(challenge, code):
        return cognito.respond_to_auth_challenge(
            ClientId=client_id,
            ChallengeName=challenge["ChallengeName"],
            Session=challenge["Session"],
            ChallengeResponses={"USERNAME": email, "SOFTWARE_TOKEN_MFA_CODE": code},
        )

    access = begin()["AuthenticationResult"]["AccessToken"]
    secret = cognito.associate_software_token(AccessToken=access)["SecretCode"]
    status = cognito.verify_software_token(AccessToken=access, UserCode=totp.code(secret, -1))["Status"]
    cognito.set_user_mfa_preference(
        AccessToken=access, SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True}
    )
    challenge = begin()
    refusals = []
    for wrong in ["000000", "111111"]:
        try:
            answer(challenge, wrong)
        except cognito.exceptions.CodeMismatchException as refused:
            refusals.append(refused.response["Error"]["Message"])
    result = answer(challenge, totp.code(secret))["AuthenticationResult"]
    refreshed = cognito.initiate_auth(
        AuthFlow="REFRESH_TOKEN_AUTH",
        AuthParameters={"REFRESH_TOKEN": result["RefreshToken"]},
        ClientId=client_id,
    )["AuthenticationResult"]
    user = cognito.get_user(AccessToken=refreshed["AccessToken"])
    cognito.change_password(
        AccessToken=refreshed["AccessToken"], PreviousPassword=password, ProposedPassword=password + " more"
    )
    cognito.revoke_token(Token=result["RefreshToken"], ClientId=client_id)
    try:
        cognito.get_user(AccessToken=refreshed["AccessToken"])
        ended = None
    except cognito.exceptions.NotAuthorizedException as refused:
        ended = refused.response["Error"]["Code"]
    print(json.dumps({
        "status": status,
        "challenge": challenge["ChallengeName"],
        "refusals": refusals,
        "signIn": sorted(result),
        "refreshed": sorted(refreshed),
        "factors": user["UserMFASettingList"],
        "idToken": refreshed["IdToken"],
        "ended": ended,
    }))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
