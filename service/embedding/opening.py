"""From the `model` setting to an encoder."""

from pathlib import Path

from service.embedding.encoder import Encoder
from service.embedding.folder import is_static
from service.embedding.static import StaticEncoder
from service.embedding.transformer import SentenceTransformerEncoder
from service.errors import ModelError

DEFAULT_MODEL = "default"
"""The name of the model shipped with the package."""

DEFAULT_MODEL_FOLDER = Path(__file__).with_name("default_model")


def open_encoder(model: str = DEFAULT_MODEL) -> Encoder:
    """Open `default`, a folder, or a model name whose files are in the Hugging Face cache; nothing is downloaded.

    A static model runs in NumPy; any other needs the extra `transformers`.

    :raises ModelError: when there is no such model, or it cannot be opened.
    """
    folder = find_model(model)
    return StaticEncoder(folder, name=model) if is_static(folder) else SentenceTransformerEncoder(folder, name=model)


def find_model(model: str) -> Path:
    """The folder of a model that `open_encoder` opens.

    :raises ModelError: when there is no such model.
    """
    folder = DEFAULT_MODEL_FOLDER if model == DEFAULT_MODEL else find_folder(model)
    if folder is None:
        raise ModelError(
            f"There is no embedding model {model!r}: it is neither a folder nor a model in the Hugging Face cache; "
            f"set EXPERT_ANSWERS_MODEL to a folder that holds a sentence-transformers model, or to `{DEFAULT_MODEL}`."
        )
    return folder


def find_folder(model: str) -> Path | None:
    """The folder of a model's files: `model` itself or its place in the Hugging Face cache, None if it is neither."""
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    # Imported here because it takes .3 s, which the default model and folders need not wait for.
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    # sentence-transformers lets its own models be named without their organisation.
    for name in (model,) if "/" in model else (model, f"sentence-transformers/{model}"):
        try:
            return Path(snapshot_download(name, local_files_only=True))
        except (HFValidationError, LocalEntryNotFoundError):
            continue
    return None
