import pytest

from platform_core.plugins.hookspecs import HOOK_LEVEL, SUPPORTED_HOOK_LEVELS
from platform_core.sdk import Issue
from platform_core.sdk.deprecations import RemovedInHookLevel3Warning, moved


def test_moved_name_is_found_and_the_warning_names_the_release_that_removes_it():
    find = moved("platform_core.sdk.old", {"Complaint": ("platform_core.sdk", "Issue", RemovedInHookLevel3Warning)})

    with pytest.warns(RemovedInHookLevel3Warning, match=r"platform_core\.sdk\.Issue now.*release 0\.3"):
        assert find("Complaint") is Issue
    with pytest.raises(AttributeError, match="no attribute 'Other'"):
        find("Other")


def test_window_is_this_level_and_the_one_before():
    assert {level for level in (HOOK_LEVEL - 1, HOOK_LEVEL) if level > 0} == SUPPORTED_HOOK_LEVELS
