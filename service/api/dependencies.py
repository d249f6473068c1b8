"""What routes ask for: the application's state and the generation of the index that answers now.

These are coroutines although they wait for nothing, because FastAPI would run plain functions in a thread.
"""

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from service.api.state import State

if TYPE_CHECKING:
    from service.index.snapshot import Snapshot


async def get_state(request: Request) -> State:
    """The state that the lifespan of the application opened."""
    state: State = request.app.state.service
    return state


async def get_snapshot(state: Annotated[State, Depends(get_state)]) -> "Snapshot":
    """The published generation; it stays readable for the whole request, whatever is published meanwhile."""
    return state.snapshot
