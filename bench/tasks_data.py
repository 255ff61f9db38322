"""Task data of the benchmarks: the same shape as the baseline's, made from a fixed seed."""

import json
import random

WORDS = [
    "label",
    "task",
    "image",
    "review",
    "quality",
    "annotation",
    "dataset",
    "signal",
    "vector",
    "river",
    "stone",
    "market",
    "window",
    "paper",
    "engine",
    "battery",
    "planet",
    "garden",
    "silver",
    "number",
    "table",
    "music",
    "doctor",
    "winter",
    "bridge",
    "castle",
]


def import_body(count: int, *, annotate_every: int = 0) -> bytes:
    """Return the JSON of an import of `count` tasks; each n-th has an annotation when `annotate_every` is n."""
    chosen = random.Random(7)
    tasks = [_task(number, chosen, annotate_every) for number in range(count)]
    return json.dumps(tasks).encode()


def _task(number: int, chosen: random.Random, annotate_every: int) -> dict[str, object]:
    text = " ".join(chosen.choice(WORDS) for _ in range(28))
    data = {
        "text": f"{number} {text}",
        "n": number,
        "category": f"c{number % 10}",
        "score": round(chosen.random(), 4),
        "image": f"https://example.com/img/{number:08d}.jpg",
        "source": {"doc": number // 7, "lang": "en"},
    }
    if not annotate_every or number % annotate_every:
        return {"data": data}
    result = [{"from_name": "cls", "to_name": "text", "type": "choices", "value": {"choices": [f"c{number % 5}"]}}]
    return {"data": data, "annotations": [{"result": result}]}
