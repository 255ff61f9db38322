import pytest

from platform_core.projects.label_config import (
    TaxonomyRef,
    config_changes,
    config_essential_data_has_changed,
    parse_label_config,
    taxonomy_bindings,
)

OBJECT = '<Text name="t" value="$text"/>'


def config(body, shown=OBJECT):
    return parse_label_config(f"<View>{shown}{body}</View>")


def choices(*values, attributes=""):
    return f'<Choices name="c" toName="t" {attributes}>{"".join(f"<Choice value={v!r}/>" for v in values)}</Choices>'


OLD = config(choices("a", "b") + '<TextArea name="n" toName="t"/>')


def test_config_changes_finds_nothing_in_an_equal_or_larger_config():
    new = config(
        choices("b", "a", "z") + '<Header value="New"/><TextArea name="n" toName="t"/><Rating name="r" toName="t"/>'
    )

    assert not config_changes(OLD, OLD).may_orphan_annotations
    assert not config_changes(OLD, new).may_orphan_annotations


def test_config_changes_lists_removed_controls_and_labels():
    changes = config_changes(OLD, config(choices("a")))

    assert changes.removed_controls == {"n": "textarea"}
    assert changes.removed_labels == {"c": ("b",)}
    assert changes.may_orphan_annotations


def test_config_changes_counts_another_type_as_removal():
    changes = config_changes(OLD, config('<Rating name="c" toName="t"/><TextArea name="n" toName="t"/>'))

    assert (changes.removed_controls, changes.removed_labels) == ({"c": "choices"}, {})


@pytest.mark.parametrize("attributes", ['value="$options"', 'taxonomy="aviation:x@1"'])
def test_config_changes_misses_no_label_where_labels_became_open(attributes):
    opened = config(choices(attributes=attributes) + '<TextArea name="n" toName="t"/>')

    assert not config_changes(OLD, opened).may_orphan_annotations


def test_config_changes_compares_paths_in_a_tree():
    tree = '<Taxonomy name="x" toName="t"><Choice value="a"><Choice value="{}"/></Choice></Taxonomy>'

    assert config_changes(config(tree.format("b")), config(tree.format("c"))).removed_labels == {"x": ("a / b",)}


def test_config_changes_lists_moved_controls_and_fields():
    two = OBJECT + '<Text name="u" value="$other"/>'
    changes = config_changes(
        config('<TextArea name="n" toName="t,u"/>', two), config('<TextArea name="n" toName="t"/>', OBJECT)
    )

    assert (changes.moved_controls, changes.removed_fields, changes.added_fields) == ({"n": ("u",)}, ("other",), ())
    assert changes.may_orphan_annotations


def test_config_changes_shows_the_old_binding():
    old, new = (config(choices(attributes=f'taxonomy="aviation:phases@{version}"')) for version in (1, 2))

    assert config_changes(old, new).changed_taxonomies == {"c": TaxonomyRef(slug="aviation", key="phases", version="1")}


def test_taxonomy_bindings_names_bound_controls_only():
    bound = config(choices(attributes='taxonomy="aviation:cictt@4.7"') + '<TextArea name="n" toName="t"/>')

    assert {name: str(ref) for name, ref in taxonomy_bindings(bound).items()} == {"c": "aviation:cictt@4.7"}


@pytest.mark.parametrize(
    ("body", "shown", "expected"),
    [
        (choices("a", "z") + '<TextArea name="n" toName="t"/>', OBJECT, False),
        (choices("a") + '<TextArea name="n" toName="t" placeholder="x"/><Header value="x"/>', OBJECT, False),
        (choices("a"), OBJECT, True),
        (choices("a") + '<Rating name="n" toName="t"/>', OBJECT, True),
        (choices("a") + '<TextArea name="n" toName="t"/>', '<Text name="t" value="$other"/>', True),
        (choices("a") + '<TextArea name="n" toName="t"/>', '<HyperText name="t" value="$text"/>', True),
    ],
)
def test_config_essential_data_has_changed(body, shown, expected):
    assert config_essential_data_has_changed(OLD, config(body, shown)) is expected
