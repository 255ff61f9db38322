"""The order in which messages reach the workers of a queue in Redis: organizations in turn, one job each.

Workers take from a short list (RQ's own). Behind it each organization has a backlog in order of arrival, and a rotation
names the organizations that have one. Whenever a worker takes a message, the list is filled up from the rotation. So an
organization that brings a thousand jobs delays the others by a few, and no worker is idle while anything waits.

Nothing here is the truth and nothing counts what runs: a worker that dies leaves no debt, and what Redis loses the
sweeper brings again from the rows. Every change is one script, which Redis runs as a whole.
"""

from typing import Any, Final, cast

import redis
from rq import Queue

STAGED: Final = 2
_PREFIX: Final = "tenon:jobs"

# KEYS: list of the workers, rotation, backlog of one organization. ARGV: prefix of backlogs, STAGED, organization, ...
_FILL: Final = """
    while redis.call('LLEN', KEYS[1]) < tonumber(ARGV[2]) do
        local turn = redis.call('LPOP', KEYS[2])
        if not turn then break end
        local backlog = ARGV[1] .. turn
        local first = redis.call('ZPOPMIN', backlog)
        if first[1] then redis.call('RPUSH', KEYS[1], first[1]) end
        if redis.call('ZCARD', backlog) > 0 then redis.call('RPUSH', KEYS[2], turn) end
    end
"""
_TAKE_TURN: Final = """
    if redis.call('ZCARD', KEYS[3]) > 0 and not redis.call('LPOS', KEYS[2], ARGV[3]) then
        redis.call('RPUSH', KEYS[2], ARGV[3])
    end
"""
_ADD: Final = """
    if not redis.call('LPOS', KEYS[1], ARGV[4]) then
        redis.call('ZADD', KEYS[3], 'NX', redis.call('INCR', KEYS[4]), ARGV[4])
    end
"""
_HOLD: Final = """
    redis.call('ZADD', KEYS[3], 'NX', 0, ARGV[4])
    redis.call('LREM', KEYS[2], 0, ARGV[3])
"""


def add(client: "redis.Redis | redis.client.Pipeline", queue: str, organization_id: int, message_id: str) -> None:
    """Put a message behind those of its organization; one that waits already stays where it is."""
    _run(client, _ADD + _TAKE_TURN + _FILL, queue, organization_id, message_id)


def hold(client: "redis.Redis", queue: str, organization_id: int, message_id: str) -> None:
    """Put a message back in front, and pass the organization over until `wake`, because it runs enough jobs now."""
    _run(client, _HOLD + _FILL, queue, organization_id, message_id)


def wake(client: "redis.Redis", queue: str, organization_id: int) -> None:
    """Give the organization a turn if it has a backlog, and fill the list up."""
    _run(client, _TAKE_TURN + _FILL, queue, organization_id, "")


def fill(client: "redis.Redis", queue: str) -> None:
    """Fill the list up after a worker has taken a message."""
    client.eval(_FILL, 2, *_keys(queue), _backlogs(queue), STAGED)


def waiting(client: "redis.Redis", queue: str, organization_id: int | None = None) -> set[str]:
    """Return the ids of messages that wait: all of the list, and the backlog of one organization or of all."""
    listed, rotation = _keys(queue)
    with client.pipeline() as pipeline:
        pipeline.lrange(listed, 0, -1)
        pipeline.lrange(rotation, 0, -1)
        staged, turns = pipeline.execute()
    backlogs = [_backlogs(queue) + (turn.decode() if isinstance(turn, bytes) else turn) for turn in turns]
    if organization_id is not None:
        backlogs = [_backlogs(queue) + str(organization_id)]
    with client.pipeline() as pipeline:
        for backlog in backlogs:
            pipeline.zrange(backlog, 0, -1)
        found = [staged, *pipeline.execute()]
    return {item.decode() if isinstance(item, bytes) else item for ids in found for item in ids}


def _run(
    client: "redis.Redis | redis.client.Pipeline", script: str, queue: str, organization_id: int, message_id: str
) -> None:
    backlogs = _backlogs(queue)
    keys = [*_keys(queue), f"{backlogs}{organization_id}", f"{_PREFIX}:{queue}:arrivals"]
    cast("Any", client).eval(script, len(keys), *keys, backlogs, STAGED, organization_id, message_id)


def _keys(queue: str) -> tuple[str, str]:
    return f"{Queue.redis_queue_namespace_prefix}{queue}", f"{_PREFIX}:{queue}:rotation"


def _backlogs(queue: str) -> str:
    return f"{_PREFIX}:{queue}:backlog:"
