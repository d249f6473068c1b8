"""What the shipped model promises beside its vectors."""

from service.embedding.opening import DEFAULT_MODEL_FOLDER, open_encoder

LARGEST_BYTES = 20_000_000


def test_meaning_is_found_across_languages() -> None:
    encoder = open_encoder()
    question = encoder.encode_queries(["How can I change the password of the console?"])[0]
    near, far = encoder.encode_documents(["怎么修改控制台的密码", "消费者消息堆积如何处理"])
    assert question @ near > question @ far + 0.1


def test_files_fit_a_package_and_the_card_tells_what_they_are() -> None:
    assert sum(path.stat().st_size for path in DEFAULT_MODEL_FOLDER.rglob("*")) <= LARGEST_BYTES
    card = (DEFAULT_MODEL_FOLDER / "README.md").read_text("utf-8")
    assert all(heading in card for heading in ("## Data", "## Recipe", "## Results", "## Limits"))
