import re
from contextlib import suppress

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from platform_core.api.errors import ValidationFailedError
from tenants.slugs import RESERVED_SLUGS, check_slug

HOST_LABEL = re.compile(r"[a-z][a-z0-9-]{1,38}[a-z0-9]\Z")


@given(st.from_regex(r"[a-z][a-z0-9-]{1,38}[a-z0-9]", fullmatch=True))
def test_well_formed_slugs_pass_unless_reserved(slug):
    assume(slug not in RESERVED_SLUGS and "--" not in slug)

    assert check_slug(slug) == slug


@given(st.text(max_size=50))
def test_what_passes_is_always_a_label_of_a_host(text):
    with suppress(ValidationFailedError):
        assert HOST_LABEL.match(check_slug(text))


@pytest.mark.parametrize("slug", sorted(RESERVED_SLUGS))
def test_reserved_names_are_refused(slug):
    with pytest.raises(ValidationFailedError):
        check_slug(slug)


@pytest.mark.parametrize("slug", ["kites\n", "xn--kites", "kites--boats", "Kites", "kítes", "a" * 41, "ab", ""])
def test_names_that_mislead_or_break_hosts_are_refused(slug):
    with pytest.raises(ValidationFailedError):
        check_slug(slug)
