"""The forms that send a request to the deployment that serves the page; `files/reference.js` works them."""

from typing import Any

from chalicelib.edge.pages.html import Html, element, joined
from chalicelib.edge.pages.schema import pretty

_SPENDS = "Book for real, with this deployment's AdultWork: it spends the account's credits."


def token_field() -> Html:
    """Return where the access token is put in, once for all forms; it stays in the page's memory."""
    field = element("input", id="token", type="password", autocomplete="off", spellcheck="false")
    about = element("small", "Kept in this page until it is closed, and sent to this deployment alone.")
    return element("p", element("label", "Access token ", field), " ", about, class_="token")


def try_form(path: str, method: str, operation: dict[str, Any], parameters: list[dict[str, Any]], body: Any) -> Html:  # noqa: ANN401 (any JSON)
    """Return the form of an operation; `body` is what it begins with, None where none is sent."""
    fields = [_field(operation["operationId"], parameter) for parameter in parameters]
    if body is not None:
        text = element("textarea", pretty(body), name="body", rows="12", spellcheck="false")
        fields.append(element("p", element("label", "Body", text)))
    if operation.get("x-spends-credits"):
        tick = element("input", type="checkbox", name="spends", required="")
        fields.append(element("p", element("label", tick, " ", _SPENDS)))
    form = element(
        "form",
        *fields,
        element("p", element("button", "Send", type="submit")),
        element("output", class_="answer", aria_live="polite"),
        data_method=method.upper(),
        data_path=path,
        data_signed="yes" if operation["security"] else "no",
        class_="try",
    )
    return element("details", element("summary", "Try it"), form)


def _field(operation_id: str, parameter: dict[str, Any]) -> Html:
    """Return the field of a parameter; a key comes with a button that draws one."""
    name = parameter["name"]
    value = str(parameter["example"]) if parameter["in"] == "path" else ""
    field = element("input", name=name, value=value, data_in=parameter["in"], autocomplete="off", spellcheck="false")
    draw = element("button", "New key", type="button", data_draws=name) if name == "Idempotency-Key" else ""
    label = element("label", name, " ", field)
    return element("p", joined(label, " ", draw), data_operation=operation_id)
