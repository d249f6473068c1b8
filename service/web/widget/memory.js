/* What this tab remembers. Without storage (sandboxed frames, blocked cookies) it lives as long as the page. */

const TURNS_KEPT = 100;

class Memory {
  constructor(key) {
    this.key = `expert-answers:1:${key}`;
  }

  load() {
    try {
      return { ...JSON.parse(sessionStorage.getItem(this.key)) };
    } catch {
      // Unreadable: begin anew.
      return {};
    }
  }

  save(state) {
    let turns = (state.turns ?? []).slice(-TURNS_KEPT);
    for (;;) {
      try {
        sessionStorage.setItem(this.key, JSON.stringify({ ...state, turns }));
        return;
      } catch {
        // Full: the oldest half goes. Forbidden: the last try gives up.
        if (turns.length === 0) return;
        turns = turns.slice(Math.ceil(turns.length / 2));
      }
    }
  }
}
