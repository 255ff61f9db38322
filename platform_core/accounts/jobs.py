"""What the hourly housekeeping does for accounts."""

from platform_core.accounts.services.attempts import prune_attempts
from platform_core.jobs.housekeeping import housekeeping_step


@housekeeping_step
def prune_counts_of_sign_ins() -> None:
    """Delete counts of tries whose window has ended."""
    prune_attempts()
