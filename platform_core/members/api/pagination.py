"""Pages of members, with Label Studio's defaults."""

from rest_framework.request import Request

from platform_core.api.errors import ValidationFailedError
from platform_core.api.pagination import PageNumberPagination

CODE_LENGTH = 2


class MemberPagination(PageNumberPagination):
    """20 members a page; `page_size=-1` gives the longest page there is."""

    page_size = 20
    max_page_size = 1000

    def size_of(self, request: Request) -> int:
        """Return how many members a page has."""
        if request.query_params.get("page_size") == "-1":
            return self.max_page_size
        return super().size_of(request)


def roles_parameter(request: Request) -> list[str]:
    """Return the role codes of a comma list, `role`, of the query string; codes that nobody has are no error.

    Raises:
        ValidationFailedError: one is no code.
    """
    codes = [word.strip() for word in text_parameter(request, "role").split(",") if word.strip()]
    if any(len(code) != CODE_LENGTH for code in codes):
        raise ValidationFailedError(validation_errors={"role": ["Role codes have two letters, as AN."]})
    return codes


def text_parameter(request: Request, name: str, *, longest: int = 200) -> str:
    """Return a text of the query string that the database can take.

    Raises:
        ValidationFailedError: it holds a NUL character or is too long.
    """
    text: str = request.query_params.get(name, "")
    if "\x00" in text or len(text) > longest:
        raise ValidationFailedError(validation_errors={name: [f"At most {longest} characters, none of them NUL."]})
    return text.strip()
