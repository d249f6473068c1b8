"""The settings of the service: the environment, read here and nowhere else."""

from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, HttpUrl, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from service.errors import SettingsError

SHORTEST_TOKEN = 16
_RATE = r"^(off|[1-9][0-9]{0,5}/(second|minute|hour))$"


class Settings(BaseSettings):
    """Every setting, its type and its default; `EXPERT_ANSWERS_<NAME>` in the environment sets it."""

    model_config = SettingsConfigDict(env_prefix="EXPERT_ANSWERS_", extra="ignore")

    knowledge: Path = Field(default=Path("knowledge"), description="Folder of the Q&A documents, one folder a product.")
    data: Path = Field(default=Path("data"), description="Folder of the index and the records; created when missing.")
    index: SecretStr | None = Field(
        default=None,
        description="Milvus server that holds the index, `milvus://user:password@host:port`; under `data` by default.",
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port to listen on.")
    workers: int = Field(default=1, ge=1, le=64, description="Processes that answer questions.")
    model: str = Field(
        default="default", description="Embedding model: `default`, a folder, or a sentence-transformers model name."
    )
    site_url: HttpUrl | None = Field(
        default=None, description="Site that relative links in documents are resolved against."
    )
    public_url: HttpUrl | None = Field(
        default=None, description="Address of this service as users see it, for links in replies."
    )
    help_url: HttpUrl | None = Field(default=None, description="Where the chat page sends those it has no answer for.")
    admin_token: SecretStr | None = Field(
        default=None,
        min_length=SHORTEST_TOKEN,
        description="Administrator's token: bearer of POST /reindex, sign-in of /admin. "
        "At least 16 characters; `openssl rand -base64 32` makes one.",
    )
    admin_tokens_file: Path | None = Field(
        default=None, description="File of more such tokens, one a line; read again whenever it changes."
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("*",), description="Origins whose pages may call the service, separated by commas; `*` for any."
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("127.0.0.1", "::1"),
        description="Addresses or networks of proxies whose `X-Forwarded-For` and `-Proto` count; never limited.",
    )
    ask_limit: str = Field(
        default="120/minute",
        pattern=_RATE,
        description="Questions, with feedback, that one client may send a second, minute or hour; `off` for any.",
    )
    admin_limit: str = Field(
        default="60/minute", pattern=_RATE, description="Requests to `/admin` and `/reindex` likewise."
    )
    page_limit: str = Field(
        default="600/minute", pattern=_RATE, description="Other requests likewise, but for health and metrics."
    )
    answered_confidence: float = Field(
        default=0.5, ge=0, le=1, description="Confidence from which an answer is `answered`."
    )
    uncertain_confidence: float = Field(
        default=0.22, ge=0, le=1, description="Confidence below which there is `no_answer`."
    )
    reranker: str | None = Field(
        default=None,
        min_length=1,
        description="Cross-encoder that orders the best results anew: a folder, or a sentence-transformers model name.",
    )
    reranker_candidates: int = Field(default=20, ge=1, le=100, description="How many results it orders at most.")
    reranker_budget_ms: int = Field(
        default=200, ge=0, description="Milliseconds a question may take for that; what was not reached stays below."
    )
    conversation_minutes: int = Field(
        default=30,
        ge=0,
        le=1440,
        description="Minutes of silence after which a conversation is forgotten; 0: each question stands by itself.",
    )
    kept_replies: int = Field(
        default=1000, ge=0, description="Replies kept for the same question, until the index changes; 0: none."
    )
    records: bool = Field(default=True, description="Whether questions and feedback are kept.")
    records_days: int = Field(
        default=180, ge=0, le=36_500, description="Days after which a question and its feedback are deleted; 0: never."
    )
    database_url: str | None = Field(
        default=None, repr=False, description="SQLAlchemy URL of the records; SQLite under `data` by default."
    )
    report_similarity: float = Field(
        default=0.5, gt=0, le=1, description="Cosine similarity from which a report takes two questions for the same."
    )
    log_level: str = Field(
        default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="Least severe message logged."
    )
    log_format: str = Field(
        default="auto",
        pattern="^(auto|text|json)$",
        description="`json`, `text`, or `auto`: text on a terminal, else JSON.",
    )
    log_questions: bool = Field(default=False, description="Whether questions' texts are logged.")
    traces_url: HttpUrl | None = Field(
        default=None, description="OpenTelemetry collector (OTLP over HTTP) that traces go to; none by default."
    )

    @field_validator("cors_origins", "trusted_proxies", mode="before")
    @classmethod
    def _split_commas(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def _require_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for part in value:
            ip_network(part)
        return value

    @model_validator(mode="after")
    def _require_order(self) -> Self:
        answered, uncertain = self.answered_confidence, self.uncertain_confidence
        if uncertain > answered:
            raise PydanticCustomError(
                "confidences",
                "EXPERT_ANSWERS_UNCERTAIN_CONFIDENCE ({uncertain}) is greater than EXPERT_ANSWERS_ANSWERED_CONFIDENCE "
                "({answered}), so that no answer would ever be uncertain; set it to that or less",
                {"uncertain": uncertain, "answered": answered},
            )
        return self

    def environment(self) -> dict[str, str]:
        """The variables that make another process read these settings."""
        variables = {}
        for name, value in self:
            if value is None:
                continue
            if isinstance(value, SecretStr):
                value = value.get_secret_value()
            elif isinstance(value, tuple):
                value = ",".join(value)
            variables[f"EXPERT_ANSWERS_{name.upper()}"] = str(value)
        return variables


def read_settings(**given: object) -> Settings:
    """Read the environment; what was given on the command line, None left out, takes its place.

    :raises SettingsError: naming the variable or option, what it held and what it must hold.
    """
    options = {name: value for name, value in given.items() if value is not None}
    try:
        return Settings(**options)  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsError("; ".join(_complaint(item, options) for item in error.errors())) from error


def _complaint(item: ErrorDetails, options: Mapping[str, object]) -> str:
    if not item["loc"]:
        # It is about several settings and names them; what it was given is all of them, secrets too.
        return item["msg"]
    name = str(item["loc"][0])
    place = f"--{name}" if name in options else f"EXPERT_ANSWERS_{name.upper()}"
    held = "a secret" if name in ("admin_token", "index") else repr(item["input"])
    return f"{place}: {_reason(item)} (it holds {held})"


def _reason(item: ErrorDetails) -> str:
    # Pydantic counts a secret's "items".
    return item["msg"].replace("items after validation", "characters")
