"""Whether a process that serves HTTP answers."""

import http.client

_TIMEOUT_SECONDS = 5.0


def is_ready(port: int, host: str = "127.0.0.1") -> bool:
    """Say whether `/health/ready` on this port answers 200."""
    connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
