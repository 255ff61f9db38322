"""What the suite imports from Label Studio's server, as far as a client can do the same over REST.

`ProjectFactory` and `TaskFactory` post what they are given. Users and organizations of the factories are only handed
on to other factories, so they are plain objects. `Annotation.objects.create` writes past every API, and is refused.
"""

import re
import sys
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace

import requests

_current = {}


@contextmanager
def acting_in(url, api_token):
    """Let the factories write into this organization."""
    _current.update(url=url, headers={"Authorization": f"Token {api_token}"})
    try:
        yield
    finally:
        _current.clear()


def _post(path, body):
    answer = requests.post(f"{_current['url']}{path}", json=body, headers=_current["headers"], timeout=60)
    answer.raise_for_status()
    return SimpleNamespace(**answer.json())


def _plain(**values):
    return SimpleNamespace(**values, save=lambda: None)


def _project(*, title, label_config, created_by, organization):
    # The suite gives Rating choices, which its own documentation does not know and our label configs refuse.
    label_config = re.sub(r"(<Rating [^>]*>).*?(</Rating>)", r"\1\2", label_config, flags=re.DOTALL)
    return _post("/api/projects/", {"title": title, "label_config": label_config})


def _task(*, project, data):
    return _post("/api/tasks/", {"project": project.id, "data": data})


def _refused(**_values):
    raise NotImplementedError("This writes rows by Label Studio's models, past every API.")


def install():
    """Put the modules where the suite looks for them."""
    from label_studio.tests.sdk import utils

    annotation = SimpleNamespace(objects=SimpleNamespace(create=_refused))
    modules = {
        "django.contrib.auth": {"get_user_model": lambda: SimpleNamespace},
        "organizations.tests.factories": {"OrganizationFactory": _plain},
        "users.tests.factories": {"UserFactory": _plain},
        "projects.tests.factories": {"ProjectFactory": _project},
        "tasks.tests.factories": {"TaskFactory": _task},
        "tasks.models": {"Annotation": annotation},
        "tests.sdk.utils": vars(utils),
    }
    for name, content in modules.items():
        parts = name.split(".")
        for depth in range(1, len(parts)):
            package = ModuleType(".".join(parts[:depth]))
            package.__path__ = []
            sys.modules.setdefault(package.__name__, package)
        module = ModuleType(name)
        vars(module).update({key: value for key, value in content.items() if not key.startswith("__")})
        sys.modules[name] = module
