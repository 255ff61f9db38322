import io

from rich.console import Console

from platform_core.quickstart.presentation import announce, say, warn

ACCESS = {
    "public_url": "http://127.0.0.1:8000",
    "organizations": {
        "aero": {"url": "http://127.0.0.1:8000", "email": "a@example.org", "password": "[red]x", "api_token": "k1"},
        "acme": {"url": "http://127.0.0.1:8001", "email": "b@example.org", "password": "y", "api_token": "k2"},
    },
}


def printed(function, *arguments, **options):
    stream = io.StringIO()
    function(Console(file=stream, width=60), *arguments, **options)
    return stream.getvalue()


def test_announcement_can_be_pasted_as_it_stands():
    text = printed(announce, access=ACCESS, data_dir="/data")

    assert 'curl -s http://127.0.0.1:8000/api/projects/ -H "Authorization: Token k1"' in text
    assert 'client = LabelStudio(base_url="http://127.0.0.1:8000", api_key="k1")' in text
    assert "http://127.0.0.1:8001/docs/" in text
    assert "password [red]x" in text


def test_python_snippet_of_the_announcement_compiles():
    lines = printed(announce, access=ACCESS, data_dir="/data").splitlines()
    first = next(number for number, line in enumerate(lines) if "import LabelStudio" in line)
    snippet = "\n".join(line.strip() for line in lines[first : first + 5])

    compile(snippet, "snippet", "exec")


def test_announcement_without_demo_says_how_to_go_on():
    text = printed(announce, access={"public_url": "http://localhost:8000", "organizations": {}}, data_dir="/data")

    assert "tenon create-organization" in text
    assert "curl" not in text


def test_lines_are_printed_as_they_are():
    assert printed(say, "plugin [bold]x[/bold]") == "* plugin [bold]x[/bold]\n"
    assert printed(warn, "worker ended") == "! worker ended\n"
