"""Forms that do something: of a page of this session, and of no other site."""

from urllib.parse import parse_qs

from chalicelib.application.review.sign_in import Session
from chalicelib.domain.errors import BodyTooLargeError, MalformedRequestError, UnsupportedMediaTypeError
from chalicelib.edge.console.desk import Desk
from chalicelib.edge.request import body_bytes, header_values

MOST_BYTES, MOST_FIELDS = 8 * 1024, 20
MEDIA_TYPE = "application/x-www-form-urlencoded"
FORM_KEY = "form_key"
FOREIGN = "This form is not one of your session's pages. Open the page again, and send its form."


def read_form(desk: Desk, session: Session) -> dict[str, str]:
    """Return the fields of a form, each once.

    Raises:
        UnsupportedMediaTypeError: it is no form.
        BodyTooLargeError: it is larger than any of ours.
        MalformedRequestError: it cannot be read, or is none of this session's.
    """
    request = desk.exchange.request
    (media_type, *_), *others = [value.split(";") for value in header_values(request, "content-type")] or [[""]]
    if others or media_type.strip().lower() != MEDIA_TYPE:
        raise UnsupportedMediaTypeError(f"Send a form, as {MEDIA_TYPE}.")
    body = body_bytes(request.to_original_event())
    if len(body) > MOST_BYTES:
        raise BodyTooLargeError(f"Send at most {MOST_BYTES} bytes.")
    try:
        read = parse_qs(body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise MalformedRequestError("Send a form that can be read.") from error
    fields = {name: values[0] for name, values in read.items() if len(values) == 1}
    sites = set(header_values(request, "sec-fetch-site"))
    if not session.is_form_of(fields.pop(FORM_KEY, "")) or not sites <= {"same-origin"}:
        raise MalformedRequestError(FOREIGN)
    return fields
