"""Frozen objects of exports. Free of Django."""

from dataclasses import dataclass, field
from typing import Any, Literal

OnlyOrExclude = Literal["only", "exclude"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """Which tasks an export holds; None means both kinds.

    Attributes:
        skipped: tasks with a skipped annotation.
        finished: tasks with as many annotations as they need.
        annotated: tasks with an annotation that is not skipped.
        only_with_annotations: leave out tasks of which no annotation passes the annotation filter.
        worked_on: leave out tasks that nobody has annotated or skipped: what the direct export does by default.
        ids: only these tasks; None for all.
        where: further condition on the task `t`, compiled from checked filters; `arguments` are its values.
    """

    skipped: OnlyOrExclude | None = None
    finished: OnlyOrExclude | None = None
    annotated: OnlyOrExclude | None = None
    only_with_annotations: bool = False
    worked_on: bool = False
    ids: tuple[int, ...] | None = None
    where: str = ""
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotationFilter:
    """Which annotations an export holds: those of any kind that is on; all when none is."""

    usual: bool = False
    ground_truth: bool = False
    skipped: bool = False

    @property
    def restricts(self) -> bool:
        """Say whether anything is left out."""
        kinds = (self.usual, self.ground_truth, self.skipped)
        return any(kinds) and not all(kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportShape:
    """What is written out in full, and what as ids.

    Attributes:
        full_predictions: predictions as objects, else their ids.
        full_drafts: drafts as objects, else their ids.
        full_authors: `completed_by` as an object, else an id.
        interpolate_key_frames: boxes of videos at every frame, not only where somebody set them.
    """

    full_predictions: bool = True
    full_drafts: bool = True
    full_authors: bool = False
    interpolate_key_frames: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSelection:
    """Everything that decides what an export holds."""

    project_id: int
    tasks: TaskFilter = field(default_factory=TaskFilter)
    annotations: AnnotationFilter = field(default_factory=AnnotationFilter)
    shape: ExportShape = field(default_factory=ExportShape)


def selection_of(
    *,
    project_id: int,
    task_filter: dict[str, Any],
    annotation_filter: dict[str, Any],
    serialization: dict[str, Any],
) -> ExportSelection:
    """Return the selection that Label Studio's three option objects, once checked, ask for.

    Predictions, drafts and authors are ids unless their key is present and `only_id` is not true.
    """

    def full(key: str) -> bool:
        return key in serialization and not (serialization[key] or {}).get("only_id", False)

    return ExportSelection(
        project_id=project_id,
        tasks=TaskFilter(
            skipped=task_filter.get("skipped") or None,
            finished=task_filter.get("finished") or None,
            annotated=task_filter.get("annotated") or None,
            only_with_annotations=bool(task_filter.get("only_with_annotations")),
        ),
        annotations=AnnotationFilter(
            **{name: bool(annotation_filter.get(name)) for name in ("usual", "ground_truth", "skipped")}
        ),
        shape=ExportShape(
            full_predictions=full("predictions"),
            full_drafts=full("drafts"),
            full_authors=full("annotations__completed_by"),
            interpolate_key_frames=bool(serialization.get("interpolate_key_frames")),
        ),
    )
