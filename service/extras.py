"""The optional packages of this project, as messages name them."""


def install(extra: str) -> str:
    """What to run for an extra to be there; no package index has this project, so that its folder is named."""
    return f"`pip install '.[{extra}]'` in the project's folder"
