#!/usr/bin/env python3
"""An application that signs a person in through the sign-in page, by authlib: discovery, code with PKCE, id token checked
with the published keys, userinfo, refresh, revocation. The page is used as a browser without scripts uses it.

    oauth_client.py URL EMAIL PASSWORD CLIENT_ID

Prints one line of JSON: the steps that the page took, and what each endpoint said.
"""

import base64
import hashlib
import hmac
import html.parser
import json
import struct
import sys
import time
import urllib.parse

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.common.security import generate_token
from joserfc import jwt
from joserfc.jwk import KeySet

url, email, password, client_id = sys.argv[1:]
CALLBACK = "http://127.0.0.1:45678/callback"


class Form(html.parser.HTMLParser):
    """Fields, action, heading, labels and the key of a page."""

    def __init__(self, text):
        super().__init__()
        self.fields, self.action, self.texts, self.open, self.labels = {}, None, {}, None, set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.open = tag
        if tag == "form":
            self.action = attrs["action"]
        if tag == "label":
            self.labels.add(attrs["for"])
        if tag == "input":
            self.fields[attrs["name"]] = attrs.get("value", "")
            assert attrs.get("type") == "hidden" or "hidden" in attrs or attrs["id"] in self.labels, attrs

    def handle_data(self, data):
        self.texts[self.open] = self.texts.get(self.open, "") + data

    def handle_endtag(self, _):
        self.open = None


def one_time_code(secret, ahead):
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30 + ahead), hashlib.sha1).digest()
    at = digest[-1] & 15
    return str(struct.unpack(">I", digest[at:at + 4])[0] & 0x7FFFFFFF)[-6:].zfill(6)


def through_the_page(start, secret):
    """From the address that the application sends people to, to the address that it gets them back at."""
    browser, steps = requests.Session(), []
    answer = browser.get(start, allow_redirects=False)
    while answer.status_code == 200:
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"], answer.headers
        form = Form(answer.text)
        steps.append(form.texts["h1"])
        if "password" in form.fields:
            form.fields |= {"username": email, "password": password}
        elif "code" in form.fields:
            shown = form.texts.get("code", "").replace(" ", "")
            ahead = 0 if shown else 1  # the code of the set-up was used
            secret = shown or secret
            form.fields["code"] = one_time_code(secret, ahead)
        answer = browser.post(urllib.parse.urljoin(answer.url, form.action), data=form.fields, allow_redirects=False)
    assert answer.status_code == 303, (answer.status_code, answer.text)
    return answer.headers["Location"], steps, secret


def sign_in(document, secret):
    client = OAuth2Session(client_id, scope="openid email profile", redirect_uri=CALLBACK,
                           code_challenge_method="S256", token_endpoint_auth_method="none")
    verifier, nonce = generate_token(64), generate_token(20)
    start, state = client.create_authorization_url(document["authorization_endpoint"], code_verifier=verifier, nonce=nonce)
    back, steps, secret = through_the_page(start, secret)
    assert back.startswith(CALLBACK + "?"), back
    assert dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(back).query))["iss"] == document["issuer"], back
    token = client.fetch_token(document["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier)
    return client, token, nonce, steps, secret


def checked(document, token, nonce):
    keys = KeySet.import_key_set(requests.get(document["jwks_uri"], timeout=10).json())
    claims = jwt.decode(token["id_token"], keys, algorithms=["RS256"]).claims
    rules = jwt.JWTClaimsRegistry(iss={"essential": True, "value": document["issuer"]},
                                  aud={"essential": True, "value": client_id},
                                  nonce={"essential": True, "value": nonce}, exp={"essential": True})
    rules.validate(claims)
    return claims


def profile_status(token):
    return requests.get(url + "/profile", headers={"Authorization": "Bearer " + token}, timeout=10).status_code


def main():
    facts = requests.get(url + "/users/authentication", timeout=10).json()
    document = requests.get(facts["issuer"] + "/.well-known/openid-configuration", timeout=10).json()
    client, token, nonce, first, secret = sign_in(document, None)
    claims = checked(document, token, nonce)
    info = client.get(document["userinfo_endpoint"]).json()
    posted = client.post(document["userinfo_endpoint"]).json()
    refreshed = client.refresh_token(document["token_endpoint"], refresh_token=token["refresh_token"])
    before = [profile_status(token["id_token"]), profile_status(refreshed["id_token"])]
    revoked = client.revoke_token(document["revocation_endpoint"], token["refresh_token"])
    after = [profile_status(token["id_token"]), profile_status(refreshed["id_token"])]
    _, _, _, second, _ = sign_in(document, secret)
    print(json.dumps({"first": first, "second": second, "email": claims["email"], "sameSubject": claims["sub"] == info["sub"],
                      "info": info, "sameInfo": info == posted, "scope": token["scope"], "atHash": "at_hash" in claims,
                      "before": before, "revoked": revoked.status_code, "after": after}))


main()
