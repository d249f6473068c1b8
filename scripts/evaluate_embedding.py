"""Measure an embedding model by itself, without words and bigrams.

    python -m scripts.evaluate_embedding --model default --questions ../shared/bench/questions.jsonl
    python -m scripts.evaluate_embedding --model FOLDER --held-out

`--held-out` is for choosing between models trained with `train_embedding --hold-out`; a model trained on everything
has seen what it would be measured on.
"""

import argparse
import logging
import sys
from pathlib import Path

from scripts.training.data import read_training_data
from scripts.training.measuring import measure, measure_held_out, read_judged, table
from service.documents.collection import load
from service.embedding.opening import DEFAULT_MODEL, open_encoder
from service.index.fields import Fields

log = logging.getLogger("evaluate_embedding")


def main() -> None:
    """Report hit@1, hit@5 and nDCG@10 by style of question."""
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stdout)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default=DEFAULT_MODEL, help="`default`, a folder or a model name")
    parser.add_argument("--corpus", type=Path, default=Path("../shared/corpus/nacos"), help="documents to rank")
    parser.add_argument("--questions", type=Path, default=Path("../shared/bench/questions.jsonl"))
    parser.add_argument("--held-out", action="store_true", help="measure on what --hold-out kept from training")
    parser.add_argument("--data", type=Path, default=Path("../shared/train"), help="folder of the training files")
    arguments = parser.parse_args()
    encoder = open_encoder(arguments.model)
    documents = {d.id: Fields.of(d).whole for d in load(arguments.corpus).documents}
    if arguments.held_out:
        data = read_training_data(arguments.data, arguments.corpus)
        of_documents, of_sections = measure_held_out(encoder, data, documents)
        log.info("Held-out documents\n%s\n\nHeld-out repositories\n%s", table(of_documents), table(of_sections))
    else:
        log.info("%s", table(measure(encoder, documents, read_judged(arguments.questions))))


if __name__ == "__main__":
    main()
