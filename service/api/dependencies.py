"""What routes ask for: the application's state and the generation of the index that answers now.

These are coroutines although they wait for nothing, because FastAPI would run plain functions in a thread.
"""

from typing import Annotated

from fastapi import Depends, Request

from service.api.state import State
from service.index.searchable import Searchable


async def get_state(request: Request) -> State:
    """The state that the lifespan of the application opened."""
    state: State = request.app.state.service
    return state


StateDependency = Annotated[State, Depends(get_state)]


async def get_snapshot(state: StateDependency) -> Searchable:
    """The published generation; it stays readable for the whole request, whatever is published meanwhile."""
    return state.snapshot


SnapshotDependency = Annotated[Searchable, Depends(get_snapshot)]
