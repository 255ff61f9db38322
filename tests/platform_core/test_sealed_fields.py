import pytest
from django.core import serializers
from django.db import connection

from platform_core.projects.models import Project
from platform_core.sealed_fields import open_secret, save_secret
from platform_core.sealing import SealedTextError

FIELD = "task_data_password"


@pytest.fixture
def project(in_alpha):
    return Project.objects.create(title="Media")


def stored(project):
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_data_password FROM projects_project WHERE id = %s", [project.pk])
        return cursor.fetchone()[0]


def test_secret_is_written_sealed_and_read_back(project):
    save_secret(project, FIELD, "hunter2")

    fresh = Project.objects.get(pk=project.pk)
    assert (open_secret(fresh, FIELD), str(fresh.task_data_password)) == ("hunter2", "<sealed>")
    assert "hunter2" not in stored(project)


@pytest.mark.parametrize("nothing", [None, ""])
def test_secret_can_be_taken_away(project, nothing):
    save_secret(project, FIELD, "hunter2")
    save_secret(project, FIELD, nothing)

    assert (open_secret(project, FIELD), stored(project)) == (None, None)


def test_plain_text_is_never_stored(project):
    project.task_data_password = "hunter2"
    with pytest.raises(TypeError, match="never a plain str"):
        project.save()
    with pytest.raises(TypeError):
        Project.objects.update(task_data_password="hunter2")
    with pytest.raises(ValueError, match="Save the row first"):
        save_secret(Project(title="New"), FIELD, "hunter2")


def test_secret_moved_to_another_row_does_not_open(project):
    save_secret(project, FIELD, "hunter2")
    other = Project.objects.create(title="Other", task_data_password=project.task_data_password)

    with pytest.raises(SealedTextError):
        open_secret(Project.objects.get(pk=other.pk), FIELD)


def test_dump_holds_the_sealed_text_and_loads_again(project):
    save_secret(project, FIELD, "hunter2")

    dump = serializers.serialize("json", [project])

    assert "hunter2" not in dump
    assert stored(project) in dump


def test_column_is_plain_text_to_migrations():
    assert Project._meta.get_field(FIELD).deconstruct()[1] == "django.db.models.TextField"
