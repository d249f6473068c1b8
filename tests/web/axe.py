"""axe-core, the checker of accessibility, on whatever page a tab shows."""

from axe_playwright_python.base import AXE_SCRIPT

from tests.web.tab import Tab

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = """
    const [context, tags, done] = arguments;
    axe.run(context || document, {runOnly: {type: 'tag', values: tags}})
      .then((found) => done(found.violations.flatMap(({id, help, nodes}) =>
        nodes.map((node) => `${id}: ${help}: ${node.target.flat().join(' ')}: ${node.html.slice(0, 200)}`))))
      .catch((error) => done([String(error)]));"""


def violations(tab: Tab, context: str | None = None) -> list[str]:
    """What offends WCAG 2.2 AA, or good practice, on the page or in one element of it."""
    tab.driver.execute_script(AXE_SCRIPT)
    # What fades in is measured when it is there.
    tab.until(lambda: tab.script("return document.getAnimations().every((one) => one.playState !== 'running')"))
    found: list[str] = tab.driver.execute_async_script(_RUN, context, _TAGS)
    return found
