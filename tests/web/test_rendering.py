from service.web.rendering import reachable, typed


def test_tables_and_code_can_be_reached() -> None:
    framed = reachable('<table><tr><td>1</td></tr></table><pre class="highlight">x</pre>')
    assert framed == (
        '<div class="wide-table" tabindex="0"><table><tr><td>1</td></tr></table></div>'
        '<pre class="highlight" tabindex="0">x</pre>'
    )


def test_tags_in_attributes_are_left_alone() -> None:
    html = '<img alt="<table> <pre class=highlight> </table>" src="x"><p title="a > b <table>">c</p>'
    assert reachable(html) == html


def test_typed_text_is_escaped_and_shows_code() -> None:
    assert typed("a `<b>` `c\nd` <i>") == "a <code>&lt;b&gt;</code> `c\nd` &lt;i&gt;"
