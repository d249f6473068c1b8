"""Train the default embedding model.

    python -m scripts.train_embedding --data ../shared/train --corpus ../shared/corpus/nacos

The model card beside the model says what the data is and what the model scored.
"""

import argparse
import logging
from pathlib import Path

import torch

from scripts.training.data import read_training_data
from scripts.training.measuring import held_out
from scripts.training.recipe import Recipe, train
from service.embedding.opening import DEFAULT_MODEL_FOLDER


def main() -> None:
    """Read the data and train with the recipe of the shipped model."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", datefmt="%H:%M:%S")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/train"), help="folder of the training files")
    parser.add_argument("--corpus", type=Path, default=Path("../shared/corpus/nacos"), help="documents asked about")
    parser.add_argument("--output", type=Path, default=DEFAULT_MODEL_FOLDER, help="folder to save the model in")
    parser.add_argument("--hold-out", action="store_true", help="leave out what evaluate_embedding --held-out measures")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--taught", type=float, default=0.0, help="share of the loss that a transformer judges, on a GPU"
    )
    parser.add_argument("--device", default="cpu", help="where PyTorch computes: cpu, cuda")
    parser.add_argument("--threads", type=int, default=2, help="threads of PyTorch")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    data = read_training_data(arguments.data, arguments.corpus)
    if arguments.hold_out:
        data = data.without(held_out(data))
    recipe = Recipe(seed=arguments.seed, device=arguments.device).with_teacher(arguments.taught)
    train(data, recipe, arguments.output)


if __name__ == "__main__":
    main()
