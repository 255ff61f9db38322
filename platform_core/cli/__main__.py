"""`python -m platform_core.cli` is the console script `tenon`."""

from platform_core.cli.main import main

main()
