from service.memory import give_back, limit_arenas


def test_memory_is_given_back_whatever_the_c_library() -> None:
    limit_arenas()
    give_back()
