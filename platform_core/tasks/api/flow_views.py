"""REST views of the labelling flow: the next task."""

import orjson
from rest_framework.request import Request
from rest_framework.response import Response

from platform_core.api.json import RawJSON, format_datetime
from platform_core.api.operations import operation
from platform_core.api.preconditions import tagged
from platform_core.api.views import TenonAPIView
from platform_core.members.permissions import ViewClassPermission, all_permissions
from platform_core.tasks.api import examples
from platform_core.tasks.api.serializers import HandedOutTaskSerializer
from platform_core.tasks.queries.tasks import handed_out_task_json
from platform_core.tasks.services.next_task import hand_out_task


class NextTaskAPI(TenonAPIView):
    """The task to do next."""

    serializer_class = HandedOutTaskSerializer
    permission_required = ViewClassPermission(GET=all_permissions.annotations_create)

    @operation(
        tag="Tasks",
        summary="Get the next task to label",
        description=(
            "Hand out a task of the project, in the order of its settings, and lock it: others get other tasks until "
            "it is submitted, skipped or postponed, or the lock expires. Asked again meanwhile, it is the same task. "
            "404 when there is nothing to do for the member now."
        ),
        response=HandedOutTaskSerializer,
        example=examples.HANDED_OUT,
    )
    def get(self, request: Request, pk: int) -> Response:  # noqa: ARG002
        """Hand out a task."""
        handed_out = hand_out_task(project_id=pk, actor=self.principal)
        found = handed_out.situation
        content, version = handed_out_task_json(
            self.principal,
            handed_out.lock.task_id,
            model_version=found.model_version,
            show_predictions=found.show_collab_predictions,
        )
        more = {
            "queue": handed_out.queue,
            "unique_lock_id": str(handed_out.lock.pk),
            "lock_expires_at": format_datetime(handed_out.lock.expires_at),
        }
        return tagged(RawJSON(content[:-1] + b"," + orjson.dumps(more)[1:]), version)
