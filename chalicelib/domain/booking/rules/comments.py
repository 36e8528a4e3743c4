"""The rules on Comments."""

from chalicelib.domain.booking.form import Form
from chalicelib.domain.booking.rules.rule import LABELS, LIMITS, PAGE, FormRule
from chalicelib.domain.booking.visible_text import first_hidden
from chalicelib.domain.violation import Breach


def _form(form: Form) -> Breach | None:
    if not form.has("Comments") or form.text("Comments") is not None:
        return None
    return Breach(f"Send {LABELS['Comments']} as text.")


def _length(form: Form) -> Breach | None:
    text, maximum = form.text("Comments"), form.policy.maximum_comments_length
    if text is None or len(text) <= maximum:
        return None
    return Breach(f"Shorten {LABELS['Comments']} to {maximum} characters.", {"maximum_length": maximum})


def _characters(form: Form) -> Breach | None:
    hidden = first_hidden(form.text("Comments") or "")
    if hidden is None:
        return None
    return Breach(
        f"Take character {hidden.position} out of {LABELS['Comments']}, or what is around it: {hidden.name} "
        f"({hidden.code_point}) shows as nothing there.",
        {"found": hidden.code_point, "position": hidden.position},
    )


COMMENT_RULES = (
    FormRule("comments-form", "/Comments", f"{PAGE}, Comments", _form),
    FormRule("comments-length", "/Comments", f"{LIMITS}; the page names no maximum", _length),
    FormRule("comments-characters", "/Comments", LIMITS, _characters),
)
