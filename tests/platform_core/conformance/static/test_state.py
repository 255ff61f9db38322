import ast

import pytest

from platform_core.conformance.static.state import state_is_not_kept
from platform_core.conformance.subject import read_subject
from platform_core.plugins.scaffold import write_plugin

KEPT = {
    "global": "N = 0\ndef f():\n    global N\n    N = 1\n",
    "item": "SEEN = {}\ndef f(k):\n    SEEN[k] = 1\n",
    "del": "SEEN = {}\ndef f(k):\n    del SEEN[k]\n",
    "method": "import collections\nSEEN = collections.defaultdict(list)\ndef f(k):\n    SEEN.clear()\n",
    "class": "class A:\n    last = None\n    def f(self, x):\n        A.last = x\n",
    "cls": "class A:\n    last = None\n    @classmethod\n    def f(cls, x):\n        cls.last = x\n",
    "shared": "class A:\n    seen = []\n    def f(self, x):\n        self.seen.append(x)\n",
    "nested": "SEEN = set()\ndef f():\n    def g(x):\n        SEEN.add(x)\n    return g\n",
}
FREE = {
    "constant": "SEEN = [1]\ndef f():\n    return SEEN[0]\n",
    "local": "SEEN = [1]\ndef f():\n    SEEN = []\n    SEEN.append(1)\n    return SEEN\n",
    "argument": "seen = []\ndef f(seen):\n    seen.append(1)\n",
    "at import": "SEEN = []\nSEEN.append(1)\n",
    "own": "class A:\n    def __init__(self):\n        self.seen = []\n    def f(self):\n        self.seen.clear()\n",
    "hidden": "class A:\n    seen = []\n    def f(self, x):\n        self.seen = []\n        self.seen.append(x)\n",
}


def found_in(tmp_path, code):
    ast.parse(code)
    root = write_plugin("kites", output=tmp_path)
    (root / "tenon_kites" / "memory.py").write_text(code)
    return list(state_is_not_kept(read_subject(root)))


@pytest.mark.parametrize("name", KEPT)
def test_state_that_outlives_a_request_is_found(tmp_path, name):
    found = found_in(tmp_path, KEPT[name])

    assert found
    assert all(where.startswith("tenon_kites/memory.py:") for where, _message in found)


@pytest.mark.parametrize("name", FREE)
def test_what_nobody_else_sees_is_free(tmp_path, name):
    assert found_in(tmp_path, FREE[name]) == []
