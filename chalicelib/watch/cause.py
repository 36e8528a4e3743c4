"""What a server fault came from, as far as a log may say it: the type of the innermost error, and its code or trouble."""

_DEEPEST = 8


def cause_of(error: BaseException) -> str:
    """Return the name of the innermost error's type, with what AWS or the upstream called it: `AwsError:ThrottlingException`.

    Never an error's text, which may quote a caller.
    """
    for _ in range(_DEEPEST):
        if error.__cause__ is None:
            break
        error = error.__cause__
    detail = getattr(error, "code", None) or getattr(error, "trouble", None) or _code_of_boto3(error)
    return f"{type(error).__name__}:{detail}" if detail else type(error).__name__


def _code_of_boto3(error: BaseException) -> object:
    response = getattr(error, "response", None)
    return response.get("Error", {}).get("Code") if isinstance(response, dict) else None
