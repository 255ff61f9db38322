"""Learning from a project's annotations and predicting the rest. Any model does: it is found by its name."""

from dataclasses import dataclass, replace

from django.db import transaction

from platform_core.sdk import MLTask
from platform_core.sdk.audit import record_audit
from platform_core.sdk.backends import predict, project_context, store_prediction, train
from platform_core.sdk.tasks import tasks_visible_to
from platform_core.sdk.views import Principal

MOST_TASKS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a run did: examples it has learned from, predictions it has stored, and under which version."""

    learned: int
    predicted: int
    version: str


@transaction.atomic
def run_model(*, actor: Principal, project_id: int, model: str = "tiny_ml.words") -> Run:
    """Learn, and predict the tasks that have neither an annotation nor a prediction.

    Raises:
        NotFoundError: the member may not see the project, or there is no such model.
        BackendFailedError: the model cannot learn from what there is.
        ValidationFailedError: a prediction breaks the label config; nothing is stored then.
    """
    context = project_context(actor, project_id)
    tasks = tasks_visible_to(actor).filter(project_id=project_id).order_by("id")
    annotated = tasks.filter(annotations__was_cancelled=False).values_list("id", "data", "annotations__result")
    training = train(model, context, (MLTask(id=pk, data=data, result=said) for pk, data, said in annotated))
    waiting = tasks.filter(annotations=None, predictions=None).values_list("id", "data")[:MOST_TASKS]
    learned = replace(context, artifact=training.artifact, version=training.version)
    version, predicted = f"{model}@{training.version}", 0
    for prediction in predict(model, learned, [MLTask(id=pk, data=data) for pk, data in waiting]):
        store_prediction(actor, prediction, model_version=version)
        predicted += 1
    run = Run(learned=training.examples, predicted=predicted, version=version)
    facts = {"learned": run.learned, "predicted": run.predicted, "version": version}
    record_audit(actor=actor, action="tiny_ml.run", target_type="project", target_id=project_id, data=facts)
    return run
