import threading
import time

import pytest
from django.utils import timezone

from platform_core.events import streams
from platform_core.events.models import StreamMessage, StreamTicket
from platform_core.jobs.claims import Outcome, claim, renew, settle
from platform_core.jobs.models import Job
from platform_core.jobs.types import QUEUES
from platform_core.members.models import ApiKey, Member
from platform_core.sdk.testing.clients import client_of
from platform_core.streaming import hub
from tenants.models import Organization
from tenants.scope import public_scope, tenant_scope

pytestmark = pytest.mark.slow  # a database of its own and a server for each test


def test_message_arrives_at_once_and_only_at_its_member(alpha, owner, annotator, listen, tell):
    mine, other = listen(owner), listen(annotator)
    assert (mine.status, mine.answer.headers["Content-Type"]) == (200, "text/event-stream; charset=utf-8")
    began = time.monotonic()
    tell(alpha, owner.member.pk, 1)
    tell(alpha, annotator.member.pk, 2)

    assert mine.until("sample")[2] == {"number": 1}
    assert time.monotonic() - began < 1.5
    assert other.until("sample")[2] == {"number": 2}


def test_page_that_comes_back_hears_what_it_missed(alpha, owner, listen, tell):
    first = listen(owner)
    tell(alpha, owner.member.pk, 1)
    _, seen, _ = first.until("sample")
    first.close()
    tell(alpha, owner.member.pk, *range(2, 206))

    back = listen(owner, **{"Last-Event-ID": str(seen)})
    frames = back.frames()
    heard = [data["number"] for event, _, data in (next(frames) for _ in range(205)) if event == "sample"]
    assert heard[:200] == list(range(2, 202))


def test_new_page_hears_nothing_old_and_silence_is_broken(alpha, owner, listen, tell):
    tell(alpha, owner.member.pk, 1)
    page = listen(owner)

    assert [next(page.frames())[0] for _ in range(3)] == ["", "", ""]


def test_organizations_do_not_hear_each_other(alpha, beta, owner, listen, tell):
    stranger = client_of(beta)
    here, there = listen(owner), listen(stranger)
    tell(beta, stranger.member.pk, "beta")
    tell(alpha, owner.member.pk, "alpha")

    assert here.until("sample")[2] == {"number": "alpha"}
    assert there.until("sample")[2] == {"number": "beta"}


def test_ticket_works_once(owner, served, open_url):
    url = owner.get("/api/events/")["Location"]

    assert [open_url(url).status, open_url(url).status] == [200, 401]


FORGERIES = (
    lambda ticket, other: "",
    lambda ticket, other: "x",
    lambda ticket, other: ticket[:-1] + ("A" if ticket[-1] != "A" else "B"),
    lambda ticket, other: f"{other}.{ticket.partition('.')[2]}",
    lambda ticket, other: ticket.partition(".")[2],
    lambda ticket, other: f"{'9' * 30}.x",
    lambda ticket, other: f"{ticket.partition('.')[0]}." + "a" * 5000,
    lambda ticket, other: f"{ticket.partition('.')[0]}.%00'+OR+1=1",
)


def test_forged_tickets_are_refused_and_leave_the_true_one_good(beta, owner, served, open_url):
    base, _, ticket = owner.get("/api/events/")["Location"].partition("ticket=")

    assert [open_url(f"{base}ticket={forge(ticket, beta.id)}").status for forge in FORGERIES] == [401] * 8
    assert open_url(f"{base}ticket={ticket}").status == 200


def test_old_ticket_is_refused(alpha, owner, served, open_url):
    url = owner.get("/api/events/")["Location"]
    with tenant_scope(alpha):
        StreamTicket.objects.update(expires_at=timezone.now())

    assert open_url(url).status == 401


def test_other_paths_and_methods_are_refused(served, settings, open_url):
    base = f"http://127.0.0.1:{settings.TENON_EVENTS_PORT}"

    assert open_url(f"{base}/api/events/").status == 404
    assert open_url(f"{base}/health/ready").status == 200


def remove_member(client):
    Member.objects.filter(pk=client.member.pk).update(removed_at=timezone.now())


def change_role(client):
    Member.objects.filter(pk=client.member.pk).update(role="RE")


def revoke_key(client):
    ApiKey.objects.filter(member=client.member.pk).update(revoked_at=timezone.now())


def delete_organization(client):
    with public_scope():
        Organization.objects.filter(pk=client.member_organization.id).update(status="deleting")


def test_stream_ends_soon_after_its_right(alpha, listen):
    for act in (remove_member, change_role, revoke_key, delete_organization):
        client = client_of(alpha, role="AN")
        page = listen(client)
        next(page.frames())
        with tenant_scope(alpha):
            act(client)
        began = time.monotonic()

        assert [frame[0] for frame in page.frames()][-1] == "end", act
        assert time.monotonic() - began < 5, act


def test_member_has_a_limited_number_of_streams(owner, annotator, listen, served):
    pages = [listen(annotator) for _ in range(hub.STREAMS_A_MEMBER)]
    assert {page.status for page in pages} == {200}

    assert listen(annotator).status == 429
    assert listen(owner).status == 200
    pages[0].close()
    deadline = time.monotonic() + 5
    while listen(annotator).status != 200:
        assert time.monotonic() < deadline


def test_progress_of_a_job_is_seen_by_its_member_and_by_managers(alpha, owner, annotator, listen):
    other = client_of(alpha, role="AN")
    pages = [listen(owner), listen(annotator), listen(other)]
    for page in pages:
        next(page.frames())
    with tenant_scope(alpha):
        row = Job.objects.create(
            function="tests.sample.work", run_after=timezone.now(), created_by_id=annotator.member.pk
        )
        owned = claim(alpha, worker="test", queues=QUEUES, job_id=row.pk)
        renew(owned, done=1, total=2)
        settle(owned, Outcome(status="completed"))

    for page in pages[:2]:
        job = page.until("job")[2]
        while job["status"] != "completed":
            job = page.until("job")[2]
        assert (job["id"], job["name"], job["progress_done"], job["progress_total"]) == (str(row.pk), "work", 1, 2)
    frames = pages[2].frames()
    assert [next(frames)[0] for _ in range(3)] == ["", "", ""]


def test_page_that_begins_is_told_of_running_jobs(alpha, annotator, listen):
    with tenant_scope(alpha):
        Job.objects.create(function="a.work", run_after=timezone.now(), created_by_id=annotator.member.pk)

    assert listen(annotator).until("job")[2]["status"] == "queued"


def test_streams_end_when_the_server_stops(owner, listen, served):
    page = listen(owner)
    next(page.frames())
    served.should_exit = True

    assert [frame[0] for frame in page.frames()][-1] == "end"


def test_concurrent_writers_keep_the_order_of_ids(alpha, owner, listen, tell):
    page = listen(owner)
    threads = [threading.Thread(target=tell, args=(alpha, owner.member.pk, *range(20))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    frames = page.frames()
    ids = []
    while len(ids) < 80:
        event, id_, _ = next(frames)
        ids += [id_] if event == "sample" else []

    assert ids == sorted(set(ids))


def test_old_messages_are_forgotten(alpha, owner, tell):
    tell(alpha, owner.member.pk, 1)
    with tenant_scope(alpha):
        StreamMessage.objects.update(created_at=timezone.now() - streams.KEPT)
    tell(alpha, owner.member.pk, 2)

    with tenant_scope(alpha):
        assert list(StreamMessage.objects.values_list("data__number", flat=True)) == [2]


def test_stream_needs_a_credential(alpha):
    assert client_of(alpha).get("/api/events/", HTTP_AUTHORIZATION="").status_code == 401
