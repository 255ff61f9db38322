"""What the person at the terminal reads."""

from typing import Any

from rich.console import Console
from rich.markup import escape

_SNIPPET = """\
    from label_studio_sdk import LabelStudio

    client = LabelStudio(base_url="{url}", api_key="{api_token}")
    print(client.users.whoami().email)
    project = client.projects.create(title="First", label_config='<View><Text name="t" value="$text"/></View>')"""


def say(console: Console, line: str) -> None:
    """Print one finished step or event."""
    console.print(f"[green]*[/green] {escape(line)}", highlight=False, soft_wrap=True)


def warn(console: Console, line: str) -> None:
    """Print an event that the person should know of."""
    console.print(f"[yellow]![/yellow] {escape(line)}", highlight=False, soft_wrap=True)


def announce(console: Console, *, access: dict[str, Any], data_dir: str) -> None:
    """Print what to open and what to paste next.

    Args:
        access: `public_url` and `organizations`, as in the demo's credentials file.
    """
    lines = ["", "Tenon is running.", "", f"  Public host   {access['public_url']}"]
    organizations: dict[str, dict[str, str]] = access["organizations"]
    for slug, organization in organizations.items():
        lines.append(f"  {slug:<13} {organization['url']}/docs/")
        lines.append(f"  {'':<13} {organization['email']}  password {organization['password']}")
    first = next(iter(organizations.values()), None)
    if first is not None:
        lines += [
            "",
            "Open the documentation of the first organization's API in a browser, then paste:",
            "",
            f'    curl -s {first["url"]}/api/projects/ -H "Authorization: Token {first["api_token"]}"',
            "",
            "or, after pip install label-studio-sdk:",
            "",
            _SNIPPET.format(**first),
        ]
    else:
        lines += ["", "Next: tenon create-organization --help"]
    lines += ["", f"Data stay in {data_dir}. Stop with Ctrl-C.", ""]
    console.print(escape("\n".join(lines)), highlight=False, soft_wrap=True)
