"""Failures of the job system."""


class JobRefusedError(ValueError):
    """The function is not registered, or its arguments cannot be stored: a programming error of the caller."""


class JobInterruption(BaseException):
    """Raised inside a running job that has to end."""


class JobTimedOut(JobInterruption):
    """The attempt ran longer than its limit."""


class JobCanceled(JobInterruption):
    """Somebody canceled the job."""


class LeaseLost(JobInterruption):
    """Another worker may own the job now; whatever this one finds out is void."""


class WorkerStopping(JobInterruption):
    """The worker must leave; the job goes back to the queue."""
