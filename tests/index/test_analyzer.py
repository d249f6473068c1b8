from hypothesis import given
from hypothesis import strategies as st

from service.index import analyzer


def test_words_cut_chinese_and_keep_names_whole_and_split() -> None:
    found = analyzer.words("服务实例下线 nacos.core.auth.enabled NacosNamingService v2.2.0")
    assert {"服务", "实例", "nacos.core.auth.enabled", "auth", "nacosnamingservice", "naming", "2"} <= set(found)


def test_words_fold_case_and_width() -> None:
    assert analyzer.words("ＮＡＣＯＳ 报错") == analyzer.words("nacos 报错")


def test_words_separate_a_name_from_the_chinese_beside_it() -> None:
    assert "nacos" in analyzer.words("用nacos注册")


def test_bigrams_pair_neighbours_within_a_run() -> None:
    assert analyzer.bigrams("不下线，我") == ["不下", "下线", "我"]


@given(st.text())
def test_any_text_gives_terms_without_blanks(text: str) -> None:
    for term in (*analyzer.words(text), *analyzer.bigrams(text)):
        assert term
        assert not any(map(str.isspace, term))
        assert len(term) <= max(analyzer.LONGEST_TERM, len(text))
