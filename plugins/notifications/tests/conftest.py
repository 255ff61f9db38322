"""Organizations with the plugin enabled, and events handed over at once."""

import pytest

from platform_core.sdk.testing.scopes import tenant_scope


def _with_plugin(organization, enable):
    # Inline: models can be imported only after Django's set-up.
    from platform_core.plugins.models import Activation

    with tenant_scope(organization):
        enabled = Activation.objects.filter(slug="notifications", state="enabled").exists()
    return organization if enabled else enable(organization, "notifications")


@pytest.fixture
def here(organization, enable):
    return _with_plugin(organization, enable)


@pytest.fixture
def there(other_organization, enable):
    return _with_plugin(other_organization, enable)


@pytest.fixture
def client(here, api_client):
    return api_client


@pytest.fixture
def settle(here, deliver_events):
    """Return a function that hands events over; it forgets what happened before it is made."""
    # Inline: models can be imported only after Django's set-up.
    from tenon_notifications.models import Notification

    deliver_events(here)
    with tenant_scope(here):
        Notification.objects.all().delete()
    return lambda: deliver_events(here)


@pytest.fixture
def import_tasks(client):
    """Return a function that imports some tasks into a new project, as the owner."""

    def act(by=client):
        project = by.post("/api/projects/", {"title": "Reports"}).json()["id"]
        made = by.post(f"/api/projects/{project}/import", [{"text": "Rain."}])
        assert made.status_code == 201, made.content
        return project

    return act


@pytest.fixture
def deliveries(here):
    """Return a function that counts what was ever kept for the handlers of a plugin."""
    # Inline: models can be imported only after Django's set-up.
    from platform_core.events.models import EventDelivery

    def count(slug):
        with tenant_scope(here):
            return EventDelivery.objects.filter(plugin=slug).count()

    return count
