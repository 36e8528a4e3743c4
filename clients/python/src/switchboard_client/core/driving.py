"""How a form of the client does what the core yields, until the core returns."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from switchboard_client.core.effects import Effect, Steps

Result = TypeVar("Result")


def driven(steps: Steps[Result], do: Callable[[Effect], object]) -> Result:
    """Do each effect and give its result back; what fails is thrown into the core, which catches what is no mistake."""
    try:
        effect = next(steps)
        while True:
            try:
                result = do(effect)
            except Exception as error:  # noqa: BLE001 (the core decides)
                effect = steps.throw(error)
            else:
                effect = steps.send(result)
    except StopIteration as end:
        done: Result = end.value
        return done


async def driven_async(steps: Steps[Result], do: Callable[[Effect], Awaitable[object]]) -> Result:
    """Do the same with asyncio."""
    try:
        effect = next(steps)
        while True:
            try:
                result = await do(effect)
            except Exception as error:  # noqa: BLE001 (the core decides)
                effect = steps.throw(error)
            else:
                effect = steps.send(result)
    except StopIteration as end:
        done: Result = end.value
        return done
