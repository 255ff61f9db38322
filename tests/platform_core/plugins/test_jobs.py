from platform_core.members.models import Member
from platform_core.plugins.jobs import disable_plugin_job, enable_plugin_job, purge_plugin_job
from platform_core.plugins.models import Activation
from tests.support.loaded_plugins import loaded


def test_acts_that_are_done_already_are_left_as_they_are(in_alpha, install):
    install(loaded("kites"))
    actor_id = Member.objects.get().pk

    assert enable_plugin_job(None, "kites", actor_id) == {"plugin": "kites", "state": "enabled", "version": "1.0"}
    for _ in range(2):
        assert disable_plugin_job(None, "kites", actor_id) == {"plugin": "kites", "state": "disabled"}
    for _ in range(2):
        assert purge_plugin_job(None, "kites", actor_id) == {"plugin": "kites", "state": "available"}
    assert not Activation.objects.exists()
