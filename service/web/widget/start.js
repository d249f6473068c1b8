/* One script tag is all it takes: unless the page has placed the element itself, it is added at the end of the body. */

function plant() {
  if (!document.querySelector("expert-answers")) document.body.append(document.createElement("expert-answers"));
  const element = document.querySelector("expert-answers");
  globalThis.ExpertAnswers = {
    element,
    open: () => element.open(),
    close: () => element.close(),
    toggle: () => element.toggle(),
    clear: () => element.clear(),
    ask: (question, options) => element.ask(question, options),
    on: (name, listener) => {
      const type = `expert-answers:${name}`;
      const call = (event) => listener(event.detail);
      element.addEventListener(type, call);
      return () => element.removeEventListener(type, call);
    },
  };
  document.dispatchEvent(new CustomEvent("expert-answers:ready", { detail: globalThis.ExpertAnswers }));
}

if (!customElements.get("expert-answers")) {
  customElements.define("expert-answers", ExpertAnswersElement);
  customElements.define("expert-answers-feedback", ExpertAnswersFeedbackElement);
  if (document.body) plant();
  else document.addEventListener("DOMContentLoaded", plant);
}
