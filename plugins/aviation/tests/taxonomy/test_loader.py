"""Packs are what they say they are, and an altered or broken one is refused."""

import json

import pytest
from tenon_aviation.rules.policy import cictt_policy
from tenon_aviation.taxonomy import PackError, load_pack_file, shipped_pack, shipped_packs
from tenon_aviation.taxonomy.loader import PACKS_DIR, document_checksum

# fmt: off
CATEGORIES = [
    "ADRM", "AMAN", "ARC", "ATM", "BIRD", "CABIN", "CFIT", "CTOL", "EVAC", "EXTL", "F-NI", "F-POST", "FUEL",
    "GCOL", "GTOW", "ICE", "LALT", "LOC-G", "LOC-I", "LOLI", "MAC", "MED", "NAV", "OTHR", "RAMP", "RE", "RI",
    "SCF-NP", "SCF-PP", "SEC", "TURB", "UIMC", "UNK", "USOS", "WILD", "WSTRW",
]
# fmt: on
PHASES = ["STD", "PBT", "TXI", "TOF", "ICL", "ENR", "MNV", "APR", "LDG", "EMG", "UND", "PIM", "UNK"]


@pytest.fixture
def document():
    return json.loads((PACKS_DIR / "cictt-4.7.json").read_text(encoding="utf-8"))


def written(tmp_path, document, *, sign=True):
    if sign:
        document["checksum"] = document_checksum(document)
    path = tmp_path / "pack.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_shipped_packs_are_the_two_cictt_lists():
    assert [str(pack.ref) for pack in shipped_packs()] == ["aviation:cictt@4.7", "aviation:cictt_phases@1.3"]


def test_shipped_packs_name_source_licence_and_credit():
    for pack in shipped_packs():
        assert "CAST/ICAO" in pack.source
        assert "CICTT" in pack.credit
        assert pack.licence


@pytest.mark.parametrize("path", sorted(PACKS_DIR.glob("*.json")), ids=lambda path: path.name)
def test_file_name_and_checksum_follow_from_the_content(path):
    document = json.loads(path.read_text(encoding="utf-8"))
    assert path.name == f"{document['key']}-{document['version']}.json"
    assert document["checksum"] == document_checksum(document)


def test_categories_are_the_36_of_version_4_7():
    pack = shipped_pack("cictt", "4.7")
    assert [node.code for node in pack.nodes] == CATEGORIES
    assert all(node.level == 1 and node.active and node.definition for node in pack.nodes)


def test_eccairs_ids_are_distinct_and_marked_unconfirmed():
    external = [node.external_ids["eccairs_430"] for node in shipped_pack("cictt", "4.7").nodes]
    assert len({entry["id"] for entry in external}) == 36
    assert {entry["status"] for entry in external} == {"unconfirmed"}


def test_phases_have_13_roots_and_subphases_on_level_two():
    pack = shipped_pack("cictt_phases", "1.3")
    assert [node.code for node in pack.children(None)] == PHASES
    assert {node.level for node in pack.nodes} == {1, 2}
    assert [node.code for node in pack.children("TOF")] == ["TOF-TAKEOFF", "TOF-REJECTED"]
    assert pack.children("ICL") == ()


def test_every_ntsb_phase_code_belongs_to_one_node():
    codes = [code for node in shipped_pack("cictt_phases", "1.3").nodes for code in node.external_ids.get("ntsb", ())]
    groups = [
        [100], range(150, 155), range(200, 204), range(250, 254), [300, 301, 350], range(400, 406), range(450, 454),
        range(500, 510), range(550, 554), [600, 601, 650, 700, 750, 800, 990],
    ]  # fmt: skip
    assert sorted(codes) == [code for group in groups for code in group]


def test_allowed_phases_and_policy_name_known_codes_only():
    categories, phases = shipped_pack("cictt", "4.7"), shipped_pack("cictt_phases", "1.3")
    roots = {node.code for node in phases.children(None)}
    for node in categories.nodes:
        assert set(node.allowed_phases or ()) <= roots
    policy = cictt_policy()
    assert policy.ground_phases | policy.airborne_phases | {policy.unknown_phase} <= roots
    named = {code for pair in policy.exclusions for code in (pair.first, pair.second)}
    named |= policy.alone.keys() | policy.ground_only | policy.airborne_only | policy.phase_exempt_with.keys()
    named |= frozenset().union(*policy.phase_exempt_with.values())
    assert all(categories.get(code) for code in named)


def test_airborne_and_ground_categories_agree_with_the_phase_table():
    pack, policy = shipped_pack("cictt", "4.7"), cictt_policy()
    for code in policy.airborne_only:
        assert not policy.ground_phases & set(pack.get(code).allowed_phases)
    for code in policy.ground_only:
        assert not policy.airborne_phases & set(pack.get(code).allowed_phases)


def test_load_accepts_what_it_shipped(tmp_path, document):
    assert load_pack_file(written(tmp_path, document)) == shipped_pack("cictt", "4.7")


def test_load_refuses_an_altered_definition(tmp_path, document):
    document["nodes"][0]["definition"] = "Something else."
    with pytest.raises(PackError, match="checksum does not match"):
        load_pack_file(written(tmp_path, document, sign=False))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda doc: doc["nodes"][0].pop("label"), r"\$\.nodes\[0\]: 'label' is a required property"),
        (lambda doc: doc["nodes"][1].update(code="ADRM"), "'ADRM' appears twice"),
        (lambda doc: doc["nodes"][0].update(parent="RE"), "does not come before it"),
        (lambda doc: doc["nodes"][0].update(parent="ADRM"), "does not come before it"),
        (lambda doc: doc["nodes"][0].update(aliases=["cfit"]), "'cfit' means both 'ADRM' and 'CFIT'"),
        (lambda doc: doc["nodes"][0].update(code="adrm"), r"\$\.nodes\[0\]\.code"),
        (lambda doc: doc.update(surprise=1), "Additional properties"),
        (lambda doc: doc.update(nodes=[]), "should be non-empty"),
    ],
)
def test_load_refuses_a_broken_pack_and_names_the_place(tmp_path, document, change, message):
    change(document)
    with pytest.raises(PackError, match=message):
        load_pack_file(written(tmp_path, document))


def test_load_refuses_what_is_not_json(tmp_path):
    path = tmp_path / "pack.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(PackError, match=r"pack\.json: cannot be read"):
        load_pack_file(path)


def test_shipped_pack_refuses_another_version():
    with pytest.raises(LookupError, match=r"aviation:cictt@9\.9"):
        shipped_pack("cictt", "9.9")
