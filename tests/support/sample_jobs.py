"""Jobs that the tests of the job system run, here and in worker processes."""

import os
import re
import time
from pathlib import Path

from django.db import transaction

from platform_core.api.errors import ValidationFailedError
from platform_core.events.services import emit_event
from platform_core.jobs.registry import job
from platform_core.members.models import Member
from tenants.models import Organization
from tenants.scope import current_schema


def write_line(path, *words):
    """Append a line; one small write, so lines of several processes never mix."""
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(" ".join(str(word) for word in words) + "\n")


def lines_of(path):
    path = Path(path)
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


@job()
def note(context, path, text):
    write_line(path, text, os.getpid(), current_schema())
    return {"schema": current_schema(), "attempt": context.attempt}


@job(timeout=60)
def slow(context, path, seconds):
    write_line(path, "begin", context.job_id, os.getpid())
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(0.02)
    write_line(path, "end", context.job_id, os.getpid())


@job(queue="low")
def counted(context, path, total):
    for number in range(total):
        context.progress(number, total)
        write_line(path, number)
        time.sleep(0.05)


@job(max_attempts=2)
def failing(context):
    raise RuntimeError("the password is hunter2")


@job(max_attempts=3)
def refusing(context):
    raise ValidationFailedError(validation_errors={"title": ["Too long."]})


@job()
def member_emails(context):
    return list(Member.objects.order_by("id").values_list("email", flat=True))


@job()
def break_connection(context):
    with transaction.atomic():
        Member.objects.update(first_name="half done")
        raise RuntimeError("in the middle")


@job(timeout=1, max_attempts=1)
def endless(context, path):
    write_line(path, os.getpid())
    while True:
        try:
            time.sleep(0.01)
        except Exception:  # a job that swallows everything it can
            continue


@job(timeout=1, max_attempts=1)
def endless_statement(context):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(60)")


@job(max_attempts=1)
def holds_interpreter(context, path):
    write_line(path, "begin", os.getpid())
    re.match(r"(a+)+$", "a" * 60 + "b")


@job(scope="global")
def count_organizations(context):
    return {"organizations": Organization.objects.count(), "schema": current_schema()}


@job(plugin="tester")
def of_plugin(context):
    return "ran"


@job()
def emitting(context):
    with transaction.atomic():
        emit_event(type="sample.done", payload={"job": str(context.job_id)})


def unregistered(context):
    raise AssertionError("must never run")
