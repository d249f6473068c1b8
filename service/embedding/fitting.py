"""Fitting a table of token vectors to pairs of texts, and saving it as the service opens it; imports torch.

The loss is that of in-batch negatives: each anchor has to tell its own positive from the other positives of its batch
(Henderson et al., "Efficient natural language response suggestion for Smart Reply", 2017, section 4.4).
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch.nn import functional

from service.embedding.folder import Prompts
from service.embedding.pairs import Pair
from service.embedding.static import unknown_id

OnStep = Callable[[int, int, float], None]
"""Called after each step with how many are done, how many there are, and the loss."""

Likely = Callable[[Sequence[Pair]], torch.Tensor]
"""How far each positive of a batch (columns) answers each anchor (rows) by a teacher's judgement; rows add up to 1."""

_MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.StaticEmbedding"},
    {"idx": 1, "name": "1", "path": "1_Normalize", "type": "sentence_transformers.models.Normalize"},
]
"""By the names that every version of sentence-transformers knows them by."""


@dataclass(frozen=True, slots=True)
class Stage:
    """How one stage fits; the learning rate warms up over a share of the steps, then falls linearly to zero.

    `pull` weighs the squared distance of the table from what it was at the start of the stage; `anchor_dropout` and
    `positive_dropout` are the shares of their tokens that are left out at random. A share `taught` of the loss is a
    teacher's judgement, where there is one.
    """

    epochs: int
    batch: int
    learning_rate: float
    scale: float
    warmup: float
    pull: float = 0.0
    anchor_dropout: float = 0.0
    positive_dropout: float = 0.0
    taught: float = 0.0


class TrainedEmbedding(torch.nn.Module):
    """Texts to normalised sums of token vectors; each text is tokenised once and cut early.

    A token that no text holds, nor takes up in another's, has no gradient, so Adam leaves its vector exactly as it was.

    `support`, a sparse matrix of shape (tokens, tokens), says what share of other tokens' vectors each takes up.
    """

    _support: torch.Tensor | None

    def __init__(
        self,
        tokenizer: Tokenizer,
        table: torch.Tensor,
        *,
        max_tokens: int,
        seed: int,
        support: torch.Tensor | None = None,
    ) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(table.clone())
        self.register_buffer("_support", support, persistent=False)
        self._tokenizer = tokenizer
        self._unknown = unknown_id(tokenizer)
        self._max_tokens = max_tokens
        self._generator = torch.Generator().manual_seed(seed)
        self._known: dict[str, torch.Tensor] = {}

    def forward(self, texts: Sequence[str], dropouts: Sequence[float] | None = None) -> torch.Tensor:
        """Embeddings of shape (texts, dimension); zeros for a text without a known token.

        `dropouts` has the share of each text's tokens that is left out at random.
        """
        self._tokenise([text for text in dict.fromkeys(texts) if text not in self._known])
        ids = [self._known[text] for text in texts]
        sizes = torch.tensor([len(row) for row in ids])
        starts = sizes.cumsum(0) - sizes
        tokens = torch.cat(ids).long()
        shares = torch.tensor(dropouts or [0.0] * len(texts)).repeat_interleave(sizes)
        kept = (torch.rand(len(tokens), generator=self._generator) >= shares).float()
        table, device = self._supported(), self.weight.device
        sums = functional.embedding_bag(
            tokens.to(device), table, starts.to(device), mode="sum", per_sample_weights=kept.to(device)
        )
        return functional.normalize(sums)

    def table(self) -> torch.Tensor:
        """The token vectors as they are now, with what each takes up of others."""
        return self._supported().detach().cpu()

    def _supported(self) -> torch.Tensor:
        return self.weight if self._support is None else self.weight + torch.sparse.mm(self._support, self.weight)

    def _tokenise(self, texts: list[str]) -> None:
        encodings = self._tokenizer.encode_batch_fast(texts, add_special_tokens=False)
        for text, encoding in zip(texts, encodings, strict=True):
            ids = torch.tensor(encoding.ids[: self._max_tokens], dtype=torch.int32)
            self._known[text] = ids if self._unknown is None else ids[ids != self._unknown]


def fit(
    embedding: TrainedEmbedding,
    pairs: Sequence[Pair],
    stage: Stage,
    *,
    steps: int | None = None,
    on_step: OnStep = lambda done, total, loss: None,
    likely: Likely | None = None,
) -> None:
    """Fit to pairs in their given order, each batch's other positives serving as negatives; at most `steps` steps.

    An incomplete last batch is left out. `likely` is a teacher's judgement.
    """
    table = embedding.weight
    start = table.detach().clone()
    optimizer = torch.optim.Adam([table], lr=stage.learning_rate)
    total = len(pairs) // stage.batch if steps is None else min(steps, len(pairs) // stage.batch)
    for step in range(total):
        batch = pairs[step * stage.batch : (step + 1) * stage.batch]
        for group in optimizer.param_groups:
            group["lr"] = stage.learning_rate * share_of_rate(step, total, stage.warmup)
        texts = [*(pair.anchor for pair in batch), *(pair.positive for pair in batch)]
        dropouts = [stage.anchor_dropout] * len(batch) + [stage.positive_dropout] * len(batch)
        anchors, positives = embedding(texts, dropouts).chunk(2)
        own = torch.arange(len(batch), device=table.device)
        similar = stage.scale * anchors @ positives.T
        loss = functional.cross_entropy(similar, own)
        if likely is not None:
            loss = (1 - stage.taught) * loss + stage.taught * functional.cross_entropy(similar, likely(batch))
        if stage.pull:
            loss = loss + stage.pull * (table - start).square().sum()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        on_step(step + 1, total, loss.item())


def share_of_rate(step: int, total: int, warmup: float) -> float:
    """The share of the learning rate at a step: it rises over a share `warmup` of them, then falls linearly to zero."""
    warm = warmup * total
    return (step + 1) / (warm + 1) if step < warm else (total - step) / (total - warm)


def save(tokenizer: Tokenizer, table: torch.Tensor, folder: Path, prompts: Prompts | None = None) -> None:
    """Save the model in half precision in sentence-transformers' format; a model card in the folder stays.

    The unknown piece gets a row of zeros: model2vec leaves it out of the mean, sentence-transformers does not. The
    vectors are turned so that their components come in the order of what they tell, which changes no cosine.
    """
    table = _in_principal_order(table.detach())
    unknown = unknown_id(tokenizer)
    if unknown is not None:
        table[unknown] = 0
    prompts = prompts or Prompts()
    (folder / "1_Normalize").mkdir(parents=True, exist_ok=True)
    save_file({"embedding.weight": table.half()}, folder / "model.safetensors")
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    _write_json(folder / "modules.json", _MODULES)
    _write_json(
        folder / "1_Normalize" / "config.json",
        {"module_input_name": "sentence_embedding", "module_output_name": "sentence_embedding"},
    )
    _write_json(
        folder / "config_sentence_transformers.json",
        {
            "model_type": "SentenceTransformer",
            "prompts": {"query": prompts.query, "document": prompts.document},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
    )


def _in_principal_order(table: torch.Tensor) -> torch.Tensor:
    directions: torch.Tensor = torch.linalg.eigh(table.T @ table).eigenvectors.flip(1)
    return table @ directions


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False), encoding="utf-8")
