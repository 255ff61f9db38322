"""Serves a path whose last slash is missing or too much, without a redirect: redirects lose POST bodies."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.urls import is_valid_path


class MissingSlashMiddleware:
    """Label Studio's clients write some paths without their slash, and expect an answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Correct the path when only its last slash is wrong."""
        path = request.path_info
        if path.startswith("/api/"):
            urlconf = getattr(request, "urlconf", None)
            other = path[:-1] if path.endswith("/") else f"{path}/"
            if not is_valid_path(path, urlconf) and is_valid_path(other, urlconf):
                request.path_info = other
        return self.get_response(request)
