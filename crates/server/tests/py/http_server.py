"""An HTTP server for tests of outgoing calls, by Python's own http.server.

    http_server.py RECORD [CERT KEY]

Prints the port it listens on (127.0.0.1), then serves until its standard input ends. Writes each request as a JSON
line into RECORD. The path says what it answers:

    /json        {"said": "hello"}          /words       text that is no JSON
    /status/N    status N, {}               /redirect    302 to /json
    /large       two mebibytes              /stalls      a head, and never a body
"""

import http.server
import json
import ssl
import sys
import threading

record = open(sys.argv[1], "a", encoding="utf-8")
done = threading.Event()


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        line = {"method": self.command, "path": self.path, "headers": headers, "body": body}
        record.write(json.dumps(line) + "\n")
        record.flush()
        path = self.path.split("?")[0]
        if path == "/stalls":
            self.head(200, 10)
            done.wait(60)
        elif path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "/json")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif path == "/large":
            self.text(200, "x" * (2 << 20))
        elif path == "/words":
            self.text(200, "hello")
        elif path.startswith("/status/"):
            self.text(int(path.rsplit("/", 1)[1]), "{}")
        else:
            self.text(200, json.dumps({"said": "hello"}))

    def head(self, status, length):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def text(self, status, text):
        self.head(status, len(text))
        try:
            self.wfile.write(text.encode())
        except OSError:
            pass  # the client has had enough

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass


server = Server(("127.0.0.1", 0), Handler)
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
done.set()
