"""Code blocks of Markdown pages, and a shell that runs them one after the other as a reader would."""

import doctest
import os
import re
import subprocess
import uuid
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

BLOCK = re.compile(r"^```(?P<language>[a-z]*)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One fenced block.

    Attributes:
        language: the word behind the fence; `sh` and `python` are run, `console` and others are shown only.
        text: what stands between the fences.
        output: the `text` block that follows with only blank lines between; what the block must print.
        line: where it begins.
    """

    language: str
    text: str
    output: str | None
    line: int


def blocks_of(page):
    """Return the blocks of a page in order; the output of a block is part of it, no block of its own."""
    text = Path(page).read_text(encoding="utf-8")
    matches = list(BLOCK.finditer(text))
    found, is_output = [], False
    for match, following in zip_longest(matches, matches[1:]):
        if is_output:
            is_output = False
            continue
        is_output = (
            match["language"] in {"sh", "python"}
            and following is not None
            and following["language"] == "text"
            and not text[match.end() : following.start()].strip()
        )
        found.append(
            Block(
                language=match["language"],
                text=match["text"],
                output=following["text"] if is_output else None,
                line=text.count("\n", 0, match.start()) + 1,
            )
        )
    return found


def run_shell(blocks, *, cwd, environment):
    """Run blocks in one shell that stops at the first failure; return what each printed."""
    mark = f"end-of-block-{uuid.uuid4().hex}"
    script = "set -eu\n" + "".join(f"{block.text}\necho {mark}\n" for block in blocks)
    done = subprocess.run(
        ["/bin/sh"],
        input=script,
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "HOME": str(cwd), **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    printed = done.stdout.split(f"{mark}\n")
    assert done.returncode == 0, f"block {len(printed)} failed: {printed[-1]}{done.stderr}"
    return printed[:-1]


def assert_prints(block, printed):
    """Compare with the output that the page shows; `...` stands for anything."""
    if block.output is None:
        return
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    same = doctest.OutputChecker().check_output(block.output, printed, flags)
    assert same, f"line {block.line} shows\n{block.output}\nbut the block printed\n{printed}"


def run_page(page, *, cwd, environment):
    """Run every `sh` block of a page and compare what it prints."""
    blocks = [block for block in blocks_of(page) if block.language == "sh"]
    assert blocks, f"{page} has nothing to run"
    for block, printed in zip(blocks, run_shell(blocks, cwd=cwd, environment=environment), strict=True):
        assert_prints(block, printed)
