"""What is asked, and the folder that it is asked about."""

import argparse
import json
import shutil
import subprocess
from pathlib import Path

from service.documents.collection import load


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which documents, which questions."""
    parser.add_argument("folder", nargs="?", type=Path, default=Path("knowledge"))
    parser.add_argument("--questions", type=Path, help="a `question` a line of JSON; the documents' titles without it")


def read_questions(path: Path | None, knowledge: Path) -> list[str]:
    """What to ask."""
    if path is None:
        return [document.title for document in load(knowledge).documents][:500]
    return [json.loads(line)["question"] for line in path.read_text("utf-8").splitlines() if line.strip()]


def copy_folder(folder: Path, copy: Path) -> None:
    """Copy a folder of documents, so that it can be changed."""
    shutil.copytree(folder, copy)
    # Copies of read-only files are read-only, too.
    subprocess.run(["chmod", "-R", "u+w", str(copy)], check=True)
