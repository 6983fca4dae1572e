"""Reading what was sent, without a way to make the server stumble."""

from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class StrictJSONParser(JSONParser):
    """JSON without NaN; nesting deeper than Python can follow is malformed, not a failure."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Any = None,
    ) -> Any:
        """The value. Raises `ParseError`."""
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError("it is nested too deeply.") from None
