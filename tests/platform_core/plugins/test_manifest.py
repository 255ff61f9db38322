import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platform_core.plugins.errors import ManifestError
from platform_core.plugins.manifest import SLUG_PATTERN, VERSION_PATTERN, Manifest, load_manifest

BASE = {
    "slug": "sample",
    "name": "Sample",
    "version": "1.2.0",
    "summary": "What it does.",
    "author": "Someone",
    "license": "MIT",
    "hook_level": 1,
}
PERMISSION = {"codename": "sample.things.view", "reason": "To show things.", "roles": ["OW", "AN"]}


def toml(values):
    """JSON scalars, lists and inline tables are close enough to TOML to write it by hand."""
    return "\n".join(f"{key} = {inline(value)}" for key, value in values.items())


def inline(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {inline(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(inline(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


@pytest.fixture
def write(tmp_path):
    def write(**changes):
        path = tmp_path / "plugin.toml"
        values = {key: value for key, value in (BASE | changes).items() if value is not None}
        path.write_text(toml(values), encoding="utf-8")
        return path

    return write


def test_smallest_manifest_has_the_defaults(write):
    manifest = load_manifest(write())

    assert (manifest.api_prefixes, manifest.depends, manifest.default_enabled) == (("sample",), (), False)
    assert (manifest.permissions, manifest.settings_schema, manifest.retention_days) == ((), None, 30)


def test_full_manifest_survives_the_lock(write, tmp_path):
    (tmp_path / "settings.json").write_text('{"type": "object", "properties": {"a": {"type": "string"}}}')
    manifest = load_manifest(
        write(
            depends=["other"],
            api_prefixes=["sample", "sample-two"],
            default_enabled=True,
            permissions=[PERMISSION],
            data_classes=["personal"],
            settings_schema="settings.json",
            retention_days=7,
            blocking=["validate_annotation"],
        )
    )

    assert manifest.permissions[0].roles == ("OW", "AN")
    assert Manifest.from_json(json.loads(json.dumps(manifest.to_json()))) == manifest


@pytest.mark.parametrize(
    ("changes", "key", "hint"),
    [
        ({"slug": None}, "slug", "non-empty"),
        ({"slug": "Sample"}, "slug", "must match"),
        ({"slug": "x"}, "slug", "must match"),
        ({"slug": "a" * 32}, "slug", "must match"),
        ({"slug": "projects"}, "slug", "name of the core"),
        ({"name": "  "}, "name", "non-empty"),
        ({"version": "1.2.x"}, "version", "PEP 440"),
        ({"version": "01.2"}, "version", "PEP 440"),
        ({"hook_level": 2}, "hook_level", "supported"),
        ({"hook_level": True}, "hook_level", "supported"),
        ({"hook_level": "1"}, "hook_level", "supported"),
        ({"depends": "other"}, "depends", "list of texts"),
        ({"depends": ["sample"]}, "depends", "itself"),
        ({"depends": ["Other"]}, "depends", "not a plugin slug"),
        ({"depends": ["other", "other"]}, "depends", "twice"),
        ({"api_prefixes": ["tasks"]}, "api_prefixes", "resource of the core"),
        ({"api_prefixes": ["a/b"]}, "api_prefixes", "one path segment"),
        ({"default_enabled": "yes"}, "default_enabled", "true or false"),
        ({"permissions": ["sample.a.view"]}, "permissions", "[[permissions]]"),
        ({"permissions": [PERMISSION | {"codename": "other.things.view"}]}, "permissions[0].codename", "'sample.'"),
        (
            {"permissions": [PERMISSION | {"codename": "sample.view"}]},
            "permissions[0].codename",
            "sample.resource.action",
        ),
        ({"permissions": [PERMISSION | {"reason": ""}]}, "permissions[0].reason", "why"),
        ({"permissions": [PERMISSION | {"roles": ["XX"]}]}, "permissions[0].roles", "OW, AD"),
        ({"permissions": [PERMISSION | {"extra": 1}]}, "permissions[0].extra", "unknown key"),
        ({"permissions": [PERMISSION, PERMISSION]}, "permissions", "twice"),
        ({"data_classes": ["secret"]}, "data_classes", "personal"),
        ({"retention_days": -1}, "retention_days", "0 to 3650"),
        ({"blocking": ["after_enable"]}, "blocking", "validate_annotation"),
        ({"settings_schema": "missing.json"}, "settings_schema", "cannot be read"),
        ({"settings_schema": "../outside.json"}, "settings_schema", "inside the package"),
        ({"surprise": 1}, "surprise", "unknown key"),
    ],
)
def test_wrong_manifest_is_refused_naming_file_key_and_remedy(write, changes, key, hint):
    path = write(**changes)
    with pytest.raises(ManifestError) as caught:
        load_manifest(path)

    message = str(caught.value)
    assert message.startswith(f"{path}: key {key!r}: ")
    assert hint in message


@pytest.mark.parametrize("schema", ["{", '{"type": 7}', '{"type": "string"}', "[]"])
def test_settings_schema_must_be_a_schema_of_an_object(write, tmp_path, schema):
    (tmp_path / "settings.json").write_text(schema)
    with pytest.raises(ManifestError, match="settings_schema"):
        load_manifest(write(settings_schema="settings.json"))


def test_settings_schema_whose_secrets_cannot_be_kept_is_refused(write, tmp_path):
    secret = {"type": "string", "writeOnly": True, "default": "everybody reads this"}
    (tmp_path / "settings.json").write_text(json.dumps({"type": "object", "properties": {"token": secret}}))
    with pytest.raises(ManifestError, match="a writeOnly property has no default"):
        load_manifest(write(settings_schema="settings.json"))


def test_missing_file_is_named(tmp_path):
    with pytest.raises(ManifestError, match=r"not found; ship plugin\.toml"):
        load_manifest(tmp_path / "plugin.toml")


@given(content=st.binary(max_size=200))
def test_arbitrary_bytes_never_end_in_another_error(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("manifest") / "plugin.toml"
    path.write_bytes(content)
    with pytest.raises(ManifestError):
        load_manifest(path)


@given(st.from_regex(SLUG_PATTERN, fullmatch=True))
def test_slugs_are_app_labels_and_path_segments(slug):
    assert slug.isidentifier()
    assert slug == slug.lower()


@given(st.from_regex(VERSION_PATTERN, fullmatch=True))
def test_accepted_versions_are_canonical(version):
    from packaging.version import Version

    assert str(Version(version)) == version
