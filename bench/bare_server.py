"""The limit of a page of tasks: one bare Django view without REST framework, middleware or tenancy.

It looks the key up, reads the counter row and the rows, and returns the bytes that the platform returns; the statement
for the rows is the platform's own. Web server, processes, threads and pool are the platform's too.
"""

import hashlib
import os
import sys

import dj_database_url
import django
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.urls import path

from platform_core.tasks.queries import json_sql

# Of the length that a signed position has; making one is the platform's own affair.
CURSOR = "x" * int(os.environ["BENCH_CURSOR_LENGTH"])
KEY = "SELECT member_id FROM members_apikey WHERE digest = %s AND revoked_at IS NULL"
COUNTERS = """SELECT task_number, total_annotations_number, total_predictions_number
              FROM projects_projectcounters WHERE project_id = %s"""


ROWS = (
    f"SELECT {json_sql.TASK_ONLY}::text, t.id FROM tasks_task t "
    "WHERE t.project_id = %(project)s AND t.inner_id > %(start)s ORDER BY t.inner_id LIMIT %(limit)s"
)


def configure() -> None:
    """Configure Django with nothing but a database."""
    database = dj_database_url.parse(os.environ["DATABASE_URL"])
    database["OPTIONS"] = {
        "options": f"-c timezone=UTC -c search_path={os.environ['BENCH_SCHEMA']}",
        "pool": {"min_size": 1, "max_size": 8},
    }
    settings.configure(
        DATABASES={"default": database},
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["*"],
        MIDDLEWARE=[],
        USE_TZ=True,
        SECRET_KEY="bench",
    )
    django.setup()


def page(request):
    """Return a page of tasks."""
    digest = hashlib.sha256(request.META["HTTP_AUTHORIZATION"].partition(" ")[2].encode()).hexdigest()
    project = int(request.GET["project"])
    with connection.cursor() as cursor:
        cursor.execute(KEY, [digest])
        found = cursor.fetchone()
        if found is None:
            return HttpResponse(status=401)
        cursor.execute(COUNTERS, [project])
        tasks, annotations, predictions = cursor.fetchone()
        cursor.execute(ROWS, {"project": project, "member": found[0], "start": 0, "limit": 100, "only_by": None})
        rows = cursor.fetchall()
    tail = (
        f'],"total":{tasks},"total_annotations":{annotations},'
        f'"total_predictions":{predictions},"next_cursor":"{CURSOR}"}}'
    )
    body = ('{"tasks":[' + ",".join([row[0] for row in rows]) + tail).encode()
    return HttpResponse(body, content_type="application/json", headers={"Content-Length": str(len(body))})


def alive(_request):
    """Say that the server is up."""
    return HttpResponse("{}")


urlpatterns = [path("api/tasks/", page), path("health/live", alive)]


configure()


def application():
    """Return the WSGI application, in a web process."""
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()


if __name__ == "__main__":
    from granian import Granian
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels

    Granian(
        "bare_server",
        address="127.0.0.1",
        port=int(sys.argv[sys.argv.index("--port") + 1]),
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=2,
        blocking_threads=4,
        log_level=LogLevels.warning,
    ).serve(target_loader=application, wrap_loader=False)
