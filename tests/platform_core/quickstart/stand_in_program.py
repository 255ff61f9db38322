"""A stand-in for the `tenon` command in tests of the supervision: it serves health, works by sleeping, and can fail."""

import http.server
import json
import os
import sys
import time
from pathlib import Path


class Health(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health/ready" else 404)
        self.end_headers()

    def log_message(self, *_):
        pass


def main(command, *arguments):
    failing = os.environ.get("STAND_IN_FAILS", "")
    if command == failing:
        sys.stderr.write(f"{command}: this is why\n")
        return 3
    if command == "django":
        demo = {"public_url": "http://127.0.0.1:1", "organizations": {"aero": {"url": "u", "email": "e"}}}
        demo["organizations"]["aero"] |= {"password": "p", "api_token": "t"}
        Path(arguments[arguments.index("--credentials") + 1]).write_text(json.dumps(demo))
    elif command == "serve":
        port = int(arguments[arguments.index("--port") + 1])
        http.server.HTTPServer(("127.0.0.1", port), Health).serve_forever()
    elif command == "worker":
        Path(arguments[arguments.index("--ready-file") + 1]).touch()
        time.sleep(600)
    return 0


sys.exit(main(*sys.argv[1:]))
