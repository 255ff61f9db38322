from datetime import timedelta

from django.utils import timezone

from platform_core.accounts.models import LoginAttempt
from platform_core.accounts.services.attempts import MAIL, SIGN_IN, count_attempt, prune_attempts
from platform_core.jobs.housekeeping import housekeeping_steps
from platform_core.jobs.registry import load_job_modules


def aged(key_part, age):
    LoginAttempt.objects.filter(key__contains=key_part).update(window_started_at=timezone.now() - age)


def test_counts_whose_window_has_ended_go_and_the_others_stay(db):
    count_attempt(SIGN_IN, "old@else.example")
    aged("ip:", timedelta(hours=2))
    aged("account:", timedelta(minutes=50))
    count_attempt(MAIL, "new@else.example")

    assert prune_attempts() == 1
    assert sorted(key.partition(":")[0] for key in LoginAttempt.objects.values_list("key", flat=True)) == [
        "account",
        "mail-account",
        "mail-ip",
    ]


def test_housekeeping_prunes(db):
    count_attempt(SIGN_IN, "old@else.example")
    aged("", timedelta(days=1))

    load_job_modules()
    housekeeping_steps()["platform_core.accounts.jobs.prune_counts_of_sign_ins"]()

    assert not LoginAttempt.objects.exists()
