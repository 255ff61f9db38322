"""What is left when a part of the running platform is killed in the middle of its work: nothing lost, nothing twice.

A test chooses the moment by a lock of its own in the database or by an answer that it holds back, never by a pause.
"""

import hashlib
import http.client
import json
import socket
import threading
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from platform_core.embedded.redis import available, running_redis_url
from platform_core.quickstart.health import is_ready
from tests.support.crashes import closed_gate, kill, receiver
from tests.support.quickstart import QuickstartProcess, descendants
from tests.support.worker_processes import children_of, eventually

# A whole platform, parts of which are killed and come back.
pytestmark = [pytest.mark.e2e, pytest.mark.slow]

# Short, so that the work of a dead worker is taken over soon; long enough for a busy machine.
LEASE_SECONDS = "3"
TASKS = 2000
ENDED = ("completed", "failed", "canceled")
LABELS = '<View><Text name="t" value="$text"/><Choices name="c" toName="t"><Choice value="a"/></Choices></View>'


@pytest.fixture(scope="module")
def platform(folder):
    environment = {
        "TENON_JOBS_LEASE_SECONDS": LEASE_SECONDS,
        "TENON_JOBS_RETRY_SECONDS": "1",
        "TENON_OUTBOUND_ALLOW": "127.0.0.1",
        # The demo has the small sample.
        "TENON_SHARED_DATA": str(folder / "none"),
    }
    started = QuickstartProcess(folder, environment=environment)
    try:
        yield started.wait_until_ready()
    finally:
        started.kill()


@pytest.fixture
def new_project(aero):
    """Return a function that makes a project and returns its id."""

    def make(title):
        return aero.post("/api/projects/", {"title": title, "label_config": LABELS})[1]["id"]

    return make


@pytest.fixture(scope="module")
def schema(schema_of):
    return schema_of("aero").name


@pytest.fixture
def rows(database_url, schema):
    """Return a function that asks the database; `{}` in the query is the organization's schema."""
    with psycopg.connect(database_url, autocommit=True) as connection:

        def ask(query, *values):
            return connection.execute(sql.SQL(query).format(sql.Identifier(schema)), values).fetchall()

        yield ask


@pytest.fixture
def before_commit(database_url, schema):
    """Return a function that stops an import into a project when it has written all tasks and not committed."""

    def gate(project):
        statement = sql.SQL("SELECT FROM {}.projects_projectcounters WHERE project_id = %s FOR UPDATE")
        return closed_gate(database_url, statement.format(sql.Identifier(schema)), [project])

    return gate


@pytest.fixture
def table_lock(database_url, schema):
    """Return a function that keeps everybody from writing to a table."""

    def gate(table):
        statement = sql.SQL("LOCK TABLE {} IN SHARE MODE").format(sql.Identifier(schema, table))
        return closed_gate(database_url, statement)

    return gate


def body_of(tasks=TASKS, padding=0):
    """Return the body of an import."""
    return json.dumps([{"text": f"Report {number}" + "x" * padding} for number in range(tasks)]).encode()


def texts_of(rows, project):
    return [row[0] for row in rows("SELECT data->>'text' FROM {}.tasks_task WHERE project_id = %s", project)]


def assert_has_each_task_once(rows, aero, project, tasks=TASKS):
    assert sorted(texts_of(rows, project)) == sorted(f"Report {number}" for number in range(tasks))
    (run,) = rows("SELECT status, task_count FROM {}.tasks_importrun WHERE project_id = %s", project)
    assert run == ("completed", tasks)
    assert aero.get(f"/api/projects/{project}/")[1]["task_number"] == tasks
    events = "SELECT count(*) FROM {}.events_outboxevent WHERE type = 'tasks.imported' AND payload->>'project' = %s"
    assert rows(events, str(project)) == [(1,)]


def process_of_job(rows, job_id):
    """Return the process that runs a job."""
    ((worker,),) = rows("SELECT worker FROM {}.jobs_job WHERE id = %s", job_id)
    return int(worker.split("-")[-2])


def relay_process(platform):
    """Return the process that relays events: the one that looks into the database, with and without Redis."""
    for pid in children_of(platform.pid_of("worker")):
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if {b"sweeper", b"database"} & set(command):
            return pid
    raise AssertionError("no worker looks into the database")


def ended(aero, job_id):
    job = aero.get(f"/api/jobs/{job_id}/")[1]
    return job if job["status"] in ENDED else None


def in_background(function):
    """Run a call that will break off."""

    def call():
        try:
            answers.append(function())
        except (OSError, http.client.HTTPException) as error:
            answers.append(error)

    answers = []
    thread = threading.Thread(target=call)
    thread.start()
    return thread, answers


def test_web_process_killed_before_an_import_commits_leaves_nothing_and_the_repeated_call_makes_it_once(
    platform, aero, new_project, rows, before_commit
):
    project, repeat = new_project("Web process killed"), {"Idempotency-Key": str(uuid4())}
    body, path = body_of(), f"/api/projects/{project}/import"
    with before_commit(project) as gate:
        calling, answers = in_background(lambda: aero.post(path, body, more_headers=repeat))
        gate.wait_for_somebody()
        kill(*children_of(platform.pid_of("web")))
        calling.join(20)

        assert isinstance(answers[0], OSError | http.client.HTTPException)
        assert texts_of(rows, project) == []
    eventually(lambda: is_ready(platform.port))
    status, report = aero.post(path, body, more_headers=repeat)

    assert (status, report["task_count"]) == (201, TASKS)
    assert aero.post(path, body, more_headers=repeat) == (201, report)
    assert_has_each_task_once(rows, aero, project)


def test_web_server_killed_while_a_body_comes_in_leaves_nothing_and_the_repeated_call_makes_it_once(
    platform, aero, new_project, rows
):
    project, repeat = new_project("Web server killed"), {"Idempotency-Key": str(uuid4())}
    # More than the buffers of a connection hold: once half of it is sent, the server is reading.
    body, path = body_of(padding=10_000), f"/api/projects/{project}/import"
    head = [f"POST {path} HTTP/1.1", f"Host: {aero.url.removeprefix('http://')}", f"Authorization: Token {aero.token}"]
    head += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    head += [f"{name}: {value}" for name, value in repeat.items()]
    server = platform.pid_of("web")
    with socket.create_connection(("127.0.0.1", platform.port), timeout=20) as connection:
        connection.sendall("\r\n".join([*head, "", ""]).encode() + body[: len(body) // 2])
        kill(server, *children_of(server))

        assert texts_of(rows, project) == []
    eventually(lambda: platform.pid_of("web") not in (None, server) and is_ready(platform.port))
    status, report = aero.post(path, body, more_headers=repeat)

    assert (status, report["task_count"]) == (201, TASKS)
    assert aero.post(path, body, more_headers=repeat) == (201, report)
    (run,) = rows("SELECT status, task_count FROM {}.tasks_importrun WHERE project_id = %s", project)
    assert (run, len(texts_of(rows, project))) == (("completed", TASKS), TASKS)


def test_worker_killed_in_an_import_job_is_followed_by_one_that_makes_each_task_once(
    platform, aero, new_project, rows, before_commit
):
    project = new_project("Worker killed")
    with before_commit(project) as gate:
        planned = aero.post(f"/api/projects/{project}/import?async=1", body_of())[1]
        gate.wait_for_somebody()
        kill(process_of_job(rows, planned["job"]))

        assert texts_of(rows, project) == []
    job = eventually(lambda: ended(aero, planned["job"]), seconds=40)

    assert (job["status"], job["attempts"]) == ("completed", 2)
    assert_has_each_task_once(rows, aero, project)


@pytest.fixture(scope="module")
def big_project(platform, aero):
    """Return a project whose export takes a while to write, and the number of its tasks."""
    project = aero.post("/api/projects/", {"title": "Exported", "label_config": LABELS})[1]["id"]
    status, report = aero.post(f"/api/projects/{project}/import", body_of(padding=20_000))
    assert status == 201
    return project, report["task_count"]


def snapshot_of(aero, project):
    made = aero.post(f"/api/projects/{project}/exports/", {})[1]
    return made["id"], made["job"]


def assert_snapshot_is_whole(aero, project, snapshot, path, tasks):
    """Compare the row, the file, and what a client gets."""
    address = f"/api/projects/{project}/exports/{snapshot}"
    row, (status, exported), content = aero.get(address)[1], aero.get(f"{address}/download"), path.read_bytes()
    assert (row["status"], row["counters"]["task_number"], row["size"]) == ("completed", tasks, len(content))
    assert row["md5"] == hashlib.md5(content, usedforsecurity=False).hexdigest()
    assert row["sha256"] == hashlib.sha256(content).hexdigest()
    assert (status, exported) == (200, json.loads(content))
    assert len({task["id"] for task in exported}) == len(exported) == tasks


def test_worker_killed_while_it_writes_a_snapshot_leaves_a_part_that_nobody_takes_for_the_file(
    platform, aero, big_project, rows, schema
):
    project, tasks = big_project
    snapshot, job_id = snapshot_of(aero, project)
    folder = platform.data_dir / "files" / schema / "exports" / str(snapshot)

    def part():
        found = folder.glob("json.*.part")
        return next((path for path in found if path.stat().st_size), None)

    half = eventually(part, pause=0.001)
    kill(process_of_job(rows, job_id))

    assert half.exists()
    left = half.stat().st_size
    assert aero.get(f"/api/projects/{project}/exports/{snapshot}/download")[0] in (400, 404)
    job = eventually(lambda: ended(aero, job_id), seconds=40)
    assert (job["status"], job["attempts"]) == ("completed", 2)
    assert_snapshot_is_whole(aero, project, snapshot, folder / "json", tasks)
    assert left < (folder / "json").stat().st_size
    assert aero.call("DELETE", f"/api/projects/{project}/exports/{snapshot}")[0] == 204
    # What the killed worker has left goes with the hourly housekeeping.
    assert list(folder.iterdir()) == [half]


def test_worker_killed_between_the_file_and_its_row_writes_the_snapshot_anew(
    platform, aero, big_project, rows, table_lock, schema
):
    project, tasks = big_project
    exports = platform.data_dir / "files" / schema / "exports"
    with table_lock("events_outboxevent") as gate:
        snapshot, job_id = snapshot_of(aero, project)
        gate.wait_for_somebody()
        # The whole family, as when the host dies.
        kill(*descendants(eventually(lambda: platform.pid_of("worker"))))

        assert aero.get(f"/api/projects/{project}/exports/{snapshot}/download")[0] in (400, 404)
    job = eventually(lambda: ended(aero, job_id), seconds=40)

    assert (job["status"], job["attempts"]) == ("completed", 2)
    assert_snapshot_is_whole(aero, project, snapshot, exports / str(snapshot) / "json", tasks)
    assert [found.name for found in (exports / str(snapshot)).iterdir()] == ["json"]
    events = "SELECT count(*) FROM {}.events_outboxevent WHERE type = 'export.finished' AND payload->>'export' = %s"
    assert rows(events, str(snapshot)) == [(1,)]


def delivered(aero, webhook, number):
    """Return the log of a webhook once so many messages are in it and all have arrived."""
    log = aero.get(f"/api/webhooks/{webhook}/deliveries/")[1]["results"]
    return log if [item["status"] for item in log] == ["delivered"] * number else None


def told_tasks(messages):
    return [task["id"] for _, body in messages for task in json.loads(body)["tasks"]]


def test_worker_killed_before_a_receiver_answers_sends_the_same_message_again(aero, new_project, rows):
    project = new_project("Delivered")
    with receiver() as there:
        wish = {"url": there.url, "project": project, "send_for_all_actions": False, "actions": ["TASKS_CREATED"]}
        status, webhook = aero.post("/api/webhooks/", wish)
        assert status == 201
        there.hold()
        tasks = [aero.post("/api/tasks/", {"project": project, "data": {"text": "First"}})[1]["id"]]
        there.wait_for_request()
        ((job_id,),) = rows("SELECT id FROM {}.jobs_job WHERE function LIKE '%%send_delivery' AND status = 'running'")
        tasks += [aero.post("/api/tasks/", {"project": project, "data": {"text": text}})[1]["id"] for text in "ab"]
        kill(process_of_job(rows, job_id))
        there.release()
        job = eventually(lambda: ended(aero, job_id), seconds=40)
        log = eventually(lambda: delivered(aero, webhook["id"], len(tasks)), seconds=40)

    assert (job["status"], job["attempts"], job["result"]) == ("completed", 2, "delivered")
    assert [len(item["attempts"]) for item in log] == [1] * len(tasks)
    sent = [message_id for message_id, _ in there.messages]
    assert set(sent) == {item["message_id"] for item in log}
    assert sent.count(sent[0]) == 2
    assert len(set(there.messages)) == len(tasks)
    assert sorted(told_tasks(set(there.messages))) == sorted(tasks)


def test_relay_killed_while_it_prepares_messages_prepares_each_once(platform, aero, new_project, rows, table_lock):
    project = new_project("Relayed")
    with receiver() as there:
        wish = {"url": there.url, "project": project, "send_for_all_actions": False, "actions": ["TASKS_CREATED"]}
        webhook = aero.post("/api/webhooks/", wish)[1]["id"]
        with table_lock("webhooks_delivery") as gate:
            tasks = [aero.post("/api/tasks/", {"project": project, "data": {"text": "First"}})[1]["id"]]
            gate.wait_for_somebody()
            kill(relay_process(platform))
            # What a handler is given holds for two minutes: here they are over before the next worker comes.
            rows("UPDATE {}.events_eventdelivery SET next_attempt_at = now() WHERE status = 'pending' RETURNING id")
        tasks.append(aero.post("/api/tasks/", {"project": project, "data": {"text": "Second"}})[1]["id"])
        log = eventually(lambda: delivered(aero, webhook, len(tasks)), seconds=40)

    assert [len(item["attempts"]) for item in log] == [1] * len(tasks)
    assert sorted(told_tasks(there.messages)) == sorted(tasks)


@pytest.mark.skipif(not available(), reason="there is no embedded Redis for this machine")
def test_redis_killed_while_jobs_wait_in_it_loses_none_and_comes_back(platform, aero, new_project, rows, before_commit):
    pid_file, address = platform.data_dir / "redis" / "pid", running_redis_url(platform.data_dir)
    first, *others = [new_project(f"Redis killed {number}") for number in range(4)]
    with before_commit(first) as gate:
        jobs = [aero.post(f"/api/projects/{first}/import?async=1", body_of())[1]["job"]]
        gate.wait_for_somebody()
        jobs += [aero.post(f"/api/projects/{project}/import?async=1", body_of())[1]["job"] for project in others[:2]]
        waiting = rows("SELECT id::text FROM {}.jobs_job WHERE status = 'queued' AND id = ANY(%s::uuid[])", jobs)
        assert {job_id for (job_id,) in waiting} == set(jobs[1:])
        redis = int(pid_file.read_text())
        kill(redis)
        jobs.append(aero.post(f"/api/projects/{others[2]}/import?async=1", body_of())[1]["job"])
    done = [eventually(lambda job_id=job_id: ended(aero, job_id), seconds=40) for job_id in jobs]

    assert [(job["status"], job["attempts"]) for job in done] == [("completed", 1)] * len(jobs)
    for project in (first, *others):
        assert_has_each_task_once(rows, aero, project)
    eventually(lambda: int(pid_file.read_text()) != redis and running_redis_url(platform.data_dir) == address)


def message_on_its_way(aero, there, project):
    """Make a webhook and a task; return webhook and task while the message about it waits for its answer."""
    wish = {"url": there.url, "project": project, "send_for_all_actions": False, "actions": ["TASKS_CREATED"]}
    webhook = aero.post("/api/webhooks/", wish)[1]["id"]
    there.hold()
    task = aero.post("/api/tasks/", {"project": project, "data": {"text": "First"}})[1]["id"]
    there.wait_for_request()
    return webhook, task


def assert_delivered_once(aero, there, webhook, task):
    (item,) = eventually(lambda: delivered(aero, webhook, 1), seconds=40)
    assert len(item["attempts"]) == 1
    assert told_tasks(there.messages) == [task]


@pytest.mark.skipif(not available(), reason="there is no embedded Redis for this machine")
def test_redis_killed_in_a_delivery_costs_no_attempt(platform, aero, new_project):
    pid_file = platform.data_dir / "redis" / "pid"
    redis = int(pid_file.read_text())
    with receiver() as there:
        webhook, task = message_on_its_way(aero, there, new_project("Redis killed in a delivery"))
        kill(redis)
        there.release()
        assert_delivered_once(aero, there, webhook, task)
    eventually(lambda: int(pid_file.read_text()) != redis and running_redis_url(platform.data_dir))


def test_web_process_killed_in_an_export_and_in_a_delivery_breaks_the_answer_and_nothing_else(
    platform, aero, new_project, big_project
):
    project, tasks = big_project
    path = f"/api/projects/{project}/export?download_all_tasks=true"
    connection = http.client.HTTPConnection("127.0.0.1", platform.port, timeout=40)
    with receiver() as there:
        webhook, task = message_on_its_way(aero, there, new_project("Web process killed in a delivery"))
        headers = {"Host": aero.url.removeprefix("http://"), "Authorization": f"Token {aero.token}"}
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        assert response.read(1000).startswith(b"[")
        kill(*children_of(platform.pid_of("web")))
        there.release()
        # Whoever reads on learns that something is missing, and cannot take a part for the whole.
        with pytest.raises((OSError, http.client.HTTPException)):
            response.read()
        connection.close()
        eventually(lambda: is_ready(platform.port))
        assert_delivered_once(aero, there, webhook, task)

    status, exported = aero.get(path)
    assert status == 200
    assert len({item["id"] for item in exported}) == len(exported) == tasks
