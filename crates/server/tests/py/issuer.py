"""An outside issuer for tests: discovery, keys, and tokens signed on demand, by joserfc. Shares nothing with the server.

    issuer.py RECORD

Prints the port it listens on (127.0.0.1), then serves until its standard input ends. Writes the path of each GET as a
JSON line into RECORD.

    GET  /.well-known/openid-configuration, /jwks
    POST /sign   {"alg", "kid", "claims", "header"}; alg "none" and "HS256" (keyed with the public RSA key) are forgeries
    POST /set    {"issuer": text} what discovery calls itself; {"down": bool}; {"rotate": true} replaces the RSA key;
                 {"jwks_uri": text}
"""

import base64
import hashlib
import hmac
import http.server
import json
import sys
import threading

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

record = open(sys.argv[1], "a", encoding="utf-8")
state = {"down": False, "number": 1}


def make_rsa():
    return RSAKey.generate_key(2048, {"kid": f"rsa{state['number']}", "use": "sig"})


keys = {"RS256": make_rsa(), "ES256": ECKey.generate_key("P-256", {"kid": "ec1"})}


def part(value):
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def sign(order):
    algorithm = order.get("alg", "RS256")
    rsa = keys["RS256"]
    header = {"alg": algorithm, "typ": "JWT", "kid": rsa.kid} | order.get("header", {})
    if algorithm in keys:
        header["kid"] = order.get("kid", keys[algorithm].kid)
        if header["kid"] is None:
            del header["kid"]
        if "crit" not in header:
            return jwt.encode(header, order["claims"], keys[algorithm])
    text = part(json.dumps(header).encode()) + "." + part(json.dumps(order["claims"]).encode())
    if algorithm == "none":
        return text + "."
    if algorithm == "RS256":
        # by hand: the library makes no token with an extension that it does not know
        return text + "." + part(rsa.get_op_key("sign").sign(text.encode(), PKCS1v15(), SHA256()))
    return text + "." + part(hmac.new(rsa.as_pem(private=False), text.encode(), hashlib.sha256).digest())


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        record.write(json.dumps(self.path) + "\n")
        record.flush()
        if state["down"]:
            self.answer(500, {})
        elif self.path.endswith("/.well-known/openid-configuration"):
            self.answer(200, {"issuer": state.get("issuer", own), "jwks_uri": state.get("jwks_uri", own + "/jwks")})
        else:
            unknown = {"kty": "AKP", "kid": "of-tomorrow", "alg": "ML-DSA-65", "pub": "AA"}
            public = [key.as_dict(private=False) for key in keys.values()]
            self.answer(200, {"keys": [unknown, *public]})

    def do_POST(self):
        order = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/sign":
            self.answer(200, {"token": sign(order)})
            return
        if order.pop("rotate", False):
            state["number"] += 1
            keys["RS256"] = make_rsa()
        state.update(order)
        self.answer(200, {})

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
own = f"http://127.0.0.1:{server.server_address[1]}"
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
