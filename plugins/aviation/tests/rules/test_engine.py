"""The rules over whole annotation results."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tenon_aviation.rules import PhasePolicy, RequiredControl, Severity, check_coding, coding_from_result
from tenon_aviation.rules.policy import cictt_policy
from tenon_aviation.taxonomy import PackRef, shipped_pack, shipped_packs

CATEGORIES = PackRef(key="cictt", version="4.7")
PHASES = PackRef(key="cictt_phases", version="1.3")
BINDINGS = {"categories": CATEGORIES, "phase": PHASES}
REQUIRED = (
    RequiredControl(name="phase", title="Phase of flight"),
    RequiredControl(name="categories", title="categories"),
    RequiredControl(name="event_class", title=""),
)
PACKS = {pack.ref: pack for pack in shipped_packs()}
CODES = sorted(node.code for node in shipped_pack("cictt", "4.7").nodes)
ROOTS = [node.code for node in shipped_pack("cictt_phases", "1.3").children(None)]


def choices(control, *values, region="r1"):
    return {
        "id": region, "from_name": control, "to_name": "narrative", "type": "choices", "value": {"choices": [*values]}
    }  # fmt: skip


def taxonomy(control, *paths, region="r2"):
    return {
        "id": region, "from_name": control, "to_name": "narrative", "type": "taxonomy", "value": {"taxonomy": [*paths]}
    }  # fmt: skip


def check(*result, required=(), policy=PhasePolicy.ENFORCE, bindings=BINDINGS, packs=PACKS):
    coding = coding_from_result(result=result, bindings=bindings, required=required)
    return check_coding(coding, packs, phase_policy=policy)


def brief(findings):
    return [(finding.rule, finding.code, finding.severity.value, finding.values) for finding in findings]


def test_a_sound_coding_has_no_findings():
    result = [choices("phase", "APR"), choices("categories", "CFIT", "NAV"), choices("event_class", "Incident")]
    assert check(*result, required=REQUIRED) == ()


def test_cfit_with_loc_i_is_refused_and_both_codes_are_named():
    (finding,) = check(choices("phase", "APR"), choices("categories", "CFIT", "LOC-I", region="abc"))
    assert (finding.rule, finding.severity, finding.control, finding.region) == (
        "V-EXCL",
        Severity.ERROR,
        "categories",
        "abc",
    )
    assert finding.message == (
        "CFIT and LOC-I cannot be coded together: CFIT means that control was never lost, LOC-I that it was."
    )


@pytest.mark.parametrize("spelling", ["loc-i", "LOC_I", " LOC-I"])
def test_an_alias_or_another_case_does_not_slip_past_the_exclusion(spelling):
    findings = check(choices("categories", "CFIT", spelling))
    assert brief(findings) == [
        ("V-TREE", "other_spelling", "warning", ("LOC-I",)),
        ("V-EXCL", "excluded_pair", "error", ("CFIT", "LOC-I")),
    ]


def test_excluded_codes_in_two_regions_are_found():
    findings = check(choices("categories", "CFIT", region="a"), choices("categories", "LALT", region="b"))
    assert brief(findings) == [("V-EXCL", "excluded_pair", "error", ("CFIT", "LALT"))]
    assert findings[0].region == "b"


def test_unknown_category_must_stand_alone():
    assert brief(check(choices("categories", "RE", "UNK", "ICE"))) == [
        ("V-EXCL", "must_stand_alone", "error", ("UNK", "RE", "ICE"))
    ]
    assert check(choices("categories", "UNK")) == ()


def test_unknown_code_is_refused_with_the_pack_named():
    (finding,) = check(choices("categories", "BANANA"))
    assert brief([finding]) == [("V-TREE", "unknown_code", "error", ("BANANA",))]
    assert finding.message == "'BANANA' is not a code of aviation:cictt@4.7."


def test_a_huge_unknown_value_does_not_fill_the_message():
    (finding,) = check(choices("categories", "x" * 100_000))
    assert len(finding.message) < 200


def test_a_code_of_the_other_pack_is_refused():
    assert brief(check(choices("phase", "CFIT"))) == [("V-TREE", "unknown_code", "error", ("CFIT",))]


def test_repeated_code_warns_once_and_does_not_repeat_other_findings():
    findings = check(choices("categories", "CFIT", "CFIT", "LOC-I"), choices("categories", "CFIT"))
    assert brief(findings) == [
        ("V-TREE", "repeated_code", "warning", ("CFIT",)),
        ("V-EXCL", "excluded_pair", "error", ("CFIT", "LOC-I")),
    ]


def test_taxonomy_path_must_follow_the_tree():
    assert check(taxonomy("phase", ["APR", "APR-MISSED"])) == ()
    assert brief(check(taxonomy("phase", ["LDG", "APR-MISSED"]))) == [
        ("V-TREE", "wrong_parent", "error", ("LDG", "APR-MISSED"))
    ]
    (finding,) = check(taxonomy("phase", ["APR-MISSED"]))
    assert finding.message == (
        "'APR-MISSED' is not at the top of aviation:cictt_phases@1.3; its path is APR > APR-MISSED."
    )


def test_a_subphase_chosen_without_its_path_is_fine():
    assert check(choices("phase", "APR-MISSED")) == ()


def test_inactive_code_is_refused():
    pack = PACKS[CATEGORIES]
    nodes = [dataclasses.replace(node, active=node.code != "RE") for node in pack.nodes]
    changed = {**PACKS, CATEGORIES: pack.with_nodes(nodes)}
    findings = check(choices("categories", "RE"), packs=changed)
    assert brief(findings) == [("V-TREE", "inactive_code", "error", ("RE",))]


def test_missing_pack_is_refused_even_without_a_value():
    findings = check(bindings={"categories": PackRef(key="cictt", version="9.9")})
    assert brief(findings) == [("V-TREE", "pack_missing", "error", ("aviation:cictt@9.9",))]


@pytest.mark.parametrize("blank", [[], [choices("categories")], [choices("categories", "  ")]])
def test_required_controls_without_a_value_are_refused(blank):
    findings = check(*blank, choices("phase", "APR"), required=REQUIRED)
    assert [(finding.rule, finding.control) for finding in findings] == [
        ("V-REQ", "categories"),
        ("V-REQ", "event_class"),
    ]
    assert findings[0].message == "'categories' needs a value."


def test_required_names_the_title_where_there_is_one():
    findings = check(required=REQUIRED[:1])
    assert findings[0].message == "'phase' (Phase of flight) needs a value."


def test_a_text_of_blanks_does_not_answer_a_required_text():
    entry = {"from_name": "synopsis", "type": "textarea", "value": {"text": [" ", ""]}}
    required = (RequiredControl(name="synopsis", title="Synopsis"),)
    assert [finding.rule for finding in check(entry, required=required)] == ["V-REQ"]
    entry["value"] = {"text": ["x"]}
    assert check(entry, required=required) == ()


def test_unusual_phase_warns_and_names_both_codes():
    (finding,) = check(choices("phase", "ENR"), choices("categories", "RE"))
    assert (finding.rule, finding.code, finding.severity) == ("V-PHASE", "unusual_phase", Severity.WARNING)
    assert finding.message == (
        "RE (Runway excursion) does not fit phase ENR (En route): its usual phases are TOF, LDG."
    )


@pytest.mark.parametrize(("category", "phase"), [("MAC", "TXI"), ("CFIT", "STD"), ("RAMP", "ENR"), ("GCOL", "APR")])
def test_flight_and_ground_conflicts_are_errors(category, phase):
    (finding,) = check(choices("phase", phase), choices("categories", category))
    assert brief([finding]) == [("V-PHASE", "impossible_phase", "error", (category, phase))]
    assert f"{category} happens" in finding.message


def test_a_subphase_counts_as_its_phase():
    assert brief(check(taxonomy("phase", ["TXI", "TXI-TO-RWY"]), choices("categories", "MAC"))) == [
        ("V-PHASE", "impossible_phase", "error", ("MAC", "TXI"))
    ]


def test_one_fitting_phase_of_several_is_enough():
    assert check(choices("phase", "TXI", "ENR"), choices("categories", "MAC")) == ()


def test_phase_policy_softens_or_silences():
    result = [choices("phase", "TXI"), choices("categories", "MAC")]
    assert [finding.severity for finding in check(*result, policy=PhasePolicy.WARN)] == [Severity.WARNING]
    assert check(*result, policy=PhasePolicy.OFF) == ()


@pytest.mark.parametrize("others", [[], ["MAC"]])
def test_post_impact_fire_out_of_phase_needs_an_impact_category(others):
    findings = check(choices("phase", "ENR"), choices("categories", "F-POST", *others))
    assert bool(findings) is (not others)


@given(codes=st.lists(st.sampled_from(CODES), max_size=6), phase=st.sampled_from(ROOTS))
def test_findings_do_not_depend_on_the_order_of_the_codes(codes, phase):
    def flat(findings):
        return {(f.rule, f.code, f.severity, frozenset(f.values)) for f in findings}

    forward = check(choices("categories", *codes), choices("phase", phase))
    backward = check(choices("phase", phase), choices("categories", *reversed(codes)))
    assert flat(forward) == flat(backward)


@given(codes=st.sets(st.sampled_from(CODES), max_size=6))
def test_exclusions_are_found_exactly_when_the_pair_is_there(codes):
    expected = {(pair.first, pair.second) for pair in cictt_policy().exclusions if {pair.first, pair.second} <= codes}
    found = {f.values for f in check(choices("categories", *sorted(codes))) if f.code == "excluded_pair"}
    assert found == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["choices", "taxonomy", "x"]), inner),
    max_leaves=8,
)


@given(st.lists(st.fixed_dictionaries({}, optional={"id": JSON, "from_name": st.just("phase") | JSON, "value": JSON})))
def test_any_shape_of_result_gives_findings_and_never_raises(result):
    for finding in check(*result, required=REQUIRED):
        assert finding.message
        assert finding.rule.startswith("V-")
