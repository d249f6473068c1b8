"""The folder in which the workers of one service count together.

prometheus_client, when first imported, knows it by a variable of its own, which is therefore set before any worker
starts; the counts of limits lie beside its files.
"""

import logging
import os
import shutil
import tempfile
from pathlib import Path

from service.settings import Settings

logger = logging.getLogger(__name__)

_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def share_between_workers(settings: Settings) -> None:
    """Have worker processes started from now on count together, from zero."""
    folder = settings.data / "metrics" / str(settings.port)
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        folder = Path(tempfile.mkdtemp(prefix="expert-answers-"))
        logger.warning("The data folder cannot be written (%s); workers count in %s", error.strerror, folder)
    os.environ[_VARIABLE] = str(folder)


def shared_folder() -> Path | None:
    """The folder of this process's workers, None where it is the only one."""
    folder = os.environ.get(_VARIABLE)
    return Path(folder) if folder else None


def forget_the_dead(folder: Path) -> None:
    """Take out the counts of what is going on in workers that have ended; what they counted up stays."""
    for path in folder.glob("gauge_live*_*.db"):
        if not Path(f"/proc/{path.stem.rsplit('_', 1)[-1]}").exists():
            path.unlink(missing_ok=True)
