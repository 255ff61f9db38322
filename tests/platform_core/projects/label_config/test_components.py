"""The same schemas that validate results are published in OpenAPI, the tags of plugins included."""

import json

import jsonschema
import pytest
from openapi_spec_validator import validate

from platform_core.api.openapi import document_for
from platform_core.projects.label_config import CORE_TAGS, TagKind, TagSpec, parse_label_config, sample_result
from platform_core.projects.label_config.components import RESULT_ITEM, result_components

PLUGIN_TAG = TagSpec(
    name="Gauge",
    kind=TagKind.CONTROL,
    result_type="gauge",
    value_schema={"type": "object", "required": ["level"], "properties": {"level": {"type": "integer"}}},
)
CONFIG = (
    '<View><Text name="t" value="$t"/><Choices name="c" toName="t"><Choice value="A"/></Choices>'
    '<Labels name="l" toName="t"><Label value="B"/></Labels><Rating name="r" toName="t"/></View>'
)


@pytest.fixture(scope="module")
def published():
    return json.loads(document_for("platform_core.urls.tenant", frozenset()).content)


def checker(components):
    schema = {"$ref": "#/components/schemas/Region", "components": {"schemas": components}}
    return jsonschema.Draft202012Validator(schema)


def test_document_stays_valid_and_results_refer_to_the_union(published):
    validate(published)
    schemas = published["components"]["schemas"]
    results = [
        schema["properties"]["result"]
        for name, schema in schemas.items()
        if name in {"Annotation", "Prediction"} and "result" in schema.get("properties", {})
    ]
    assert len(results) == 2
    assert all(result["items"] == {"$ref": f"#/components/schemas/{RESULT_ITEM}"} for result in results)


def test_every_control_has_its_schemas_and_its_place_in_the_union(published):
    schemas = published["components"]["schemas"]
    mapping = schemas["Region"]["discriminator"]["mapping"]
    makers = [spec for spec in CORE_TAGS.values() if spec.result_type and spec.makes_results]
    assert set(mapping) == {spec.result_type for spec in makers} | {"relation"}
    assert {item["$ref"] for item in schemas["Region"]["oneOf"]} == set(mapping.values())
    for place in mapping.values():
        assert place.rsplit("/", 1)[1] in schemas
    assert {
        f"{spec.name}Value" for spec in makers if spec.kind is TagKind.CONTROL and spec.name != "ChatMessage"
    } <= set(schemas)


@pytest.mark.parametrize("loose", [True, False])
def test_published_union_takes_what_the_validator_takes(loose):
    check = checker(result_components(CORE_TAGS, loose_types=loose))
    for region in sample_result(parse_label_config(CONFIG)):
        assert check.is_valid(region), region
        assert not check.is_valid({**region, "type": "nothing"})
        assert not check.is_valid({key: value for key, value in region.items() if key != "value"})
        assert not check.is_valid({**region, "value": {}})
    relation = {"type": "relation", "from_id": "a", "to_id": "b", "direction": "right"}
    assert check.is_valid(relation)
    assert not check.is_valid({**relation, "direction": "up"})


def test_tag_of_a_plugin_brings_its_schema():
    components = result_components(CORE_TAGS.extended_with([PLUGIN_TAG]), loose_types=True)
    region = {"from_name": "g", "to_name": "t", "type": "gauge", "value": {"level": 5}}
    assert checker(components).is_valid(region)
    assert not checker(components).is_valid({**region, "value": {"level": "high"}})
    assert "GaugeValue" not in result_components(CORE_TAGS, loose_types=True)


def test_loose_schemas_hold_no_word_that_openapi_3_0_lacks():
    def words(schema):
        if isinstance(schema, dict):
            yield from ((key, value) for key, value in schema.items())
            for value in schema.values():
                yield from words(value)
        elif isinstance(schema, list):
            for item in schema:
                yield from words(item)

    found = list(words(list(result_components(CORE_TAGS, loose_types=True).values())))
    assert "const" not in {key for key, _ in found}
    assert not [value for key, value in found if key == "type" and isinstance(value, list)]
