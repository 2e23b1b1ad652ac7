"""Codes of an authenticator app, by Python's own library."""

import base64
import hashlib
import hmac
import struct
import time


def code(secret, steps=0):
    """The code of a Base32 secret, some steps of 30 seconds from now."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    tag = hmac.new(key, struct.pack(">q", int(time.time()) // 30 + steps), hashlib.sha1).digest()
    at = tag[-1] & 15
    return f"{(struct.unpack('>I', tag[at:at + 4])[0] & 0x7FFFFFFF) % 1000000:06d}"
