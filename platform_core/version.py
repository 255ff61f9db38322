"""The one place that knows the version of the platform."""

from importlib.metadata import version
from typing import Final

VERSION: Final = version("tenon")
