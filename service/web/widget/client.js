/* Talking to the service: every failure becomes one of the kinds the interface has words for. */

class ServiceFailure extends Error {
  constructor(kind, message = "") {
    super(message);
    this.kind = kind;
  }
}

/* Validation errors come as a sentence, or as a list with one sentence for each field. */
function messageOf(body) {
  const detail = body?.detail ?? body?.message ?? body?.error;
  if (Array.isArray(detail)) return detail.map((item) => item.msg || "").filter(Boolean).join(" ");
  if (typeof detail === "object" && detail !== null) return detail.message || "";
  return typeof detail === "string" ? detail : "";
}

function kindOf(status) {
  if (status === 404) return "missing";
  if (status === 429) return "busy";
  return status >= 400 && status < 500 ? "invalid" : "failed";
}

class Client {
  constructor(base, seconds) {
    this.base = base;
    this.seconds = seconds;
  }

  ask(question, product, conversationId, signal) {
    return this.#call("ask", { question, product, conversation_id: conversationId, top_k: 5 }, signal);
  }

  document(id) {
    return this.#call(`documents/${encodeURIComponent(id)}`);
  }

  documents(product) {
    return this.#call(`documents${product ? `?product=${encodeURIComponent(product)}` : ""}`);
  }

  feedback(askId, rating, reason = null, comment = null) {
    return this.#call("feedback", { ask_id: askId, rating, reason, comment });
  }

  /* Of a document as it is read on its own page, without a question. */
  rate(id, rating, reason = null, comment = null) {
    return this.#call(`documents/${encodeURIComponent(id)}/feedback`, { rating, reason, comment });
  }

  page(id) {
    return new URL(`kb/${encodeURIComponent(id)}`, this.base).href;
  }

  chat(question, product) {
    const url = new URL("chat", this.base);
    if (question) url.searchParams.set("q", question);
    if (product) url.searchParams.set("product", product);
    return url.href;
  }

  async #call(path, body = null, signal = null) {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), this.seconds * 1000);
    const stop = () => limit.abort();
    signal?.addEventListener("abort", stop);
    try {
      const response = await fetch(new URL(path, this.base), {
        method: body ? "POST" : "GET",
        headers: body ? { "Content-Type": "application/json" } : {},
        body: body && JSON.stringify(body),
        credentials: "omit",
        signal: limit.signal,
      });
      return await this.#read(response);
    } catch (error) {
      if (signal?.aborted) throw new ServiceFailure("stopped");
      if (error instanceof ServiceFailure) throw error;
      throw new ServiceFailure(limit.signal.aborted ? "timeout" : "offline");
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
    }
  }

  async #read(response) {
    const body = await response.json().catch(() => null);
    if (response.ok && (body !== null || response.status === 204)) return body;
    throw new ServiceFailure(kindOf(response.status), response.status < 500 ? messageOf(body) : "");
  }
}
