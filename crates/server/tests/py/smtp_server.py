"""A mail server for tests, by aiosmtpd, and a reader of mail that knows nothing of this project.

    smtp_server.py RECORD OPTIONS

Prints the port it listens on (127.0.0.1), then serves until its standard input ends. Writes each mail as a JSON line
into RECORD: envelope, headers and text as Python's own parser reads them, and the raw bytes. OPTIONS is JSON:

    port             to listen on; 0 takes a free one
    user, password   sign-in is required, with these
    tls              "start" or "upgrade": TLS from the first byte, or required by STARTTLS
    cert, key        files for it
    refuse, later    recipients answered with 550 and 450
    refuse_sender    every sender is answered with 553
"""

import asyncio
import email
import email.policy
import json
import ssl
import sys
import threading

from aiosmtpd.smtp import SMTP, AuthResult

record = open(sys.argv[1], "a", encoding="utf-8")
options = json.loads(sys.argv[2])


class Handler:
    async def handle_MAIL(self, server, session, envelope, address, mail_options):
        if options.get("refuse_sender"):
            return f"553 5.7.1 {address} is not yours, nor is aGlkZGVuIHdvcmQ="
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address in options.get("refuse", []):
            return f"550 5.1.1 <{address}>: Recipient address rejected: User unknown"
        if address in options.get("later", []):
            return f"450 4.2.1 <{address}>: mailbox busy"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        raw = envelope.content
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        line = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "hello": session.host_name,
            "tls": session.ssl is not None or options.get("tls") == "start",
            "user": session.auth_data,
            "headers": {name.lower(): str(value) for name, value in mail.items()},
            "text": mail.get_content(),
            "raw": raw.decode("ascii"),
        }
        record.write(json.dumps(line) + "\n")
        record.flush()
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    said = (data.login.decode(), data.password.decode())
    fits = said == (options["user"], options["password"])
    return AuthResult(success=fits, handled=False, auth_data=said[0] if fits else None)


def context():
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(options["cert"], options["key"])
    return made


def protocol():
    signs_in = "user" in options
    upgrades = options.get("tls") == "upgrade"
    return SMTP(
        Handler(),
        hostname="mail.test",
        enable_SMTPUTF8=True,
        tls_context=context() if upgrades else None,
        require_starttls=upgrades,
        authenticator=authenticate if signs_in else None,
        auth_required=signs_in,
        auth_require_tls=upgrades,
    )


async def main():
    at_once = context() if options.get("tls") == "start" else None
    loop = asyncio.get_running_loop()
    server = await loop.create_server(protocol, "127.0.0.1", options.get("port", 0), ssl=at_once)
    print(server.sockets[0].getsockname()[1], flush=True)
    ended = asyncio.Event()

    def wait():
        sys.stdin.read()
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=wait, daemon=True).start()
    await ended.wait()


asyncio.run(main())
