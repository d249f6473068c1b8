"""A sentence-transformers model on disk: what kind it is, which prompts it declares, and a hash of its files."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from service.errors import ModelError

_BLOCK = 1 << 20
_DOCUMENT_PROMPTS = ("document", "passage", "corpus")


@dataclass(frozen=True, slots=True)
class Prompts:
    """What is put before a text; sentence-transformers' own rule for which prompt serves documents."""

    query: str = ""
    document: str = ""


def is_static(folder: Path) -> bool:
    """Whether the model is one table of token vectors, which NumPy can run: a StaticEmbedding, normalised or not."""
    modules = _read_json(folder / "modules.json")
    if not isinstance(modules, list):
        return False
    kinds = [str(module.get("type", "")).rsplit(".", 1)[-1] for module in modules]
    return kinds[:1] == ["StaticEmbedding"] and kinds[1:] in ([], ["Normalize"])


def read_prompts(folder: Path) -> Prompts:
    """Read the prompts a model declares; none without the file."""
    config = _read_json(folder / "config_sentence_transformers.json")
    declared = config.get("prompts") if isinstance(config, dict) else None
    if not isinstance(declared, dict):
        return Prompts()
    document = next((declared[name] for name in _DOCUMENT_PROMPTS if declared.get(name)), "")
    return Prompts(query=declared.get("query") or "", document=document)


def hash_files(folder: Path) -> str:
    """SHA-256, in hex, over names and contents of the files that decide a model's vectors.

    The model card and hidden files are left out: a corrected sentence there is no reason to encode everything anew.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if not path.is_file() or path.suffix.lower() == ".md" or any(part.startswith(".") for part in name.parts):
            continue
        digest.update(f"{name.as_posix()}\0{path.stat().st_size}\0".encode())
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()


def _read_json(path: Path) -> object:
    """Parse a JSON file, None where there is none.

    :raises ModelError: when the file is there but is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ModelError(
            f"{path} is not valid JSON ({error}); save the model again with sentence-transformers."
        ) from error
