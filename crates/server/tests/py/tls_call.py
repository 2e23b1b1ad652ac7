"""One request over TLS by Python's own client, which trusts one certificate only.

    tls_call.py HOST:PORT CA_FILE PATH

Prints what it saw as JSON: status, subject of the certificate, protocol, the answer's body; or the error.
"""

import http.client
import json
import ssl
import sys

address, ca_file, path = sys.argv[1:]
host, port = address.rsplit(":", 1)
context = ssl.create_default_context(cafile=ca_file)
context.set_alpn_protocols(["http/1.1"])
try:
    connection = http.client.HTTPSConnection(host, int(port), context=context, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    certificate = connection.sock.getpeercert()
    subject = dict(pair[0] for pair in certificate["subject"])["commonName"]
    said = {
        "status": answer.status,
        "subject": subject,
        "protocol": connection.sock.version(),
        "alpn": connection.sock.selected_alpn_protocol(),
        "body": json.loads(answer.read()),
    }
except ssl.SSLError as error:
    said = {"error": type(error).__name__}
print(json.dumps(said))
