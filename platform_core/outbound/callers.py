"""Who calls: a rule of the plugin kernel about whom the code at work may call, beside the rules about addresses."""

from collections.abc import Callable
from typing import Final

Rule = Callable[[str], None]
_rules: Final[list[Rule]] = []


def caller_rule(rule: Rule) -> Rule:
    """Have a function judge each host before it is called; it raises `OutboundRefusedError` to refuse it."""
    if rule not in _rules:
        _rules.append(rule)
    return rule


def refuse_for_caller(host: str) -> None:
    """Ask the rules about a host.

    Raises:
        OutboundRefusedError: the code at work may not call it.
    """
    for rule in _rules:
        rule(host)
