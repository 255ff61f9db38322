"""Counting words: the smallest model that learns something."""

import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from platform_core.sdk import BackendError, MLBackendSpec, MLContext, MLPrediction, MLTask, MLTraining

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The control that the model answers, and the text that it reads for it."""

    control: str
    shown: str
    key: str


def question_of(parsed: Mapping[str, Any]) -> Question | None:
    """Return the first `Choices` of a label config about a `Text`, or None."""
    for name, control in parsed.items():
        for shown, item in zip(control["to_name"], control["inputs"], strict=True):
            if control["type"] == "Choices" and item["type"] == "Text" and item.get("value"):
                return Question(control=name, shown=shown, key=item["value"])
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What was learned: how often each word stood in texts of each choice, and how many such texts there were."""

    texts: Counter[str]
    words: Mapping[str, Counter[str]]

    @classmethod
    def learned_from(cls, examples: Iterable[tuple[str, str]]) -> "Words":
        """Count the words of (text, choice)."""
        texts: Counter[str] = Counter()
        words: dict[str, Counter[str]] = defaultdict(Counter)
        for text, choice in examples:
            texts[choice] += 1
            words[choice].update(_WORD.findall(text.lower()))
        return cls(texts=texts, words=words)

    @classmethod
    def from_bytes(cls, artifact: bytes) -> "Words":
        """Read what `to_bytes` wrote."""
        state = json.loads(artifact)
        return cls(texts=Counter(state["texts"]), words={key: Counter(item) for key, item in state["words"].items()})

    def to_bytes(self) -> bytes:
        """Return it as JSON, which runs no code when it is read."""
        return json.dumps({"texts": self.texts, "words": self.words}, sort_keys=True).encode()

    def answer(self, text: str) -> tuple[str, float]:
        """Return the likeliest choice and its probability by naive Bayes, one added to each count."""
        known = len({word for words in self.words.values() for word in words}) or 1
        weights = {}
        for choice, texts in self.texts.items():
            counts = self.words.get(choice, Counter())
            total = counts.total() + known
            weights[choice] = math.log(texts) + sum(
                math.log((counts[word] + 1) / total) for word in _WORD.findall(text.lower())
            )
        best = max(weights, key=lambda choice: (weights[choice], choice))
        return best, 1 / sum(math.exp(weight - weights[best]) for weight in weights.values())


def train(context: MLContext, tasks: Iterable[MLTask]) -> MLTraining:
    """Learn from what people have said."""
    question = _question(context)
    examples = [
        (str(task.data.get(question.key, "")), choice)
        for task in tasks
        for region in task.result
        if region.get("from_name") == question.control
        for choice in region["value"].get("choices", ())
    ]
    if not examples:
        raise BackendError(f"Nobody has answered {question.control!r} yet: annotate some tasks.", kind="untrained")
    artifact = Words.learned_from(examples).to_bytes()
    return MLTraining(version=sha256(artifact).hexdigest()[:12], artifact=artifact, examples=len(examples))


def predict(context: MLContext, tasks: Sequence[MLTask]) -> list[MLPrediction]:
    """Answer for each task that has a text."""
    question = _question(context)
    if context.artifact is None:
        raise BackendError("The model has not learned anything yet: train it.", kind="untrained")
    words = Words.from_bytes(context.artifact)
    predictions = []
    for task in tasks:
        if not isinstance(task.data.get(question.key), str):
            continue
        choice, score = words.answer(task.data[question.key])
        region = {"from_name": question.control, "to_name": question.shown, "type": "choices"}
        predictions.append(
            MLPrediction(task_id=task.id, result=[{**region, "value": {"choices": [choice]}}], score=score)
        )
    return predictions


def _question(context: MLContext) -> Question:
    question = question_of(context.parsed)
    if question is None:
        raise BackendError("The label config has no Choices about a Text.")
    return question


WORDS = MLBackendSpec(
    key="words",
    title="Words and choices",
    description="Learns which words go with which choice, from the texts that people have annotated.",
    predict=predict,
    train=train,
    interactive=True,
    suits=lambda parsed: question_of(parsed) is not None,
)
